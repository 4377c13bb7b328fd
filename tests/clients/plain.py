#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# A client without a library: each call of the SSA as the standard's text and docs/api.md have it.
#
#	plain.py FUNCTION SSA-URL DIRECTORY APPROVER KEY SIGNER
import base64
import hashlib
import json
import os
import subprocess
import sys
import urllib.parse

from browser import NAME, PASSWORD
from ssa import ECDSA, SHA256, Ssa, digests, urlsafe, verify

V1, V2, OWN = '/csc/v1/', '/csc/v2/', '/propria/v1/'


def want(answer, status, *members):
    if answer.status != status:
        raise SystemExit('wanted %d, got %r' % (status, answer))
    for m in members:
        if m not in answer.json:
            raise SystemExit('no %s in %r' % (m, answer))
    return answer.json if answer.body else None


def explicit(s, version, n=2):
    """Authorize and sign in the explicit mode; returns certificate, hashes and signatures."""
    names = {1: ('hash', 'hashAlgo'), 2: ('hashes', 'hashAlgorithmOID')}[version]
    base = V1 if version == 1 else V2
    hashes = digests(n)
    approval = s.approval(hashes)
    factor = {'OTP': approval} if version == 1 else {'authData': [{'id': 'approval', 'value': approval}]}
    body = {'credentialID': s.key, 'numSignatures': n, names[0]: hashes, 'clientData': 'test', **factor}
    sad = want(s.ask(base + 'credentials/authorize', body), 200, 'SAD', 'expiresIn')['SAD']
    # One of them in the spelling of URLs, each by a call of its own: several calls under one approval.
    made = []
    for i, h in enumerate(hashes):
        made += want(s.ask(base + 'signatures/signHash', {
            'credentialID': s.key, 'SAD': sad, names[0]: [urlsafe(h) if i else h], names[1]: SHA256,
            'signAlgo': ECDSA}), 200, 'signatures')['signatures']
    info = want(s.ask(base + 'credentials/info', {'credentialID': s.key, 'certificates': 'chain', 'certInfo': True,
                                                   'authInfo': True}), 200)
    leaf = info['cert']['certificates'][0]
    if not all(verify(leaf, h, m, s.directory) for h, m in zip(hashes, made)):
        raise SystemExit('a signature does not verify')
    again = want(s.ask(base + 'signatures/signHash', {'credentialID': s.key, 'SAD': sad, names[0]: [hashes[0]],
                                                       'signAlgo': ECDSA}), 200)['signatures']
    if again != made[:1]:
        raise SystemExit('the same request gave another signature')
    refused = s.ask(base + 'signatures/signHash', {'credentialID': s.key, 'SAD': sad, names[0]: digests(1),
                                                    'signAlgo': ECDSA})
    want(refused, 400)
    return info


def window(s, version):
    """A SCAL1 key: no approval. Hashes fixed by authorize, then hashes that come with the signing."""
    names = {1: ('hash', 'hashAlgo'), 2: ('hashes', 'hashAlgorithmOID')}[version]
    base = V1 if version == 1 else V2

    def opened(n, **more):
        return want(s.ask(base + 'credentials/authorize', {'credentialID': s.key, 'numSignatures': n, **more}), 200,
                    'SAD', 'expiresIn')['SAD']

    def sign(sad, hashes, **more):
        return s.ask(base + 'signatures/signHash', {'credentialID': s.key, 'SAD': sad, names[0]: hashes,
                                                     names[1]: SHA256, 'signAlgo': ECDSA}, **more)

    info = want(s.ask(base + 'credentials/info', {'credentialID': s.key, 'certInfo': True, 'authInfo': True}), 200)
    mode = info['authMode'] if version == 1 else info['auth']['mode']
    if info['SCAL'] != '1' or mode != 'implicit':
        raise SystemExit('info of a SCAL1 key: %r' % info)
    leaf = info['cert']['certificates'][0]
    hashes = digests(2)
    sad = opened(2, **{names[0]: hashes})
    want(sign(sad, digests(1)), 400, 'error')
    made = want(sign(sad, hashes), 200)['signatures']
    if not all(verify(leaf, h, m, s.directory) for h, m in zip(hashes, made)):
        raise SystemExit('a signature does not verify')
    hashes = digests(3)
    sad = opened(2)
    first = want(sign(sad, hashes[:1]), 200)['signatures']
    if want(sign(sad, hashes[:1]), 200)['signatures'] != first or not verify(leaf, hashes[0], first[0], s.directory):
        raise SystemExit('the same request gave another signature, or a wrong one')
    want(sign(sad, hashes[1:]), 400, 'error')
    want(sign(sad, hashes[1:2]), 200)
    want(sign(sad, hashes[2:]), 400, 'error')
    sad = opened(1)
    want(sign(sad, hashes[:1], token=s.device('token')), 400, 'error')
    newer = opened(1)
    want(sign(sad, hashes[:1]), 400, 'error')
    want(sign(newer, hashes[:1]), 200)
    want(s.ask(base + 'credentials/authorize', {'credentialID': s.key, 'numSignatures': 101}), 400, 'error')


