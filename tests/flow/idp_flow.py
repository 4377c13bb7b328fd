# SPDX-License-Identifier: Apache-2.0
# The walk of idp_flow.sh.
import sys, os, socket, threading
EVIL, REAL, DEBIAN = sys.argv[7:10]
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'idp'))
sys.dont_write_bytecode = True
from oauth_kit import *
from glewlwyd import Glewlwyd
from person import Person
import urllib.request

LOA = 'http://eidas.europa.eu/LoA/'
handed_out += ['secret-of-the-activation-client', 'secret-of-the-login-client']

def own_token():
    a = token([('grant_type', 'client_credentials'), ('client_id', SIGNER), ('client_assertion', assertion()),
        ('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')])
    return a.json['access_token']

def post(url, body, cafile=None):
    r = urllib.request.Request(url, body.encode() if isinstance(body, str) else json.dumps(body).encode())
    handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=cafile))]
    return json.loads(urllib.request.build_opener(*handlers).open(r, None, 30).read())

def evil(fault):
    post(EVIL + '/test', fault)

def to_sign(text='I agree', items=None):
    """A SIGN statement of alice over one digest."""
    c = ask('POST', '/propria/v1/challenge', {'signer': SIGNER, 'purpose': 0x0101}).json
    items = items or [(digest('a contract'), b'contract.pdf')]
    return statement({'key': {'credentialID': KEY, 'spki': base64.b64encode(b'key').decode(), 'class': 1, 'level': 2, 'alg': 1},
        'now': c['now'], 'requester': {'id': SIGNER, 'name': 'Alice'}, 'text': text, 'group': c['group'], 'epoch': c['epoch'],
        'signer': SIGNER, 'fresh': c['fresh'], 'life': 300000}, items=items)

def d_of(st):
    return b64u(hashlib.sha256(b'propria-statement-v1\0' + st).digest())

OWN = own_token()
handed_out.append(OWN)

def begin(provider, st, end='cli', who=OWN, **more):
    a = ask('POST', '/propria/v1/idp/begin', dict({'provider': provider, 'statement': b64u(st), 'return': end}, **more),
        bearer(who) if who else {})
    if a.status == 200:
        handed_out.append(a.json['flow'])
    return a

def result(flow, who=OWN):
    a = ask('POST', '/propria/v1/idp/result', {'flow': flow}, bearer(who) if who else {})
    if 'token' in a.json:
        handed_out.append(a.json['token'])
    return a

def params(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))

def claims_of(jwt):
    return json.loads(unb64u(jwt.split('.')[1]))

def alive():
    a = ask('GET', '/propria/v1/status')
    return a.status == 200 and 'open' in a.text

def basics():
    a = ask('GET', '/propria/v1/providers')
    names = [p['name'] for p in a.json['providers']]
    case('the providers are listed, with no secret of theirs', a.status == 200 and names[:4] == ['evil', 'hasty', 'unpushed', 'down'] and
        all(sorted(p) == ['issuer', 'name', 'text', 'transaction'] for p in a.json['providers']), a)
    st = to_sign()
    a = begin('nobody', st)
    case('a provider that nobody configured is refused', a.status == 400, a)
    a = begin('evil', st, who=None)
    case('a statement needs its signer\'s token', a.status == 403, a)
    a = begin('evil', st, who='A' * 43)
    case('a token that does not hold is refused', a.status == 401, a)
    a = begin('evil', st[:-1])
    case('a statement that is cut is refused', a.status == 400 and a.json['reason'] == 'parse', a)
    other = bytearray(st)
    other[42] ^= 1
    a = begin('evil', bytes(other))
    case('a statement of another signer is refused', a.status == 403, a)
    other = bytearray(st)
    other[6] ^= 1
    a = begin('evil', bytes(other))
    case('a statement for another group is refused', a.status == 400 and a.json['reason'] == 'group', a)
    other = bytearray(st)
    other[4:6] = b'\2\3'
    case('a statement that no signer approves is refused', begin('evil', bytes(other)).status == 400)
    a = begin('evil', st, end='elsewhere')
    case('it ends on the pages or at a program', a.status == 400, a)

