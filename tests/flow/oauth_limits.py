# SPDX-License-Identifier: Apache-2.0
# The walk of oauth_limits.sh: what a SCAL1 key gives to whom, and an account may have two authorizations under way.
from oauth_kit import *

LOW, TWO = sys.argv[7:9]

# Minutes that the SSA's clock is ahead.
def clock(minutes):
    with open(DIR + '/control', 'r+') as f:
        f.seek(24)
        f.write('%-12d' % (minutes * 60000))

def own_token():
    return token([('grant_type', 'client_credentials'), ('client_id', SIGNER), ('client_assertion', assertion()),
        ('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')]).json['access_token']

def ask_page(t, text):
    return ask('POST', '/csc/v2/credentials/authorize', {'credentialID': KEY, 'numSignatures': 1, 'hashAlgorithmOID':
        OID, 'hashes': [base64.b64encode(digest(text)).decode()], 'authData': [{'id': 'page'}]}, bearer(t))

def check(t, handle):
    return ask('POST', '/csc/v2/credentials/authorizeCheck', {'handle': handle}, bearer(t))

def by_code(b):
    verifier, challenge = pkce()
    std = base64.b64encode(digest('code')).decode()
    t = ticket_of(b, credential([std], challenge))
    a = approve(t)
    if a.status != 200:
        return a
    code = b.get(back(a.json['continue'])).query['code']
    return sign(redeem(code, verifier).json['access_token'], None, [std])

def parallel(b, own):
    got = [by_code(b).status for i in range(5)]
    case('five approvals by OAuth one after the other, where two may be under way', got == [200] * 5)
    one = ask_page(own, 'a')
    two = ask_page(own, 'b')
    case('two may be under way', one.status == 202 and two.status == 202, two)
    a = ask_page(own, 'c')
    case('a third is refused', a.status == 429, a)
    case('by OAuth too', by_code(b).status == 429)
    a = page('/decline', one.json['handle'])
    case('one is declined', a.status == 200, a)
    got = [check(own, one.json['handle']).said for i in range(4)]
    case('its client hears so as often as it asks', got == ['invalid_authentication_data'] * 4)
    three = ask_page(own, 'c')
    case('which makes room for one', three.status == 202, three)
    a = ask_page(own, 'd')
    case('and for one only', a.status == 429, a)
    a = approve(three.json['handle'])
    sad = check(own, three.json['handle']).json.get('SAD')
    case('one is approved and its SAD fetched', a.status == 200 and sad, a)
    a = sign(own, sad, [base64.b64encode(digest('c')).decode()])
    case('it signs', a.status == 200, a)
    case('and makes room for one', [ask_page(own, x).status for x in 'de'] == [202, 429])
    return two.json['handle']

def expiry(b, own, waiting):
    coming = ticket_of(b, credential([base64.b64encode(digest('late')).decode()]))
    clock(14)
    case('a ticket waits for 14 minutes', page('/state', waiting).json['state'] == 'pending' and
        check(own, waiting).status == 202)
    clock(16)
    for name, ticket in (('of credentials/authorize', waiting), ('of OAuth', coming)):
        case('a ticket %s does not wait for 16' % name, page('/state', ticket).json['state'] == 'expired')
        a = approve(ticket)
        case('then it is not approved', a.status == 409 and a.json['reason'] == 'time', a)
        a = page('/decline', ticket)
        case('nor declined', a.status == 409 and a.json['reason'] == 'time', a)
    a = check(own, waiting)
    case('its client hears that it is over', a.status == 400 and a.said == 'invalid_request', a)
    clock(21)
    case('what was never ended counts for twenty minutes', [ask_page(own, x).status for x in 'fgh'] == [202, 202, 429])
    clock(0)

# The signer's SCAL1 key, and what its owner is asked and told.
def asks_for_low(b, n=2, **more):
    verifier, challenge = pkce()
    return follow(b, authorize(b, query(challenge=challenge, scope='credential', credentialID=LOW,
        numSignatures=str(n), **more))), verifier

def low_signs(sad, text, bearer_too=None):
    return sign(bearer_too or sad, sad if bearer_too else None, [base64.b64encode(digest(text)).decode()],
        credentialID=LOW)

def let_sign(b, **more):
    a, verifier = asks_for_low(b, **more)
    a = b.form('/oauth2/consent', a, act='allow')
    return redeem(a.query.get('code', ''), verifier)

