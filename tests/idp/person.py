# SPDX-License-Identifier: Apache-2.0
# A person with a browser, at an identity provider: follows redirects, keeps cookies, fills in forms.
import html, http.cookiejar, re, ssl, urllib.error, urllib.parse, urllib.request

class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *a):
        return None

class Person:
    """name and password as the provider knows them; cafile: of a provider with TLS."""
    def __init__(self, name, password=None, cafile=None):
        self.name, self.password, self.seen = name, password or 'password of ' + name, []
        self.opener = urllib.request.build_opener(Stay, urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=cafile)))
    def open(self, url, data=None):
        try:
            r = self.opener.open(url, data, 30)
        except urllib.error.HTTPError as e:
            r = e
        return r.status, r.headers.get('Location'), r.read().decode('utf-8', 'replace')
    def visit(self, url, back, cancel=False):
        """From the provider's address to where it sends the browser: an address that begins with back. None: it does not."""
        data = None
        for _ in range(20):
            status, to, text = self.open(url, data)
            data = None
            if to is not None:
                url = urllib.parse.urljoin(url, to)
                if url.startswith(back):
                    return url
                continue
            self.seen.append(text)
            action = re.search('<form method="post" action="([^"]*)"', text)
            if status != 200 or not action or sum('<form' in t for t in self.seen) > 3:
                return None
            fields = [('name', self.name), ('password', self.password)] + ([('cancel', 'yes')] if cancel else [])
            url, data = urllib.parse.urljoin(url, html.unescape(action.group(1))), urllib.parse.urlencode(fields).encode()
        return None
