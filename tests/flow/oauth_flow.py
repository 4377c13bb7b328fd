# SPDX-License-Identifier: Apache-2.0
# The walk of oauth_flow.sh.
from oauth_kit import *

def registration():
    a = token([('grant_type', 'client_credentials'), ('client_id', SIGNER), ('client_assertion', assertion()),
        ('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')])
    case('the signer\'s own tool logs in with its key', a.status == 200 and works(a.json['access_token']), a)
    own = a.json['access_token']
    a = ask('POST', '/propria/v1/register', {}, bearer(own))
    case('it gets a token to make a login with', a.status == 200, a)
    handed_out.append(a.json['register'])
    b, one = Browser(), a.json['register']
    def make(**f):
        return b.form('/login/register', b.get('/login/register'), **dict({'token': one, 'name': NAME,
            'password': PASSWORD, 'again': PASSWORD}, **f))
    case('a password of 11 characters is refused', make(password='elevenchars', again='elevenchars').status == 403)
    case('two passwords that differ are refused', make(again=PASSWORD + 'x').status == 403)
    case('a token of nobody is refused', make(token=b64u(os.urandom(32))).status == 403)
    case('a form without its token is refused', b.go('POST', '/login/register', [('token', one), ('name', NAME),
        ('password', PASSWORD), ('again', PASSWORD)]).status == 403)
    case('the markup in a name comes back escaped', '<script>' not in make(name='<script>').text)
    a = make(name='<' * 160000)
    case('a name of 160,000 brackets is refused in a short page', a.status == 403 and len(a.body) < 20000, a)
    a = make()
    case('a login is made and logged in', a.status == 303 and '__Host-session' in b.cookies, a)
    case('the token makes no second login', make(name='other').status == 403)
    return own

# An authenticator in software: one P-256 key, attestation "none".
class Passkey:
    def __init__(self):
        self.pem = os.path.join(DIR, 'passkey.%s' % os.urandom(4).hex())
        subprocess.run(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out',
            self.pem], check=True, stderr=subprocess.DEVNULL)
        point = subprocess.run(['openssl', 'pkey', '-in', self.pem, '-pubout', '-outform', 'DER'],
            stdout=subprocess.PIPE, check=True).stdout[-64:]
        self.id = os.urandom(16)
        self.cose = bytes.fromhex('a5010203262001215820') + point[:32] + bytes.fromhex('225820') + point[32:]
    def data(self, rp, flags):
        return hashlib.sha256(rp.encode()).digest() + bytes([flags]) + bytes(4)
    def client(self, kind, challenge, origin):
        return json.dumps({'type': 'webauthn.' + kind, 'challenge': challenge, 'origin': origin,
            'crossOrigin': False}).encode()
    def create(self, challenge, rp='localhost', origin=ENDPOINT):
        data = self.data(rp, 0x45) + bytes(16) + struct.pack('>H', 16) + self.id + self.cose
        obj = b'\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58' + bytes([len(data)]) + data
        return {'attestation': b64u(obj), 'client': b64u(self.client('create', challenge, origin))}
    def get(self, challenge, rp='localhost', origin=ENDPOINT, flags=5, kind='get'):
        data, client = self.data(rp, flags), self.client(kind, challenge, origin)
        sig = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', self.pem],
            input=data + hashlib.sha256(client).digest(), stdout=subprocess.PIPE, check=True).stdout
        return {'id': b64u(self.id), 'authData': b64u(data), 'client': b64u(client), 'signature': b64u(sig)}

def box(page):
    return dict(re.findall(r'data-(\w+)="([^"]*)"', page.text))