def scal1(s):
    """s.key is a SCAL1 key; of the account's others, SCAL2 ones, nothing is given without an approval."""
    s.login()
    others = [i for i in want(s.ask(V2 + 'credentials/list', {}), 200)['credentialIDs'] if i != s.key]
    if not others:
        raise SystemExit('there is no SCAL2 key')
    for version, base in ((1, V1), (2, V2)):
        window(s, version)
        name = 'hash' if version == 1 else 'hashes'
        for more in ({}, {name: digests(1)}, {name: digests(1), 'authData': []}):
            for other in others:
                want(s.ask(base + 'credentials/authorize', {'credentialID': other, 'numSignatures': 1, **more}), 400,
                     'error')
    account = want(s.ask(OWN + 'account'), 200, 'keys')
    if sorted(k['level'] for k in account['keys']) != [1] + [2] * len(others):
        raise SystemExit('levels: %r' % account)


def timestamp(s, base):
    h = digests(1)[0]
    for nonce in (None, '7A11C0DE00D1'):
        body = {'hash': h, 'hashAlgo': SHA256, 'nonce': nonce}
        token = base64.b64decode(want(s.ask(base + 'signatures/timestamp', body), 200, 'timestamp')['timestamp'])
        path = s.directory + '/token.der'
        with open(path, 'wb') as f:
            f.write(token)
        text = subprocess.run(['openssl', 'ts', '-reply', '-token_in', '-in', path, '-text'], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True).stdout.decode()
        if nonce and nonce not in text:
            raise SystemExit('the nonce is not in the token: ' + text)
    want(s.ask(base + 'signatures/timestamp', {'hash': 'AAAA', 'hashAlgo': SHA256}), 400)
    want(s.ask(base + 'signatures/timestamp', {'hash': h, 'hashAlgo': '1.3.14.3.2.26'}), 400)
    want(s.ask(base + 'signatures/timestamp', {'hash': h, 'hashAlgo': SHA256, 'nonce': 'xyz'}), 400)


def made_and_destroyed(s):
    made = want(s.ask(V2 + 'credentials/create', {
        'credentialCreationRequest': {'certificatePolicy': '0.4.0.194112.1.2', 'subjectData': {'given_name': 'Alice'}},
        'credentialInfo': True, 'certificates': 'single', 'certInfo': True,
        'authData': [{'id': 'approval', 'value': s.device('create')}]}), 201, 'credentialID', 'key')['credentialID']
    want(s.ask(OWN + 'keys/request', {'credentialID': made}), 200, 'csr')
    want(s.ask(OWN + 'keys/certificate', {'credentialID': made, 'certificate': 'AAAA'}), 400)
    approval = s.device('destroy', made)
    other = {'credentialDeletionRequest': {'credentialID': s.key}, 'authData': [{'id': 'approval', 'value': approval}]}
    want(s.ask(V2 + 'credentials/delete', other), 400)	# approved was the end of another one
    other['credentialDeletionRequest']['credentialID'] = made
    want(s.ask(V2 + 'credentials/delete', other), 204)
    if made in want(s.ask(V2 + 'credentials/list', {}), 200)['credentialIDs']:
        raise SystemExit('a destroyed key is in the list')


