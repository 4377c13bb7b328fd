# SPDX-License-Identifier: Apache-2.0
# The walk of oauth_limits.sh: an account may have two authorizations under way.
from oauth_kit import *

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

def main():
    own = own_token()
    one = ask('POST', '/propria/v1/register', {}, bearer(own)).json['register']
    b = Browser()
    a = b.form('/login/register', b.get('/login/register'), token=one, name=NAME, password=PASSWORD, again=PASSWORD)
    case('a login is made', a.status == 303, a)
    waiting = parallel(b, own)
    expiry(b, own, waiting)
    print('# end')

main()
