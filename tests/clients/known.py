#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Requests as known clients send them, one a row, and what that client needs in the answer: a row that breaks is a
# client that breaks. What each does was read in its source or in reports on it, see docs/clients.md.
#
#	known.py SSA-URL DIRECTORY APPROVER KEY SIGNER [CLIENT...]
import base64
import hashlib
import json
import os
import sys
import urllib.parse

from browser import Browser
from ssa import ECDSA, SHA256, Ssa, digests, urlsafe

URI_TYPE = 'https://cloudsignatureconsortium.org/2025/credential'
V1, V2 = '/csc/v1/', '/csc/v2/'


class Flow:
    """Code flow with PKCE by the standard library; `base` is where the version has its server."""

    def __init__(self, s, base='', client='app', secret=None):
        self.s, self.base, self.client, self.browser = s, base, client, Browser(s)
        self.redirect = 'https://%s.example/cb' % client
        self.basic = {'Authorization': 'Basic ' + base64.b64encode(
            ('%s:%s' % (client, urllib.parse.quote_plus(secret))).encode()).decode()} if secret else {}

    def token(self, push=False, again=None, pkce=True, **more):
        verifier = base64.urlsafe_b64encode(os.urandom(32)).rstrip(b'=').decode()
        q = {'response_type': 'code', 'client_id': self.client, 'redirect_uri': self.redirect, 'state': 'st', **more}
        if pkce:
            q['code_challenge'] = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b'=').decode()
            q['code_challenge_method'] = 'S256'
        if push:
            pushed = self.s.form(self.base + '/oauth2/pushed_authorize', q, **self.basic)
            q = {'client_id': self.client, 'state': 'st', 'request_uri': pushed.json['request_uri']}
        url = self.s.url + self.base + '/oauth2/authorize?' + urllib.parse.urlencode(q)
        back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.browser.open(url)).query))
        fields = {'grant_type': 'authorization_code', 'code': back['code'], 'redirect_uri': self.redirect}
        if not self.basic:
            fields['client_id'] = self.client
        if pkce:
            fields['code_verifier'] = verifier
        a = self.s.form(self.base + '/oauth2/token', {**fields, **(again or {})}, **self.basic)
        assert a.status == 200, a
        return a.json


def details(s, hashes, hash_type='DTBSR', **more):
    return json.dumps([{'type': URI_TYPE, 'credentialID': s.key, 'numSignatures': len(hashes),
                        'hashAlgorithmOID': SHA256, 'documentDigests': [
                            {'hash': h, 'label': 'Contract', 'hashType': hash_type} for h in hashes], **more}])


def made(a, n):
    assert a.status == 200 and len(a.json['signatures']) == n, a
    for x in a.json['signatures']:
        der = base64.b64decode(x, validate=True)
        assert der[0] == 0x30 and der[1] == len(der) - 2, 'ECDSA as DER'
    return a.json


def eudi_kotlin_info(s):
    i = s.ask(V2 + 'info', {}, token=None).json
    for m in ('name', 'logo', 'region', 'lang', 'description', 'authType', 'supportedHashTypes', 'methods',
              'signature_formats', 'conformance_levels'):
        assert m in i, m
    assert i['specs'] == '2.2.0.0' and i['signAlgorithms']['algos'] and i['oauth2'] == s.url
    return i


def eudi_kotlin_sign(s):
    h = digests(1)
    d = details(s, h)
    t = Flow(s).token(push=True, again={'authorization_details': d}, scope='credential', prompt='login',
                      authorization_details=d)
    one = t['authorization_details'][0]
    assert one['documentDigests'][0]['hashType'] == 'DTBSR' and isinstance(one['numSignatures'], int), t
    assert one['hashAlgorithmOID'] == SHA256 and one['credentialID'] == s.key
    i = s.ask(V2 + 'credentials/info', {'credentialID': s.key, 'certificates': 'chain', 'certInfo': True,
                                        'authInfo': True}, token=t['access_token']).json
    assert isinstance(i['auth']['objects'], list) and i['cert']['issuerDN'] and i['cert']['subjectDN']
    made(s.ask(V2 + 'signatures/signHash', {
        'credentialID': s.key, 'hashes': h, 'hashAlgorithmOID': SHA256, 'signAlgo': ECDSA, 'signAlgoParams': None,
        'operationMode': 'S'}, token=t['access_token']), 1)


