/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PIN and one-time code, sealed to the authentication module and to one statement: the SSA carries what it can't read,
 * and can't use it for anything else. PROTOCOL.sam 9
 */
import { FormatError, Reader, Writer, concat, equal, sha256, tag, utf8 } from './bytes.js';
import { hpkeSeal, POINT_LEN } from './hpke.js';

const PLAIN_LEN = 256;
const FACTOR_KEY = 5;	/* what an attestation is about */
const SIGNATURE_LEN = 64;
const OF_MODULE = 2;	/* kind of a genesis */
const POLICY_LEN = 42;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
export const PIN_MIN = 6;
export const PIN_MAX = 64;
export const SEED_LEN = 20;

/** @typedef {{id: Uint8Array, key: Uint8Array}} Module id: of its group; key: to seal to, of its present life */

/* The attestation key stands in the genesis, whose hash is the id that our own server pins. */
async function attestationKey(genesis, id) {
	if (!equal(await sha256(genesis), id))
		throw new FormatError('module: another genesis');
	const r = new Reader(genesis);
	r.bytes(4 + 8 + 32);
	if (r.u8() !== OF_MODULE)
		throw new FormatError('module: genesis');
	r.bytes(POLICY_LEN + 16 + 16);
	r.v16();
	return r.v16(91, 91);
}

/**
 * The key that factors are sealed to: made anew at each start of the module, and signed by the key in its token.
 * @param {Uint8Array} id 32, pinned @param {Uint8Array} genesis of the module @param {Uint8Array} attestation with its signature
 * @returns {Promise<Module>} @throws FormatError not of this module
 */
export async function readModule(id, genesis, attestation) {
	const spki = await attestationKey(genesis, id);
	const r = new Reader(attestation);
	const body = r.bytes(attestation.length - SIGNATURE_LEN), signature = r.bytes(SIGNATURE_LEN);
	const key = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
	const signed = concat(tag('propria-attestation-v1'), body);
	if (!await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, signed))
		throw new FormatError('module: attestation');
	const b = new Reader(body);
	if (b.u8() !== FACTOR_KEY || !equal(b.bytes(32), id))
		throw new FormatError('module: attestation');
	b.bytes(8);
	const point = b.bytes(POINT_LEN).slice();
	b.bytes(8);
	b.end();
	return { id, key: point };
}

const factor = (text, min, max) => {
	const bytes = utf8(text ?? '');
	if (bytes.length !== 0 && (bytes.length < min || bytes.length > max))
		throw new FormatError('factor');
	return bytes;
};

/**
 * @param {Module} module @param {Uint8Array} d of the statement; of SET_FACTORS: setFactorsBinding @param {Uint8Array} person 16
 * @param {{pin?: string, code?: string, newPin?: string, newSeed?: Uint8Array}} given
 * @returns {Promise<Uint8Array>} of one length, whatever is in it
 */
export async function sealFactors(module, d, person, { pin, code, newPin, newSeed = new Uint8Array(0) }) {
	const w = new Writer().bytes(utf8('PRF1')).bytes(d).bytes(person).v8(factor(pin, PIN_MIN, PIN_MAX)).v8(factor(code, 6, 8))
	    .v8(factor(newPin, PIN_MIN, PIN_MAX)).v8(newSeed).done();
	const plain = concat(w, new Uint8Array(PLAIN_LEN - w.length));
	const sealed = await hpkeSeal(module.key, concat(utf8('propria-factor-v1'), module.id), d, plain);
	plain.fill(0);
	w.fill(0);
	return sealed;
}

/**
 * SET_FACTORS names the hash of what is sealed, so that the enrolment code approves it; what is sealed names the nonce.
 * @param {Uint8Array} fresh 40 bytes @returns {Promise<Uint8Array>} for sealFactors in the place of d
 */
export const setFactorsBinding = (fresh) => sha256(tag('propria-set-factors-v1'), fresh);

/** @param {Uint8Array} seed of an app for one-time codes, 20 bytes @returns {string} as apps take it from a person's hands */
export function seedText(seed) {
	let text = '', v = 0, bits = 0;
	for (const b of seed) {
		v = (v << 8 | b) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			text += BASE32[v >> (bits - 5) & 31];
	}
	return bits > 0 ? text + BASE32[v << (5 - bits) & 31] : text;
}

/** The same as a link, for a phone's app. @param {string} service @param {string} name of the person */
export function seedLink(seed, service, name) {
	const issuer = encodeURIComponent(service);
	return `otpauth://totp/${issuer}:${encodeURIComponent(name)}?secret=${seedText(seed)}&issuer=${issuer}`;
}
