#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# A person with a browser: logs in with a password, allows the application, approves with the device.
#
#	browser.py register SSA-URL DIRECTORY APPROVER KEY SIGNER	makes the login
#	browser.py open SSA-URL DIRECTORY APPROVER KEY SIGNER URL	prints where the application's browser ends
import http.cookies
import json
import os
import re
import sys
import urllib.parse

from ssa import Ssa

NAME, PASSWORD = 'alice@example', 'correct horse battery'


class Browser:
    def __init__(self, s):
        self.s, self.file = s, s.directory + '/cookies.json'
        self.cookies = json.load(open(self.file)) if os.path.exists(self.file) else {}

    def go(self, verb, path, fields=None):
        headers = {'Cookie': '; '.join('%s=%s' % c for c in self.cookies.items())} if self.cookies else {}
        body = None
        if fields is not None:
            body, headers['Content-Type'] = urllib.parse.urlencode(fields), 'application/x-www-form-urlencoded'
        a = self.s.raw(verb, path, body, headers)
        for line in a.headers.get_all('Set-Cookie') or []:
            for name, c in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = c.value
        with open(self.file, 'w') as f:
            json.dump(self.cookies, f)
        return a

    def form(self, path, page, **fields):
        hidden = dict(re.findall(r'name="(csrf|r|token|credentialID)" value="([^"]*)"', page.body.decode()))
        return self.go('POST', path, {**hidden, **fields})

    def register(self):
        self.s.login()
        token = self.s.ask('/propria/v1/register', {}).json['register']
        a = self.form('/login/register', self.go('GET', '/login/register'), token=token, name=NAME, password=PASSWORD,
                      again=PASSWORD)
        if a.status != 303:
            raise SystemExit('register: %r' % a)

    def at(self, a):
        """Follows within the SSA; stops at the application's redirect URI."""
        for _ in range(20):
            if a.status in (302, 303):
                url = urllib.parse.urljoin(self.s.url, a.headers['Location'])
                if '/sign#t=' in url:
                    url = json.loads(self.s.device('ticket', url.partition('#t=')[2]))['continue']
                if not url.startswith(self.s.url + '/'):
                    return url
                a = self.go('GET', url[len(self.s.url):])
            elif a.status == 200 and b'action="/login"' in a.body:
                a = self.form('/login', a, name=NAME, password=PASSWORD)
            elif a.status == 200 and b'action="/oauth2/consent"' in a.body:
                a = self.form('/oauth2/consent', a, act='allow')
            else:
                break
        raise SystemExit('the browser is stuck at %r' % a)

    def open(self, url):
        return self.at(self.go('GET', url[len(self.s.url):]))


if __name__ == '__main__':
    browser = Browser(Ssa(*sys.argv[2:7]))
    if sys.argv[1] == 'register':
        browser.register()
    else:
        print(browser.open(sys.argv[7]))
