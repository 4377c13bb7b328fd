/* SPDX-License-Identifier: Apache-2.0 */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import { FormatError, Reader, concat, hex, utf8 } from '../../web/lib/bytes.js';
import { readCbor } from '../../web/lib/cbor.js';
import { coseKey } from '../../web/lib/cose.js';
import { bindChallenge, createPasskey, readAttestation, readAuthData } from '../../web/lib/newpasskey.js';
import { approveWithPasskey } from '../../web/lib/passkey.js';

/* A CBOR writer for what tests need: [key, value] pairs are a map. */
function head(major, n) {
	return n < 24 ? [major << 5 | n] : n < 256 ? [major << 5 | 24, n] : [major << 5 | 25, n >> 8, n & 255];
}
function cbor(v) {
	if (v instanceof Map)
		return Uint8Array.from([...head(5, v.size), ...[...v].flatMap(([k, x]) => [...cbor(k), ...cbor(x)])]);
	if (v instanceof Uint8Array)
		return Uint8Array.from([...head(2, v.length), ...v]);
	if (typeof v === 'string')
		return Uint8Array.from([...head(3, v.length), ...utf8(v)]);
	return Uint8Array.from(v < 0 ? head(1, -1 - v) : head(0, v));
}
const sha = (b) => new Uint8Array(createHash('sha256').update(b).digest());
const u = (text) => new Uint8Array(Buffer.from(text, 'base64url'));

const kinds = {
	es256: () => {
		const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
		const { x, y } = publicKey.export({ format: 'jwk' });
		return [publicKey, new Map([[1, 2], [3, -7], [-1, 1], [-2, u(x)], [-3, u(y)]])];
	},
	eddsa: () => {
		const { publicKey } = generateKeyPairSync('ed25519');
		return [publicKey, new Map([[1, 1], [3, -8], [-1, 6], [-2, u(publicKey.export({ format: 'jwk' }).x)]])];
	},
	rs256: () => {
		const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const { n, e } = publicKey.export({ format: 'jwk' });
		return [publicKey, new Map([[1, 3], [3, -257], [-1, u(n)], [-2, u(e)]])];
	},
};
const spkiOf = (k) => new Uint8Array(k.export({ format: 'der', type: 'spki' }));

for (const [name, make] of Object.entries(kinds))
	test(`the SubjectPublicKeyInfo of a COSE key is that of the library: ${name}`, () => {
		const [key, cose] = make();
		assert.equal(hex(coseKey(readCbor(new Reader(cbor(cose)))).spki), hex(spkiOf(key)));
		assert.ok(createPublicKey({ key: Buffer.from(coseKey(cose).spki), format: 'der', type: 'spki' }));
		assert.throws(() => coseKey(new Map([...cose, [-9, 1]])), FormatError);
		assert.throws(() => coseKey(new Map([...cose].slice(1))), FormatError);
		assert.throws(() => coseKey(new Map([...cose].reverse())), FormatError);
		assert.throws(() => coseKey(new Map([...cose, [1, 9]])), FormatError);
	});

function authData({ rp = 'approve.example', flags = 0x45, credential = new Uint8Array(32).fill(9), cose } = {}) {
	const start = concat(sha(utf8(rp)), Uint8Array.of(flags, 0, 0, 0, 1));
	return cose ? concat(start, new Uint8Array(16), Uint8Array.of(0, credential.length), credential, cbor(cose)) : start;
}
const attestation = (data) => cbor(new Map([['fmt', 'none'], ['attStmt', new Map()], ['authData', data]]));

test('the key comes from the attestation object', () => {
	const [key, cose] = kinds.es256();
	const got = readAttestation(attestation(authData({ cose })));
	assert.equal(hex(got.spki), hex(spkiOf(key)));
	assert.ok(got.verified && !got.backupEligible && got.credential.length === 32);
});