def walk(provider='unpushed', end='cli', change=None, code='good', who=OWN, st=None):
    """Through the evil provider: the begin's answer, the callback's, the result."""
    a = begin(provider, st or to_sign(), end, who)
    if a.status != 200:
        return a, None, None
    q = params(a.json['url'])
    post(EVIL + '/asked', q)
    back = dict({'code': code, 'state': q.get('state', '')}, **(change or {}))
    b = ask('GET', '/idp/callback?' + urllib.parse.urlencode({k: v for k, v in back.items() if v is not None}))
    return a, b, result(a.json['flow'], who)

def good():
    evil('')
    st = to_sign()
    a, b, r = walk(st=st)
    q = params(a.json['url'])
    case('the request is what it should be', q['nonce'] == d_of(st) and q['max_age'] == '0' and q['prompt'] == 'login' and
        q['code_challenge_method'] == 'S256' and q['client_id'] == 'activation' and q['response_type'] == 'code' and
        q['redirect_uri'] == ENDPOINT + '/idp/callback' and q['scope'] == 'openid', a)
    case('a program gets the token', b.status == 200 and r.json.get('state') == 'done' and
        claims_of(r.json['token'])['nonce'] == d_of(st), r)
    case('the page tells nothing of it', r.json['token'] not in b.text and q['state'] not in b.text, b)
    case('the token is given once', result(a.json['flow']).status == 404)
    seen = post(EVIL + '/seen', '')['token']
    case('the code is traded with its verifier', b64u(hashlib.sha256(seen['code_verifier'].encode()).digest()) == q['code_challenge'] and
        seen['redirect_uri'] == q['redirect_uri'])
    back = '/idp/callback?' + urllib.parse.urlencode({'code': 'good', 'state': q['state']})
    case('a state is good once', ask('GET', back).status == 400)
    a = begin('unpushed', to_sign())
    case('before the person is back, it waits', result(a.json['flow']).json == {'state': 'waiting'})
    case('its result is for its own account', result(a.json['flow'], None).status == 404)
    a, b, r = walk(change={'state': b64u(os.urandom(32))})
    case('a state of nobody is refused', b.status == 400 and r.json['state'] == 'waiting', b)
    a, b, r = walk(end='page')
    case('a page is sent on with a secret of its own', b.status == 302 and b.to == SIC + '/callback' and
        b.fragment[:5] == 'flow=' and b.fragment[5:] != a.json['flow'], b)
    case('who only began it gets no token', r.json == {'state': 'done'}, r)
    handed_out.append(b.fragment[5:])
    r = result(b.fragment[5:])
    case('who came back gets it', r.json['state'] == 'done' and 'token' in r.json, r)
    case('that secret is good once', result(b.fragment[5:]).status == 404)
    a, b, r = walk(change={'code': None, 'error': 'access_denied'})
    case('a person who says no is told so', b.status == 403 and r.json['state'] == 'failed' and 'declined' in r.json['why'], r)
    a, b, r = walk(change={'error': '<script>'})
    case('a provider\'s words are not repeated', b.status == 403 and '<script>' not in b.text + r.text, b)
    flows = [begin('unpushed', to_sign()).json['flow'] for i in range(5)]
    case('of five visits of one account the oldest gives way', [result(f).status for f in flows] == [404, 200, 200, 200, 200])
    c = ask('GET', '/idp/callback?code=good&code=good&state=' + 'A' * 43)
    case('a parameter that is there twice is refused', c.status == 400, c)

