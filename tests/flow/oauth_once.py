# SPDX-License-Identifier: Apache-2.0
# The walk of oauth_once.sh.
from oauth_kit import *

AES, OTHER = 'eu_eidas_aes', 'other_aes'
DOWN = DIR + '/ca.down'
std = lambda b: base64.b64encode(b).decode()

def login():
    a = token([('grant_type', 'client_credentials'), ('client_id', SIGNER), ('client_assertion', assertion()),
        ('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')])
    own = a.json['access_token']
    one = ask('POST', '/propria/v1/register', {}, bearer(own)).json['register']
    b = Browser()
    b.form('/login/register', b.get('/login/register'), token=one, name=NAME, password=PASSWORD, again=PASSWORD)
    return own, b

def session(fresh):
    return hashlib.sha256(b'propria-session-v1\0' + fresh).digest()[:16]

# The signing page: a SIGN_ONCE statement over what `approval` told it.
def once_statement(p, items=None, kind=None, profile=None, session_of=None, name=None, text=None, requester=None):
    o, now = p['once'], p['now']
    body = bytes(16 + 32) + struct.pack('>BBHBB', 1, 2, o['alg'], kind or o['kind'], 1)
    body += bytes.fromhex(requester or p['requester']['id']) + v8((name or p['requester']['name']).encode())
    body += (session_of or bytes.fromhex(o['session'])) + (profile or o['profile']).encode().ljust(16, b'\0')
    body += bytes.fromhex(o['idv']) + bytes(2)
    items = items or [(base64.b64decode(i['digest']), i['label'].encode()) for i in p['items']]
    body += struct.pack('>I', len(items)) + b''.join(v8(d) + v8(l) for d, l in items)
    text = (p['text'] if text is None else text).encode()
    body += struct.pack('>H', len(text)) + text
    return b'PRS1' + struct.pack('>H', 0x0102) + bytes.fromhex(p['group']) + \
        struct.pack('>I', p['epoch']) + bytes.fromhex(p['signer']) + unb64u(p['fresh']) + \
        struct.pack('>QQ', now, now + o['seconds'] * 1000) + body

def once_approve(ticket, p=None, **change):
    p = p or page('', ticket).json
    st = once_statement(p, **change)
    return answer(ticket, st, evidence(p, st))

def documents(texts, challenge=None, **more):
    q = {'scope': 'credential', 'signatureQualifier': AES, 'numSignatures': str(len(texts)), 'hashAlgorithmOID': OID,
        'hashes': ','.join(std(digest(t)) for t in texts), 'hashType': 'sodr', 'description': 'Two letters'}
    return [i for i in query(challenge=challenge, **dict(q, **more)) if i[1] is not None]

def sign_doc(t, digests, sad=None, form='C', qualifier=AES):
    body = {'signatureQualifier': qualifier, 'documentDigests': [{'hashes': [std(d) for d in digests], 'hashAlgorithmOID': OID,
        'signAlgo': EC, 'signature_format': form, 'conformance_level': 'AdES-B-B', 'signed_envelope_property': 'Detached'}]}
    if sad:
        body['SAD'] = sad
    return ask('POST', '/csc/v2/signatures/signDoc', body, bearer(t))

def offered():
    info = ask('POST', '/csc/v2/info', {}).json
    status = ask('GET', '/propria/v1/status').json
    case('info and status say that one-time keys are offered', 'signatures/signDoc' in info['methods'] and
        info['signature_formats']['formats'] == ['C', 'P'] and info['supportedHashTypes'] == ['dtbsr', 'sodr'] and
        [o['qualifier'] for o in status['once']] == [AES, OTHER])

def refused(b):
    def says(sentence, q, words):
        a = follow(b, authorize(b, q))
        case(sentence, a.to == APP and a.query.get('error') == 'invalid_request' and words in a.query['error_description'], a)
    says('digests of signed attributes cannot be asked for', documents(['x'], hashType=None), 'sodr')
    says('nor a format that is not made', documents(['x'], signatureFormat='X'), 'signatureFormat')
    says('nor digests by another hash', documents(['x'], hashAlgorithmOID='2.16.840.1.101.3.4.2.3'), 'hashAlgorithmOID')
    says('documents are not for a key of another qualifier', documents(['x'], signatureQualifier='nobody'), 'dtbsr')
    a = follow(b, authorize(b, documents(['x'], signatureQualifier='nobody', hashType=None)))
    case('a qualifier of no such CA asks for the person\'s key, as ever', a.query.get('error') == 'invalid_request' and
        'credentialID' in a.query['error_description'], a)