def passkeys(own):
    one = ask('POST', '/propria/v1/register', {}, bearer(own)).json['register']
    handed_out.append(one)
    b, key = Browser(), Passkey()
    def make(**change):
        d = box(b.get('/login/register'))
        return b.go('POST', '/login/register/passkey', dict({'csrf': d['csrf'], 'token': one, 'challenge':
            d['challenge']}, **key.create(d['challenge'], **change)))
    case('a passkey of another host makes no login', make(rp='approve.localhost').status == 403)
    case('nor one of another origin', make(origin=SIC).status == 403)
    a = make()
    case('a login passkey is registered', a.status == 200 and '__Host-session' in b.cookies, a)
    case('the token makes no second one', make().status == 403)
    b = Browser()
    def login(who=key, path='/login', **change):
        d = box(b.get(path))
        return b.go('POST', '/login/passkey', dict({'csrf': d['csrf'], 'challenge': d['challenge']},
            **who.get(d['challenge'], **change)))
    for sentence, change in (('for another RP ID', {'rp': 'approve.localhost'}), ('of another origin', {'origin': SIC}),
            ('without user verification', {'flags': 1}), ('of another kind', {'kind': 'create'})):
        a = login(**change)
        case('an assertion %s does not log in' % sentence, a.status == 403 and '__Host-session' not in b.cookies, a)
    stranger = Passkey()
    stranger.id = key.id
    case('nor one by another key', login(stranger).status == 403)
    a = login()
    case('the passkey logs in', a.status == 200 and a.json['next'] == '/login' and '__Host-session' in b.cookies, a)

def logins():
    b = Browser()
    a = b.login()
    case('name and password log in', a.status == 303 and '__Host-session' in b.cookies, a)
    case('the name may be in capitals', Browser().login(name=NAME.upper()).status == 303)
    wrong, nobody = Browser().login(password='not the password'), Browser().login(name='nobody', password='no such person')
    case('a wrong password is refused', wrong.status == 403, wrong)
    clean = lambda x: re.sub(r'(data-csrf|data-challenge|value)="[^"]*"', '', x.text)
    case('an unknown name is refused in the same words', nobody.status == 403 and clean(wrong) == clean(nobody), nobody)
    p = Browser()
    got = p.get('/login')
    a = p.form('/login', got, name=NAME, password=PASSWORD, csrf='A' * 43)
    case('a forged form token is refused', a.status == 403, a)
    a = p.go('POST', '/login', [('csrf', re.search('name="csrf" value="([^"]*)', got.text).group(1)), ('name', NAME),
        ('password', PASSWORD)], {'Origin': 'https://evil.example'})
    case('a form from another origin is refused', a.status == 403, a)
    a = p.go('POST', '/login/passkey', {'csrf': 'A' * 43, 'challenge': 'A' * 43, 'id': 'AAAA'})
    case('a passkey without our challenge is refused', a.status == 403, a)
    challenge = re.search('data-challenge="([^"]*)', got.text).group(1)
    csrf = re.search('data-csrf="([^"]*)', got.text).group(1)
    body = {'csrf': csrf, 'challenge': challenge, 'id': 'AAAA', 'authData': 'AAAA', 'client': 'AAAA', 'signature': 'AAAA'}
    a = p.go('POST', '/login/passkey', body)
    case('a passkey that nobody knows is refused', a.status == 403 and 'does not log in' in a.text, a)
    a = p.go('POST', '/login/passkey', body)
    case('its challenge is good once', a.status == 403 and 'too old' in a.text, a)
    a = b.form('/logout', b.get('/logout'))
    case('after logout nobody is logged in', a.status == 303 and 'Nobody' in b.get('/logout').text, a)
    got = [Browser().login(name='limited', password='guess number %d' % i).status for i in range(8)]
    case('after six failures a name waits, known or not', got == [403] * 6 + [429] * 2)
    a = Browser(PLAIN).login()
    case('the plain entrance on loopback logs in too', a.status == 303, a)

