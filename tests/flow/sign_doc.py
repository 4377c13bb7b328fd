# SPDX-License-Identifier: Apache-2.0
# The walk of sign_doc.sh: signDoc with a key that stays, whose signed attributes the SAM builds.
from oauth_kit import *

std = lambda b: base64.b64encode(b).decode()
README, LICENSE = (open(DIR + '/out/' + n, 'rb').read() for n in ('README.md', 'LICENSE'))
hash_of = lambda b: hashlib.sha256(b).digest()
TWO = [hash_of(README), hash_of(LICENSE)]
GROUP = open(DIR + '/group').read().strip()
SPKI = subprocess.run('openssl x509 -in %s/alice/%s.pem -pubkey -noout | openssl pkey -pubin -outform DER' % (DIR, KEY),
    shell=True, stdout=subprocess.PIPE, check=True).stdout
AUTHENTICATOR = json.load(open(DIR + '/alice/profile/profile.json'))['authenticator']
a = token([('grant_type', 'client_credentials'), ('client_id', SIGNER), ('client_assertion', assertion()),
    ('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')])
OWN = a.json['access_token']
FOREIGN = open(DIR + '/operator.header').read().strip().split(': Bearer ')[1]

def package(items, kind=2, attrs=0, key=KEY, purpose=0x0101):
    c = ask('POST', '/csc/v2/credentials/getChallenge', {'credentialID': KEY, 'authObjectID': 'approval'}, bearer(OWN))
    fresh, epoch, now = struct.unpack('>40sIQ', unb64u(c.json['challenge']))
    body = bytes.fromhex(key) + hashlib.sha256(SPKI).digest() + struct.pack('>BBHBB', 1, 2, 1, kind, 1) + bytes(16) + v8(b'test')
    body += bytes(64) + struct.pack('>HI', attrs, len(items)) + b''.join(v8(d) + v8(b'a file') for d in items) + bytes(2)
    st = b'PRS1' + struct.pack('>H', purpose) + bytes.fromhex(GROUP) + struct.pack('>I', epoch) + bytes.fromhex(SIGNER) + \
        fresh + struct.pack('>QQ', now, now + 60000) + body
    ev = evidence({}, st, {AUTHENTICATOR: DEVICE})
    return st, b''.join(struct.pack('>I', len(x)) + x for x in (st, ev))

def sign_doc(digests, sad, form='C', t=OWN, key=KEY, **more):
    return ask('POST', '/csc/v2/signatures/signDoc', dict({'credentialID': key, 'SAD': sad, 'documentDigests': [{
        'hashes': [std(d) for d in digests], 'hashAlgorithmOID': OID, 'signAlgo': EC, 'signature_format': form,
        'conformance_level': 'AdES-B-B', 'signed_envelope_property': 'Detached'}]}, **more), bearer(t))

inline = lambda made: 'PRS1.' + b64u(made)

def files(name, answer):
    for i, f in enumerate(answer.json['SignatureObject']):
        open('%s/out/%s.%d.p7s' % (DIR, name, i), 'wb').write(base64.b64decode(f))

st, one = package(TWO)
case('for documents in another order than approved', (a := sign_doc(TWO[::-1], inline(one))).status == 200 and
    len(a.json['SignatureObject']) == 2, a)
case('the same approval again: the same files', sign_doc(TWO[::-1], inline(one)).json.get('SignatureObject') ==
    a.json['SignatureObject'])
files('two', a)
d = hashlib.sha256(b'propria-statement-v1\0' + st).hexdigest()
ask_receipt = lambda: ask('POST', '/propria/v1/receipt', {'d': d, 'index': 0}, bearer(OWN))
case('there is a receipt', until(lambda: ask_receipt().status == 200))
open(DIR + '/out/two.receipt', 'wb').write(base64.b64decode(ask_receipt().json['receipt']))
st, pdf = package(TWO[:1], 3, 1)
case('for a PDF, with a commitment', (a := sign_doc(TWO[:1], inline(pdf), 'P')).status == 200, a)
files('pdf', a)
st, later = package(TWO)
a = ask('POST', '/csc/v2/credentials/authorize', {'credentialID': KEY, 'numSignatures': 2, 'hashType': 'sodr',
    'hashes': [std(x) for x in TWO], 'hashAlgorithmOID': OID, 'authData': [{'id': 'approval', 'value': std(later)}]}, bearer(OWN))
case('authorize of documents gives a SAD', a.status == 200 and 'SAD' in a.json, a)
sad = a.json.get('SAD')
a = sign(OWN, sad, [std(TWO[0])])
case('which signHash does not take', a.status == 400 and 'SAD' in a.json['error_description'], a)
case('signDoc does', (a := sign_doc(TWO, sad)).status == 200, a)
case('and again gives the same', sign_doc(TWO, sad).json.get('SignatureObject') == a.json['SignatureObject'])
files('later', a)

st, made = package(TWO)
said = lambda a, what: (a.status in (400, 403) and what in a.json['error_description']) or out(a)
def out(a):
    print('#', a.status, a.text)
case('another document is refused', said(sign_doc([TWO[0], digest('x')], inline(made)), 'not authorized'))
case('fewer than were approved, too', said(sign_doc(TWO[:1], inline(made)), 'not authorized'))
case('another format', said(sign_doc(TWO, inline(made), 'P'), 'signature_format'))
case('another account', said(sign_doc(TWO, inline(made), t=FOREIGN), 'credentialID'))
case('another credential', said(sign_doc(TWO, inline(made), key='0' * 31 + '1'), 'credentialID'))
case('a qualifier that the key does not have', said(sign_doc(TWO, inline(made), signatureQualifier='eu_eidas_qes'), 'signatureQualifier'))
case('signHash of what is approved as documents', said(sign(OWN, inline(made), [std(x) for x in TWO]), 'SAD'))
case('none of it used the approval', sign_doc(TWO, inline(made)).status == 200)
case('an approval of DTBS/R makes no file', said(sign_doc(TWO, inline(package(TWO, 1)[1])), 'SAD'))
case('nor one of a key that is made for it', said(sign_doc(TWO, inline(package(TWO, purpose=0x0102)[1])), 'SAD'))
case('nor one of another key', said(sign_doc(TWO, inline(package(TWO, key='0' * 31 + '1')[1])), 'SAD'))
made = package(TWO)[1]
made = made[:-1] + bytes([made[-1] ^ 1])
case('nor one that is not approved', sign_doc(TWO, inline(made)).status == 400)
print('# end')