def entrusted(own):
    window = lambda: ask('POST', '/csc/v2/credentials/authorize', {'credentialID': LOW, 'numSignatures': 2}, bearer(own))
    opened = [window() for i in range(4)]
    case('windows that end the one before do not add up', [a.status for a in opened] == [200] * 4, opened[-1])
    case('one signs as often as it was asked for', [low_signs(opened[-1].json['SAD'], x, own).status for x in 'xyz'] ==
        [200, 200, 400])
    b = Browser()
    a, verifier = asks_for_low(b, description='Invoices of <May>')
    case('for a SCAL1 key the login is asked for', 'Log in' in a.text, a)
    b.login()
    a, verifier = asks_for_low(b, description='Invoices of <May>')
    case('then who asks, for what, how often, and what its level means', a.status == 200 and not a.to and all(x in
        a.text for x in ('Test App', 'https://app.example', 'Invoices of &lt;May&gt;', 'at most 2', '300 seconds',
        'SCAL1', 'hash_bound</code>: no', 'not named', LOW, 'Alice Example')), a)
    denied = b.form('/oauth2/consent', a, act='deny')
    case('a denial is access_denied', denied.query.get('error') == 'access_denied', denied)
    a = b.form('/oauth2/consent', a, act='allow')
    case('and ends the request', a.status == 400, a)
    a, verifier = asks_for_low(b)
    bad = b.form('/oauth2/consent', a, act='allow', csrf='B' * 43)
    case('a form that is not ours allows nothing', bad.status == 403, bad)
    gone = Browser().form('/oauth2/consent', a, act='allow')
    case('nor another browser\'s', gone.status == 403, gone)
    other = b.form('/oauth2/consent', a, act='allow', credentialID=KEY)
    case('nor for another key than the page showed', other.status == 200 and not other.to and LOW in other.text, other)
    early = b.form('/oauth2/consent', asks_for_low(b, prompt='login')[0], act='allow')
    case('nor a login before the request that wants a new one', not early.to.startswith(APP), early)
    page_before = a
    a = b.form('/oauth2/consent', a, act='allow')
    case('allowed, the client gets a code', a.to == APP and 'code' in a.query and a.query['iss'] == ENDPOINT, a)
    case('once', b.form('/oauth2/consent', page_before, act='allow').status == 400)
    code = a.query['code']
    a = redeem(code, verifier)
    case('the code gives a token of scope credential for this key', a.status == 200 and a.json['scope'] == 'credential'
        and a.json['credentialID'] == LOW and a.json['expires_in'] <= 300 and 'refresh_token' not in a.json, a)
    sad = a.json['access_token']
    case('the code is no SAD', low_signs(code, 'x', own).status in (400, 401))
    case('a token of another client cannot use it', low_signs(sad, 'x', own).status == 400)
    a = sign(sad, None, [base64.b64encode(digest('x')).decode()])
    case('it opens no SCAL2 key', a.status == 400, a)
    got = [low_signs(sad, x).status for x in ('x', 'y')]
    case('it signs twice, whatever the client says', got == [200, 200])
    a = low_signs(sad, 'z')
    case('and no third time', a.status == 400, a)
    a = low_signs(sad, 'x')
    case('a repetition is read back', a.status == 200, a)

    std = base64.b64encode(digest('x')).decode()
    a, verifier = asks_for_low(b, hashes=std + ',' + base64.b64encode(digest('y')).decode(), hashAlgorithmOID=OID)
    case('documents that are named are shown', 'hash_bound</code>: no' in a.text and 'not named' not in a.text and
        ' '.join(digest('y')[i:i + 2].hex() for i in range(0, 10, 2)) in a.text, a)
    sad = redeem(b.form('/oauth2/consent', a, act='allow').query['code'], verifier).json['access_token']
    case('others are not signed then', low_signs(sad, 'z').status == 400)
    case('those are', low_signs(sad, 'y').status == 200)
    new = let_sign(b).json['access_token']
    case('a new permission in the same login ends the one before', low_signs(sad, 'x').status == 400 and
        low_signs(new, 'x').status == 200)
    a, _ = asks_for_low(b, 101)
    a = b.form('/oauth2/consent', a, act='allow')
    case('more signatures than policy gives are refused', a.query.get('error') == 'invalid_request', a)

    a = let_sign(b)
    sad = a.json['access_token']
    other = Browser()
    other.login()
    elsewhere = let_sign(other).json['access_token']
    case('before logout it signs', low_signs(sad, 'x').status == 200)
    a = b.form('/logout', b.get('/logout'))
    case('after logout it does not', a.status == 303 and low_signs(sad, 'y').status == 400, a)
    case('another login\'s still does', low_signs(elsewhere, 'y').status == 200)
    a = ask('POST', '/oauth2/revoke', [('token', elsewhere), ('client_id', 'app')])
    case('a token that is revoked signs no more', a.status == 204 and low_signs(elsewhere, 'x').status == 401, a)
    propria = lambda call, **more: ask('POST', '/propria/v1/' + call, more, bearer(own))
    a = propria('history', credentialID=LOW, limit=100)
    uses = a.json.get('uses', [])
    case('the history has each of these uses, on the service\'s word', a.status == 200 and len(uses) >= 8 and
        {u['word'] for u in uses} == {'service'} and {u['requester']['name'] for u in uses} == {'', 'Test App'} and
        {base64.b64decode(u['digest']) for u in uses} == {digest('x'), digest('y')}, a)
    case('those of the other key are the signer\'s', {u['word'] for u in propria('history', credentialID=KEY).json['uses']}
        == {'signer'})
    a = propria('outcome', d=uses[0]['d'], indexes=[uses[0]['index']])
    case('the outcome of such a use can be asked for', a.status == 200 and a.json['results'][0]['status'] == 0 and
        a.json['place'] == uses[0]['place'], a)
    a = propria('receipt', d=uses[0]['d'], index=uses[0]['index'])
    case('a receipt cannot, as nobody approved', a.status == 400 and a.json['reason'] == 'kind', a)
    b = Browser()
    b.login()
    clock(61)
    a, _ = asks_for_low(b)
    clock(0)
    case('a login of an hour ago does not suffice', 'Log in' in a.text and a.status == 200, a)

