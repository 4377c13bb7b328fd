/* SPDX-License-Identifier: Apache-2.0 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { FormatError, hex, utf8 } from '../../web/lib/bytes.js';
import { OF_MODULE, PURPOSE, decodeStatement, encodeStatement, statementDigest } from '../../web/lib/statement.js';
import { fingerprint } from '../../web/lib/fingerprint.js';
import { WORD_KEYS, words } from '../../web/lib/words.js';
import { named, vectors } from './vectors.mjs';

const all = vectors('statements');
const statements = named(all, 'statement');
const nameOf = (vector) => vector.replace(/\..*/, '').replace(/_PASSKEY$/, '');

test('there is a vector of each purpose that a SAM knows', () => {
	const seen = new Set(statements.map(([, b]) => decodeStatement(b).name));
	const ofSam = (name) => PURPOSE[name] < OF_MODULE;
	assert.deepEqual([...seen].filter(ofSam).sort(), Object.keys(PURPOSE).filter(ofSam).sort());
});

/* The bodies as an authentication module writes them, from their description. */
const u32 = '00000007', id = '5a'.repeat(16), hash = 'c3'.repeat(32), why = '03' + hex(utf8('why'));
const BODIES = { ADMIT: ['0601', hash + id + '05' + hex(utf8('Alice')) + hash + hash], SET_FACTORS: ['0602', u32 + hash], CHANGE_FACTORS: ['0603', u32],
	UNLOCK: ['0604', u32 + why], DISMISS: ['0605', u32 + why], NEW_GRANT_KEY: ['0606', why], CHECK: ['0607', id] };
for (const [name, [purpose, body]] of Object.entries(BODIES)) {
	const bytes = (text) => Uint8Array.from(Buffer.from(hex(utf8('PRS1')) + purpose + hash + '00000001' + id + '11'.repeat(40) + '0000018f00000000' + '0000018f00000001' + text, 'hex'));

	test(`${name} is read as an authentication module writes it, told in words, and nothing longer or shorter is`, async () => {
		const s = decodeStatement(bytes(body));
		assert.equal(s.name, name);
		assert.deepEqual(encodeStatement(s), bytes(body));
		const told = await words(s, (k) => k);
		assert.ok(told.lines.some((l) => l.key === 'modulePerson') && !told.lines.some((l) => l.key === 'signer'));
		for (let n = 0; n < body.length; n += 2)
			assert.throws(() => decodeStatement(bytes(body.slice(0, n))), FormatError);
		assert.throws(() => decodeStatement(bytes(body + '00')), FormatError);
	});
}

for (const [name, bytes] of statements) {
	test(`${name} decodes, encodes to the same bytes and has its d`, async () => {
		const s = decodeStatement(bytes);
		assert.ok(nameOf(name).startsWith(s.name), s.name);
		assert.deepEqual(encodeStatement(s), bytes);
		assert.equal(hex(await statementDigest(bytes)), hex(all.get('d.' + name)));
	});

	test(`${name} with any bit flipped is refused, or is another statement with just these bytes`, () => {
		const flipped = bytes.slice();
		let read = 0;
		for (let bit = 0; bit < 8 * bytes.length; bit++) {
			flipped[bit >> 3] ^= 0x80 >> (bit & 7);
			try {
				assert.deepEqual(encodeStatement(decodeStatement(flipped)), flipped);
				read++;
			} catch (e) {
				assert.ok(e instanceof FormatError, e.stack);
			}
			flipped[bit >> 3] ^= 0x80 >> (bit & 7);
		}
		assert.ok(read > 0 && read < 8 * bytes.length);
	});

	test(`${name} cut or lengthened is refused`, () => {
		for (let n = 0; n < bytes.length; n++)
			assert.throws(() => decodeStatement(bytes.slice(0, n)), FormatError);
		assert.throws(() => decodeStatement(Uint8Array.from([...bytes, 0])), FormatError);
	});

	test(`${name} can be told in words, and all of them are on the list`, async () => {
		const asked = [];
		const told = await words(decodeStatement(bytes), (k) => (asked.push(k), k));
		assert.ok(asked.every((k) => WORD_KEYS.includes(k)));
		assert.ok(told.title.startsWith('purpose.') && told.lines.length >= 3);
		assert.ok(told.lines.some((l) => l.key === 'group') && told.lines.some((l) => l.key === 'until'));
	});
}

const sign = () => decodeStatement(all.get('statement.SIGN'));

test('a list is told whole: labels and digests', async () => {
	const s = sign();
	const { items } = await words(s, (k) => k);
	assert.equal(items.length, s.body.items.length);
	assert.deepEqual(items.map((i) => i.digest), s.body.items.map((i) => hex(i.digest)));
});

test('what no reader would accept is not written', () => {
	const wrong = [
		(s) => { s.exp = s.iat; }, (s) => { s.purpose = 0x0999; }, (s) => { s.group = s.group.slice(1); },
		(s) => { s.body.alg = 3; }, (s) => { s.body.alg = 2; }, (s) => { s.body.kind = 2; }, (s) => { s.body.seen = 0; },
		(s) => { s.body.items = []; }, (s) => { s.body.items = Array(1001).fill(s.body.items[0]); },
		(s) => { s.body.items[0].label = 'a\u202eb'; }, (s) => { s.body.items[0].label = 'é'.repeat(101); },
		(s) => { s.body.name = '\ud800'; }, (s) => { s.body.text = 'x'.repeat(1001); }, (s) => { s.body.key = 'k'; },
		(s) => { s.epoch = 2 ** 32; }, (s) => { s.body.class = undefined; },
	];
	wrong.forEach((change, i) => {
		const s = sign();
		change(s);
		assert.throws(() => encodeStatement(s), (e) => e instanceof FormatError || e instanceof TypeError, String(i));
	});
});

test('a thousand items are one statement, a thousand and one are none', () => {
	const s = sign();
	s.body.items = Array.from({ length: 1000 }, (_, i) => ({ digest: s.body.items[0].digest, label: 'document ' + i }));
	assert.equal(decodeStatement(encodeStatement(s)).body.items[999].label, 'document 999');
});

test('the fingerprint is the first 100 bits of d', () => {
	assert.equal(fingerprint(new Uint8Array(32)), '0000-0000-0000-0000-0000');
	assert.equal(fingerprint(new Uint8Array(32).fill(255)), 'ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ');
	assert.equal(fingerprint(Uint8Array.of(0b00001_000, 0b10_00011_0, 0b0100_0000, ...new Array(29).fill(0))), '1234-0000-0000-0000-0000'.replace('1234', '1234'));
});

test('a name that cannot be read is shown as a warning, a protection without a word is refused', async () => {
	const s = decodeStatement(all.get('statement.INVITE'));
	s.body.name = Uint8Array.of(1, 2, 3);
	const told = await words(s, (k) => k);
	assert.deepEqual(told.lines.filter((l) => l.kind === 'bad').map((l) => l.key), ['subject']);
	const p = decodeStatement(all.get('statement.SET_POLICY'));
	p.body.follower = 9;
	await assert.rejects(words(p, (k) => k), FormatError);
});
