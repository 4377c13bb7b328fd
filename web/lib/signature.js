/* SPDX-License-Identifier: Apache-2.0 */
/* Signature values as CSC gives them (ECDSA in DER), verified before anything is made of them. */
import { FormatError, concat } from './bytes.js';
import { DerReader, TAG } from './der.js';

const WEB = {
	1: [{ name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }],
	2: [{ name: 'ECDSA', namedCurve: 'P-384' }, { name: 'ECDSA', hash: 'SHA-384' }],
	16: [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, { name: 'RSASSA-PKCS1-v1_5' }],
	32: [{ name: 'RSA-PSS', hash: 'SHA-256' }, { name: 'RSA-PSS', saltLength: 32 }],
};

function leftPadded(bytes, n) {
	return concat(new Uint8Array(n - bytes.length), bytes);
}

/** r || s of an ECDSA-Sig-Value; RSA as it is. @param {import('./alg.js').Alg} alg @param {Uint8Array} value */
export function rawSignature(alg, value) {
	if (!alg.ec) {
		if (value.length !== alg.signature)
			throw new FormatError('signature');
		return value;
	}
	const half = alg.signature / 2, all = new DerReader(value), in_ = all.enter(TAG.SEQUENCE);
	const r = in_.unsigned(half), s = in_.unsigned(half);
	in_.end();
	all.end();
	return concat(leftPadded(r, half), leftPadded(s, half));
}

/**
 * @param {import('./alg.js').Alg} alg @param {Uint8Array} spki @param {Uint8Array} message not its digest
 * @param {Uint8Array} value as CSC gives it @returns {Promise<boolean>}
 */
export async function verifySignature(alg, spki, message, value) {
	const [kind, how] = WEB[alg.number];
	const key = await crypto.subtle.importKey('spki', spki, kind, false, ['verify']).catch(() => { throw new FormatError('signature: key'); });
	return crypto.subtle.verify(how, key, rawSignature(alg, value), message);
}
