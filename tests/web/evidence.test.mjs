/* SPDX-License-Identifier: Apache-2.0 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { codeKey, codeText, readCode } from '../../web/lib/code.js';
import { FormatError, concat, hex, tag } from '../../web/lib/bytes.js';
import { EVIDENCE, codeEvidence, decodeEvidences, deviceEvidence, encodeEvidences,
	passkeyEvidence } from '../../web/lib/evidence.js';
import { named, vectors } from './vectors.mjs';

const all = vectors('evidences');

for (const [name, bytes] of named(all, 'evidences')) {
	test(`evidences of ${name} decode and encode to the same bytes`, () => {
		assert.deepEqual(encodeEvidences(decodeEvidences(bytes)), bytes);
		assert.deepEqual(encodeEvidences(decodeEvidences(bytes).reverse()), bytes);
		for (let n = 0; n < bytes.length; n++)
			assert.throws(() => decodeEvidences(bytes.slice(0, n)), FormatError);
		assert.throws(() => decodeEvidences(concat(bytes, Uint8Array.of(0))), FormatError);
	});
}

test('lists out of order, twice the same, empty or of nine are refused', () => {
	const one = (i) => deviceEvidence(new Uint8Array(16).fill(i), new Uint8Array(64));
	const two = encodeEvidences([one(2), one(1)]);
	assert.deepEqual(decodeEvidences(two).map((e) => e.id[0]), [1, 2]);
	const half = (two.length - 1) / 2;
	assert.throws(() => decodeEvidences(concat(two.slice(0, 1), two.slice(1 + half), two.slice(1, 1 + half))), FormatError);
	assert.throws(() => encodeEvidences([one(1), one(1)]), FormatError);
	assert.throws(() => encodeEvidences([]), FormatError);
	assert.throws(() => encodeEvidences(Array.from({ length: 9 }, (_, i) => one(i))), FormatError);
});

test('a passkey evidence carries what the browser gave, and stands before the code of the same id', () => {
	const got = { authData: new Uint8Array(37).fill(1), client: new Uint8Array(5).fill(2), signature: new Uint8Array(70).fill(3) };
	const list = decodeEvidences(encodeEvidences([codeEvidence(new Uint8Array(64)), passkeyEvidence(null, got)]));
	assert.deepEqual(list.map((e) => e.type), [EVIDENCE.PASSKEY, EVIDENCE.CODE]);
	assert.equal(hex(list[0].body), '0025' + '01'.repeat(37) + '0005' + '02'.repeat(5) + '0046' + '03'.repeat(70));
	assert.throws(() => passkeyEvidence(null, { ...got, authData: new Uint8Array(36) }), FormatError);
	assert.throws(() => passkeyEvidence(null, { ...got, client: new Uint8Array(2049) }), FormatError);
});

const code = vectors('code');

test('the enrolment code of the vector makes its key, whichever way it was typed', async () => {
	const text = Buffer.from(code.get('text')).toString();
	for (const typed of [text, text.toLowerCase(), text.replace(/-/g, ''), ' ' + text, text.replace(/0/g, 'O').replace(/1/g, 'l')])
		assert.deepEqual(readCode(typed), code.get('code'));
	assert.equal(codeText(code.get('code')), text);
	const key = await codeKey(code.get('code'), code.get('group'));
	assert.equal(hex(key.publicKey), hex(code.get('public')));
});

test('a code that is short, long, or has a wrong letter is refused', () => {
	const text = Buffer.from(code.get('text')).toString();
	for (const wrong of ['', text.slice(1), text + '0', 'U' + text.slice(1), text.slice(0, -1) + 'Z', text.replace('7', '?')])
		assert.throws(() => readCode(wrong), FormatError);
});

test('the code signs BIND as in the vector', async () => {
	const d = vectors('statements').get('d.BIND');
	const key = await codeKey(code.get('code'), code.get('group'));
	const signed = await key.sign(d);
	const public_ = await crypto.subtle.importKey('raw', key.publicKey, { name: 'Ed25519' }, false, ['verify']);
	assert.ok(await crypto.subtle.verify('Ed25519', public_, signed, concat(tag('propria-code-v1'), d)));
	assert.ok(decodeEvidences(all.get('evidences.BIND')).some((e) => e.type === EVIDENCE.CODE && hex(e.body) === hex(signed)));
});