def eudi_kotlin_without_details(s):
    h = digests(1)
    t = Flow(s).token(scope='credential', credentialID=s.key, numSignatures='1', hashes=urlsafe(h[0]),
                      hashAlgorithmOID=SHA256)
    made(s.ask(V2 + 'signatures/signHash', {'credentialID': s.key, 'hashes': h, 'signAlgo': ECDSA},
               token=t['access_token']), 1)


def eudi_kotlin_service_with_empty_hashes(s):
    assert Flow(s).token(scope='service', hashes='', hashAlgorithmOID='')['token_type'] == 'Bearer'


def eudi_ios(s):
    i = s.ask(V2 + 'info', {'lang': 'en'}, token=None).json
    assert None not in i['signAlgorithms']['algoParams'] and None not in i['signature_formats']['envelope_properties']
    h = digests(1)
    t = Flow(s).token(scope='credential', authorization_details=details(s, [urlsafe(h[0])]),
                      again={'authorization_details': details(s, h)})
    assert isinstance(t['expires_in'], int) and t['token_type'] == 'Bearer'
    made(s.ask(V2 + 'signatures/signHash', {
        'credentialID': s.key, 'hashes': h, 'signAlgo': ECDSA, 'sign_algo_params': None, 'client_data': None,
        'operationMode': 'S'}, token=t['access_token']), 1)


def eudi_sca_java(s):
    h = digests(1)
    t = Flow(s).token(scope='credential', authorization_details=details(s, h))
    made(s.ask(V2 + 'signatures/signHash', {
        'credentialID': s.key, 'SAD': None, 'hashes': [urllib.parse.quote(h[0], safe='')], 'hashAlgorithmOID': SHA256,
        'signAlgo': ECDSA, 'operationMode': 'S', 'validity_period': -1, 'response_uri': None, 'clientData': None},
        token=t['access_token']), 1)


def eudi_relying_party_error(s):
    assert s.ask(V2 + 'credentials/info', {'credentialID': 'none'}).json['message']


def pyhanko(s):
    i = s.ask(V1 + 'credentials/info', {'credentialID': s.key, 'certificates': 'chain', 'certInfo': False}).json
    assert int(i['SCAL']) == 2 and int(i['multisign']) and ECDSA in i['key']['algo'] and i['cert']['certificates']
    assert 'issuerDN' not in i['cert']
    h = digests(1)
    a = s.ask(V1 + 'credentials/authorize', {'credentialID': s.key, 'hash': h, 'numSignatures': 1, 'OTP': s.approval(h)})
    assert a.status == 200 and int(a.json.get('expiresIn', 3600)), a
    made(s.ask(V1 + 'signatures/signHash', {'credentialID': s.key, 'SAD': a.json['SAD'], 'hashAlgo': SHA256,
                                            'signAlgo': ECDSA, 'hash': h}), 1)


def documenso(s):
    secret = open(s.directory + '/secrets/client').read().strip()
    web = Flow(s, '/csc/v1', 'web', secret)
    service = web.token(scope='service')['access_token']
    h = digests(2)
    sad = web.token(scope='credential', credentialID=s.key, numSignatures='2', hash=','.join(map(urlsafe, h)))
    assert sad['token_type'] == 'SAD', sad
    made(s.ask(V1 + 'signatures/signHash', {'credentialID': s.key, 'SAD': sad['access_token'], 'hash': h,
                                            'hashAlgo': SHA256, 'signAlgo': ECDSA}, token=service), 2)