def hostile(t):
    p = page('', t).json
    def out(sentence, reason, **change):
        a = once_approve(t, p, **change)
        case(sentence, a.status == 400 and a.json.get('reason') in reason, a)
    out('a statement over another document is refused', ('dtbs',), items=[(digest('one'), b''), (digest('three'), b'')])
    out('over one of two', ('dtbs',), items=[(digest('one'), b'')])
    out('of another format', ('parse',), kind=3)
    out('of another CA\'s profile', ('parse',), profile='other')
    out('of a profile of no CA', ('parse',), profile='nowhere')
    out('for another asker', ('parse',), name='Somebody else')
    out('for nobody', ('parse',), requester='00' * 16)
    out('with another text', ('parse',), text='Another text')
    out('of another session: refused by the SAM', ('session', 'nonce', 'parse'), session_of=session(os.urandom(40)))
    st = once_statement(p)
    ev = bytearray(evidence(p, st))
    ev[-1] ^= 1
    a = answer(t, st, bytes(ev))
    case('with a wrong signature of the authenticator: refused by the SAM', a.json.get('reason') == 'auth', a)
    case('and the ticket still waits', page('/state', t).json['state'] == 'pending')

def by_code(b, own):
    verifier, challenge = pkce()
    one, two = digest('one'), digest('two')
    t = ticket_of(b, documents(['one', 'two'], challenge))
    case('a person without a key is led to the signing page', t is not None)
    a = page('', t)
    p = a.json
    case('which is told of a key that is to be made', a.status == 200 and 'key' not in p and p['once']['kind'] == 2 and
        p['once']['qualifier'] == AES and p['once']['ca'] == 'short-term' and p['once']['profile'] == 'short-term' and
        p['once']['evidences'] == 1 and [base64.b64decode(i['digest']) for i in p['items']] == [one, two], a)
    case('its session is of its nonce', session(unb64u(p['fresh'])).hex() == p['once']['session'])
    hostile(t)
    open(DOWN, 'w').close()
    a = once_approve(t)
    case('with the CA down the page reads what happened', a.status == 502 and a.json['reason'] == 'ca' and
        'key is destroyed' in a.json['error_description'], a)
    case('the ticket waits for another try', page('/state', t).json['state'] == 'pending')
    os.remove(DOWN)
    p = page('', t).json
    st = once_statement(p)
    ev = evidence(p, st)
    a = answer(t, st, ev)
    case('then the person approves, and all is signed before the page hears of it', a.status == 200 and
        a.json['state'] == 'approved' and len(base64.b64decode(a.json['certificate'])) > 300 and
        until(lambda: page('/state', t).json['signed'] == 2), a)
    go_on = a.json['continue']
    a = answer(t, st, ev)
    case('the ticket is not answered twice', a.status == 409, a)
    a = b.get(back(go_on))
    case('the browser that started gets the code', a.to == APP and 'code' in a.query, a)
    a = redeem(a.query['code'], verifier)
    case('which gives a token of scope credential that names no key', a.status == 200 and a.json['scope'] == 'credential' and
        'credentialID' not in a.json, a)
    sad = a.json['access_token']
    a = sign_doc(sad, [one, digest('three')])
    case('it gives no file of another document', a.status == 403 and a.said == 'invalid_hash', a)
    a = sign_doc(sad, [one, two], form='P')
    case('nor of another format', a.status == 400, a)
    a = sign_doc(sad, [one, two], qualifier=OTHER)
    case('nor of another qualifier', a.status == 400, a)
    a = sign_doc(sad, [two, one])
    case('it gives the files, in the order asked', a.status == 200 and len(a.json['SignatureObject']) == 2, a)
    files = [base64.b64decode(x) for x in a.json['SignatureObject']]
    case('each of its document', two in files[0] and one in files[1] and one not in files[0])
    case('again the same', sign_doc(sad, [one, two]).json['SignatureObject'] == a.json['SignatureObject'][::-1])
    case('they are of no use to signHash', ask('POST', '/csc/v2/signatures/signHash', {'credentialID': '00' * 16, 'signAlgo': EC,
        'hashes': [std(one)], 'hashAlgorithmOID': OID}, bearer(sad)).status == 400)
    open(DIR + '/one.txt', 'w').write('one')
    open(DIR + '/one.txt.p7s', 'wb').write(files[1])
    d = hashlib.sha256(b'propria-statement-v1\0' + st).hexdigest()
    a = ask('POST', '/propria/v1/receipt', {'d': d, 'index': 0}, bearer(own))
    case('the person has a receipt', a.status == 200, a)
    open(DIR + '/one.txt.receipt', 'wb').write(base64.b64decode(a.json['receipt']))
    a = ask('POST', '/propria/v1/history', {'once': True}, bearer(own))
    case('and both in the history', a.status == 200 and sorted(u['digest'] for u in a.json['uses']) == sorted([std(one), std(two)]) and
        all(u['word'] == 'signer' and u['requester']['name'] == 'Test App' for u in a.json['uses']), a)

