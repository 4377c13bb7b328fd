# SPDX-License-Identifier: Apache-2.0
# Another make of identity provider: glewlwyd of Debian, in a directory of its own, and a person at its interface.
#
#	glewlwyd.py ENDPOINT-FILE DIRECTORY [ROOT]	starts it (ROOT: where the package was unpacked, if not installed); it says
#							its issuer in ENDPOINT-FILE and stays until it is killed
import http.client, json, os, socket, subprocess, sys, time, urllib.parse

class Glewlwyd:
    """Somebody's cookies at the interface of the one at this issuer."""
    def __init__(self, issuer):
        self.issuer, self.cookies = issuer, {}
        self.at = urllib.parse.urlsplit(issuer)
        self.api = self.at.path.rsplit('/', 1)[0]
    def call(self, method, path, body=None):
        c = http.client.HTTPConnection('127.0.0.1', self.at.port, timeout=30)
        h = {'Content-Type': 'application/json', 'Cookie': '; '.join('%s=%s' % i for i in self.cookies.items())}
        c.request(method, path, None if body is None else json.dumps(body), h)
        r = c.getresponse()
        for line in r.msg.get_all('Set-Cookie') or []:
            name, value = line.split(';')[0].split('=', 1)
            self.cookies[name] = value
        return r.status, r.msg.get('Location'), r.read().decode()
    def login(self, name, password):
        return self.call('POST', self.api + '/auth/', {'username': name, 'password': password})[0] == 200
    def must(self, method, path, body):
        status, _, text = self.call(method, self.api + path, body)
        if status != 200:
            raise SystemExit('%s %s: %d %s' % (method, path, status, text))
    def setup(self, base, directory):
        """As its administrator: the provider, two clients of the SSA at `base`, one person."""
        assert self.login('admin', 'password')
        for command in (['genrsa', '-out', directory + '/key.pem', '2048'], ['rsa', '-in', directory + '/key.pem', '-pubout', '-out', directory + '/cert.pem']):
            subprocess.run(['openssl'] + command, stderr=subprocess.DEVNULL, check=True)
        yes, no = ['auth-type-code-enabled', 'auth-type-id-token-enabled', 'pkce-allowed', 'pkce-required', 'oauth-par-allowed', 'jwks-show',
            'refresh-token-rolling'], ['allow-non-oidc', 'auth-type-token-enabled', 'auth-type-none-enabled', 'auth-type-password-enabled',
            'auth-type-client-enabled', 'auth-type-refresh-enabled', 'auth-type-device-enabled', 'pkce-method-plain-allowed', 'oauth-par-required',
            'request-parameter-allow']
        p = dict([(n, True) for n in yes] + [(n, False) for n in no])
        p.update({'iss': self.issuer, 'jwt-type': 'rsa', 'jwt-key-size': '256', 'key': open(directory + '/key.pem').read(), 'subject-type': 'public',
            'cert': open(directory + '/cert.pem').read(), 'access-token-duration': 3600, 'refresh-token-duration': 3600, 'code-duration': 600,
            'oauth-par-request_uri-prefix': 'urn:ietf:params:oauth:request_uri:', 'oauth-par-duration': 90, 'scope': []})
        self.must('POST', '/mod/plugin/', {'module': 'oidc', 'name': 'oidc', 'display_name': 'oidc', 'enabled': True, 'parameters': p})
        for client, path in (('activation', '/idp/callback'), ('login', '/idp/login')):
            secret = 'secret-of-the-%s-client' % client
            self.must('POST', '/client/', {'client_id': client, 'name': client, 'confidential': True, 'password': secret, 'client_secret': secret,
                'enabled': True, 'redirect_uri': [base + path], 'authorization_type': ['code'], 'token_endpoint_auth_method': ['client_secret_basic'],
                'scope': []})
        self.must('POST', '/user/', {'username': 'alice', 'name': 'Alice', 'password': 'password of alice', 'enabled': True, 'scope': ['openid']})
    def visit(self, url, client):
        """What its login page does, by the interface that the page calls; where the browser is sent. None: nowhere."""
        at = urllib.parse.urlsplit(url)
        path = at.path + '?' + at.query
        _, to, text = self.call('GET', path)
        self.login('alice', 'password of alice')
        self.call('PUT', self.api + '/auth/grant/' + client, {'scope': 'openid'})
        if to is not None and 'login.html' in to:		# the page goes on at its callback_url
            path = urllib.parse.unquote(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(to).query))['callback_url'])
            path = path[path.index(self.api):]
        status, to, text = self.call('GET', path + '&g_continue')
        self.said = '%s %s %s' % (status, to, text[:200])
        return to

def main(endpoint_file, directory, root=''):
    from_package = subprocess.run(['sh', '-c', 'zcat -f "$0"/usr/share/doc/glewlwyd/database/init.sqlite3.sql*', root],
        stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(['sqlite3', directory + '/glewlwyd.db'], input=from_package, check=True)
    s = socket.socket()
    s.bind(('127.0.0.1', 0))		# it takes no port 0; nobody else is told this one in the meantime
    port = s.getsockname()[1]
    modules = ''.join('%s_module_path="%s/usr/lib/glewlwyd/%s"\n' % (n, root, d) for n, d in (('user', 'user'), ('client', 'client'),
        ('user_auth_scheme', 'scheme'), ('plugin', 'plugin'), ('user_middleware', 'user_middleware')))
    with open(directory + '/glewlwyd.conf', 'w') as f:
        f.write('''port=%d
bind_address="127.0.0.1"
external_url="http://localhost:%d"
login_url="login.html"
api_prefix="api"
log_mode="console"
log_level="WARNING"
cookie_domain="localhost"
cookie_secure=0
session_expiration=3600
session_key="SESSION"
admin_scope="g_admin"
profile_scope="g_profile"
%shash_algorithm="SHA512"
database = { type="sqlite3" path="%s/glewlwyd.db" };
''' % (port, port, modules, directory))
    s.close()
    issuer = 'http://localhost:%d/api/oidc' % port
    daemon = os.fork()
    if daemon != 0:		# this process is the one that is killed
        os.execvp(root + '/usr/bin/glewlwyd', ['glewlwyd', '-c', directory + '/glewlwyd.conf'])
    for _ in range(300):
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    with open(endpoint_file + '.new', 'w') as f:
        f.write(issuer + '\n')
    os.rename(endpoint_file + '.new', endpoint_file)
    os._exit(0)

if __name__ == '__main__':
    main(*sys.argv[1:])