def once(s):
    """Documents: with a key that is made for them, and with the one that stays; then certificate first."""
    s.login()
    hashes = digests(2)

    def documents(approval, **more):
        return want(s.ask(V2 + 'signatures/signDoc', {'SAD': 'PRS1.' + urlsafe(approval), 'documentDigests': [{
            'hashes': hashes, 'hashAlgorithmOID': SHA256, 'signAlgo': ECDSA, 'signature_format': 'C',
            'conformance_level': 'AdES-B-B', 'signed_envelope_property': 'Detached'}], **more}), 200)['SignatureObject']

    want(s.ask(OWN + 'once/challenge', {}), 200, 'session', 'evidences')
    if len(documents(s.device('documents', *hashes), signatureQualifier='eu_eidas_aes')) != 2:
        raise SystemExit('a file is missing')
    if len(documents(s.device('files', s.key, *hashes), credentialID=s.key)) != 2:
        raise SystemExit('a file is missing')
    opening = {'credentialCreationRequest': {}, 'credentialInfo': True, 'certificates': 'chain', 'certInfo': True,
               'authData': [{'id': 'approval', 'value': s.device('open')}]}
    made = want(s.ask(V2 + 'credentials/create', opening), 201, 'key', 'propria')
    if want(s.ask(V2 + 'credentials/create', opening), 201)['credentialID'] != made['credentialID']:
        raise SystemExit('the same approval made another key')
    own = {'credentialID': made['credentialID']}
    want(s.ask(OWN + 'once/challenge', own), 200, 'spki')
    want(s.ask(V2 + 'credentials/info', own), 200, 'propria')
    want(s.ask(V2 + 'credentials/list', {'credentialInfo': True}), 200)
    signed = want(s.ask(V2 + 'signatures/signHash', {
        **own, 'SAD': 'PRS1.' + urlsafe(s.device('first', made['credentialID'], *hashes)), 'hashes': hashes,
        'signAlgo': ECDSA}), 200)['signatures']
    if not all(verify(made['cert']['certificates'][0], h, m, s.directory) for h, m in zip(hashes, signed)):
        raise SystemExit('a signature does not verify')
    want(s.ask(V2 + 'credentials/info', own), 400)
    want(s.ask(V2 + 'credentials/create', opening), 400)
    opening['authData'][0]['value'] = s.device('open')
    del opening['credentialInfo']
    made = want(s.ask(V2 + 'credentials/create', opening), 201, 'propria')['credentialID']
    want(s.ask(V2 + 'credentials/delete', {'credentialDeletionRequest': {'credentialID': made}}), 204)


def refusals(s):
    for base in (V1, V2):
        want(s.ask(base + 'credentials/list', {}, token=None), 401)
        want(s.ask(base + 'credentials/list', {}, token='x' * 43), 401)
        want(s.ask(base + 'credentials/list', '{"a":1,"a":2}'), 400)
        want(s.ask(base + 'credentials/list', {'userID': 'alice'}), 400)
        want(s.ask(base + 'credentials/info', {'credentialID': '0' * 32}), 400)
        want(s.ask(base + 'credentials/authorize', {'credentialID': s.key}), 400)
        want(s.ask(base + 'credentials/extendTransaction', {'credentialID': s.key, 'SAD': 'x'}), 400)
        want(s.ask(base + 'signatures/signHash', {'credentialID': s.key}), 400)
        want(s.ask(base + 'signatures/signPolling', {}), 501)
        want(s.ask(base + 'credentials/sendOTP', {'credentialID': s.key}), 501)
        want(s.ask(base + 'credentials/list'), 405)
        want(s.ask(base + 'auth/revoke', {'token': 'x'}), 400)
        want(s.ask(base + 'info', 'x' * 600000, token=None), 413)
    want(s.ask(V1 + 'signatures/signDoc', {}), 501)
    want(s.ask(V2 + 'signatures/signDoc', {}), 400)
    want(s.ask(OWN + 'once/challenge', {'signatureQualifier': 'nobody_s'}), 400)
    want(s.ask(OWN + 'once/challenge', {'credentialID': s.key}), 400)
    want(s.ask(OWN + 'nowhere', {}), 404)
    want(s.ask(OWN + 'challenge', {'signer': s.signer, 'purpose': 1}, token=None), 400)
    want(s.ask(OWN + 'enrol', {'statement': 'AAAA', 'evidence': 'AAAA'}, token=None), 400)
    want(s.ask(OWN + 'enact', {'statement': 'AAAA', 'evidence': 'AAAA'}), 400)
    want(s.ask(OWN + 'outcome', {'d': '0' * 64, 'indexes': [0]}), 400)


