/* SPDX-License-Identifier: Apache-2.0 */
/* Base 32 of the enrolment code's alphabet, and the fingerprint of d that two screens can show alike. */

export const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The first 5 n bits as n letters; past the end zero. @param {Uint8Array} bytes @returns {string} */
export function toLetters(bytes, n) {
	return Array.from({ length: n }, (_, i) => {
		let v = 0;
		for (let bit = 5 * i; bit < 5 * i + 5; bit++)
			v = v << 1 | ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7)) & 1);
		return ALPHABET[v];
	}).join('');
}

/** First 100 bits of d: "ABCD-EFGH-JKMN-PQRS-TVWX". @param {Uint8Array} d @returns {string} */
export function fingerprint(d) {
	return toLetters(d, 20).match(/.{4}/g).join('-');
}
