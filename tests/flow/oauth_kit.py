# SPDX-License-Identifier: Apache-2.0
# What oauth_flow.py and oauth_limits.py share: browser, clients and signing page; standard library and the openssl
# program only.
import base64, hashlib, hmac, http.client, json, os, re, ssl, struct, subprocess, sys, time, urllib.parse

DIR, ENDPOINT, PLAIN, SIGNER, KEY = sys.argv[1:6]
count = int(sys.argv[6])
APP, WEB = 'https://app.example/cb', 'https://web.example/cb'
SIC = 'http://approve.localhost:9'
PASSWORD, NAME = 'correct horse battery', 'alice@example'
SECRET = open(DIR + '/secrets/client').read().strip()
OID, EC = '2.16.840.1.101.3.4.2.1', '1.2.840.10045.4.3.2'
URI_TYPE = 'https://cloudsignatureconsortium.org/2025/credential'
handed_out = [PASSWORD, SECRET]

def b64u(b):
    return base64.urlsafe_b64encode(b).rstrip(b'=').decode()

def unb64u(t):
    return base64.urlsafe_b64decode(t + '=' * (-len(t) % 4))

class Answer:
    def __init__(self, r):
        self.status, self.body = r.status, r.read()
        self.headers = r.msg
        self.text = self.body.decode('utf-8', 'replace')
        try:
            self.json = json.loads(self.body) if self.body else {}
        except ValueError:
            self.json = {}
        where = urllib.parse.urlsplit(self.headers.get('Location', ''))
        self.to = where._replace(query='', fragment='').geturl()
        self.query = dict(urllib.parse.parse_qsl(where.query))
        self.fragment = where.fragment
        self.said = self.json.get('error') if isinstance(self.json, dict) else None
        for name in ('access_token', 'refresh_token', 'SAD'):
            if isinstance(self.json, dict) and name in self.json:
                handed_out.append(self.json[name])
        if 'code' in self.query:
            handed_out.append(self.query['code'])

# Where connections come from; tests of limits by network change it.
source = ['127.0.0.1']

def ask(method, path, body=None, headers=None, base=ENDPOINT):
    u = urllib.parse.urlsplit(base)
    if u.scheme == 'https':
        c = http.client.HTTPSConnection('127.0.0.1', u.port, timeout=30, source_address=(source[0], 0),
            context=ssl.create_default_context(cafile=DIR + '/server.pem'))
    else:
        c = http.client.HTTPConnection('127.0.0.1', u.port, timeout=30)
    h = dict(headers or {})
    if isinstance(body, dict):
        body, h['Content-Type'] = json.dumps(body), 'application/json'
    elif isinstance(body, list):
        body, h['Content-Type'] = urllib.parse.urlencode(body), 'application/x-www-form-urlencoded'
    c.request(method, path, body, h)
    return Answer(c.getresponse())

class Browser:
    def __init__(self, base=ENDPOINT):
        self.cookies, self.base = {}, base
    def go(self, method, path, body=None, headers=None):
        h = dict(headers or {})
        if self.cookies:
            h['Cookie'] = '; '.join('%s=%s' % i for i in self.cookies.items())
        a = ask(method, path, body, h, self.base)
        for line in a.headers.get_all('Set-Cookie') or []:
            name, value = line.split(';')[0].split('=', 1)
            assert name.startswith('__Host-') and 'Secure' in line and 'HttpOnly' in line
            assert 'SameSite=Lax' in line and 'Path=/' in line and 'Domain' not in line
            self.cookies[name] = value
            handed_out.append(value)
        return a
    def get(self, path):
        return self.go('GET', path)
    def form(self, path, page, **fields):
        hidden = dict(re.findall(r'name="(csrf|r|token|credentialID)" value="([^"]*)"', page.text))
        hidden.update(fields)
        return self.go('POST', path, [i for i in hidden.items() if i[1]])
    def login(self, r='', name=NAME, password=PASSWORD):
        page = self.get('/login' + ('?r=' + r if r else ''))
        return self.form('/login', page, name=name, password=password)

def case(sentence, good, seen=None):
    global count
    count += 1
    print('%s %d - %s' % ('ok' if good else 'not ok', count, sentence))
    if not good and seen is not None:
        print('# %s %s %s' % (seen.status, seen.headers.get('Location', ''), seen.text[:300].replace('\n', ' ')))
    sys.stdout.flush()

def pkce():
    verifier = b64u(os.urandom(32))
    return verifier, b64u(hashlib.sha256(verifier.encode()).digest())

def query(client='app', redirect=APP, challenge=None, drop=(), **more):
    q = {'response_type': 'code', 'client_id': client, 'redirect_uri': redirect, 'state': 's t&a',
        'code_challenge': challenge or pkce()[1], 'code_challenge_method': 'S256'}
    q.update(more)
    return [(k, v) for k, v in q.items() if k not in drop]

def authorize(browser, q, base=''):
    return browser.get(base + '/oauth2/authorize?' + urllib.parse.urlencode(q))

def follow(browser, a):
    while a.status in (302, 303) and not a.headers['Location'].startswith(('https://app', 'https://web', SIC)):
        a = browser.get(a.headers['Location'])
    return a