def requests(b):
    good = lambda **k: authorize(b, query(**k))
    a = good(client='nobody')
    case('an unknown client gets a page, no redirect', a.status == 400 and not a.to, a)
    for uri in (APP + '/', APP + '?x=1', 'https://app.example', 'https://evil.example/cb', WEB, 'http://app.example/cb'):
        a = good(redirect=uri)
        case('redirect URI %s gets a page, no redirect' % uri, a.status == 400 and not a.to, a)
    a = ask('GET', '/oauth2/authorize?client_id=app&client_id=app')
    case('a parameter twice gets a page, no redirect', a.status == 400 and not a.to, a)
    def errs(sentence, error, **k):
        a = authorize(b, query(**k))
        case(sentence, a.status == 302 and a.to == k.get('redirect', APP) and a.query.get('error') == error and
            a.query.get('iss') == ENDPOINT and a.query.get('state') == 's t&a' and 'code' not in a.query, a)
    errs('without PKCE: invalid_request', 'invalid_request', drop=('code_challenge', 'code_challenge_method'))
    errs('plain PKCE: invalid_request', 'invalid_request', code_challenge_method='plain')
    errs('PKCE without a method would be plain: invalid_request', 'invalid_request', drop=('code_challenge_method',))
    errs('a challenge of another length: invalid_request', 'invalid_request', code_challenge='abc')
    errs('response_type token is not offered', 'unsupported_response_type', response_type='token')
    errs('an unknown scope', 'invalid_scope', scope='openid')
    errs('two scopes together', 'invalid_scope', scope='service credential')
    errs('credential without a credential', 'invalid_request', scope='credential')
    errs('a description with bidi controls', 'invalid_request', description='a\u202eb')
    for sentence, change in (('no digest', {'documentDigests': []}), ('another type', {'type': 'sign'}),
            ('a count that differs', {'numSignatures': 2}), ('a hash type that is not signed', {'documentDigests':
            [{'hash': 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=', 'hashType': 'sdr'}]})):
        d = {'type': URI_TYPE, 'credentialID': KEY, 'hashAlgorithmOID': OID, 'documentDigests':
            [{'hash': 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg='}]}
        d.update(change)
        errs('authorization_details with ' + sentence, 'invalid_authorization_details',
            authorization_details=json.dumps([d]))
    errs('authorization_details that are no JSON', 'invalid_authorization_details', authorization_details="[{'a': 1}]")
    errs('a member of them named twice', 'invalid_authorization_details',
        authorization_details='[{"type":"credential","type":"credential"}]')

def service(b):
    verifier, challenge = pkce()
    nobody = Browser()
    a = follow(nobody, authorize(nobody, query(challenge=challenge)))
    case('who is not logged in is asked to', a.status == 200 and 'Log in' in a.text and 'Test App' in a.text, a)
    a = follow(nobody, nobody.form('/login', a, name=NAME, password=PASSWORD))
    case('then consent is asked for', 'Allow this application?' in a.text, a)
    case('and the policy of that page lets it lead to the client only',
        "form-action 'self' https://app.example" in a.headers['Content-Security-Policy'])
    denied = nobody.form('/oauth2/consent', follow(nobody, authorize(nobody, query())), act='deny')
    case('a denial is access_denied', denied.query.get('error') == 'access_denied', denied)
    consent = a
    bad = nobody.form('/oauth2/consent', a, act='allow', csrf='B' * 43)
    case('a consent without our form is refused', bad.status == 403, bad)
    a = nobody.form('/oauth2/consent', a, act='allow')
    case('consent gives a code, state and iss', a.to == APP and 'code' in a.query and a.query['state'] == 's t&a' and
        a.query['iss'] == ENDPOINT, a)
    again = nobody.form('/oauth2/consent', consent, act='allow')
    case('the same consent gives no second code', again.status == 400, again)
    code = a.query['code']
    a = redeem(code, verifier, client='web', redirect=APP, basic=('web', SECRET))
    case('another client gets nothing for the code', a.said == 'invalid_grant', a)
    a = redeem(code, verifier)
    case('its own client gets a token', a.status == 200 and a.json['token_type'] == 'Bearer' and
        a.headers['Cache-Control'] == 'no-store' and works(a.json['access_token']), a)
    first = a.json
    a = redeem(code, verifier)
    case('a replayed code gets nothing', a.said == 'invalid_grant', a)
    case('and ends the tokens it gave', not works(first['access_token']))
    a = token([('grant_type', 'refresh_token'), ('refresh_token', first['refresh_token']), ('client_id', 'app')])
    case('and the refresh token', a.said == 'invalid_grant', a)
    def code_for(**k):
        q = query(**k)
        got = follow(b, authorize(b, q))
        return b.form('/oauth2/consent', got, act='allow').query['code']
    verifier, challenge = pkce()
    code = code_for(challenge=challenge)
    a = redeem(code, pkce()[0])
    case('a wrong verifier gets nothing', a.said == 'invalid_grant', a)
    case('and uses up the code', redeem(code, verifier).said == 'invalid_grant')
    case('no verifier gets nothing', redeem(code_for(challenge=challenge), None).said == 'invalid_grant')
    a = redeem(code_for(challenge=challenge), verifier, redirect=WEB)
    case('another redirect URI gets nothing', a.said == 'invalid_grant', a)
    a = redeem(code_for(challenge=challenge), verifier)
    rotate = lambda t: token([('grant_type', 'refresh_token'), ('refresh_token', t), ('client_id', 'app')])
    old, second = a.json['refresh_token'], rotate(a.json['refresh_token'])
    case('a refresh token gives another one', second.status == 200 and second.json['refresh_token'] != old and
        works(second.json['access_token']), second)
    a = token([('grant_type', 'refresh_token'), ('refresh_token', second.json['refresh_token'])], basic=('web', SECRET))
    case('not to another client', a.said == 'invalid_grant', a)
    a = rotate(old)
    case('used again, it ends the family', a.said == 'invalid_grant' and not works(second.json['access_token']) and
        rotate(second.json['refresh_token']).said == 'invalid_grant', a)
    a = redeem(code_for(challenge=challenge), verifier)
    revoke = lambda t, **k: ask('POST', '/oauth2/revoke', [('token', t), ('client_id', 'app')] + list(k.items()))
    case('a token of another client is not revoked', ask('POST', '/oauth2/revoke', [('token', a.json['access_token'])],
        {'Authorization': 'Basic ' + base64.b64encode(('web:' + urllib.parse.quote_plus(SECRET)).encode()).decode()}
        ).status == 204 and works(a.json['access_token']))
    case('a token is revoked', revoke(a.json['access_token']).status == 204 and not works(a.json['access_token']))
    case('what is no token is answered alike', revoke('nonsense').status == 204)
    case('revoking a refresh token ends it', revoke(a.json['refresh_token']).status == 204 and
        rotate(a.json['refresh_token']).said == 'invalid_grant')

def clients():
    cc = [('grant_type', 'client_credentials')]
    a = token(cc, basic=('web', SECRET))
    case('Basic authentication, form-decoded', a.status == 200, a)
    case('a token of no user opens no account', ask('GET', '/propria/v1/account', None,
        bearer(a.json['access_token'])).status == 403)
    for how, pair in (('not encoded', 'web:' + SECRET), ('encoded byte by byte', ':'.join(''.join('%%%02x' % c for c in
            x.encode()) for x in ('web', SECRET)))):
        a = ask('POST', '/oauth2/token', cc, {'Authorization': 'Basic ' + base64.b64encode(pair.encode()).decode()})
        case('Basic with a secret that is %s' % how, a.status == 200, a)
    a = token(cc + [('client_id', 'web'), ('client_secret', SECRET)])
    case('a secret in the form', a.status == 200, a)
    a = token(cc + [('client_id', 'web'), ('client_secret', SECRET)], basic=('web', SECRET))
    case('both at once are refused', a.said == 'invalid_request', a)
    a = token(cc, basic=('web', SECRET + 'x'))
    case('a wrong secret is invalid_client', a.status == 401 and a.said == 'invalid_client' and
        a.headers['WWW-Authenticate'].startswith('Basic'), a)
    case('no secret is refused', token(cc + [('client_id', 'web')]).status == 400)
    case('a public client has no grant of its own', token(cc + [('client_id', 'app')]).said == 'unauthorized_client')
    a = ask('POST', '/oauth2/token', 'grant_type=client_credentials&grant_type=x', {'Content-Type':
        'application/x-www-form-urlencoded'})
    case('a parameter twice is refused', a.said == 'invalid_request', a)

def pushed(b):
    verifier, challenge = pkce()
    push = lambda q, **k: ask('POST', '/oauth2/pushed_authorize', q, k)
    a = push(query(challenge=challenge))
    case('a pushed request is 201', a.status == 201 and a.json['expires_in'] == 90, a)
    go = lambda uri, client='app': authorize(b, [('client_id', client), ('request_uri', uri), ('state', 'other')])
    foreign = go(a.json['request_uri'], 'web')
    case('another client cannot use it', foreign.status == 400 and not foreign.to, foreign)
    got = follow(b, go(a.json['request_uri']))
    code = b.form('/oauth2/consent', got, act='allow')
    case('its own client can, with its own state', code.query.get('state') == 's t&a' and
        redeem(code.query['code'], verifier).status == 200, code)
    again = go(a.json['request_uri'])
    case('and once only', again.status == 400 and not again.to, again)
    case('a request_uri inside one is refused', push(query() + [('request_uri', 'urn:x')]).said == 'invalid_request')
    case('an unregistered redirect URI is refused', push(query(redirect='https://evil.example/')).said == 'invalid_request')
    case('so is plain PKCE', push(query(code_challenge_method='plain')).said == 'invalid_request')
    case('a client with a secret must show it', push(query(client='web', redirect=WEB)).status == 400)

def signing(b, own):
    verifier, challenge = pkce()
    one, two = digest('one'), digest('two')
    std = base64.b64encode(one).decode()
    t = ticket_of(b, credential([std, b64u(two)], challenge, description='Two letters'))
    case('scope credential leads to the signing page', t is not None)
    a = page('', t)
    p = a.json
    case('the page is told who asks for what', a.status == 200 and p['requester']['name'] == 'Test App' and
        p['text'] == 'Two letters' and [base64.b64decode(i['digest']) for i in p['items']] == [one, two] and
        p['state'] == 'pending' and p['signer'] == SIGNER and p['key']['credentialID'] == KEY and
        p['authenticators'], a)
    case('and only the signing page\'s origin may read it', a.headers.get('Access-Control-Allow-Origin') == SIC and
        not ask('POST', '/propria/v1/approval', {'ticket': t}, {'Origin': 'https://evil.example'}).headers
        .get('Access-Control-Allow-Origin'))
    case('a ticket of nobody is 404', page('', b64u(os.urandom(32))).status == 404)
    a = approve(t, items=[(one, b''), (digest('three'), b'')])
    case('a statement over other digests is refused', a.status == 400 and a.json['reason'] == 'dtbs', a)
    a = approve(t, name='Somebody else')
    case('a statement that names another asker is refused', a.status == 400, a)
    a = approve(t, requester='00' * 16)
    case('a statement that names none is refused', a.status == 400, a)
    p = page('', t).json
    st = statement(p)
    ev = bytearray(evidence(p, st))
    ev[-1] ^= 1
    a = answer(t, st, bytes(ev))
    case('a wrong signature of the authenticator is refused by the SAM', a.json.get('reason') == 'auth', a)
    case('and the ticket still waits', page('/state', t).json['state'] == 'pending')
    p = page('', t).json
    st = statement(p)
    ev = evidence(p, st)
    a = answer(t, st, ev)
    case('the person\'s approval is taken', a.status == 200 and a.json['state'] == 'approved', a)
    go_on = a.json['continue']
    a = answer(t, st, ev)
    case('the ticket is not answered twice', a.status == 409, a)
    case('nor declined afterwards', page('/decline', t).status == 409)
    a = Browser().get(back(go_on))
    case('another browser does not get the code', a.status == 403 and not a.to, a)
    a = b.get(back(go_on))
    case('the browser that started gets it, with state and iss', a.to == APP and 'code' in a.query and
        a.query['iss'] == ENDPOINT and a.query['state'] == 's t&a', a)
    case('once', b.get(back(go_on)).status == 400)
    code = a.query['code']
    a = redeem(code, verifier)
    case('the code gives a token of scope credential', a.status == 200 and a.json['scope'] == 'credential' and
        a.json['credentialID'] == KEY and 'refresh_token' not in a.json, a)
    sad = a.json['access_token']
    case('it lives no longer than the statement', a.json['expires_in'] <= p['life'] / 1000)
    case('it does not list', ask('POST', '/csc/v2/credentials/list', {}, bearer(sad)).status == 403)
    case('a token of the signer\'s own tool cannot use it', sign(own, sad, [std]).status == 400)
    a = sign(sad, sad, [base64.b64encode(digest('three')).decode()])
    case('it signs nothing else', a.status == 400, a)
    a = sign(sad, None, [std])
    case('it signs as the bearer alone', a.status == 200 and len(a.json['signatures']) == 1, a)
    a = sign(sad, None, [base64.b64encode(two).decode()])
    case('and the second later', a.status == 200, a)
    case('the page hears of both', until(lambda: page('/state', t).json == {'state': 'done', 'signed': 2}))
    a = redeem(code, verifier)
    case('the replayed code ends it', a.said == 'invalid_grant' and sign(sad, None, [std]).status == 401, a)

    t = ticket_of(b, credential([std]))
    a = page('/decline', t)
    case('a person may decline', a.status == 200 and a.json['state'] == 'declined', a)
    a = b.get(back(a.json['continue']))
    case('then the client hears access_denied', a.query.get('error') == 'access_denied' and a.to == APP, a)
    case('and the ticket is over', approve(t).status == 409)

    t = ticket_of(b, credential([std]))
    p = page('', t).json
    st = statement(p, life=1)
    ev = evidence(p, st)
    a = answer(t, st, ev)
    case('an expired statement is refused by the SAM', a.json.get('reason') == 'time', a)

    a = follow(b, authorize(b, credential([b64u(os.urandom(48))])))
    case('digests of another length are refused', a.query.get('error') == 'invalid_request', a)
    a = follow(b, authorize(b, list(dict(credential([std]), credentialID=os.urandom(16).hex()).items())))
    case('a key of nobody is refused', a.query.get('error') == 'invalid_request', a)

    anew = authorize(b, query(prompt='login'))
    a = follow(b, anew)
    case('prompt=login asks again', 'Log in' in a.text, a)
    again = b.form('/oauth2/consent', a, act='allow')
    case('and a consent does not go around it', not again.to.startswith(APP) and 'code' not in again.query, again)

def details(b):
    verifier, challenge = pkce()
    std = base64.b64encode(digest('rar')).decode()
    d = [{'type': URI_TYPE, 'credentialID': KEY, 'numSignatures': 1, 'hashAlgorithmOID': OID,
        'documentDigests': [{'hash': std, 'label': 'Contract', 'hashType': 'DTBSR'}]}]
    a = ask('POST', '/csc/v2/oauth2/pushed_authorize', query(challenge=challenge, authorization_details=json.dumps(d)))
    t = ticket_of(b, [('client_id', 'app'), ('request_uri', a.json['request_uri'])])
    case('pushed authorization_details lead to the signing page', t is not None, a)
    case('with their label', page('', t).json['items'][0]['label'] == 'Contract')
    code = b.get(back(approve(t).json['continue'])).query['code']
    repeated = [dict(d[0], documentDigests=[dict(d[0]['documentDigests'][0], hash=b64u(digest('rar')))])]
    a = redeem(code, verifier, authorization_details=json.dumps(repeated))
    case('the token echoes them, hash and letter case as they came', a.status == 200 and
        a.json['authorization_details'] == d, a)
    a = sign(a.json['access_token'], None, [std])
    case('and signs', a.status == 200, a)
    t = ticket_of(b, query(challenge=challenge, authorization_details=json.dumps(d)))
    code = b.get(back(approve(t).json['continue'])).query['code']
    other = [dict(d[0], documentDigests=[{'hash': base64.b64encode(digest('x')).decode()}])]
    a = redeem(code, verifier, authorization_details=json.dumps(other))
    case('other details with the code get nothing', a.said == 'invalid_grant', a)

def documents(b):
    whole, (verifier, challenge) = os.urandom(1000), pkce()
    def hand(t, **more):
        return ask('POST', '/propria/v1/documents', dict({'size': len(whole), 'bytes':
            base64.b64encode(whole).decode()}, **more), bearer(t))
    web = token([('grant_type', 'client_credentials')], basic=('web', SECRET)).json['access_token']
    a = hand(web)
    case('a client of its own hands over a document', a.status == 200 and a.json['have'] == 1000, a)
    name = a.json['document']
    d = lambda n: json.dumps([{'type': URI_TYPE, 'credentialID': KEY, 'numSignatures': 1, 'hashAlgorithmOID': OID,
        'documentDigests': [{'hash': base64.b64encode(hashlib.sha256(whole).digest()).decode(), 'document': n}]}])
    push = lambda n, **k: ask('POST', '/oauth2/pushed_authorize', query('web', WEB, challenge, authorization_details=d(n)) +
        [('client_secret', SECRET)])
    a = push(name)
    case('and names it in what it pushes', a.status == 201, a)
    t = ticket_of(b, [('client_id', 'web'), ('request_uri', a.json['request_uri'])])
    p = page('', t).json
    case('the page hears how long it is', p['items'][0].get('document') == 1000)
    a = page('/document', t, item=0, at=0)
    case('and gets it', a.status == 200 and base64.b64decode(a.json['bytes']) == whole and a.json['size'] == 1000, a)
    case('without a ticket nobody does', page('/document', 'A' * 43, item=0, at=0).status == 404)
    code = b.get(back(approve(t).json['continue'])).query['code']
    a = redeem(code, verifier, redirect=WEB, basic=('web', SECRET), authorization_details=d(name))
    case('the details come back with it', a.status == 200 and a.json['authorization_details'][0]['documentDigests'][0]
        ['document'] == name, a)
    case('what nobody handed over is refused', push('A' * 43).said == 'invalid_authorization_details')
    a = authorize(b, query(authorization_details=d(name)))
    case('what another client handed over is, too', a.query.get('error') == 'invalid_authorization_details', a)
    half = hand(web, size=2000).json['document']
    case('so is what is not whole', push(half).said == 'invalid_authorization_details')
    a = ask('POST', '/propria/v1/documents', {'document': name, 'at': 0, 'bytes': 'AAAA'}, bearer(redeem_again(b)))
    case('nobody else adds to it', a.status == 400, a)

def version_one(b):
    std = base64.b64encode(digest('v1')).decode()
    q = query('web', WEB, drop=('code_challenge', 'code_challenge_method'))
    got = follow(b, authorize(b, q, '/csc/v1'))
    code = b.form('/oauth2/consent', got, act='allow').query['code']
    service = redeem(code, None, redirect=WEB, base='/csc/v1', basic=('web', SECRET))
    case('v1: a client with a secret needs no PKCE', service.status == 200 and
        service.json['token_type'] == 'Bearer', service)
    a = authorize(b, query(drop=('code_challenge', 'code_challenge_method')), '/csc/v1')
    case('v1: a public client does', a.query.get('error') == 'invalid_request', a)
    q = query('web', WEB, scope='credential', credentialID=KEY, numSignatures='1', hash=b64u(digest('v1')),
        drop=('code_challenge', 'code_challenge_method'))
    t = ticket_of(b, q, '/csc/v1')
    code = b.get(back(approve(t).json['continue'])).query['code']
    a = redeem(code, None, redirect=WEB, base='/csc/v1', basic=('web', SECRET))
    case('v1: the token of scope credential is of type SAD', a.status == 200 and a.json['token_type'] == 'SAD', a)
    a = sign(service.json['access_token'], a.json['access_token'], [std], '/csc/v1/signatures/signHash')
    case('v1: it signs beside the service token', a.status == 200, a)

def account_tokens(b):
    def made(key=None, header={'typ': 'JWT', 'alg': 'HS256'}, **change):
        claims = dict({'sub': SIGNER, 'azp': 'web', 'iat': int(time.time()), 'jti': os.urandom(8).hex()}, **change)
        text = '.'.join(b64u(json.dumps(x).encode()) for x in (header, claims))
        return text + '.' + b64u(hmac.digest(key or hashlib.sha256(SECRET.encode()).digest(), text.encode(), 'sha256'))
    ask_for = lambda t, client='web', redirect=WEB: authorize(b, query(client, redirect, account_token=t))
    good = made()
    a = follow(b, ask_for(good))
    case('an account_token of the one who is logged in', 'Allow this application?' in a.text, a)
    case('is good once', ask_for(good).query.get('error') == 'invalid_request')
    a = follow(b, ask_for(made(sub='a1' * 16)))
    case('one of another account asks for the login', 'Log in' in a.text, a)
    a = follow(b, b.form('/login', a, name=NAME, password=PASSWORD))
    case('and again, until it is that one\'s', 'Log in' in a.text, a)
    again = b.form('/oauth2/consent', a, act='allow')
    case('a consent does not go around it', not again.to.startswith(WEB), again)
    for sentence, t in (('by another key', made(b'x' * 32)), ('by the secret itself', made(SECRET.encode())),
            ('of another client', made(azp='app')), ('of ten minutes ago', made(iat=int(time.time()) - 600)),
            ('of the future', made(iat=int(time.time()) + 600)), ('without jti', made(jti='')), ('of no account',
            made(sub='alice')), ('of nobody', made(sub='00' * 16)), ('that is not signed', made(header={'alg': 'none'})), ('by ES256', made(header={'alg':
            'ES256'})), ('cut', made()[:-1]), ('of one part', 'x')):
        a = ask_for(t)
        case('an account_token %s is refused' % sentence, a.to == WEB and a.query.get('error') == 'invalid_request', a)
    a = ask_for(made(hashlib.sha256(b'').digest(), azp='app'), 'app', APP)
    case('a client without a secret has none', a.query.get('error') == 'invalid_request', a)

def sic():
    b, (verifier, challenge) = Browser(), pkce()
    q = query('sic', SIC + '/callback', challenge)
    b.login()
    a = follow(b, authorize(b, q))
    case('our own pages need no consent', a.to == SIC + '/callback' and 'code' in a.query, a)
    a = redeem(a.query['code'], verifier, 'sic', SIC + '/callback')
    case('and get a service token', a.status == 200 and 'refresh_token' in a.json, a)
    a = authorize(b, query('sic', SIC + '/callback', scope='credential'))
    case('but no approvals by this way', a.query.get('error') == 'invalid_scope', a)
    a = ask('POST', '/propria/v1/register', {}, bearer(redeem_again(b)))
    case('nor another login', a.status == 403, a)

def redeem_again(b):
    verifier, challenge = pkce()
    a = follow(b, authorize(b, query('sic', SIC + '/callback', challenge)))
    return redeem(a.query['code'], verifier, 'sic', SIC + '/callback').json['access_token']

def main():
    own = registration()
    passkeys(own)
    logins()
    b = Browser()
    b.login()
    requests(b)
    service(b)
    clients()
    pushed(b)
    signing(b, own)
    details(b)
    documents(b)
    version_one(b)
    account_tokens(b)
    sic()
    metadata = ask('GET', '/.well-known/openid-configuration')
    case('metadata name issuer and S256 only', metadata.json['issuer'] == ENDPOINT and
        metadata.json['code_challenge_methods_supported'] == ['S256'], metadata)
    open(DIR + '/handed-out', 'w').write('\n'.join(sorted(set(x for x in handed_out if x))) + '\n')
    print('# end')

main()