def siros(s):
    a = s.ask(V2 + 'credentials/list', {'credentialStatus': 'valid', 'maxResults': 50, 'pageToken': None,
                                        'credentialInfo': True})
    assert a.json['credentialIDs'] == [s.key] and 'null' not in a.body.decode(), a
    assert a.json['credentialInfos'][0]['auth']['objects'] == []
    h = digests(1)
    a = s.ask(V2 + 'credentials/authorize', {'credentialID': s.key, 'numSignatures': 1, 'hashes': h, 'PIN': None,
                                             'hashAlgorithmOID': SHA256, 'OTP': s.approval(h)})
    made(s.ask(V2 + 'signatures/signHash', {'credentialID': s.key, 'SAD': a.json['SAD'], 'hashes': h, 'signAlgo': ECDSA,
                                            'validityPeriod': None, 'responseURI': None}), 1)


def go_csc(s):
    h = digests(3)
    t = Flow(s).token(push=True, scope='credential', authorization_details=details(s, h, 'dtbsr'))
    made(s.ask(V2 + 'signatures/signHash', {'credentialID': s.key, 'hashes': h[::-1], 'signAlgo': ECDSA},
               token=t['access_token']), 3)		# hashAlgorithmOID is implied, the order is another


def laverca_info(s):
    a = s.raw('POST', V1 + 'info', '{}', {'Content-Type': 'application/json;charset=UTF-8', 'Accept': 'application/json'})
    assert a.status == 200 and a.json['specs'] == '1.0.4.0' and 'signatures/signHash' in a.json['methods'], a


def credential_token_elsewhere(s):
    t = Flow(s).token(scope='credential', authorization_details=details(s, digests(1)))['access_token']
    for method in ('credentials/list', 'credentials/authorize', 'credentials/extendTransaction', 'credentials/create',
                   'credentials/delete', 'signatures/timestamp'):
        a = s.ask(V2 + method, {'credentialID': s.key}, token=t)
        assert a.status == 403 and a.json['error'] == 'access_denied', a
    a = s.ask(V2 + 'signatures/signHash', {'credentialID': s.key, 'SAD': s.token, 'hashes': digests(1),
                                           'signAlgo': ECDSA})
    assert a.status == 400 and a.json['error_description'] == 'Invalid parameter SAD', a


ROWS = [
    ('EUDI Kotlin 0.8', 'reads every member of info', eudi_kotlin_info),
    ('EUDI Kotlin 0.8', 'pushes details, repeats them, signs with the token alone', eudi_kotlin_sign),
    ('EUDI Kotlin 0.8', 'hashes in the query, unpadded', eudi_kotlin_without_details),
    ('EUDI Kotlin 0.8', 'sends hashes= where there are none', eudi_kotlin_service_with_empty_hashes),
    ('EUDI iOS', 'hashes in two spellings, members under other names', eudi_ios),
    ('EUDI SCA (Java)', 'percent-encodes hashes, validity_period -1, nulls', eudi_sca_java),
    ('EUDI relying party (Python)', 'reads message of an error', eudi_relying_party_error),
    ('pyHanko', 'v1, explicit, hash pinned', pyhanko),
    ('Documenso', 'v1, Basic, PKCE, token type SAD, SAD in the body', documenso),
    ('siros (Rust)', 'paging in v2, OTP in v2, no nulls', siros),
    ('go-csc', 'no hashAlgorithmOID, counts the signatures', go_csc),
    ('Laverca', 'v1 info with a charset', laverca_info),
    ('anybody', 'a token of scope credential is good for its credential only', credential_token_elsewhere),
]


def main(s, only):
    s.login()
    broken = 0
    for client, what, row in ROWS:
        if only and client not in only:
            continue
        try:
            row(s)
            print('%s: %s' % (client, what))
        except (AssertionError, KeyError, ValueError, SystemExit) as e:
            broken += 1
            print('BROKEN %s: %s: %s %r' % (client, what, type(e).__name__, e))
    return 1 if broken else 0


sys.exit(main(Ssa(*sys.argv[1:6]), sys.argv[6:]))