def token(fields, base='', basic=None):
    h = {}
    if basic:
        pair = ':'.join(urllib.parse.quote_plus(x) for x in basic)
        h['Authorization'] = 'Basic ' + base64.b64encode(pair.encode()).decode()
    return ask('POST', base + '/oauth2/token', fields, h)

def redeem(code, verifier, client='app', redirect=APP, base='', basic=None, **more):
    f = [('grant_type', 'authorization_code'), ('code', code), ('redirect_uri', redirect)]
    f += [('client_id', client)] if basic is None else []
    f += [('code_verifier', verifier)] if verifier else []
    return token(f + list(more.items()), base, basic)

def bearer(t):
    return {'Authorization': 'Bearer ' + t}

def works(t, path='/csc/v2/credentials/list'):
    return ask('POST', path, {}, bearer(t)).status == 200

def assertion():
    profile = json.load(open(DIR + '/alice/profile/profile.json'))
    t = int(time.time())
    head = b64u(json.dumps({'alg': 'ES256', 'typ': 'JWT'}).encode())
    body = b64u(json.dumps({'iss': SIGNER, 'sub': SIGNER, 'aud': ENDPOINT, 'exp': t + 60, 'iat': t,
        'jti': os.urandom(16).hex()}).encode())
    sig = es256(DIR + '/alice/profile/' + profile['login-key'], (head + '.' + body).encode())
    return head + '.' + body + '.' + b64u(sig)

def es256(key, message):
    der = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', key, '-passin',
        'file:' + DIR + '/secrets/passphrase'], input=message, stdout=subprocess.PIPE, check=True).stdout
    n = der[3]
    r, s = der[4:4 + n], der[6 + n:]
    return r[-32:].rjust(32, b'\0') + s[-32:].rjust(32, b'\0')

def v8(b):
    return struct.pack('>B', len(b)) + b

# The signing page: a SIGN statement over what `approval` told it, and a device key's evidence.
def statement(p, life=None, items=None, requester=None, name=None):
    k, now = p['key'], p['now']
    body = bytes.fromhex(k['credentialID']) + hashlib.sha256(base64.b64decode(k['spki'])).digest()
    body += struct.pack('>BBHBB', k['class'], k['level'], k['alg'], 1, 2)
    body += bytes.fromhex(requester or p['requester']['id']) + v8((name or p['requester']['name']).encode())
    body += bytes(16 + 16 + 32 + 2)
    items = items or [(base64.b64decode(i['digest']), i['label'].encode()) for i in p['items']]
    body += struct.pack('>I', len(items)) + b''.join(v8(d) + v8(l) for d, l in items)
    body += struct.pack('>H', len(p['text'].encode())) + p['text'].encode()
    return b'PRS1' + struct.pack('>H', 0x0101) + bytes.fromhex(p['group']) + \
        struct.pack('>I', p['epoch']) + bytes.fromhex(p['signer']) + unb64u(p['fresh']) + \
        struct.pack('>QQ', now, now + (life or p['life'])) + body

DEVICE = DIR + '/alice/profile/approval.pem'

# with_keys: the device keys of authenticators by their id; None: the first one's.
def evidence(p, st, with_keys=None):
    d = hashlib.sha256(b'propria-statement-v1\0' + st).digest()
    keys = with_keys or {p['authenticators'][0]['id']: DEVICE}
    return bytes([len(keys)]) + b''.join(b'\1' + bytes.fromhex(i) + struct.pack('>H', 64) +
        es256(keys[i], b'propria-approval-v1\0' + d) for i in sorted(keys))

def page(call, ticket, **more):
    return ask('POST', '/propria/v1/approval' + call, dict(more, ticket=ticket), {'Origin': SIC})

def answer(ticket, st, ev):
    return page('/answer', ticket, statement=base64.b64encode(st).decode(),
        evidence=base64.b64encode(ev).decode())

def approve(ticket, **change):
    p = page('', ticket).json
    st = statement(p, **change)
    return answer(ticket, st, evidence(p, st))

def back(url):
    assert url.startswith(ENDPOINT)
    return url[len(ENDPOINT):]

# What the server writes behind is there in a moment.
def until(condition):
    end = time.time() + 20
    while not condition() and time.time() < end:
        time.sleep(0.05)
    return condition()

def digest(text):
    return hashlib.sha256(text.encode()).digest()

def credential(hashes, challenge=None, **more):
    return query(challenge=challenge, scope='credential', credentialID=KEY, numSignatures=str(len(hashes)),
        hashes=','.join(hashes), hashAlgorithmOID=OID, **more)

def ticket_of(browser, q, base=''):
    a = follow(browser, authorize(browser, q, base))
    return a.fragment[2:] if a.headers.get('Location', '').startswith(SIC + '/sign#t=') else None

def sign(t, sad, hashes, path='/csc/v2/signatures/signHash', **more):
    v1 = path.startswith('/csc/v1')
    body = {'credentialID': KEY, 'signAlgo': EC, 'hash' if v1 else 'hashes': hashes}
    body['hashAlgo' if v1 else 'hashAlgorithmOID'] = OID
    if sad:
        body['SAD'] = sad
    return ask('POST', path, dict(body, **more), bearer(t))