test('authenticator data with bytes missing or too many, or odd flags, is refused', () => {
	const [, cose] = kinds.es256();
	const good = authData({ cose });
	for (let n = 0; n < good.length; n++)
		assert.throws(() => readAuthData(good.slice(0, n)), FormatError);
	assert.throws(() => readAuthData(concat(good, Uint8Array.of(0))), FormatError);
	for (const flags of [0x55, 0x47, 0x65, 0xc5])
		assert.throws(() => readAuthData(authData({ cose, flags })), FormatError);
	assert.throws(() => readAttestation(attestation(authData({ flags: 5 }))), FormatError);
});

test('CBOR of another form is refused', () => {
	for (const text of ['1800', '190010', '1a00000100', '1b0000000000000001', '9f', '5f', 'c000', 'f93c00', 'f7', 'fb', '82',
		'a2000100', 'a20001' + '0002', 'a1f500', '818181818181', '61ff', '62'])
		assert.throws(() => readCbor(new Reader(new Uint8Array(Buffer.from(text, 'hex')))), FormatError, text);
	assert.equal(readCbor(new Reader(Uint8Array.of(0xf6))), null);
});

/* A browser of our own: what it was asked, what it answers. */
function browser(answer) {
	const asked = [];
	Object.defineProperty(globalThis, 'location', { value: { hostname: 'approve.example' }, configurable: true });
	Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { credentials: {
		create: async (o) => (asked.push(o.publicKey), answer), get: async (o) => (asked.push(o.publicKey), answer) } } });
	return asked;
}
const buffer = (b) => b.buffer.slice(b.byteOffset, b.byteOffset + b.length);
const options = { challenge: new Uint8Array(32), user: new Uint8Array(16), name: 'Alice', service: 'Example' };

test('a passkey is made for this host, with the person verified, ES256 first', async () => {
	const [key, cose] = kinds.es256();
	const credential = new Uint8Array(32).fill(9);
	const asked = browser({ rawId: buffer(credential), response: {
		attestationObject: buffer(attestation(authData({ cose }))), clientDataJSON: buffer(utf8('{}')) } });
	const made = await createPasskey({ ...options, challenge: await bindChallenge(new Uint8Array(40)) });
	assert.equal(hex(made.spki), hex(spkiOf(key)));
	assert.equal(asked[0].rp.id, 'approve.example');
	assert.equal(asked[0].authenticatorSelection.userVerification, 'required');
	assert.deepEqual(asked[0].pubKeyCredParams, [{ type: 'public-key', alg: -7 }]);
	assert.equal(hex(asked[0].challenge), createHash('sha256').update('propria-passkey-v1\0').update(Buffer.alloc(40)).digest('hex'));
});

test('a passkey of another host, unverified, or with another id is refused', async () => {
	const [, cose] = kinds.es256();
	for (const wrong of [{ rp: 'sign.example' }, { flags: 0x41 }, { flags: 0x44 }, { credential: new Uint8Array(32).fill(8) }]) {
		browser({ rawId: buffer(new Uint8Array(32).fill(9)), response: {
			attestationObject: buffer(attestation(authData({ cose, ...wrong }))), clientDataJSON: buffer(utf8('{}')) } });
		await assert.rejects(createPasskey(options), FormatError);
	}
});

test('an approval is asked for over d, with the person verified, and given on as it came', async () => {
	const response = { authenticatorData: buffer(authData({ flags: 5 })), clientDataJSON: buffer(utf8('{"a":1}')),
		signature: buffer(Uint8Array.of(1, 2)) };
	const asked = browser({ rawId: buffer(Uint8Array.of(7)), response });
	const d = new Uint8Array(32).fill(3);
	const got = await approveWithPasskey(d, [Uint8Array.of(7)]);
	assert.deepEqual(got.client, utf8('{"a":1}'));
	assert.equal(asked[0].challenge, d);
	assert.equal(asked[0].userVerification, 'required');
	browser({ rawId: buffer(Uint8Array.of(7)), response: { ...response, authenticatorData: buffer(authData({ flags: 1 })) } });
	await assert.rejects(approveWithPasskey(d, []), FormatError);
});
