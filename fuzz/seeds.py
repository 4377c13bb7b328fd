#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the seeds of the fuzz targets, fuzz/corpus/TARGET/NAME, from tests/vectors and a few of openssl.

usage: fuzz/seeds.py
"""
import base64
import hashlib
import os
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, '..', 'tests', 'vectors')


# Public key of the number 1 on P-256: fuzz/der.c signs with it.
GENERATOR = bytes.fromhex('046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'
                          '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5')


def load(name):
    with open(os.path.join(VECTORS, name), encoding='ascii') as f:
        pairs = [line.rstrip('\n').partition(' ') for line in f if not line.startswith('#')]
    return {key: bytes.fromhex(value) for key, _, value in pairs}


def seed(target, name, data):
    os.makedirs(os.path.join(HERE, 'corpus', target), exist_ok=True)
    with open(os.path.join(HERE, 'corpus', target, name), 'wb') as f:
        f.write(data)


def v(width, data):
    return len(data).to_bytes(width, 'big') + data


def entries(batch):
    at = 52
    for _ in range(int.from_bytes(batch[12:16], 'big')):
        n = int.from_bytes(batch[at:at + 4], 'big')
        yield batch[at + 4:at + 4 + n]
        at += 4 + n


def other_entries(log, statements, evidences):
    u64 = (9).to_bytes(8, 'big')
    head = u64 + u64
    for kind, name in ((15, 'session'), (16, 'session_certified'), (17, 'session_ended')):
        yield name, head + bytes([kind, 1]) + log[name]
    yield 'stop', head + b'\3\1' + v(1, b'asked to')
    yield 'head', head + b'\4\1' + log['head']
    yield 'proposed', head + b'\5\1\2\1' + bytes(16) + bytes(32) + u64
    yield 'act', head + b'\6\1' + v(4, statements['statement.SET_POLICY']) + v(4, evidences['evidences.SET_POLICY'])
    yield 'refused', head + b'\x0b\1' + v(1, b'nonce') + b'\6\1' + bytes(64)
    yield 'refusals', head + b'\x0c\1' + u64 + b'\0\2' + v(1, b'auth') + b'\0\0\0\5' + v(1, b'nonce') + b'\0\0\0\7'
    yield 'alarm', head + b'\x0d\1' + v(1, b'clock') + v(2, b'two minutes back')


def tokens():
    """A token of each form that counts; no key signed them."""
    header = b'{"alg":"ES256","kid":"1","typ":"JWT"}'
    payload = (b'{"iss":"https:\\/\\/id.example","aud":["a","b"],"azp":"a","nonce":"n","sub":"\\u00e9","acr":"sign",'
               b'"exp":1700000300,"iat":1700000000,"auth_time":1700000001,"d":"n","x":{"y":[1,-2.5e3,null,true]}}')
    letters = [base64.urlsafe_b64encode(part).rstrip(b'=') for part in (header, payload, bytes(64))]
    seed('token', 'compact', b'\0' + b'.'.join(letters))
    seed('token', 'payload', b'\1' + payload)
    seed('token', 'header', b'\2' + header)
    seed('token', 'ask', b'\3' + v(2, header) + v(2, payload) + v(1, b'd'))
    seed('token', 'said', b'\4\0\3' + b''.join(v(1, x) for x in (b'ES256', b'JWT', b'https://id.example')) + b'\1' + v(1, b'a') +
         b'\0' + b''.join(v(1, x) for x in (b'a', b'n', b's', b'sign', b'n')) + b''.join(t.to_bytes(8, 'big') for t in (300, 1, 2)))


def openssl(*args):
    return subprocess.run(['openssl', *args], capture_output=True, check=True).stdout


def certificates():
    with tempfile.TemporaryDirectory() as d:
        key = os.path.join(d, 'key')
        openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key)
        subject = ['-key', key, '-subj', '/C=SE/O=Example/CN=Alice Example', '-outform', 'DER']
        seed('der', 'certificate', b'\0' + openssl(
            'req', '-x509', '-new', *subject, '-days', '90', '-addext', 'keyUsage=critical,nonRepudiation',
            '-addext', 'certificatePolicies=1.2.3.4'))
        seed('der', 'request', b'\1' + openssl('req', '-new', *subject))


def tlv(tag, *parts):
    data = b''.join(parts)
    n = len(data)
    return bytes([tag]) + (bytes([n]) if n < 128 else b'\x82' + n.to_bytes(2, 'big')) + data


def proofs():
    """A CRL and an OCSP answer about serial number 5 of a CA with an empty name, with some signature."""
    ecdsa = bytes.fromhex('300a06082a8648ce3d040302')
    when = tlv(0x17, b'260101000000Z')
    later = tlv(0x18, b'20260101000000Z')
    reason = tlv(0x30, tlv(0x30, bytes.fromhex('0603551d15'), tlv(4, b'\x0a\1\1')))
    number = tlv(0xa0, tlv(0x30, tlv(0x30, bytes.fromhex('0603551d14'), tlv(4, b'\2\1\7')),
                           tlv(0x30, bytes.fromhex('0603551d1c0101ff'), tlv(4, tlv(0x30, b'\x81\1\xff')))))
    crl = tlv(0x30, b'\2\1\1', ecdsa, b'\x30\0', when, when,
              tlv(0x30, tlv(0x30, b'\2\1\4', when), tlv(0x30, b'\2\1\5', when, reason)), number)
    sha256 = bytes.fromhex('300d06096086480165030402010500')
    cert_id = tlv(0x30, sha256, tlv(4, hashlib.sha256(b'\x30\0').digest()),
                  tlv(4, hashlib.sha256(GENERATOR).digest()), b'\2\1\5')
    ocsp = tlv(0x30, tlv(0xa2, tlv(4, bytes(20))), later,
               tlv(0x30, tlv(0x30, cert_id, tlv(0xa1, later, tlv(0xa0, b'\x0a\1\1')), later)))
    signature = tlv(3, b'\0' + bytes.fromhex('3006020101020102'))
    for kind, name, tbs in ((5, 'crl', crl), (6, 'ocsp', ocsp)):
        seed('der', name, bytes([kind]) + tlv(0x30, tbs, ecdsa, signature))
        seed('der', name + '-body', bytes([kind + 2]) + tbs)


def passkeys(statements, evidences):
    """The sample enrolment and approval, and those of the W3C (tests/unit/webauthn/w3c.txt)."""
    add = statements['statement.ADD_AUTHENTICATOR']
    body = add[114 + 6:]
    at = 2 + int.from_bytes(body[:2], 'big')
    at += 1 + body[at]
    n = int.from_bytes(body[at:at + 2], 'big')
    seed('webauthn', 'attestation', b'\3' + body[at + 2:at + 2 + n])
    seed('webauthn', 'client', b'\1' + body[at + 2 + n + 2:])
    first = evidences['evidences.ADD_AUTHENTICATOR'][1 + 17:]
    seed('webauthn', 'assertion', b'\4' + first[2:2 + int.from_bytes(first[:2], 'big')])
    seed('webauthn', 'items', b'\0' + bytes.fromhex('a3016161f5820020418183a1613001f6'))
    with open(os.path.join(VECTORS, '..', 'unit', 'webauthn', 'w3c.txt'), encoding='ascii') as f:
        lines = [line.split() for line in f if not line.startswith('#')]
    name = ''
    for key, value in lines:
        if key == 'vector':
            name = value
        elif key == 'root':
            seed('webauthn', 'root', b'\5' + bytes.fromhex(value))
        elif key == 'object' and name in ('self', 'packed', 'rs256', 'eddsa', 'tpm'):
            seed('webauthn', name, b'\3' + bytes.fromhex(value))
        elif key == 'data' and name == 'packed':
            seed('webauthn', 'data', b'\2' + bytes.fromhex(value))


def main():
    statements, evidences, log = load('statements.txt'), load('evidences.txt'), load('log.txt')
    sealed, genesis = load('sealed.txt'), load('genesis.txt')
    tokens()
    for i, (name, data) in enumerate(load('messages.txt').items()):
        seed('message', name, bytes([i]) + data)
    for name, data in statements.items():
        if name.startswith('statement.'):
            seed('statement', name[10:].lower(), data)
            if 'evidences.' + name[10:] in evidences:
                seed('evidence', name[10:].lower(), evidences['evidences.' + name[10:]])
    for name, data in load('grant.txt').items():
        if name.startswith('grant.'):
            seed('evidence', name.replace('.', '-').lower(), b'\1\3' + bytes(16) + v(2, data))
    for name in ('signer', 'key', 'snapshot'):
        seed('sealed', name, sealed['sealed.' + name])
    seed('sealed', 'wrapped', sealed['wrapped.sealed'])
    seed('record', 'signer', b'\0' + sealed['plain.signer'])
    seed('record', 'key', b'\1' + sealed['plain.key'])
    seed('record', 'share', b'\1' + sealed['plain.share'])
    batches = [log['batch.' + n] for n in '123']
    seed('log', 'whole', b''.join(batches))
    seed('log', 'torn', b''.join(batches)[:-10] + bytes(50))
    for batch in batches:
        for e in entries(batch):
            seed('entry', 'kind-%d' % e[16], e)
    for name, e in other_entries(log, statements, evidences):
        seed('entry', name, e)
    seed('genesis', 'genesis', b'\0' + genesis['genesis'])
    seed('genesis', 'card', b'\1' + genesis['card'])
    seed('genesis', 'anchor', b'\2PRA1' + genesis['group'] + bytes(44))
    seed('genesis', 'append', b'\3' + v(4, b'\1' + bytes(16) + v(4, b'batch') + v(4, bytes(32))))
    seed('genesis', 'done', b'\4' + v(4, b'\x81\1' + bytes(24)))
    certificates()
    proofs()
    passkeys(statements, evidences)
    seed('der', 'name', b'\2' + bytes.fromhex('3025310b3009060355040613025345311630140603550403') +
         b'\x0c\x0dAlice Example')
    seed('der', 'text', b'\3CN=Alice\\, Example,O=Example,C=SE')
    seed('der', 'signature', b'\4' + bytes.fromhex('3006020101020102'))
    seed('json', 'object', b'\0{"a":"text","hashes":["MTIz","YWJj"],"n":12.5,"t":true,"o":{"x":[1,null]}}')
    for i, text in enumerate((b'YWJjZA==', b'YWJj_-0', b'00ff10', b'YWJj%2B%2F==', b'01234-56789-abcde-fghjk-mnpqr-0')):
        seed('json', 'text-%d' % (i + 1), bytes([i + 1]) + text)
    size = int.from_bytes(log['head'][4:12], 'big')
    seed('receipt', 'receipt', b'PRT1' + v(4, genesis['genesis']) + v(4, statements['statement.SIGN']) +
         v(4, evidences['evidences.SIGN']) + bytes(4) + v(4, log['outcome.entry']) + size.to_bytes(8, 'big') +
         log['index'].rjust(8, b'\0') + bytes([len(log['proof']) // 32]) + log['proof'] + log['head'] +
         v(2, log['attestation']))


if __name__ == '__main__':
    main()
