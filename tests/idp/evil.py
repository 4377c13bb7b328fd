# SPDX-License-Identifier: Apache-2.0
# An identity provider that does wrong what can be done wrong. POST /test with the name of a fault sets it; "" behaves.
#
#	evil.py ENDPOINT-FILE DIRECTORY
import base64, json, os, subprocess, sys, threading, time, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

endpoint_file, directory = sys.argv[1:3]
fault, asked, requests = '', {}, {}
go_on = threading.Event()

def b64u(b):
    return base64.urlsafe_b64encode(b).rstrip(b'=').decode()

class Key:
    def __init__(self, name):
        self.pem, self.kid = directory + '/' + name, name
        subprocess.run(['openssl', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', self.pem], check=True)
        point = subprocess.run(['openssl', 'ec', '-in', self.pem, '-pubout', '-outform', 'DER'], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, check=True).stdout[-64:]
        self.jwk = {'kty': 'EC', 'crv': 'P-256', 'x': b64u(point[:32]), 'y': b64u(point[32:]), 'use': 'sig', 'kid': name}
    def sign(self, message):
        der = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', self.pem], input=message, stdout=subprocess.PIPE, check=True).stdout
        n = der[3]
        return der[4:4 + n][-32:].rjust(32, b'\0') + der[6 + n:][-32:].rjust(32, b'\0')

keys = [Key('first'), Key('second')]

def token(client):
    """Wrong in one way, or right."""
    now = int(time.time())
    claims = {'iss': issuer, 'sub': 'mallory', 'aud': client, 'nonce': asked.get('nonce', ''), 'iat': now, 'exp': now + 300,
        'auth_time': now, 'acr': 'http://eidas.europa.eu/LoA/high'}
    claims.update({'other issuer': {'iss': 'https://id.example'}, 'other client': {'aud': 'somebody'}, 'old': {'exp': now - 4000},
        'other nonce': {'nonce': b64u(bytes(32))}, 'two clients': {'aud': [client, 'somebody']}, 'no subject': {'sub': ''},
        'future': {'iat': now + 4000}, 'stale login': {'auth_time': now - 90000}, 'no login time': {'auth_time': None},
        'one of approvals': {'aud': 'activation'}}.get(fault, {}))
    head = {'alg': 'none' if fault == 'none' else 'HS256' if fault == 'HS256' else 'ES256', 'kid': keys[0].kid}
    if fault == 'crit':
        head['crit'] = ['b64']
    text = b64u(json.dumps(head).encode()) + '.' + b64u(json.dumps({k: v for k, v in claims.items() if v is not None}).encode())
    signature = '' if fault == 'none' else b64u(keys[1 if fault == 'other key' else 0].sign(text.encode()))
    return text + '.' + signature

class Evil(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a):
        pass
    def give(self, status, body, kind='application/json', **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode() if not isinstance(body, str) else body.encode()
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass
    def broken(self, where):
        """Faults of any answer, at `where`: "discovery 500", "token html" ..."""
        word = fault[len(where) + 1:] if fault.startswith(where + ' ') else ''
        if word == '500':
            self.give(500, {'error': 'server_error'})
        elif word == 'html':
            self.give(200, '<html><script>alert(1)</script>', 'text/html')
        elif word == 'huge':
            self.give(200, b'{"a":"' + b'x' * (50 << 20) + b'"}')
        elif word == 'redirect':
            self.give(302, '', Location=issuer + '/elsewhere')
        elif word == 'deep':
            self.give(200, '{"a":' + '[' * 5000 + ']' * 5000 + '}')
        elif word == 'hold':
            go_on.wait(120)
            self.give(503, {})
        elif word == 'empty':
            self.give(200, '')
        else:
            return False
        return True
    def do_GET(self):
        u = urllib.parse.urlsplit(self.path)
        if u.path == '/.well-known/openid-configuration' and not self.broken('discovery'):
            d = {'issuer': issuer, 'authorization_endpoint': issuer + '/auth', 'token_endpoint': issuer + '/token',
                'jwks_uri': issuer + '/keys', 'authorization_response_iss_parameter_supported': fault == 'names issuer'}
            d.update({'discovery other issuer': {'issuer': 'https://id.example'}, 'discovery file': {'token_endpoint': 'file:///etc/passwd'},
                'discovery no token': {'token_endpoint': None}, 'discovery inside': {'token_endpoint': 'http://internal.example/token'},
                'pushed': {'pushed_authorization_request_endpoint': issuer + '/push'}}.get(
                'pushed' if fault.startswith('push') else fault, {}))
            self.give(200, {k: v for k, v in d.items() if v is not None})
        elif u.path == '/keys' and not self.broken('keys'):
            self.give(200, {'keys': [k.jwk for k in ([keys[0]] if fault != 'rotated' else keys)]})
        elif u.path not in ('/.well-known/openid-configuration', '/keys'):
            self.give(404, {})
    def do_POST(self):
        global fault, asked
        body = self.rfile.read(int(self.headers.get('Content-Length', 0))).decode()
        if self.path == '/test':
            fault = body
            go_on.set() if not fault.endswith('hold') else go_on.clear()
            self.give(200, {})
        elif self.path == '/asked':		# what the test read from the authorization request
            asked = json.loads(body)
            self.give(200, {})
        elif self.path == '/seen':
            self.give(200, requests)
        elif self.path == '/token':
            form = dict(urllib.parse.parse_qsl(body))
            requests['token'] = form
            if fault == 'rotated':
                keys.reverse()
            if self.broken('token'):
                pass
            elif form.get('code') != 'good':
                self.give(400, {'error': 'invalid_grant', 'error_description': '<b>"no"</b>'})
            else:
                self.give(200, {'token_type': 'Bearer', 'access_token': 'a', 'id_token': token(form['client_id'])}
                    if fault != 'no token' else {'access_token': 'a'})
        elif self.path == '/push' and not self.broken('push'):
            requests['push'] = dict(urllib.parse.parse_qsl(body))
            self.give(201, {'request_uri': 'urn:1', 'expires_in': 60} if fault != 'push nothing' else {})

server = ThreadingHTTPServer(('127.0.0.1', 0), Evil)
server.daemon_threads = True
issuer = 'http://localhost:%d' % server.server_port
with open(endpoint_file + '.new', 'w') as f:
    f.write(issuer + '\n')
os.rename(endpoint_file + '.new', endpoint_file)
server.serve_forever()