def by_details(b):
    verifier, challenge = pkce()
    details = [{'type': URI_TYPE, 'signatureQualifier': AES, 'hashAlgorithmOID': OID, 'signatureFormat': 'P', 'numSignatures': 1,
        'documentDigests': [{'hash': std(digest('pdf')), 'label': 'lease.pdf', 'hashType': 'SODR'}]}]
    fields = query('web', WEB, challenge, scope='credential', authorization_details=json.dumps(details))
    pushed = ask('POST', '/oauth2/pushed_authorize', fields, {'Authorization': 'Basic ' +
        std(('web:' + SECRET).encode())})
    case('documents in details are pushed', pushed.status == 201, pushed)
    a = follow(b, b.get('/oauth2/authorize?' + urllib.parse.urlencode({'client_id': 'web', 'request_uri': pushed.json['request_uri']})))
    t = a.fragment[2:]
    p = page('', t).json
    case('the page is told of the format and the label', p['once']['kind'] == 3 and p['items'][0]['label'] == 'lease.pdf')
    a = once_approve(t, p)
    case('a signature for a PDF is approved', a.status == 200, a)
    code = b.get(back(a.json['continue'])).query['code']
    a = redeem(code, verifier, 'web', WEB, basic=('web', SECRET))
    case('the details come back as they were', a.status == 200 and a.json['authorization_details'] == details, a)
    a = sign_doc(a.json['access_token'], [digest('pdf')], form='P')
    case('and the token gives the file', a.status == 200, a)
    details[0]['documentDigests'][0]['hashType'] = 'DTBSR'
    pushed = ask('POST', '/oauth2/pushed_authorize', query('web', WEB, challenge, scope='credential',
        authorization_details=json.dumps(details)), {'Authorization': 'Basic ' + std(('web:' + SECRET).encode())})
    case('other hash types are not for one-time keys', pushed.said == 'invalid_authorization_details', pushed)

def by_page(own):
    def wants(**change):
        body = {'signatureQualifier': AES, 'numSignatures': 1, 'hashes': [std(digest('paper'))], 'hashAlgorithmOID': OID,
            'hashType': 'sodr', 'labels': ['paper.txt'], 'authData': [{'id': 'page'}]}
        return ask('POST', '/csc/v2/credentials/authorize', {k: v for k, v in dict(body, **change).items() if v is not None}, bearer(own))
    case('credentials/authorize: without hashType it is refused', wants(hashType=None).status == 400)
    case('and with an approval instead of the page', wants(authData=[{'id': 'approval', 'value': 'AAAA'}]).status == 400)
    case('and of a qualifier of nobody', wants(signatureQualifier='nobody').status == 400)
    a = wants()
    case('it waits for the page', a.status == 202 and a.json['approvalURL'].startswith(SIC + '/sign#t='), a)
    t = a.json['handle']
    p = page('', t).json
    case('whose asker is the signer\'s own tool', p['requester']['id'] == SIGNER and p['items'][0]['label'] == 'paper.txt')
    case('approved', once_approve(t, p, requester=SIGNER).status == 200)
    a = ask('POST', '/csc/v2/credentials/authorizeCheck', {'handle': t}, bearer(own))
    case('authorizeCheck gives the SAD', a.status == 200, a)
    a = sign_doc(own, [digest('paper')], a.json['SAD'])
    case('and the SAD the file', a.status == 200, a)
    for i in range(5):	# more than may be under way: what is signed or declined counts no more
        a = wants()
        t = a.json.get('handle')
        a = once_approve(t) if i % 2 else page('/decline', t)
        if a.status != 200:
            break
    case('what is over makes room', i == 4 and a.status == 200, a)
    a, c = wants(), wants()
    case('two wait, a third is too many', wants().status == 429)
    case('those two can be answered', once_approve(a.json['handle']).status == 200 and once_approve(c.json['handle']).status == 200)

def main():
    own, b = login()
    offered()
    refused(b)
    by_code(b, own)
    by_details(b)
    by_page(own)
    print('# end')

main()
