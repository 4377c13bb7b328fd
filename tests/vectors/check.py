#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the vectors by what PROTOCOL.sam says, without any code of ours.

usage: check.py DIRECTORY

Hashes and MACs are Python's own; the openssl program verifies ECDSA and Ed25519 and turns AES blocks;
HKDF, GCM, the readers and the tree are written here from the text.
"""
import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import tempfile


def must(true, what):
    if not true:
        sys.exit('not so: ' + what)


def load(directory, name):
    vectors = {}
    with open(os.path.join(directory, name), encoding='ascii') as f:
        for line in f:
            if not line.startswith('#'):
                key, _, value = line.rstrip('\n').partition(' ')
                vectors[key] = bytes.fromhex(value)
    return vectors


def sha(b):
    return hashlib.sha256(b).digest()


def mac(key, b):
    return hmac.new(key, b, hashlib.sha256).digest()


def hkdf(ikm, salt, info, n):
    prk, out, block = mac(salt or bytes(32), ikm), b'', b''
    while len(out) < n:
        block = mac(prk, block + info + bytes([len(out) // 32 + 1]))
        out += block
    return out[:n]


def openssl(*args, data=b''):
    return subprocess.run(['openssl', *args], input=data, capture_output=True, check=False)


def in_file(directory, name, data):
    path = os.path.join(directory, name)
    with open(path, 'wb') as f:
        f.write(data)
    return path


def verify(spki, data, sig, raw):
    """raw: data is the message (Ed25519), else a digest (ECDSA)."""
    with tempfile.TemporaryDirectory() as d:
        args = ['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', in_file(d, 'k', spki),
                '-in', in_file(d, 'm', data), '-sigfile', in_file(d, 's', sig)]
        return openssl(*args, *(['-rawin'] if raw else [])).returncode == 0


def der_int(b):
    b = b.lstrip(b'\0') or b'\0'
    b = b'\0' + b if b[0] & 0x80 else b
    return b'\x02' + bytes([len(b)]) + b


def es256(spki, message, sig):
    must(len(sig) == 64 and len(spki) == 91, 'lengths of ES256')
    both = der_int(sig[:32]) + der_int(sig[32:])
    return verify(spki, sha(message), b'\x30' + bytes([len(both)]) + both, False)


def ed25519(key, message, sig):
    return verify(bytes.fromhex('302a300506032b6570032100') + key, message, sig, True)


def ed25519_public(seed):
    der = bytes.fromhex('302e020100300506032b657004220420') + seed
    return openssl('pkey', '-inform', 'DER', '-pubout', '-outform', 'DER', data=der).stdout[-32:]


def aes_block(key, block):
    return openssl('enc', '-aes-256-ecb', '-nopad', '-K', key.hex(), data=block).stdout


def times(x, y):
    z = 0
    for i in range(127, -1, -1):
        if y >> i & 1:
            z ^= x
        x = x >> 1 ^ (0xe1 << 120 if x & 1 else 0)
    return z


def gcm_open(key, nonce, aad, box, tag):
    h = int.from_bytes(aes_block(key, bytes(16)), 'big')
    y = 0
    for part in (aad, box):
        for i in range(0, len(part), 16):
            y = times(y ^ int.from_bytes(part[i:i + 16].ljust(16, b'\0'), 'big'), h)
    y = times(y ^ (len(aad) * 8 << 64 | len(box) * 8), h)
    first = aes_block(key, nonce + b'\0\0\0\x01')
    must(y ^ int.from_bytes(first, 'big') == int.from_bytes(tag, 'big'), 'GCM tag')
    return openssl('enc', '-aes-256-ctr', '-K', key.hex(), '-iv', (nonce + b'\0\0\0\x02').hex(), data=box).stdout


class Reader:
    def __init__(self, b):
        self.b = b

    def take(self, n):
        must(len(self.b) >= n, 'bytes are there')
        out, self.b = self.b[:n], self.b[n:]
        return out

    def u(self, n):
        return int.from_bytes(self.take(n), 'big')

    def v(self, width, least=0, most=1 << 32):
        n = self.u(width)
        must(least <= n <= most, 'length in its range')
        return self.take(n)

    def text(self, width, least, most):
        s = self.v(width, least, most).decode('utf-8')
        for c in map(ord, s):
            must(not (c < 0x20 or 0x7f <= c <= 0x9f or c in (0x61c, 0x200e, 0x200f, 0x2028, 0x2029) or
                      0x202a <= c <= 0x202e or 0x2066 <= c <= 0x2069), 'text')
        return s

    def end(self):
        must(not self.b, 'nothing behind')


PURPOSES = {0x101: 'SIGN', 0x102: 'SIGN_ONCE', 0x304: 'OPEN_SESSION', 0x201: 'INVITE', 0x202: 'BIND', 0x203: 'SUSPEND', 0x204: 'REINSTATE', 0x205: 'CLOSE',
            0x206: 'ADD_AUTHENTICATOR', 0x207: 'REMOVE_AUTHENTICATOR',
            0x301: 'CREATE_KEY', 0x302: 'DESTROY_KEY', 0x303: 'RELEASE_KEY', 0x305: 'REVOKE_KEY', 0x400: 'FOUND',
            0x401: 'ADD_ANCHOR', 0x402: 'REMOVE_ANCHOR', 0x403: 'ADD_OFFICER', 0x404: 'REMOVE_OFFICER',
            0x405: 'SET_POLICY', 0x406: 'RESUME', 0x407: 'ADD_PEER', 0x408: 'REMOVE_PEER', 0x409: 'ADD_PROVIDER', 0x40a: 'REMOVE_PROVIDER'}
OF_MODULE = {0x601: 'ADMIT', 0x602: 'SET_FACTORS', 0x603: 'CHANGE_FACTORS', 0x604: 'UNLOCK', 0x605: 'DISMISS',
             0x606: 'NEW_GRANT_KEY', 0x607: 'CHECK'}
DIGEST = {1: 32, 2: 48, 16: 32, 32: 32}
SIGNATURE = {1: 64, 2: 96, 16: 384, 32: 384}


def profile_of(b):
    must(re.fullmatch(rb'[a-z0-9-]+\0*', b), 'profile')


def sign_body(r, once):
    s = {'key': r.take(16), 'spki': r.take(32), 'class': r.u(1), 'level': r.u(1), 'alg': r.u(2)}
    must(s['class'] in (1, 2) and s['level'] in (1, 2), 'class and level')
    s['kind'] = r.u(1)
    must(s['kind'] == (2 if once else 1) and r.u(1) in (1, 2), 'kind and seen')
    s['requester'] = r.take(16)
    r.text(1, 0, 128)
    s['session'], profile, idv, attrs = r.take(16), r.take(16), r.take(32), r.u(2)
    s['profile'], s['idv'] = profile, idv
    if once:
        profile_of(profile)
        must(s['key'] + s['spki'] == bytes(48) and attrs in (0, 1, 2), 'no key yet')
        must(s['class'] == 1 and s['level'] == 2, 'class and level of a one-time key')
    else:
        must(s['session'] + profile + idv == bytes(64) and attrs == 0, 'what is of one-time keys')
    n = r.u(4)
    must(1 <= n <= 1000, 'items')
    s['items'] = []
    for _ in range(n):
        s['items'].append(r.v(1, DIGEST[s['alg']], DIGEST[s['alg']]))
        r.text(1, 0, 200)
    r.text(2, 0, 1000)
    return s


ORIGIN = 'https://approve.example'


def bind_body(r):
    r.u(4)
    kind, protection, spki = r.u(1), r.u(1), r.v(2)
    least, most, keys, attestations, clients = {
        1: (1, 4, (91, 91), (0, 0), (0, 0)), 2: (0, 0, (1, 552), (1, 8192), (1, 2048)),
        3: (8, 8, (0, 0), (48, 48), (0, 0)), 4: (9, 9, (0, 0), (1, 200), (0, 0))}[kind]
    must(least <= protection <= most and keys[0] <= len(spki) <= keys[1], 'authenticator')
    r.text(1, 0, 64)
    attestation, client = r.v(2, *attestations), r.v(2, *clients)
    return {'spki': spki, 'attestation': attestation, 'client': client}


def cbor(r):
    head = r.u(1)
    major, n = head >> 5, head & 31
    if n >= 24:
        must(n <= 27, 'length of CBOR')
        n = r.u(1 << (n - 24))
    if major == 0:
        return n
    if major == 1:
        return -1 - n
    if major in (2, 3):
        return r.take(n) if major == 2 else r.take(n).decode()
    if major == 4:
        return [cbor(r) for _ in range(n)]
    must(major == 5, 'kind of CBOR')
    return dict((cbor(r), cbor(r)) for _ in range(n))


def client_data(b, kind, challenge):
    c = json.loads(b)
    want = base64.urlsafe_b64encode(challenge).decode().rstrip('=')
    must(c['type'] == kind and c['challenge'] == want and c['origin'] == ORIGIN, 'client data')
    must(c.get('crossOrigin', False) is False and 'topOrigin' not in c, 'not across origins')


def authenticator_data(r, attested):
    must(r.take(32) == sha(ORIGIN[8:].encode()), 'RP ID')
    must(r.u(1) & 0xd7 == (0x45 if attested else 0x05), 'flags')
    r.u(4)


def check_enrolment(s):
    b = s['sign']
    client_data(b['client'], 'webauthn.create', sha(b'propria-passkey-v1\0' + s['fresh']))
    r = Reader(b['attestation'])
    o = cbor(r)
    r.end()
    must(set(o) == {'fmt', 'attStmt', 'authData'} and o['fmt'] == 'none' and o['attStmt'] == {}, 'attestation')
    r = Reader(o['authData'])
    authenticator_data(r, True)
    r.take(16)
    r.v(2, 1, 1023)
    key = cbor(r)
    r.end()
    must([key.pop(i) for i in (1, 3, -1)] == [2, -7, 1] and set(key) == {-2, -3}, 'COSE key')
    must(b['spki'] == b['spki'][:27] + key[-2] + key[-3], 'key of the statement')


def passkey(spki, d, evidence):
    r = Reader(evidence)
    data, client, sig = r.v(2, 37, 1024), r.v(2, 1, 2048), r.v(2, 1, 512)
    r.end()
    must(verify(spki, sha(data + sha(client)), sig, False), 'signature of the passkey')
    r = Reader(data)
    authenticator_data(r, False)
    r.end()
    client_data(client, 'webauthn.get', d)


def body(purpose, r):
    if purpose in (0x101, 0x102):
        return sign_body(r, purpose == 0x102)
    if purpose == 0x304:
        must(r.u(2) in DIGEST and r.u(1) == 1 and r.u(1) == 2, 'key')
        profile_of(r.take(16))
        r.take(32)
        return {'session': r.take(16)}
    if purpose == 0x201:
        must(r.u(1) in (1, 2, 3), 'loa')
        r.text(1, 1, 64)
        r.take(32)
        r.v(2, 1, 1024)
        r.take(32)
    elif purpose in (0x202, 0x206):
        return bind_body(r)
    elif purpose == 0x207:
        r.take(20)
    elif 0x203 <= purpose <= 0x205:
        r.u(4)
        r.text(1, 0, 200)
    elif purpose == 0x301:
        r.u(4)
        must(r.u(2) in DIGEST and r.u(1) in (1, 2) and r.u(1) in (1, 2), 'key')
        must(re.fullmatch(rb'[a-z0-9-]*\0*', r.take(16)) and r.u(1) in (1, 2), 'profile and evidences')
        return {'with': r.take(16)}
    elif purpose in (0x302, 0x303, 0x305):
        r.take(20)
        r.text(1, 0, 200)
    elif purpose == 0x401:
        must(r.u(2) in DIGEST, 'alg')
        r.v(2)
        r.v(2, 1, 1024)
        r.u(4)
        r.text(1, 1, 64)
        usage = r.u(1)
        must(usage in (1, 2), 'usage')
        profile, rules, policy, added = r.take(16), r.u(2), r.v(1, 0, 32), r.v(1, 0, 64)
        must(re.fullmatch(rb'[a-z0-9-]*\0*', profile) and rules < 16, 'profile and rules')
        must(usage == 1 or not (any(profile) or rules or policy or added), 'rules of a root')
        while added:
            must(0 < added[0] < len(added) and added[added[0]] < 0x80, 'added')
            added = added[1 + added[0]:]
    elif purpose == 0x403:
        must(1 <= r.u(1) <= 5 and r.u(1) == 1, 'role and type')
        r.text(1, 1, 64)
        r.v(2, 91, 91)
    elif purpose == 0x407:
        kind, peer, key = r.u(1), r.take(32), r.v(2)
        must(len(key) == {1: 65, 2: 91}[kind], 'key of the peer')
        r.text(1, 1, 64)
        return {'peer': sha(bytes([kind]) + peer + key)}
    elif purpose == 0x409:
        issuer, client, alg, key = r.text(1, 1, 200).encode(), r.text(1, 1, 128).encode(), r.u(1), r.v(2, 1, 552)
        must(issuer.startswith(b'https://') and 1 <= alg <= 5, 'issuer and algorithm')
        for _ in range(r.u(1)):
            r.text(1, 1, 128)
            must(1 <= r.u(1) <= 2, 'level')
        r.text(1, 0, 64)
        must(r.u(1) <= 2 and 1 <= r.u(4) <= 3600, 'assurance and age')
        r.text(1, 0, 64)
        r.text(1, 1, 64)
        return {'provider': sha(b'propria-provider-v1\0' + bytes([len(issuer)]) + issuer + bytes([len(client)]) + client +
                                bytes([alg]) + len(key).to_bytes(2, 'big') + key)}
    elif purpose == 0x601:
        r.take(48)
        r.text(1, 1, 128)
        r.take(64)
    elif purpose in (0x604, 0x605, 0x606):
        r.take(0 if purpose == 0x606 else 4)
        r.text(1, 0, 200)
    else:
        r.take({0x602: 36, 0x603: 4, 0x607: 16, 0x40a: 32, 0x408: 32, 0x400: 0, 0x402: 32, 0x404: 16, 0x405: 42, 0x406: 84}[purpose])
    return None


def statement(b):
    r = Reader(b)
    must(r.take(4) == b'PRS1', 'magic of statement')
    s = {'purpose': r.u(2), 'group': r.take(32), 'epoch': r.u(4), 'subject': r.take(16), 'fresh': r.take(40),
         'iat': r.u(8), 'exp': r.u(8), 'body': r.b}
    must(s['exp'] > s['iat'], 'exp after iat')
    s['sign'] = body(s['purpose'], r)
    r.end()
    return s


def evidences(b):
    r, out = Reader(b), []
    for _ in range(r.u(1)):
        kind, who = r.u(1), r.take(16)
        out.append((who, kind, r.v(2, 0, 16384)))
    r.end()
    must([e[:2] for e in out] == sorted({e[:2] for e in out}) and 1 <= len(out) <= 4, 'order of evidences')
    return out


def check_statements(v):
    for number, name in PURPOSES.items():
        b = v['statement.' + name]
        s = statement(b)
        must(s['purpose'] == number, 'purpose of ' + name)
        must(sha(b'propria-statement-v1\0' + b) == v['d.' + name], 'd of ' + name)
    for name in ('SIGN_ONCE', 'OPEN_SESSION'):
        s = statement(v['statement.' + name])
        must(s['sign']['session'] == sha(b'propria-session-v1\0' + s['fresh'])[:16], 'session of ' + name)
    for name in ('BIND.module', 'BIND.provider', 'CREATE_KEY.with'):
        statement(v['statement.' + name])
        must(sha(b'propria-statement-v1\0' + v['statement.' + name]) == v['d.' + name], 'd of ' + name)
    s = statement(v['statement.CREATE_KEY.with'])
    must(s['sign']['with'] == sha(b"person's authenticator")[:16], 'with')
    must(v['session'] == sha(b'propria-session-v1\0' + s['fresh'])[:16], 'session')
    must(v['key_id'] == sha(b'propria-key-id-v1\0' + s['fresh'])[:16], 'key id')
    must(v['peer_id'] == statement(v['statement.ADD_PEER'])['sign']['peer'] == statement(v['statement.REMOVE_PEER'])['body'],
         'peer id')
    must(statement(v['statement.ADD_PROVIDER'])['sign']['provider'] == statement(v['statement.REMOVE_PROVIDER'])['body'],
         'provider id')
    check_enrolment(statement(v['statement.ADD_AUTHENTICATOR']))
    s = statement(v['statement.RESUME'])
    must(s['fresh'] == sha(b'propria-resume-v1\0' + s['body']) + bytes(8), 'fresh of RESUME')
    must(statement(v['statement.FOUND'])['fresh'] == bytes(40), 'fresh of FOUND')


def check_persons(v):
    for number, name in OF_MODULE.items():
        s = statement(v['statement.' + name])
        must(s['purpose'] == number, 'purpose of ' + name)
        must(sha(b'propria-statement-v1\0' + v['statement.' + name]) == v['d.' + name], 'd of ' + name)
    s = statement(v['statement.SET_FACTORS'])
    must(v['bound'] == sha(b'propria-set-factors-v1\0' + s['fresh']), 'what factors are bound to')
    r = Reader(v['factors'])
    must(len(r.b) == 256 and r.take(4) == b'PRF1' and r.take(32) == v['bound'], 'head of factors')
    must(r.take(16) == sha(b'person')[:16], 'person of factors')
    r.text(1, 6, 64)
    r.text(1, 6, 8)
    r.text(1, 6, 64)
    must(20 <= len(r.v(1)) <= 32 and not any(r.b), 'end of factors')


def check_evidences(v, d):
    by_id = {v['id.' + name]: v['key.' + name] for name in ('ada', 'bob', 'cyd', 'dag', 'eva', 'alice')}
    for name in PURPOSES.values():
        for who, kind, sig in evidences(v['evidences.' + name]):
            if kind == 5:
                must(ed25519(v['key.code'], b'propria-code-v1\0' + d['d.' + name], sig), 'code of ' + name)
                continue
            if kind == 2:
                must(who == bytes(16), 'a new passkey')
                passkey(v['key.phone'], d['d.' + name], sig)
                continue
            key = by_id.get(who) or v['key.alice' if name == 'BIND' else 'key.fay']
            must(kind == 1 and (who in by_id or who == bytes(16)), 'who approved ' + name)
            must(es256(key, b'propria-approval-v1\0' + d['d.' + name], sig), 'approval of ' + name)


def check_grants(v, statements):
    for name, share in (('BIND', 0), ('SIGN', 113)):
        b = v['grant.' + name]
        s = statement(statements['statement.' + name])
        r = Reader(b)
        must(r.take(4) == b'PRT1' and r.take(32) == s['group'] and r.take(32) == sha(b'module'), 'head of a grant')
        must(r.take(32) == statements['d.' + name] and r.take(16) == s['subject'], 'what it grants')
        must(r.take(16) == sha(b'person')[:16] and r.u(2) == 3 and r.u(1) == 2 and r.u(8) >= s['iat'], 'who gave what')
        must(len(r.v(2)) == share and len(r.b) == 64, 'its share')
        must(es256(v['key.grant'], b'propria-grant-v1\0' + b[:-64], b[-64:]), 'signature of a grant')
    s = statement(statements['statement.SIGN'])
    must(v['info'] == b'propria-share-v1' + s['group'] + sha(b'module'), 'info of a share')
    must(v['aad'] == statements['d.SIGN'] + s['sign']['key'], 'associated data of a share')


def der(tag, *parts):
    b = b''.join(parts)
    return bytes([tag]) + (bytes([len(b)]) if len(b) < 128 else b'\x81' + bytes([len(b)])) + b


PKCS9 = '06092a864886f70d0109'
ESS = '060b2a864886f70d01091002'
COMMITMENT = '060b2a864886f70d01091006'


def check_attributes(v):
    times = {'cades': b'250101000000Z', 'cades.approval': b'250101000000Z', 'cades.late': b'20500101000000Z'}
    commitment = {'cades.approval': '05', 'pades.origin': '01'}
    for name in ('cades', 'cades.approval', 'cades.late', 'pades', 'pades.origin'):
        hashed = hashlib.sha384 if name == 'cades.late' else hashlib.sha256
        what = [(PKCS9 + '03', bytes.fromhex('06092a864886f70d010701')),
                (PKCS9 + '04', der(4, hashed(b'document').digest())),
                (ESS + '2f', der(0x30, der(0x30, der(0x30, der(4, sha(b'certificate'))))))]
        if name in times:
            what.append((PKCS9 + '05', der(0x18 if name == 'cades.late' else 0x17, times[name])))
        if name in commitment:
            what.append((ESS + '10', der(0x30, bytes.fromhex(COMMITMENT + commitment[name]))))
        want = der(0x31, *sorted(der(0x30, bytes.fromhex(oid), der(0x31, value)) for oid, value in what))
        must(v['attributes.' + name] == want, 'attributes ' + name)
        must(v['dtbsr.' + name] == hashed(want).digest(), 'DTBS/R ' + name)
        said = openssl('asn1parse', '-inform', 'DER', data=want).stdout.decode()
        for word in ['contentType', 'pkcs7-data', 'messageDigest', 'id-smime-aa-signingCertificateV2',
                     hashed(b'document').hexdigest().upper(), sha(b'certificate').hex().upper()]:
            must(word in said, 'openssl finds %s in %s' % (word, name))
        must(('signingTime' in said) == (name in times), 'signing time in ' + name)
        must(('id-smime-aa-ets-commitmentType' in said) == (name in commitment), 'commitment in ' + name)


def check_code(v):
    letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
    n = 0
    text = v['text'].decode().replace('-', '')
    must(len(text) == 26, 'letters')
    for c in text:
        n = n << 5 | letters.index(c)
    must(n & 3 == 0 and (n >> 2).to_bytes(16, 'big') == v['code'], 'letters of the code')
    must(hkdf(v['code'], v['group'], b'propria-code-v1', 32) == v['seed'], 'seed')
    must(ed25519_public(v['seed']) == v['public'], 'public key of the code')


def officer(r):
    head = r.b
    role, kind, person, spki = r.u(1), r.u(1), r.text(1, 1, 64), r.v(2, 91, 91)
    signed = head[:len(head) - len(r.b)]
    must(1 <= role <= 5 and kind == 1 and es256(spki, b'propria-officer-v1\0' + signed, r.v(2, 64, 64)),
         'proof of ' + person)
    return role


def check_genesis(v):
    r = Reader(v['genesis'])
    must(r.take(4) == b'PRG1' and sha(v['genesis']) == v['group'], 'group')
    r.take(8 + 32)
    must(r.u(1) == 1, 'kind of the group')
    policy = Reader(r.take(42))
    policy.take(8)
    quorum = policy.u(1)
    policy.take(2)
    must(policy.u(2) == 0, 'zero of the policy')
    r.take(32)
    log, attest = r.v(2, 91, 91), r.v(2, 91, 91)
    for _ in range(3):
        r.text(1, 0, 255)
    must(r.u(1) <= 2, 'assurance')
    must(r.text(1, 0, 255) == ORIGIN and r.text(1, 0, 255) == 'https://sign.example', 'origins')
    roles = []
    for _ in range(r.u(1)):
        r.take(16)
        roles.append(officer(r))
    r.end()
    must(roles.count(1) >= quorum + 1, 'security officers')
    card = Reader(v['card'])
    must(card.take(4) == b'PRO1', 'magic of the card')
    officer(card)
    card.end()
    return log, attest


def check_record(v, name, root):
    b = v['sealed.' + name]
    r = Reader(b)
    must(r.take(4) == b'PRR1' and r.u(1) == {'signer': 1, 'key': 2}[name] and r.u(1) == 1, 'head of ' + name)
    must(r.take(32) == v['group'], 'group of ' + name)
    epoch = r.take(4)
    r.take(32)
    must(r.u(4) == 3, 'version of ' + name)
    salt = r.take(32)
    aad = b[:len(b) - len(r.b)]
    secret = hkdf(root, b'', b'propria-epoch-v1' + epoch, 32)
    k = hkdf(secret, salt, b'propria-record-v1', 44)
    box, tag = r.v(4, 0, 16384), r.take(16)
    r.end()
    must(gcm_open(k[:32], k[32:], aad, box, tag) == v['plain.' + name], 'inside of ' + name)
    return secret


def check_insides(v, secret):
    r = Reader(v['plain.signer'])
    r.u(1)
    r.text(1, 1, 64)
    r.take(32)
    r.v(2, 1, 1024)
    r.take(32 + 8)
    for _ in range(r.u(1)):
        r.take(18)
        r.v(2)
        r.text(1, 0, 64)
        r.u(8)
        r.v(2, 0, 1023)
        r.u(1)
    keys = [r.take(33)[:16] for _ in range(r.u(1))]
    r.end()
    for name, what, key, share, csr in (('key', 'sealed', keys[0], b'', b''),
                                        ('share', 'share', keys[1], v['share'], b'a certificate request')):
        r = Reader(v['plain.' + name])
        must(r.u(2) in DIGEST and r.u(1) in (1, 2) and r.u(1) in (1, 2) and r.take(16) == bytes(16), 'key record')
        r.v(2)
        r.take(8 + 4)
        wrapped = r.v(2, 0, 4096)
        r.take(32 + 8 + 8)
        must(r.take(16) == (sha(b"person's authenticator")[:16] if share else bytes(16)) and r.v(2, 0, 2048) == csr, 'with')
        r.end()
        must(wrapped == v['wrapped.' + what], 'wrapped key in its record')
        k = hkdf(secret, key, b'propria-authorisation-v1' + share, 32)
        must(gcm_open(k, wrapped[:12], v['group'] + key, wrapped[12:-16], wrapped[-16:]) == v['wrapped.plain'],
             'wrapped key')


def check_snapshot(v, root):
    b = v['sealed.snapshot']
    r = Reader(b)
    must(r.take(4) == b'PRN1' and r.take(32) == v['group'], 'head of the snapshot')
    salt = r.take(32)
    k = hkdf(hkdf(root, b'', b'propria-epoch-v1' + bytes(4), 32), salt, b'propria-snapshot-v1', 44)
    box, tag = r.v(4), r.take(16)
    r.end()
    must(gcm_open(k[:32], k[32:], b[:68], box, tag) == v['plain.snapshot'], 'snapshot')


def check_sealed(v):
    root = hkdf(v['module_mac'], v['local'], b'propria-root-v1' + v['group'], 32)
    must(hkdf(root, b'', b'propria-log-v1', 32) == v['log_key'], 'log key')
    check_record(v, 'signer', root)
    check_insides(v, check_record(v, 'key', root))
    check_snapshot(v, root)


def check_nonce(v):
    life, counter, issued = (v['fresh'][i:i + 8] for i in (0, 8, 16))
    must(int.from_bytes(counter, 'big') == 3 and int.from_bytes(issued, 'big') == 123458, 'counter and time')
    m = mac(v['life_key'], life + counter + issued + v['group'] + b'\0\0\0\x01' + v['subject'] + v['purpose'])
    must(v['fresh'][24:] == m[:16], 'MAC of the nonce')


def tree(leaves):
    if len(leaves) <= 1:
        return sha(b'\0' + leaves[0]) if leaves else sha(b'')
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b'\1' + tree(leaves[:k]) + tree(leaves[k:]))


def path(leaves, i):
    if len(leaves) <= 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if i < k:
        return path(leaves[:k], i) + [tree(leaves[k:])]
    return path(leaves[k:], i - k) + [tree(leaves[:k])]


def check_batches(v):
    entries, previous, last = [], bytes(32), 0
    for name in ('1', '2', '3'):
        b = v['batch.' + name]
        r = Reader(b)
        must(r.take(4) == b'PRLB' and r.u(8) == len(entries), 'head of batch ' + name)
        count, size = r.u(4), r.u(4)
        must(r.take(32) == previous, 'previous of batch ' + name)
        inside = Reader(r.take(size))
        for _ in range(count):
            e = inside.v(4, 18, 524288)
            head = Reader(e)
            must(head.u(8) == len(entries), 'sequence')
            time = head.u(8)
            must(time >= last and 1 <= head.u(1) <= 17 and head.u(1) == 1, 'entry')
            last = time
            entries.append(e)
        inside.end()
        previous = tree(entries)
        must(r.u(8) == len(entries) and r.take(32) == previous == v['root.' + name], 'root of batch ' + name)
        must(r.take(32) == mac(v['log_key'], b[:-32]), 'MAC of batch ' + name)
        r.end()
    return entries


def check_receipt(v, entries, keys, d, statements, alice):
    head = Reader(v['head'])
    signed = v['head'][:52]
    must(es256(keys[0], b'propria-head-v1\0' + statements['group'] + signed, v['head'][52:]), 'signature of the head')
    must(head.u(4) == 1 and head.u(8) == len(entries) and head.take(32) == tree(entries), 'head')
    index = v['index'][0]
    must(entries[index] == v['outcome.entry'] and b''.join(path(entries, index)) == v['proof'], 'inclusion proof')
    s = statements['sign']
    r = Reader(entries[index])
    r.take(16)
    must(r.u(1) == 10 and r.u(1) == 1 and r.take(32) == d and r.take(16) == s['key'], 'outcome')
    must(r.u(8) == index - 1 and r.u(2) == s['alg'] and r.u(8) == statements['exp'] and r.v(1) == b'',
         'outcome of that reservation')
    for i in range(r.u(4)):
        must(r.u(4) == i and r.v(1) == s['items'][i] and r.u(1) == 0, 'item')
        must(len(r.v(2)) == SIGNATURE[s['alg']], 'signature')
    r.end()
    a = Reader(v['attestation'])
    must(es256(keys[1], b'propria-attestation-v1\0' + v['attestation'][:-64], v['attestation'][-64:]), 'attestation')
    must(a.u(1) == 2 and a.take(32) == statements['group'] and a.take(16) == statements['subject'], 'attested signer')
    a.take(16)
    must(a.v(2) == alice, 'attested key')
    a.take(1 + 1 + 8 + 8 + 64)
    a.end()


def check_window(b, s):
    r = Reader(b)
    d, rest = r.take(32), r.b
    must(sha(b'propria-window-v1\0' + rest) == d, 'digest of the window')
    must(r.take(16) == s['sign']['key'] and r.take(16) == s['subject'], 'whose window')
    r.take(16 + 8)
    must(1 <= r.u(4) <= 1000, 'count of the window')
    r.take(32)
    r.end()


def check_session(v, s, d):
    r = Reader(v['session'])
    session, key = r.take(16), r.take(16)
    must(session == s['sign']['session'] and r.take(16) == s['subject'] and r.take(32) == d, 'whose session')
    r.take(16 + 32)
    must(r.u(2) == s['sign']['alg'] and r.u(1) == s['sign']['kind'], 'kind of the session')
    must(r.take(16) == s['sign']['profile'] and r.take(32) == s['sign']['idv'], 'profile and proofing')
    r.take(32)
    must(r.take(16) == s['sign']['requester'] and r.u(8) - r.u(8) == 1800000, 'time of the session')
    r.end()
    r = Reader(v['session_certified'])
    must(r.take(16) == session and r.take(32) == sha(b'certificate') and r.u(8) < r.u(8), 'its certificate')
    r.take(32)
    r.end()
    must(v['session_ended'] == session + key + b'\x01', 'its end')
    link = Reader(v['link'])
    must(link.u(8) == 1735689600000 and link.take(32) == sha(b'certificate'), 'link of an outcome')
    link.end()


def main(directory):
    statements, ev = load(directory, 'statements.txt'), load(directory, 'evidences.txt')
    check_statements(statements)
    check_evidences(ev, statements)
    check_persons(load(directory, 'persons.txt'))
    check_grants(load(directory, 'grant.txt'), statements)
    check_attributes(load(directory, 'attributes.txt'))
    check_code(load(directory, 'code.txt'))
    keys = check_genesis(load(directory, 'genesis.txt'))
    check_sealed(load(directory, 'sealed.txt'))
    check_nonce(load(directory, 'nonce.txt'))
    log = load(directory, 'log.txt')
    check_receipt(log, check_batches(log), keys, statements['d.SIGN'], statement(statements['statement.SIGN']),
                  ev['key.alice'])
    check_session(log, statement(statements['statement.SIGN_ONCE']), statements['d.SIGN_ONCE'])
    check_window(log['window'], statement(statements['statement.SIGN']))
    print('all vectors are what PROTOCOL.sam says')


if __name__ == '__main__':
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))