# A stranger guesses from 127.0.0.0/24, and from networks beside it.
def guesses():
    b = Browser()
    got = [b.login(password='guess number %d' % i).status for i in range(8)]
    case('after six failures a name is closed to the network that guesses', got == [403] * 6 + [429] * 2)
    case('also with the right password', b.login().status == 429)
    b.login(name='nobody.else', password='guess number one')
    source[0] = '127.0.5.1'
    a = Browser().login()
    case('not to its owner in another', a.status == 303, a)
    for net in ('127.0.6.1', '127.0.7.1', '127.0.8.1'):
        source[0] = net
        Browser().login(password='guess from afar')
    source[0] = '127.0.9.1'
    began = time.monotonic()
    wrong = Browser().login(password='guess from afar').status
    middle = time.monotonic()
    a = Browser().login()
    end = time.monotonic()
    case('where many networks guess, each attempt takes seconds', wrong == 403 and middle - began > 0.9)
    case('and the right password still logs in', a.status == 303 and end - middle > 0.9, a)
    source[0] = '127.0.0.1'

# A key that asks for two approvals: the receipt proves both.
def two_approvals(own):
    body = {'credentialID': TWO, 'numSignatures': 1, 'hashAlgorithmOID': OID,
        'hashes': [base64.b64encode(digest('two')).decode()], 'authData': [{'id': 'page'}]}
    ticket = ask('POST', '/csc/v2/credentials/authorize', body, bearer(own)).json['handle']
    p = page('', ticket).json
    keys = {a['id']: DEVICE if a['label'].startswith('Alice') else DIR + '/second.pem' for a in p['authenticators']}
    case('the page is told that two must approve', p['key']['evidences'] == 2 and len(keys) == 2)
    st = statement(p)
    a = answer(ticket, st, evidence(p, st))
    case('one approval does not suffice', a.json.get('reason') == 'quorum', a)
    p = page('', ticket).json
    st = statement(p)
    a = answer(ticket, st, evidence(p, st, keys))
    case('both do', a.status == 200, a)
    got = check(own, ticket).json
    a = sign(own, got['SAD'], body['hashes'], credentialID=TWO)
    case('it signs', a.status == 200, a)
    receipt = lambda: ask('POST', '/propria/v1/receipt', {'d': got['approval'], 'index': 0}, bearer(own))
    until(lambda: receipt().status == 200)
    with open(DIR + '/two.receipt', 'wb') as f:
        f.write(base64.b64decode(receipt().json['receipt']))

def main():
    own = own_token()
    one = ask('POST', '/propria/v1/register', {}, bearer(own)).json['register']
    b = Browser()
    a = b.form('/login/register', b.get('/login/register'), token=one, name=NAME, password=PASSWORD, again=PASSWORD)
    case('a login is made', a.status == 303, a)
    waiting = parallel(b, own)
    expiry(b, own, waiting)
    entrusted(own)
    guesses()
    two_approvals(own)
    print('# end')

main()