def faults():
    def begins(fault, sentence, provider='unpushed', word=''):
        evil(fault)
        a = begin(provider, to_sign())
        case(sentence, a.status == 502 and word in a.json['error_description'] and '<script' not in a.text and alive(), a)
    # what a provider says of itself is kept: a refused code makes the server ask again
    def forget(provider='unpushed'):
        evil('')
        walk(provider, code='bad')
    for fault, what, word in (('500', 'status 500', '500'), ('html', 'HTML', 'not JSON'), ('huge', '50 MB', 'more than'),
            ('redirect', 'a redirect', 'redirect'), ('deep', 'brackets', 'not JSON'), ('empty', 'nothing', 'not JSON'),
            ('other issuer', 'another issuer', 'another issuer'), ('file', 'a file for an address', 'token_endpoint'),
            ('no token', 'no address of tokens', 'token_endpoint'), ('inside', 'an address without TLS', 'token_endpoint')):
        forget()
        begins('discovery ' + fault, 'a discovery of %s is refused' % what, word=word)
    a = begin('down', to_sign())
    case('a provider that is down is said to be', a.status == 502 and 'cannot be reached' in a.json['error_description'], a)
    forget('hasty')
    evil('discovery hold')
    a = begin('hasty', to_sign())
    case('a provider that does not answer is not awaited for ever', a.status == 502 and 'cannot be reached' in a.json['error_description'], a)
    for fault in ('500', 'html', 'huge', 'redirect', 'nothing'):
        evil('pushed')
        forget('evil')
        begins('push ' + fault, 'a pushed request answered by %s is refused' % fault, 'evil')
    evil('pushed')
    a = begin('evil', to_sign())
    q, seen = params(a.json.get('url', '')), post(EVIL + '/seen', '').get('push', {})
    case('a pushed request says all, the address nothing', q == {'client_id': 'activation', 'request_uri': 'urn:1'} and
        seen['max_age'] == '0' and seen['client_id'] == 'activation', a)
    def tokens(fault, word):
        evil('')
        a = begin('unpushed', to_sign())
        q = params(a.json['url'])
        post(EVIL + '/asked', q)
        evil(fault)
        b = ask('GET', '/idp/callback?' + urllib.parse.urlencode({'code': 'good', 'state': q['state']}))
        r = result(a.json['flow'])
        case('refused: ' + fault, b.status == 403 and r.json.get('state') == 'failed' and word in r.json['why'] and
            'token' not in r.json and alive(), r)
    for fault, word in (('token 500', 'status 500'), ('token html', 'not JSON'), ('token huge', 'more than'), ('token redirect', 'redirect'),
            ('token deep', 'not JSON'), ('no token', 'no ID token'), ('none', 'signed'), ('crit', 'header'), ('other issuer', 'another issuer'),
            ('other client', 'another client'), ('two clients', 'another client'), ('other nonce', 'another request'), ('old', 'over'),
            ('future', 'just now'), ('no subject', 'names nobody')):
        tokens(fault, word)
    evil('')
    a, b, r = walk(code='bad')
    case('a code that is not taken is said to be refused', b.status == 403 and 'invalid_grant' in r.json['why'] and '<b>' not in r.text, r)
    a, b, r = walk(change={'iss': 'https://id.example'})
    case('an answer of another issuer is not traded', b.status == 403 and 'another provider' in r.json['why'], r)
    forget()
    evil('names issuer')
    a, b, r = walk()
    case('an answer without the issuer that was promised is not traded', b.status == 403, r)
    a, b, r = walk(change={'iss': EVIL})
    case('with it, it is', b.status == 200 and r.json['state'] == 'done', r)
    forget()

def held():
    """A provider that does not answer, while all others go on."""
    evil('push 500')
    begin('evil', to_sign())	# so that it is asked again where it is
    evil('discovery hold')
    waiting = [threading.Thread(target=begin, args=('evil', to_sign())) for i in range(3)]
    [t.start() for t in waiting]
    case('meanwhile the server answers', all(alive() for i in range(5)))
    a = begin('down', to_sign())
    case('and other providers are asked', a.status == 502, a)
    case('who waits still does', all(t.is_alive() for t in waiting))
    evil('')
    [t.join() for t in waiting]
    case('then they are answered', alive())

def registered(name):
    """Alice's browser, logged in by a password."""
    one, b = ask('POST', '/propria/v1/register', {}, bearer(OWN)).json['register'], Browser()
    handed_out.append(one)
    a = b.form('/login/register', b.get('/login/register'), token=one, name=name, password=PASSWORD, again=PASSWORD)
    case('%s has a login by password' % name, '__Host-session' in b.cookies, a)
    return b

def link_form(b, provider):
    page = b.get('/login')
    a = b.form('/login/link', page, provider=provider)
    m = re.search('id="on" href="([^"]*)"', a.text)
    return (m.group(1).replace('&amp;', '&') if m else None), a

