/* SPDX-License-Identifier: Apache-2.0 */
/* The enrolment code: 26 letters that the officer handed over, and the one-time key made of them. PROTOCOL.sam 1.4 */
import { FormatError, concat, tag, unbase64url, unhex, utf8 } from './bytes.js';
import { ALPHABET, toLetters } from './fingerprint.js';

const LETTERS = 26;
const PKCS8_HEAD = unhex('302e020100300506032b657004220420');

/**
 * Case, hyphens and spaces are ignored; I and L read as 1, O as 0.
 * @param {string} text @returns {Uint8Array} 16 bytes @throws FormatError
 */
export function readCode(text) {
	const plain = text.toUpperCase().replace(/[- ]/g, '').replace(/[IL]/g, '1').replace(/O/g, '0');
	const out = new Uint8Array(17);
	if (plain.length !== LETTERS)
		throw new FormatError('code');
	[...plain].forEach((c, i) => {
		const v = ALPHABET.indexOf(c);
		if (v < 0)
			throw new FormatError('code');
		for (let k = 0; k < 5; k++)
			out[(5 * i + k) >> 3] |= (v >> (4 - k) & 1) << (7 - ((5 * i + k) & 7));
	});
	if (out[16] !== 0)
		throw new FormatError('code');
	return out.slice(0, 16);
}

/** As it is printed: groups of five with hyphens. @param {Uint8Array} code 16 bytes @returns {string} */
export function codeText(code) {
	return toLetters(code, LETTERS).match(/.{1,5}/g).join('-');
}

/**
 * The one-time Ed25519 key; a browser without Ed25519 in WebCrypto throws a NotSupportedError.
 * @param {Uint8Array} code 16 bytes @param {Uint8Array} group 32 bytes
 * @returns {Promise<{publicKey: Uint8Array, sign: (d: Uint8Array) => Promise<Uint8Array>}>}
 *   publicKey: 32 bytes, as in INVITE; sign: the body of evidence type 5 over d
 */
export async function codeKey(code, group) {
	const input = await crypto.subtle.importKey('raw', code, 'HKDF', false, ['deriveBits']);
	const seed = new Uint8Array(await crypto.subtle.deriveBits(
		{ name: 'HKDF', hash: 'SHA-256', salt: group, info: utf8('propria-code-v1') }, input, 256));
	const key = await crypto.subtle.importKey('pkcs8', concat(PKCS8_HEAD, seed), { name: 'Ed25519' }, true, ['sign']);
	seed.fill(0);
	const { x } = await crypto.subtle.exportKey('jwk', key);
	return {
		publicKey: unbase64url(x),
		sign: async (d) => new Uint8Array(
			await crypto.subtle.sign('Ed25519', key, concat(tag('propria-code-v1'), d))),
	};
}
