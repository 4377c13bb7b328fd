/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing to one reader: HPKE, base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. RFC 9180 */
import { FormatError, Writer, concat, utf8 } from './bytes.js';

export const POINT_LEN = 65;	/* a public key, and what stands before the sealed bytes */

const EC = { name: 'ECDH', namedCurve: 'P-256' };
const MAC = { name: 'HMAC', hash: 'SHA-256' };
const KEM = concat(utf8('KEM'), Uint8Array.of(0x00, 0x10));
const SUITE = concat(utf8('HPKE'), Uint8Array.of(0x00, 0x10, 0x00, 0x01, 0x00, 0x02));
const VERSION = utf8('HPKE-v1');
const EMPTY = new Uint8Array(0);
const BASE = Uint8Array.of(0);

/* HMAC with a key of no bytes is HMAC with a block of zeros, which alone can be imported. */
async function hmac(key, ...parts) {
	const k = await crypto.subtle.importKey('raw', key.length === 0 ? new Uint8Array(32) : key, MAC, false, ['sign']);
	return new Uint8Array(await crypto.subtle.sign('HMAC', k, concat(...parts)));
}

const extract = (suite, salt, label, secret) => hmac(salt, VERSION, suite, utf8(label), secret);

/* n is at most 32: one block. */
async function expand(suite, prk, label, info, n) {
	const length = new Writer().u16(n).done();
	return (await hmac(prk, length, VERSION, suite, utf8(label), info, Uint8Array.of(1))).slice(0, n);
}

async function sharedSecret(pair, enc, reader) {
	const to = await crypto.subtle.importKey('raw', reader, EC, false, []).catch(() => { throw new FormatError('point'); });
	const dh = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: to }, pair.privateKey, 256));
	const prk = await extract(KEM, EMPTY, 'eae_prk', dh);
	return expand(KEM, prk, 'shared_secret', concat(enc, reader), 32);
}

async function keySchedule(shared, info) {
	const context = concat(BASE, await extract(SUITE, EMPTY, 'psk_id_hash', EMPTY),
	    await extract(SUITE, EMPTY, 'info_hash', info));
	const secret = await extract(SUITE, shared, 'secret', EMPTY);
	return [await expand(SUITE, secret, 'key', context, 32), await expand(SUITE, secret, 'base_nonce', context, 12)];
}

/**
 * @param {Uint8Array} reader 65 bytes: the uncompressed point of who may open it
 * @param {Uint8Array} info @param {Uint8Array} aad @param {Uint8Array} plain
 * @param {CryptoKeyPair} [pair] for the vectors of the RFC; else a new one, used once
 * @returns {Promise<Uint8Array>} a point of 65 bytes, the sealed bytes, a tag of 16 @throws FormatError no such point
 */
export async function hpkeSeal(reader, info, aad, plain, pair) {
	if (reader.length !== POINT_LEN)
		throw new FormatError('point');
	const own = pair ?? await crypto.subtle.generateKey(EC, true, ['deriveBits']);
	const enc = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey));
	const [key, iv] = await keySchedule(await sharedSecret(own, enc, reader), info);
	const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
	const box = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: aad }, aes, plain);
	return concat(enc, new Uint8Array(box));
}
