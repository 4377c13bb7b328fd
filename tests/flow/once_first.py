# SPDX-License-Identifier: Apache-2.0
# Steps of once_first.sh: each makes one request and prints what came, and keeps what the next one needs in files.
#
#	once_first.py DIRECTORY ENDPOINT SIGNER KEY STEP NAME [WHAT...]
import sys
here, ARGS = sys.argv[0], sys.argv[1:]
sys.argv = [here, ARGS[0], ARGS[1], '', ARGS[2], ARGS[3], '0']
from oauth_kit import *

STEP, NAME_OF, MORE = ARGS[4], ARGS[5], ARGS[6:]
STATE = '%s/first.%s.json' % (DIR, NAME_OF)
std = lambda b: base64.b64encode(b).decode()

def load():
    return json.load(open(STATE))

def keep(**more):
    had = load() if os.path.exists(STATE) else {}
    json.dump(dict(had, **more), open(STATE, 'w'))

def own_token():
    path = DIR + '/first.token'
    if not os.path.exists(path):
        a = token([('grant_type', 'client_credentials'), ('client_id', SIGNER), ('client_assertion', assertion()),
            ('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')])
        open(path, 'w').write(a.json['access_token'])
    return open(path).read()

# WHAT "foreign": with the token of another account.
def call(path, body):
    headers = bearer(own_token())
    if 'foreign' in MORE:
        headers = dict([open(DIR + '/operator.header').read().strip().split(': ', 1)])
    return ask('POST', path, body, headers)

def show(a):
    print(a.status, a.text)
    return a

AUTHENTICATOR = json.load(open(DIR + '/alice/profile/profile.json'))['authenticator']

def package(purpose, o, body, life):
    st = b'PRS1' + struct.pack('>H', purpose) + bytes.fromhex(o['group']) + struct.pack('>I', o['epoch']) + \
        bytes.fromhex(SIGNER) + unb64u(o['fresh']) + struct.pack('>QQ', o['now'], o['now'] + life) + body
    ev = evidence(o, st, {AUTHENTICATOR: DEVICE})
    return b''.join(struct.pack('>I', len(x)) + x for x in (st, ev))

def profile_of(o):
    return o['profile'].encode().ljust(16, b'\0')

# [seconds]: how long the session lasts.
def create():
    o = call('/propria/v1/once/challenge', {'certificateFirst': True}).json
    life = int(MORE[0]) * 1000 if MORE and MORE[0].isdigit() else o['seconds'] * 1000
    body = struct.pack('>HBB', o['alg'], 1, 2) + profile_of(o) + bytes.fromhex(o['idv']) + bytes.fromhex(o['session'])
    keep(approval=std(package(0x0304, o, body, life)))
    again()

def again():
    a = show(call('/csc/v2/credentials/create', {'credentialCreationRequest': {}, 'certificates': 'chain', 'credentialInfo': True,
        'authData': [{'id': 'approval', 'value': load()['approval']}]}))
    if a.status == 201:
        keep(credential=a.json['credentialID'], cert=a.json['cert']['certificates'][0])

def challenge():
    show(call('/propria/v1/once/challenge', {'credentialID': load()['credential']}))

# A SIGN_ONCE statement of two hashes; WHAT changes one thing of it.
def sad():
    s = load()
    o = call('/propria/v1/once/challenge', {'credentialID': s['credential']}).json
    hashes = [digest('one'), digest('two')]
    key = bytes(15) + b'\1' if 'other-key' in MORE else bytes.fromhex(s['credential'])
    spki = bytes([7]) * 32 if 'other-spki' in MORE else hashlib.sha256(base64.b64decode(o['spki'])).digest()
    body = key + spki + struct.pack('>BBHBB', 1, 2, o['alg'], 1, 1) + bytes(16) + v8(b'test')
    body += (os.urandom(16) if 'other-session' in MORE else bytes.fromhex(o['session'])) + profile_of(o)
    body += bytes.fromhex(o['idv']) + bytes(2) + struct.pack('>I', 2) + b''.join(v8(h) + v8(b'x') for h in hashes)
    made = package(0x0102, o, body + struct.pack('>H', 0), 60000)
    if 'not-approved' in MORE:
        made = made[:-1] + bytes([made[-1] ^ 1])
    keep(sad=b64u(made), hashes=[std(h) for h in hashes])

def hash_body(s, given):
    hashes = [s['hashes'][0], std(digest('three'))] if 'wrong-hash' in MORE else s['hashes']
    return {'credentialID': s['credential'], 'SAD': given, 'hashes': hashes, 'hashAlgorithmOID': OID, 'signAlgo': EC}

# The approval that `sad` made, sent. WHAT "other": NAME of another credential to send it for.
def sign():
    s = load()
    if 'as' in MORE:
        s['credential'] = json.load(open('%s/first.%s.json' % (DIR, MORE[MORE.index('as') + 1])))['credential']
    signed(s, show(call('/csc/v2/signatures/signHash', hash_body(s, 'PRS1.' + s['sad']))))

# The same in two calls, as CSC clients do.
def authorize():
    s = load()
    a = show(call('/csc/v2/credentials/authorize', {'credentialID': s['credential'], 'numSignatures': 2,
        'hashes': s['hashes'], 'hashAlgorithmOID': OID, 'authData': [{'id': 'approval',
        'value': std(unb64u(s['sad']))}]}))
    if a.status == 200:
        keep(handle=a.json['SAD'])

def redeem():
    s = load()
    signed(s, show(call('/csc/v2/signatures/signHash', hash_body(s, s['handle']))))

def signed(s, a):
    if a.status == 200:
        first = s.get('signatures', a.json['signatures'])
        print('the same' if first == a.json['signatures'] else 'ANOTHER SIGNATURE')
        keep(signatures=a.json['signatures'])

# openssl verifies each over its hash, with the certificate's key.
def verify():
    s = load()
    work = '%s/first.%s' % (DIR, NAME_OF)
    open(work + '.der', 'wb').write(base64.b64decode(s['cert']))
    subprocess.run(['openssl', 'x509', '-inform', 'DER', '-in', work + '.der', '-pubkey', '-noout', '-out', work + '.pub'], check=True)
    for h, sig in zip(s['hashes'], s['signatures']):
        open(work + '.hash', 'wb').write(base64.b64decode(h))
        open(work + '.sig', 'wb').write(base64.b64decode(sig))
        subprocess.run(['openssl', 'pkeyutl', '-verify', '-pubin', '-inkey', work + '.pub', '-in', work + '.hash',
            '-sigfile', work + '.sig'], check=True)

def info():
    show(call('/csc/v2/credentials/info', {'credentialID': load()['credential'], 'certificates': 'chain', 'certInfo': True}))

def list_():
    a = call('/csc/v2/credentials/list', {'credentialInfo': True})
    print(a.status, 'LISTED' if load()['credential'] in a.json['credentialIDs'] else 'not listed', a.text)

def delete():
    show(call('/csc/v2/credentials/delete', {'credentialDeletionRequest': {'credentialID': load()['credential']}}))

globals()[STEP if STEP != 'list' else 'list_']()
