/* SPDX-License-Identifier: Apache-2.0 */
/* The other side of hpke.js, written from RFC 9180 by itself: opens what is sealed to a key pair. */
import { createHmac } from 'node:crypto';

const utf8 = (text) => Buffer.from(text);
const KEM = Buffer.concat([utf8('KEM'), Buffer.from('0010', 'hex')]);
const SUITE = Buffer.concat([utf8('HPKE'), Buffer.from('001000010002', 'hex')]);
const mac = (key, ...parts) => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const extract = (suite, salt, label, ikm) => mac(salt, utf8('HPKE-v1'), suite, utf8(label), ikm);
const expand = (suite, prk, label, info, n) => mac(prk, Buffer.from([0, n]), utf8('HPKE-v1'), suite, utf8(label), info, Buffer.of(1)).subarray(0, n);
const none = Buffer.alloc(0);

/** @param {CryptoKeyPair} keys ECDH P-256 */
export async function open(keys, info, aad, sealed) {
	const enc = sealed.slice(0, 65), own = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
	const from = await crypto.subtle.importKey('raw', enc, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
	const dh = Buffer.from(await crypto.subtle.deriveBits({ name: 'ECDH', public: from }, keys.privateKey, 256));
	const shared = expand(KEM, extract(KEM, none, 'eae_prk', dh), 'shared_secret', Buffer.concat([enc, own]), 32);
	const context = Buffer.concat([Buffer.of(0), extract(SUITE, none, 'psk_id_hash', none), extract(SUITE, none, 'info_hash', info)]);
	const secret = extract(SUITE, shared, 'secret', none);
	const key = await crypto.subtle.importKey('raw', expand(SUITE, secret, 'key', context, 32), 'AES-GCM', false, ['decrypt']);
	return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: expand(SUITE, secret, 'base_nonce', context, 12),
		additionalData: aad }, key, sealed.slice(65)));
}
