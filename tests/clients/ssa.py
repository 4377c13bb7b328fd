# SPDX-License-Identifier: Apache-2.0
# The SSA as tests of clients see it: HTTPS by the standard library, and the signer's device beside it.
import base64
import hashlib
import http.client
import json
import os
import ssl
import subprocess
import urllib.parse

SHA256 = '2.16.840.1.101.3.4.2.1'
ECDSA = '1.2.840.10045.4.3.2'


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return '%d %s' % (self.status, self.body[:400])


class Ssa:
    def __init__(self, url, directory, approver, key, signer):
        self.url, self.directory, self.approver, self.key, self.signer = url, directory, approver, key, signer
        self.tls = ssl.create_default_context(cafile=directory + '/server.pem')
        self.token = None

    def raw(self, verb, path, body=None, headers=()):
        at = urllib.parse.urlsplit(self.url)
        c = http.client.HTTPSConnection(at.hostname, at.port, timeout=30, context=self.tls)
        try:
            c.request(verb, path, body=body, headers=dict(headers))
            r = c.getresponse()
            return Answer(r.status, r.headers, r.read())
        finally:
            c.close()

    def ask(self, path, body=None, token='', verb=None, **more):
        """JSON with the signer's token; token=None: without one."""
        headers = dict(more)
        if token == '':
            token = self.token
        if token is not None:
            headers['Authorization'] = 'Bearer ' + token
        if body is None:
            return self.raw(verb or 'GET', path, headers=headers)
        headers.setdefault('Content-Type', 'application/json')
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.raw(verb or 'POST', path, text, headers)

    def form(self, path, fields, **headers):
        headers['Content-Type'] = 'application/x-www-form-urlencoded'
        return self.raw('POST', path, urllib.parse.urlencode(fields), headers)

    def device(self, *command):
        """What the signer's device prints."""
        home = self.directory + '/alice/profile'
        with open(self.directory + '/secrets/passphrase') as f:
            fd = f.fileno()
            done = subprocess.run([self.approver, command[0], '--home', home, '--passphrase-fd', str(fd), '--', *command[1:]],
                                  pass_fds=[fd], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise SystemExit('device: %s: %s' % (command[0], done.stderr.decode()))
        return done.stdout.decode().strip()

    def login(self):
        self.token = self.device('token')
        return self.token

    def approval(self, hashes, requester=None, name=''):
        return self.device('sign', self.key, requester or self.signer, name, *hashes)


def digests(n):
    return [base64.b64encode(hashlib.sha256(os.urandom(16)).digest()).decode() for _ in range(n)]


def urlsafe(text):
    """The same bytes in base64url without padding."""
    return text.replace('+', '-').replace('/', '_').rstrip('=')


def verify(certificate_der, digest_b64, signature_b64, directory):
    """By openssl, over the digest alone."""
    names = {k: os.path.join(directory, 'verify.' + k) for k in ('cer', 'pub', 'digest', 'sig')}
    with open(names['cer'], 'wb') as f:
        f.write(base64.b64decode(certificate_der))
    with open(names['digest'], 'wb') as f:
        f.write(base64.b64decode(digest_b64))
    with open(names['sig'], 'wb') as f:
        f.write(base64.b64decode(signature_b64))
    pub = subprocess.run(['openssl', 'x509', '-inform', 'DER', '-in', names['cer'], '-pubkey', '-noout'],
                         stdout=subprocess.PIPE, check=True).stdout
    with open(names['pub'], 'wb') as f:
        f.write(pub)
    return subprocess.run(['openssl', 'pkeyutl', '-verify', '-pubin', '-inkey', names['pub'], '-in', names['digest'],
                           '-sigfile', names['sig']], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode == 0