def login_walk(b, url, fault='', **change):
    """From the evil provider back."""
    q = params(url)
    post(EVIL + '/asked', q)
    evil(fault)
    return b.get('/idp/login?' + urllib.parse.urlencode(dict({'code': 'good', 'state': q['state']}, **change)))

def logins():
    evil('')
    b = registered('alice@evil')
    stranger = Browser()
    page = stranger.get('/login')
    case('the login page offers the providers of logins alone', 'provider=evil"' in page.text and 'hasty' not in page.text, page)
    def start(browser):
        evil('')
        return browser.get('/idp/start?provider=evil')
    a = start(stranger)
    q = params(a.headers['Location'])
    case('a login asks as the client of logins', q['client_id'] == 'login' and q['redirect_uri'] == ENDPOINT + '/idp/login' and
        q['max_age'] == '3600' and len(q['nonce']) == 43, a)
    a = login_walk(stranger, a.headers['Location'])
    case('somebody who linked nothing is not logged in', a.status == 403 and '__Host-session' not in stranger.cookies, a)
    a = Browser().go('POST', '/login/link', [('provider', 'evil'), ('csrf', 'A' * 43)])
    case('a link needs our form', a.status == 403, a)
    url, a = link_form(b, 'evil')
    case('who is logged in is led on to link', url is not None and params(url)['prompt'] == 'login', a)
    thief = Browser()
    thief.get('/login')
    a = login_walk(thief, url)
    case('another browser ends it not', a.status == 400, a)
    a = login_walk(b, url)
    page = b.get('/login')
    case('the account is linked', a.status == 302 and '<strong>mallory</strong>' in page.text, page)
    a = login_walk(stranger, start(stranger).headers['Location'])
    case('and logs in', a.status == 302 and '__Host-session' in stranger.cookies, a)
    for fault in ('none', 'HS256', 'other key', 'other client', 'one of approvals', 'other issuer', 'other nonce', 'old', 'future', 'stale login',
            'no login time', 'crit', 'keys 500', 'keys html', 'keys huge', 'token 500'):
        who = Browser()
        a = login_walk(who, start(who).headers['Location'], fault)
        case('no login: ' + fault, a.status in (403, 502) and '__Host-session' not in who.cookies, a)
    who = Browser()
    a = login_walk(who, start(who).headers['Location'], 'rotated')
    case('keys may be changed at the provider', a.status == 302 and '__Host-session' in who.cookies, a)
    who = Browser()
    url = start(who).headers['Location']
    a = ask('GET', '/idp/callback?' + urllib.parse.urlencode({'code': 'good', 'state': params(url)['state']}))
    case('a login does not end where approvals do', a.status == 400, a)
    a = who.get('/idp/login?' + urllib.parse.urlencode({'error': 'access_denied', 'state': params(url)['state']}))
    case('a login that was declined says so', a.status == 403 and 'declined' in a.text, a)
    url, a = link_form(who, 'evil')
    case('who is not logged in links nothing', url is None and a.status == 403, a)
    evil('')
    page = b.get('/login')
    name = re.search('action="/login/unlink">.*?name="name" value="([^"]*)"', page.text, re.S).group(1)
    a = b.form('/login/unlink', page, name=name)
    case('a link is taken away', a.status == 303 and 'mallory' not in b.get('/login').text, a)
    who = Browser()
    a = login_walk(who, start(who).headers['Location'])
    case('and logs in no more', a.status == 403 and '__Host-session' not in who.cookies, a)

def setting(**more):
    return post(REAL + '/test', dict({'base': ENDPOINT}, **more), DIR + '/server.pem')

def visit(person, url, back='/idp/callback', **more):
    to = person.visit(url, ENDPOINT + back, **more)
    return ask('GET', to[len(ENDPOINT):]) if to else None