def own_account(s):
    want(s.ask(OWN + 'account'), 200, 'authenticators', 'keys', 'name')
    uses = want(s.ask(OWN + 'history', {'credentialID': s.key, 'limit': 2}), 200, 'uses', 'more')
    if not uses['uses'] or not uses['more'] or 'before' not in uses:
        raise SystemExit('history: %r' % uses)
    one = uses['uses'][0]
    want(s.ask(OWN + 'outcome', {'d': one['d'], 'indexes': [one['index']]}), 200, 'results')
    want(s.ask(OWN + 'receipt', {'d': one['d'], 'index': one['index']}), 200, 'receipt')
    rest = want(s.ask(OWN + 'history', {'credentialID': s.key, 'before': uses['before']}), 200, 'uses')
    if {u['place'] for u in rest['uses']} & {u['place'] for u in uses['uses']}:
        raise SystemExit('history: a use is on two pages')
    package = base64.b64decode(s.approval(digests(1)))
    n = int.from_bytes(package[:4], 'big')
    evidence = base64.b64encode(package[8 + n:]).decode()
    want(s.ask(OWN + 'evidence', {'d': 'ab' * 32, 'evidence': evidence}, token=None), 200)
    if want(s.ask(OWN + 'evidence/list', {'d': 'ab' * 32}, token=None), 200)['evidences'] != [evidence]:
        raise SystemExit('the mailbox lost an evidence')


def every_call(s):
    want(s.ask(OWN + 'status', token=None), 200)
    want(s.ask(OWN + 'genesis', token=None), 200)
    want(s.ask(OWN + 'invitation', {'signer': s.signer}, token=None), 200)
    assert s.form('/csc/v2/oauth2/token', {}).status == 400
    for base in (V1, V2):
        want(s.ask(base + 'info', {}, token=None), 200, 'specs', 'methods')
        want(s.ask(base + 'info', token=None), 200, 'specs', 'methods')
    s.login()
    want(s.ask(V2 + 'credentials/list', {'credentialInfo': True, 'certificates': 'chain', 'onlyValid': True,
                                          'maxResults': 1}), 200, 'credentialInfos', 'onlyValid')
    want(s.ask(V1 + 'credentials/list', {'maxResults': 1}), 200, 'credentialIDs')
    want(s.ask(V2 + 'credentials/getChallenge', {'credentialID': s.key, 'authObjectID': 'approval'}), 200, 'challenge')
    v1, v2 = explicit(s, 1), explicit(s, 2, 3)
    if v1['authMode'] != 'explicit' or v2['auth']['mode'] != 'explicit':
        raise SystemExit('auth mode')
    for base in (V1, V2):
        timestamp(s, base)
    refusals(s)
    made_and_destroyed(s)
    own_account(s)
    for base in (V1, V2):
        other = s.device('token')
        want(s.ask(base + 'auth/revoke', {'token': other, 'token_type_hint': 'access_token'}), 204)
        want(s.ask(base + 'credentials/list', {}, token=other), 401)
    r = s.raw('OPTIONS', OWN + 'account', headers={'Origin': 'https://approve.example',
                                                   'Access-Control-Request-Method': 'GET'})
    if r.status != 204 or r.headers['Access-Control-Allow-Origin'] != 'https://approve.example':
        raise SystemExit('preflight: %r' % r)
    want(s.ask(OWN + 'freeze', {'type': 2, 'id': s.key}), 200, 'version')
    frozen = s.ask(V2 + 'credentials/authorize', {
        'credentialID': s.key, 'numSignatures': 1, 'hashes': (h := digests(1)),
        'authData': [{'id': 'approval', 'value': s.approval(h)}]})
    if frozen.status not in (400, 409):
        raise SystemExit('a frozen key: %r' % frozen)


