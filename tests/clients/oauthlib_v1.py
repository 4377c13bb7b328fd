#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# CSC v1 as its text has it, with the OAuth of requests-oauthlib (Debian), unchanged: service token, credential,
# authorization of the hashes, signature.
#
#	oauthlib_v1.py SSA-URL DIRECTORY APPROVER KEY SIGNER
#
# Ends with 77 where the library is not installed.
import sys

try:
    from requests_oauthlib import OAuth2Session
except ImportError as e:
    print('requests-oauthlib: %s' % e)
    sys.exit(77)

from browser import Browser
from ssa import ECDSA, SHA256, Ssa, digests, urlsafe, verify

REDIRECT = 'https://web.example/cb'


def main(s):
    secret = open(s.directory + '/secrets/client').read().strip()
    browser, v1 = Browser(s), s.url + '/csc/v1/'

    def token(scope, **more):
        o = OAuth2Session('web', redirect_uri=REDIRECT, scope=scope)
        o.verify, o.trust_env = s.directory + '/server.pem', False
        url, _ = o.authorization_url(info['oauth2'] + '/oauth2/authorize', **more)
        return o, o.fetch_token(info['oauth2'] + '/oauth2/token', authorization_response=browser.open(url),
                                client_secret=secret, verify=o.verify)

    info = s.ask('/csc/v1/info', {}, token=None).json
    session, service = token('service')
    assert service['token_type'] == 'Bearer'

    def call(method, **body):
        r = session.post(v1 + method, json=body)
        r.raise_for_status()
        return r.json()
    one = call('credentials/list', maxResults=10)['credentialIDs'][0]
    key = call('credentials/info', credentialID=one, certificates='chain', certInfo=True, authInfo=True)
    assert key['key']['status'] == 'enabled' and ECDSA in key['key']['algo'] and key['SCAL'] == '2'
    assert key['authMode'] == 'oauth2code' and 'OTP' not in key and key['multisign'] >= 2
    hashes = digests(2)
    _, credential = token('credential', credentialID=one, numSignatures=2, hash=','.join(map(urlsafe, hashes)),
                          description='two contracts')
    assert credential['token_type'] == 'SAD', credential
    made = call('signatures/signHash', credentialID=one, SAD=credential['access_token'], hash=hashes,
                hashAlgo=SHA256, signAlgo=ECDSA)['signatures']
    assert len(made) == 2 and all(verify(key['cert']['certificates'][0], h, m, s.directory)
                                  for h, m in zip(hashes, made))
    other = session.post(v1 + 'signatures/signHash', json={
        'credentialID': one, 'SAD': credential['access_token'], 'hash': digests(1), 'signAlgo': ECDSA})
    assert other.status_code == 400, other.text
    assert session.post(v1 + 'auth/revoke', json={'token': credential['access_token']}).status_code == 204
    print('v1: %d signatures hold' % len(made))


main(Ssa(*sys.argv[1:]))
