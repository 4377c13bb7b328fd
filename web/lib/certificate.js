/* SPDX-License-Identifier: Apache-2.0 */
/* What a page must know of a certificate, read in bounds; who issued it is the SAM's and the verifier's business. */
import { FormatError, equal, sha256 } from './bytes.js';
import { DerReader, TAG, explicit } from './der.js';
import { commonName, nameText } from './name.js';

const MAX = 8192;

/**
 * @typedef {object} Certificate
 * @property {Uint8Array} der
 * @property {Uint8Array} issuer   DER Name
 * @property {Uint8Array} serial   big endian, without sign byte
 * @property {string} subjectText  RFC 4514
 * @property {string} commonName
 * @property {string} issuerText
 * @property {number} notBefore    ms
 * @property {number} notAfter     ms
 * @property {Uint8Array} spki     DER SubjectPublicKeyInfo
 */

/** @param {Uint8Array} der @returns {Certificate} @throws FormatError */
export function readCertificate(der) {
	const all = new DerReader(der), cert = all.enter(TAG.SEQUENCE), tbs = cert.enter(TAG.SEQUENCE);
	if (der.length > MAX)
		throw new FormatError('certificate');
	all.end();
	const version = tbs.enter(explicit(0)).unsigned(1);
	const serial = tbs.unsigned(20).slice();
	tbs.take(TAG.SEQUENCE);		/* signature algorithm, again below */
	const issuer = tbs.whole(TAG.SEQUENCE).slice();
	const validity = tbs.enter(TAG.SEQUENCE);
	const notBefore = validity.time(), notAfter = validity.time();
	validity.end();
	const subject = tbs.whole(TAG.SEQUENCE);
	const spki = tbs.whole(TAG.SEQUENCE).slice();
	cert.take(TAG.SEQUENCE);
	cert.take(TAG.BITS);
	cert.end();
	if (version[0] !== 2)
		throw new FormatError('certificate: version');
	return {
		der, issuer, serial, spki, notBefore, notAfter, subjectText: nameText(subject),
		commonName: commonName(subject), issuerText: nameText(issuer),
	};
}

/**
 * Is this the certificate of the key that the statement names? @param {Certificate} certificate
 * @param {Uint8Array} spkiHash 32 bytes: `spki` of the SIGN statement @returns {Promise<boolean>}
 */
export async function isOfKey(certificate, spkiHash) {
	return equal(await sha256(certificate.spki), spkiHash);
}
