/* SPDX-License-Identifier: Apache-2.0 */
/* The algorithms of PROTOCOL.sam 0.1: one number fixes scheme, hash, mask function and salt. */

/** @typedef {{number: number, name: string, hash: string, digest: number, signature: number, ec: boolean}} Alg */

/** @type {Alg[]} */
const ALGS = [
	{ number: 1, name: 'ecdsa-p256-sha256', hash: 'SHA-256', digest: 32, signature: 64, ec: true },
	{ number: 2, name: 'ecdsa-p384-sha384', hash: 'SHA-384', digest: 48, signature: 96, ec: true },
	{ number: 16, name: 'rsa3072-pkcs1-sha256', hash: 'SHA-256', digest: 32, signature: 384, ec: false },
	{ number: 32, name: 'rsa3072-pss-sha256', hash: 'SHA-256', digest: 32, signature: 384, ec: false },
];

/** @param {number} number @returns {Alg|undefined} */
export function algOf(number) {
	return ALGS.find((a) => a.number === number);
}

/** @param {string} name @returns {Alg|undefined} */
export function algByName(name) {
	return ALGS.find((a) => a.name === name);
}

/** The hash that goes with the algorithm. @param {Alg} alg @param {Uint8Array} bytes @returns {Promise<Uint8Array>} */
export async function digestWith(alg, bytes) {
	return new Uint8Array(await crypto.subtle.digest(alg.hash, bytes));
}