def on_page(s):
    """credentials/authorize with the object "page": the handle, the person, the SAD, once."""
    s.login()
    hashes = digests(2)
    body = {'credentialID': s.key, 'numSignatures': 2, 'hashes': hashes, 'hashAlgorithmOID': SHA256,
            'description': 'two contracts', 'authData': [{'id': 'page'}]}
    first = want(s.ask(V2 + 'credentials/authorize', body), 202, 'handle', 'approvalURL')
    handle = first['handle']
    if not first['approvalURL'].endswith('/sign#t=' + handle):
        raise SystemExit('approvalURL: %r' % first)
    want(s.ask(V2 + 'credentials/authorizeCheck', {'handle': handle}), 202, 'handle')
    want(s.ask(V2 + 'credentials/authorizeCheck', {'handle': 'x' * 43}), 400)
    want(s.ask(OWN + 'approval/state', {'ticket': handle}, token=None), 200, 'state', 'signed')
    s.device('ticket', handle)
    sad = want(s.ask(V2 + 'credentials/authorizeCheck', {'handle': handle}), 200, 'SAD', 'expiresIn')['SAD']
    want(s.ask(V2 + 'credentials/authorizeCheck', {'handle': handle}), 400)
    sign = {'credentialID': s.key, 'SAD': sad, 'hashes': hashes, 'signAlgo': ECDSA}
    if len(want(s.ask(V2 + 'signatures/signHash', sign), 200)['signatures']) != 2:
        raise SystemExit('signatures')
    declined = want(s.ask(V2 + 'credentials/authorize', body), 202)['handle']
    want(s.ask(OWN + 'approval/decline', {'ticket': declined}, token=None), 200, 'state')
    want(s.ask(V2 + 'credentials/authorizeCheck', {'handle': declined}), 400)
    want(s.ask(V2 + 'credentials/authorize', dict(body, description='a\u202eb')), 400)
    sets = [base64.b64encode(b'\x31\x01' + bytes([i])).decode() for i in range(2)]
    named = dict(body, labels=['one', ''], attributes=sets,
                 hashes=[base64.b64encode(hashlib.sha256(base64.b64decode(x)).digest()).decode() for x in sets])
    shown = want(s.ask(V2 + 'credentials/authorize', named), 202)['handle']
    items = want(s.ask(OWN + 'approval', {'ticket': shown}, token=None), 200)['items']
    if [(i['digest'], i['label'], i['attributes']) for i in items] != list(zip(named['hashes'], named['labels'], sets)):
        raise SystemExit('items: %r' % items)
    want(s.ask(OWN + 'approval/decline', {'ticket': shown}, token=None), 200, 'state')
    want(s.ask(V2 + 'credentials/authorizeCheck', {'handle': shown}), 400)
    for wrong in ({'labels': ['one']}, {'labels': ['one', 'a\u202eb']}, {'labels': ['one', 'x' * 201]}, {'labels': 'one'},
                  {'attributes': sets[:1]}, {'attributes': sets[::-1]}, {'attributes': [sets[0], '']},
                  {'attributes': [sets[0], 1]}, {'attributes': [sets[0], sets[1] + '=']}):
        want(s.ask(V2 + 'credentials/authorize', dict(named, **wrong)), 400)
    passed_on(s, body)


def handed_over(s, whole, token=''):
    """A document in parts of 256 KiB; its name."""
    answer, step = {}, 256 << 10
    for at in range(0, len(whole), step):
        part = base64.b64encode(whole[at:at + step]).decode()
        more = {'document': answer['document'], 'at': at} if at else {'size': len(whole)}
        answer = want(s.ask(OWN + 'documents', dict(more, bytes=part), token=token), 200, 'document', 'have', 'expires')
    return answer['document']