def real():
    """oidc-provider from npm, over TLS."""
    a = begin('real', to_sign())
    case('a provider that does not know us yet answers 503', a.status == 502 and '503' in a.json['error_description'], a)
    for alg in ('ES256', 'RS256', 'PS256', 'ES384', 'EdDSA'):
        setting(alg=alg)
        st = to_sign()
        a = begin('real', st)
        alice = Person('alice', cafile=DIR + '/server.pem')
        b = visit(alice, a.json.get('url', ''))
        r = result(a.json.get('flow', ''))
        t = r.json.get('token', '..')
        c = claims_of(t) if t != '..' else {}
        case('alice\'s token by %s has nonce, audience, acr' % alg, b is not None and b.status == 200 and c.get('nonce') == d_of(st) and
            c['aud'] == 'activation' and c['iss'] == REAL and c['acr'] == LOA + 'high' and c['sub'] == 'alice' and
            abs(c['auth_time'] - time.time()) < 60 and json.loads(unb64u(t.split('.')[0]))['alg'] == alg, r)
    setting(transaction=True)
    st = to_sign('I lend my <bike> to Bob')
    a = begin('real', st)
    case('the request is pushed', set(params(a.json['url'])) == {'client_id', 'request_uri'}, a)
    bob = Person('bob', cafile=DIR + '/server.pem')
    b = visit(bob, a.json['url'])
    c = claims_of(result(a.json['flow']).json['token'])
    case('the provider\'s page shows the text and the digest', any('I lend my &#60;bike&#62; to Bob' in t and
        b64u(digest('a contract')) in t for t in bob.seen))
    case('and the token says so', c['propria_d'] == d_of(st) and c['acr'] == LOA + 'substantial')
    a = begin('real', to_sign())
    b = visit(bob, a.json['url'])
    case('who is logged in there has to log in again', b is not None and b.status == 200 and len(bob.seen) == 2)
    a = begin('real', to_sign(), end='page')
    b = visit(Person('alice', cafile=DIR + '/server.pem'), a.json['url'], cancel=True)
    r = result(b.fragment[5:])
    case('who declines there is told on the page', b.to == SIC + '/callback' and r.json['state'] == 'failed', r)
    x = subprocess.run(['openssl', 'ec', '-in', DIR + '/secrets/assertions', '-pubout', '-outform', 'DER'], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, check=True).stdout[-64:]
    setting(auth='private_key_jwt', jwk={'kty': 'EC', 'crv': 'P-256', 'x': b64u(x[:32]), 'y': b64u(x[32:])})
    a = begin('real-by-key', to_sign())
    b = visit(Person('carol', cafile=DIR + '/server.pem'), a.json['url'])
    r = result(a.json['flow'])
    case('a key proves who we are, without a pushed request', b is not None and r.json.get('state') == 'done' and
        claims_of(r.json['token'])['acr'] == LOA + 'low', r)
    a = begin('real', to_sign())
    case('where the key is wanted, the secret is refused', a.status == 502 and 'invalid_client' in a.json['error_description'], a)
    setting(par=False, alg='RS256')
    own = registered('alice@real')
    url, a = link_form(own, 'real')
    to = Person('alice', cafile=DIR + '/server.pem').visit(url, ENDPOINT + '/idp/login')
    a = own.get(to[len(ENDPOINT):])
    case('an account there is linked', a.status == 302 and '<strong>alice</strong>' in own.get('/login').text, a)
    who = Browser()
    url = who.get('/idp/start?provider=real').headers['Location']
    to = Person('alice', cafile=DIR + '/server.pem').visit(url, ENDPOINT + '/idp/login')
    a = who.get(to[len(ENDPOINT):])
    case('and logs in', a.status == 302 and '__Host-session' in who.cookies, a)
    who = Browser()
    url = who.get('/idp/start?provider=real').headers['Location']
    to = Person('bob', cafile=DIR + '/server.pem').visit(url, ENDPOINT + '/idp/login')
    a = who.get(to[len(ENDPOINT):])
    case('another one does not', a.status == 403 and '__Host-session' not in who.cookies, a)

def v16(b):
    return struct.pack('>H', len(b)) + b

