# SPDX-License-Identifier: Apache-2.0
# Before the CA: passes requests on, or answers 503 while a file is there.
import http.client, http.server, os, sys, urllib.parse

CA, URL_FILE, DOWN = sys.argv[1:4]

class Proxy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        if os.path.exists(DOWN):
            status, kind, answer = 503, 'text/plain', b'down'
        else:
            c = http.client.HTTPConnection(urllib.parse.urlsplit(CA).netloc, timeout=30)
            c.request('POST', self.path, body, {'Content-Type': self.headers['Content-Type']})
            r = c.getresponse()
            status, kind, answer = r.status, r.headers['Content-Type'], r.read()
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Proxy)
with open(URL_FILE + '.new', 'w') as f:
    f.write('http://127.0.0.1:%d' % server.server_port)
os.rename(URL_FILE + '.new', URL_FILE)
server.serve_forever()