def passed_on(s, body):
    """A document goes to the signing page with the request that names it, and to nobody else."""
    whole = os.urandom(1300000)
    name = handed_over(s, whole)
    half = want(s.ask(OWN + 'documents', {'size': 9, 'bytes': 'AAAA'}), 200)['document']
    for wrong in ([name], [name, half], [name, 'A' * 43], [name, 'x'], name, [name, 1]):
        want(s.ask(V2 + 'credentials/authorize', dict(body, documents=wrong)), 400)
    ticket = want(s.ask(V2 + 'credentials/authorize', dict(body, documents=[name, ''])), 202)['handle']
    items = want(s.ask(OWN + 'approval', {'ticket': ticket}, token=None), 200)['items']
    if [i.get('document') for i in items] != [len(whole), None]:
        raise SystemExit('items: %r' % items)
    def part(at, item=0):
        return s.ask(OWN + 'approval/document', {'ticket': ticket, 'item': item, 'at': at}, token=None)
    got = b''
    while len(got) < len(whole):
        got += base64.b64decode(want(part(len(got)), 200, 'size', 'bytes')['bytes'])
    if got != whole:
        raise SystemExit('the document came otherwise')
    want(part(0, 1), 404)
    for at, item in ((len(whole), 0), (-1, 0), (0, 2), (0, -1), ('0', 0), (0, None)):
        want(part(at, item), 400)
    want(s.ask(OWN + 'approval/decline', {'ticket': ticket}, token=None), 200)
    want(part(0), 409)
    want(s.ask(V2 + 'credentials/authorizeCheck', {'handle': ticket}), 400)


def logins(s):
    """auth/login as Laverca has it, and what does not log in."""
    def basic(pair):
        return {'Authorization': 'Basic ' + base64.b64encode(pair.encode()).decode()}
    good = basic(NAME + ':' + PASSWORD)
    for base in (V1, V2):
        path = base + 'auth/login'
        if 'basic' not in want(s.ask(base + 'info', {}, token=None), 200)['authType']:
            raise SystemExit('authType')
        t = want(s.ask(path, {'rememberMe': True}, token=None, **good), 200, 'access_token', 'refresh_token', 'expires_in')
        want(s.ask(base + 'credentials/list', {}, token=t['access_token']), 200)
        n = want(s.ask(path, {'refresh_token': t['refresh_token']}, token=None), 200, 'access_token')
        want(s.ask(base + 'auth/revoke', {'token': t['refresh_token']}, token=n['access_token']), 204)
        want(s.ask(base + 'credentials/list', {}, token=t['access_token']), 401)
        want(s.ask(path, {'refresh_token': t['refresh_token']}, token=None), 400)
        if 'refresh_token' in want(s.ask(path, {}, token=None, **good), 200):
            raise SystemExit('a refresh token that nobody asked for')
        wrong = want(s.ask(path, {}, token=None, **basic(NAME + ':not the password')), 400)
        nobody = want(s.ask(path, {}, token=None, **basic('nobody@example:not the password')), 400)
        if {k: wrong[k] for k in wrong if k != 'request_id'} != {k: nobody[k] for k in nobody if k != 'request_id'}:
            raise SystemExit('a wrong password and an unknown name differ')
        want(s.ask(path, {}, token=None), 401)
        want(s.ask(path, {}, token=None, Authorization='Basic !!!'), 401)
        want(s.ask(path, {}, token=None, **basic('no colon')), 400)


def authorization_server(s):
    """What the document says of it, where no library does."""
    for path in ('/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'):
        want(s.ask(path, token=None), 200, 'issuer')
    s.login()
    secret = open(s.directory + '/secrets/client').read().strip()
    basic = 'Basic ' + base64.b64encode(b'web:' + urllib.parse.quote_plus(secret).encode()).decode()
    for base in ('', '/csc/v1', '/csc/v2'):
        t = want(s.form(base + '/oauth2/token', {'grant_type': 'client_credentials'}, Authorization=basic), 200)
        want(s.form(base + '/oauth2/pushed_authorize', {
            'response_type': 'code', 'redirect_uri': 'https://web.example/cb', 'code_challenge_method': 'S256',
            'code_challenge': 'A' * 43}, Authorization=basic), 201, 'request_uri')
        want(s.ask('/csc/v2/credentials/list', {}, token=t['access_token']), 403)	# of no user
        want(s.form(base + '/oauth2/revoke', {'token': t['access_token']}, Authorization=basic), 204)
        if s.form('/revoke', {'token': t['access_token']}, Authorization=basic).status != 200:	# as RFC 7009 has it
            raise SystemExit('/revoke')
        want(s.form(base + '/oauth2/token', {'grant_type': 'client_credentials', 'client_id': 'web',
                                             'client_secret': 'x'}), 401)


if __name__ == '__main__':
    every = {f.__name__: f for f in (every_call, once, scal1, logins, on_page, authorization_server)}
    every[sys.argv[1]](Ssa(*sys.argv[2:]))
    print(json.dumps({'done': sys.argv[1]}))
