/* SPDX-License-Identifier: Apache-2.0 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { FormatError, Writer, base64, concat, hex, sha256, tag, unhex, utf8 } from '../../web/lib/bytes.js';
import { readModule, sealFactors, seedLink, seedText } from '../../web/lib/factors.js';
import { hpkeSeal } from '../../web/lib/hpke.js';
import { open } from './hpke.mjs';

const EC = { name: 'ECDH', namedCurve: 'P-256' };
const D = new Uint8Array(32).fill(7), PERSON = new Uint8Array(16).fill(9);

async function pair() {
	const keys = await crypto.subtle.generateKey(EC, true, ['deriveBits']);
	return { keys, point: new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey)) };
}

async function module({ what = 5, group, kind = 2 } = {}) {
	const token = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
	const spki = new Uint8Array(await crypto.subtle.exportKey('spki', token.publicKey));
	const genesis = concat(new Uint8Array(4 + 8 + 32), Uint8Array.of(kind), new Uint8Array(42 + 32), new Writer().v16(spki).v16(spki).done(), new Uint8Array(9));
	const id = await sha256(genesis), life = await pair();
	const body = new Writer().u8(what).bytes(group ?? id).u64(3).bytes(life.point).u64(1).done();
	const signature = new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, token.privateKey,
		concat(tag('propria-attestation-v1'), body)));
	return { id, genesis, attestation: concat(body, signature), life };
}

test('what is sealed opens with the same words for what it is, and with no others', async () => {
	const { keys, point } = await pair(), info = utf8('info'), aad = utf8('aad'), plain = utf8('plain');
	const sealed = await hpkeSeal(point, info, aad, plain);
	assert.deepEqual(await open(keys, info, aad, sealed), plain);
	await assert.rejects(open(keys, utf8('other'), aad, sealed));
	await assert.rejects(open(keys, info, utf8('other'), sealed));
	for (let i = 0; i < sealed.length; i += 7)
		await assert.rejects(open(keys, info, aad, sealed.with(i, sealed[i] ^ 1)));
	await assert.rejects(hpkeSeal(point.with(40, point[40] ^ 1), info, aad, plain), FormatError);
	await assert.rejects(hpkeSeal(new Uint8Array(64), info, aad, plain), FormatError);
});

/* The vectors of the CFRG (mode 0, KEM 16, KDF 1, AEAD 2), as tests/unit/crypto/hpke_test.c has them; of the sender's
   key pair they have only what it is derived from, so its private half is derived here. */
const published = readFileSync(new URL('../unit/crypto/hpke_test.c', import.meta.url), 'utf8');
const vector = (name) => {
	const [, text] = new RegExp(`static const char ${name}\\[\\] =([^;]+);`).exec(published);
	return unhex([...text.matchAll(/"([0-9a-f]*)"/g)].map((m) => m[1]).join(''));
};

async function publishedPair(ikm, point) {
	const suite = concat(utf8('KEM'), Uint8Array.of(0, 16)), mac = (key, ...parts) => createHmac('sha256', key).update(concat(...parts)).digest();
	const prk = mac(new Uint8Array(0), utf8('HPKE-v1'), suite, utf8('dkp_prk'), ikm);
	const d = mac(prk, Uint8Array.of(0, 32), utf8('HPKE-v1'), suite, utf8('candidate'), Uint8Array.of(0, 1)).toString('base64url');
	const b64 = (b) => Buffer.from(b).toString('base64url');
	const jwk = { kty: 'EC', crv: 'P-256', x: b64(point.slice(1, 33)), y: b64(point.slice(33)) };
	return { privateKey: await crypto.subtle.importKey('jwk', { ...jwk, d }, EC, true, ['deriveBits']), publicKey: await crypto.subtle.importKey('jwk', jwk, EC, true, []) };
}

test('the published vectors seal as published, and open', async () => {
	const enc = vector('enc_hex'), reader = vector('pk_r'), want = concat(enc, vector('ct_hex'));
	const sealed = await hpkeSeal(reader, vector('info_hex'), vector('aad_hex'), vector('plain_hex'), await publishedPair(vector('ikm_e'), enc));
	assert.equal(hex(sealed), hex(want));
	const opened = await open(await publishedPair(vector('ikm_r'), reader), vector('info_hex'), vector('aad_hex'), want);
	assert.equal(hex(opened), hex(vector('plain_hex')));
});

test('the key of the module is the one that its token signed, under the id that is pinned', async () => {
	const m = await module();
	assert.deepEqual((await readModule(m.id, m.genesis, m.attestation)).key, m.life.point);
	await assert.rejects(readModule(D, m.genesis, m.attestation), FormatError);
	await assert.rejects(readModule(m.id, m.genesis.with(0, 1), m.attestation), FormatError);
	for (let i = 0; i < m.attestation.length; i++)
		await assert.rejects(readModule(m.id, m.genesis, m.attestation.with(i, m.attestation[i] ^ 1)), FormatError);
	const signer = await module({ what: 6 }), other = await module({ group: D });
	await assert.rejects(readModule(signer.id, signer.genesis, signer.attestation), FormatError);
	const sam = await module({ kind: 1 });
	await assert.rejects(readModule(sam.id, sam.genesis, sam.attestation), FormatError);
	await assert.rejects(readModule(other.id, other.genesis, other.attestation), FormatError);
});

test('sealed factors have one length and repeat what they are for', async () => {
	const m = await module(), to = await readModule(m.id, m.genesis, m.attestation);
	const short = await sealFactors(to, D, PERSON, { pin: '123456', code: '000000' });
	const long = await sealFactors(to, D, PERSON, { pin: 'x'.repeat(64), newPin: 'y'.repeat(64), newSeed: new Uint8Array(20).fill(3) });
	assert.equal(short.length, 65 + 256 + 16);
	assert.equal(long.length, short.length);
	const plain = await open(m.life.keys, concat(utf8('propria-factor-v1'), m.id), D, short);
	assert.equal(hex(plain), hex(concat(utf8('PRF1'), D, PERSON, Uint8Array.of(6), utf8('123456'), Uint8Array.of(6), utf8('000000'),
		new Uint8Array(256 - 52 - 14))));
	await assert.rejects(sealFactors(to, D, PERSON, { pin: '12345' }), FormatError);
	await assert.rejects(sealFactors(to, D, PERSON, { pin: 'é'.repeat(33) }), FormatError);
	await assert.rejects(sealFactors(to, D, PERSON, { code: '123456789' }), FormatError);
});

test('a seed is written as apps take it', () => {
	assert.equal(seedText(utf8('12345678901234567890')), 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
	assert.equal(seedText(utf8('f')), 'MY');
	assert.equal(seedLink(utf8('12345678901234567890'), 'Sign & Co', 'Al ice'),
	    'otpauth://totp/Sign%20%26%20Co:Al%20ice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sign%20%26%20Co');
});