def officers(kind, payload):
    """One request at the officers' socket."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30)
    s.connect(DIR + '/officers.sock')
    s.sendall(struct.pack('>IBQ', 9 + len(payload), kind, 1) + payload)
    got = b''
    while len(got) < 4 or len(got) < 4 + struct.unpack('>I', got[:4])[0]:
        more = s.recv(65536)
        assert more, 'the SAM closed the connection'
        got += more
    return got[4], got[13:]

def header(purpose, c, subject, fresh, life):
    return b'PRS1' + struct.pack('>H', purpose) + bytes.fromhex(c['group']) + struct.pack('>I', c['epoch']) + subject + fresh + \
        struct.pack('>QQ', c['now'], c['now'] + life)

def officer(*words):
    with open(DIR + '/secrets/passphrase') as f:
        return subprocess.run(['sh', '-c', 'exec "$0" officer "$@" 3<&0', os.environ['BUILD'] + '/src/cli/propria', *words], stdin=f,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

def anchor(jwk, transaction):
    """Two security officers install the provider's key."""
    point = b'\4' + unb64u(jwk['x']) + unb64u(jwk['y'])
    spki = bytes.fromhex('3059301306072a8648ce3d020106082a8648ce3d030107034200') + point
    body = v8(REAL.encode()) + v8(b'activation') + b'\1' + v16(spki) + b'\2' + v8((LOA + 'high').encode()) + b'\2' + \
        v8((LOA + 'substantial').encode()) + b'\1' + v8(transaction) + b'\1' + struct.pack('>I', 600) + v8(b'') + v8(b'The real one')
    c = ask('POST', '/propria/v1/challenge', {'signer': SIGNER, 'purpose': 0x0206}).json
    kind, answer = officers(12, struct.pack('>H', 0x0409) + bytes(16) + hashlib.sha256(body).digest() + struct.pack('>Q', c['now'] + 3600000))
    st = header(0x0409, c, bytes(16), answer[:32] + bytes(8), 1800000) + body
    path = DIR + '/provider.act'
    with open(path, 'wb') as f:
        f.write(b'PRX1' + struct.pack('>I', len(st)) + st + struct.pack('>I', 0))
    for who in ('so1', 'so2'):
        r = officer('approve', '--key', '%s/officers/%s.key' % (DIR, who), '--socket', DIR + '/officers.sock', '--yes', '--passphrase-fd', '3', path)
        if r.returncode != 0:
            return r
    return officer('enact', '--socket', DIR + '/officers.sock', path)

def policy():
    """Two security officers let providers that show the transaction approve alone."""
    sock, path = ['--socket', DIR + '/officers.sock'], DIR + '/policy.act'
    key = lambda who: ['--key', '%s/officers/%s.key' % (DIR, who), '--yes', '--passphrase-fd', '3']
    r = officer('policy', '--protections', 'file,token,tpm,phone,passkey,attested,provider', '--act', path, *key('so1'), *sock)
    r = r if r.returncode else officer('approve', *key('so2'), *sock, path)
    return r if r.returncode else officer('enact', *sock, path)

def approved(st, authenticator, person='alice', device=None):
    """Evidences of the device key and of a token for this statement, and the token."""
    a = begin('real', st)
    visit(Person(person, cafile=DIR + '/server.pem'), a.json['url'])
    t = result(a.json['flow']).json.get('token', '')
    d = hashlib.sha256(b'propria-statement-v1\0' + st).digest()
    all = [(authenticator, b'\4', t.encode())] + ([(device, b'\1', es256(DEVICE, b'propria-approval-v1\0' + d))] if device else [])
    return bytes([len(all)]) + b''.join(kind + id + v16(body) for id, kind, body in sorted(all))

def enact(st, ev):
    return ask('POST', '/propria/v1/enact', {'statement': base64.b64encode(st).decode(), 'evidence': base64.b64encode(ev).decode()}, bearer(OWN))

def account():
    return ask('GET', '/propria/v1/account', headers=bearer(OWN)).json

