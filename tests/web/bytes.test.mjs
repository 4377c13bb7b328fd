/* SPDX-License-Identifier: Apache-2.0 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { FormatError, Reader, Writer, base64, base64url, cleanText, compare, hex, isClean, unbase64, unbase64url, unhex,
	utf8 } from '../../web/lib/bytes.js';

const refused = (f) => assert.throws(f, FormatError);

test('base64 goes there and back at every length', () => {
	for (let n = 0; n < 70; n++) {
		const b = Uint8Array.from({ length: n }, (_, i) => i * 37 + n);
		assert.equal(base64(b), Buffer.from(b).toString('base64'));
		assert.equal(base64url(b), Buffer.from(b).toString('base64url'));
		assert.deepEqual(unbase64(base64(b)), b);
		assert.deepEqual(unbase64url(base64url(b)), b);
	}
});

test('base64 with anything else in it is refused', () => {
	for (const text of ['A', 'AA', 'AAA', 'AAAAA', 'AA=', 'A===', '====', 'AA=A', 'AAAA=', 'AA==AAAA', 'AA-_', ' AAA', 'AAA\n',
		'AB==', 'AAB=', 'A\u0000AA', 'AAAÀ', null, undefined, 5, {}])
		refused(() => unbase64(text));
	for (const text of ['A', 'AAAAA', 'AA==', 'AA+/', 'AA A', 'AB', 'AAB', null])
		refused(() => unbase64url(text));
});

test('hexadecimal is lower case and of the length asked for', () => {
	assert.equal(hex(unhex('00ff10')), '00ff10');
	for (const text of ['0', '0g', 'FF', ' 00', null, 7])
		refused(() => unhex(text));
	refused(() => unhex('00', 2));
});

test('text that could disguise itself is refused', () => {
	for (const c of [0, 9, 10, 0x1f, 0x7f, 0x85, 0x9f, 0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069]) {
		assert.ok(!isClean('a' + String.fromCodePoint(c)), c.toString(16));
		refused(() => cleanText(utf8('a' + String.fromCodePoint(c))));
	}
	assert.ok(!isClean('\ud800') && !isClean(7));
	for (const bytes of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x80], [0x80], [0xff]])
		refused(() => cleanText(Uint8Array.from(bytes)));
	assert.equal(cleanText(utf8('\ufeffå 漢 😀')), '\ufeffå 漢 😀');	/* a byte order mark is a character like others */
});

test('numbers out of their range are not written', () => {
	assert.equal(hex(new Writer().u8(255).u16(0x102).u32(0xdeadbeef).u64(2 ** 53 - 1).u64(2n ** 64n - 1n).done()),
		'ff0102deadbeef001fffffffffffffffffffffffffffff');
	for (const f of [(w) => w.u8(256), (w) => w.u8(-1), (w) => w.u16(65536), (w) => w.u32(2 ** 32), (w) => w.u8(1.5),
		(w) => w.u8('1'), (w) => w.u8(undefined), (w) => w.u64(2 ** 53), (w) => w.u64(2n ** 64n), (w) => w.u64(-1n),
		(w) => w.bytes('ab'), (w) => w.v8(new Uint8Array(256))])
		refused(() => f(new Writer()));
});

test('a reader stays in its bounds', () => {
	const r = new Reader(Uint8Array.of(1, 2, 3));
	assert.equal(r.u16(), 0x102);
	refused(() => r.u16());
	refused(() => r.v8());
	refused(() => new Reader(Uint8Array.of(2, 1)).v8());
	refused(() => new Reader(Uint8Array.of(2, 1, 1)).v8(0, 1));
	refused(() => new Reader(Uint8Array.of(0)).v8(1));
	refused(() => new Reader(Uint8Array.of(0)).end());
	refused(() => new Reader(new Uint8Array(8).fill(255)).u64());
	assert.equal(new Reader(new Uint8Array(8).fill(255)).big(), 2n ** 64n - 1n);
});

test('bytes are ordered as DER and the evidence list want', () => {
	assert.ok(compare(Uint8Array.of(1), Uint8Array.of(1, 0)) < 0);
	assert.ok(compare(Uint8Array.of(2), Uint8Array.of(1, 255)) > 0);
	assert.equal(compare(Uint8Array.of(7), Uint8Array.of(7)), 0);
});
