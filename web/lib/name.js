/* SPDX-License-Identifier: Apache-2.0 */
/* Names of certificates as people read them (RFC 4514, most special part first). */
import { FormatError, cleanText, hex } from './bytes.js';
import { DerReader, TAG } from './der.js';

const TYPES = {
	'2.5.4.3': 'CN', '2.5.4.4': 'SN', '2.5.4.5': 'serialNumber', '2.5.4.6': 'C', '2.5.4.7': 'L', '2.5.4.8': 'ST',
	'2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.42': 'givenName', '2.5.4.97': 'organizationIdentifier',
};
const STRINGS = [TAG.UTF8, TAG.PRINTABLE, TAG.IA5];

function attribute(r) {
	const in_ = r.enter(TAG.SEQUENCE);
	const oid = in_.oid(), value = in_.any();
	in_.end();
	const readable = TYPES[oid] && STRINGS.includes(value.tag);
	return { type: TYPES[oid] ?? oid, text: readable ? cleanText(value.content) : '#' + hex(value.whole) };
}

/** @param {Uint8Array} der a Name @returns {{type: string, text: string}[]} in the order of the bytes */
export function readName(der) {
	const all = new DerReader(der), rdns = all.enter(TAG.SEQUENCE), out = [];
	all.end();
	while (rdns.left > 0) {
		const set = rdns.enter(TAG.SET);
		do
			out.push(attribute(set));
		while (set.left > 0);
		if (out.length > 32)
			throw new FormatError('name');
	}
	return out;
}

/** @param {Uint8Array} der @returns {string} "CN=Alice Example,C=SE" @throws FormatError */
export function nameText(der) {
	return readName(der).reverse()
		.map(({ type, text }) => type + '=' + text.replace(/["+,;<>\\]|^[ #]| $/g, '\\$&')).join(',');
}

/** What a person is called: the common name, or the whole. @param {Uint8Array} der @returns {string} */
export function commonName(der) {
	return readName(der).find((a) => a.type === 'CN')?.text ?? nameText(der);
}