def decided():
    """The SAM itself on tokens of oidc-provider."""
    jwk = setting(transaction=True)['keys'][0]
    def add(purpose=0x0206):
        c = ask('POST', '/propria/v1/challenge', {'signer': SIGNER, 'purpose': purpose}).json
        return header(purpose, c, bytes.fromhex(SIGNER), unb64u(c['fresh']), 120000) + struct.pack('>I', account()['version']) + b'\4\x09' + \
            v16(b'') + v8(b'my account') + v16(REAL.encode()) + v16(b'')
    device = bytes.fromhex(account()['authenticators'][0]['id'])
    st = add()
    a = enact(st, approved(st, bytes(16), device=device))
    case('without an anchor the SAM takes no token', a.status == 400 and a.json['reason'] == 'idp_iss', a)
    r = anchor(jwk, b'propria_d')
    case('officers install the provider\'s key', r.returncode == 0)
    if r.returncode != 0:
        print('# %r' % r.stdout[-300:])
    st, other = add(), add()
    a = enact(st, approved(other, bytes(16), device=device))
    case('a token for another statement adds nothing', a.status == 400, a)
    st = add()
    a = enact(st, approved(st, bytes(16), person='carol', device=device))
    case('nor one whose acr no anchor knows', a.status == 400 and a.json['reason'] == 'idp_acr', a)
    setting(transaction=True)
    st = add()
    a = enact(st, approved(st, bytes(16), device=device))
    case('nor one by a key that no officer installed', a.status == 400 and a.json['reason'] == 'idp_sig', a)
    anchor(setting()['keys'][0], b'propria_d')
    st = add()
    a = enact(st, approved(st, bytes(16), device=device))
    case('nor one that does not say what was shown', a.status == 400 and a.json['reason'] == 'idp_shown', a)
    anchor(setting(transaction=True)['keys'][0], b'propria_d')
    st = add()
    a = enact(st, approved(st, bytes(16), device=device))
    case('alice\'s account at the provider becomes her authenticator', a.status == 200, a)
    if a.status != 200:
        return
    mine = bytes.fromhex(a.json['id'])
    def create(level):
        c = ask('POST', '/propria/v1/challenge', {'signer': SIGNER, 'purpose': 0x0301}).json
        return header(0x0301, c, bytes.fromhex(SIGNER), unb64u(c['fresh']), 120000) + struct.pack('>IHBB', account()['version'], 1, 1, level) + \
            bytes(16) + b'\2' + mine
    st = create(2)
    a = enact(st, approved(st, mine))
    case('before the policy takes providers it makes no key', a.status == 400 and a.json['reason'] == 'level', a)
    r = policy()
    case('officers let providers approve at level 2', r.returncode == 0)
    if r.returncode != 0:
        print('# %r' % r.stdout[-300:])
    st = create(2)
    a = enact(st, approved(st, mine, person='bob'))
    case('bob\'s account does not approve for her', a.status == 400 and a.json['reason'] in ('idp_sub', 'idp_acr', 'level'), a)
    st = create(2)
    ev = approved(st, mine)
    a = enact(st, ev)
    case('what alice was shown there makes a key of SCAL2 with her account', a.status == 200, a)
    again = enact(st, ev)
    case('the same once more is the same key', again.status == 200 and again.json == a.json, again)

def debian():
    """glewlwyd: it knows no acr and writes auth_time 0, so it serves neither approvals nor logins; the way is the same."""
    Glewlwyd(DEBIAN).setup(ENDPOINT, DIR + '/debian')
    st, alice = to_sign(), Glewlwyd(DEBIAN)
    a = begin('debian', st)
    to = alice.visit(a.json.get('url', ''), 'activation')
    b = ask('GET', to[len(ENDPOINT):]) if to and to.startswith(ENDPOINT + '/idp/callback?') else None
    r = result(a.json.get('flow', ''))
    c = claims_of(r.json['token']) if 'token' in r.json else {}
    case('glewlwyd\'s token has nonce and audience', b is not None and b.status == 200 and c.get('nonce') == d_of(st) and
        c['aud'] == 'activation' and c['iss'] == DEBIAN, b or a)
    own = registered('alice@debian')
    url, a = link_form(own, 'debian')
    to = Glewlwyd(DEBIAN).visit(url, 'login')
    a = own.get(to[len(ENDPOINT):])
    case('its auth_time of 0 is taken for no login', c['auth_time'] != 0 or (a.status == 403 and 'when you logged in' in a.text and
        DEBIAN not in own.get('/login').text), a)

basics()
good()
faults()
held()
logins()
if REAL:
    real()
    decided()
if DEBIAN:
    debian()
# Kept for the end: one that is held while the server stops.
walk('evil', code='bad')
evil('discovery hold')
threading.Thread(target=lambda: begin('evil', to_sign()), daemon=True).start()
until(lambda: alive())
with open(DIR + '/handed-out', 'w') as f:
    f.write('\n'.join(x for x in handed_out if len(x) > 20) + '\n')
print('# end')
sys.stdout.flush()
os._exit(0)
