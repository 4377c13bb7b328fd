/* SPDX-License-Identifier: Apache-2.0 */
/* COSE keys of passkeys, with exactly the members of their kind, to SubjectPublicKeyInfo. RFC 9053, 8230 */
import { FormatError, concat, unhex } from './bytes.js';
import { OID, TAG, der, derNull, derOid, derUnsigned } from './der.js';

export const COSE = Object.freeze({ ES256: -7, EDDSA: -8, RS256: -257 });

const P256 = unhex('3059301306072a8648ce3d020106082a8648ce3d030107034200');
const ED25519 = unhex('302a300506032b6570032100');

function bytesOf(key, label, n) {
	const v = key.get(label);
	if (!(v instanceof Uint8Array) || (n !== undefined && v.length !== n))
		throw new FormatError('COSE key');
	return v;
}

/* These members in this order and no others; null: any value. */
function exactly(key, ...members) {
	const there = [...key];
	if (there.length !== members.length ||
	    members.some(([label, v], i) => there[i][0] !== label || (v !== null && there[i][1] !== v)))
		throw new FormatError('COSE key: members');
}

function rsa(key) {
	const n = bytesOf(key, -1), e = bytesOf(key, -2);
	if (n.length < 256 || n.length > 512 || !(n[0] & 0x80) || !(n[n.length - 1] & 1) ||
	    e.length < 3 || e.length > 4 || e[0] === 0 || !(e[e.length - 1] & 1))
		throw new FormatError('COSE key: RSA');
	return der(TAG.SEQUENCE, der(TAG.SEQUENCE, derOid(OID.RSA), derNull()), der(TAG.BITS, Uint8Array.of(0),
		der(TAG.SEQUENCE, derUnsigned(n), derUnsigned(e))));
}

/**
 * @param {Map} key as readCbor gives it @returns {{alg: number, spki: Uint8Array}} alg: one of COSE
 * @throws FormatError another kind, a member missing or too many
 */
export function coseKey(key) {
	if (!(key instanceof Map))
		throw new FormatError('COSE key');
	switch (key.get(3)) {
	case COSE.ES256:
		exactly(key, [1, 2], [3, -7], [-1, 1], [-2, null], [-3, null]);
		return { alg: -7, spki: concat(P256, Uint8Array.of(4), bytesOf(key, -2, 32), bytesOf(key, -3, 32)) };
	case COSE.EDDSA:
		exactly(key, [1, 1], [3, -8], [-1, 6], [-2, null]);
		return { alg: -8, spki: concat(ED25519, bytesOf(key, -2, 32)) };
	case COSE.RS256:
		exactly(key, [1, 3], [3, -257], [-1, null], [-2, null]);
		return { alg: -257, spki: rsa(key) };
	}
	throw new FormatError('COSE key: algorithm');
}
