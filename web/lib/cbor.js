/* SPDX-License-Identifier: Apache-2.0 */
/* CBOR of authenticators, read in bounds (PROTOCOL.sam 2.4): no tags, no floating point, no open lengths. */
import { FormatError, Reader, cleanText } from './bytes.js';

const DEPTH = 4;
const MEMBERS = 32;

function head(r) {
	const first = r.u8(), major = first >> 5, info = first & 31;
	if (info < 24)
		return [major, info];
	if (info > 26)	/* 64 bits and open lengths: nothing we read is that long */
		throw new FormatError('CBOR: length');
	const n = info === 24 ? r.u8() : info === 25 ? r.u16() : r.u32();
	if (n < (info === 24 ? 24 : info === 25 ? 256 : 65536))
		throw new FormatError('CBOR: not the shortest form');
	return [major, n];
}

function mapOf(r, n, depth) {
	const out = new Map();
	for (let i = 0; i < n; i++) {
		const key = value(r, depth + 1);
		if ((typeof key !== 'number' && typeof key !== 'string') || out.has(key))
			throw new FormatError('CBOR: key');
		out.set(key, value(r, depth + 1));
	}
	return out;
}

function value(r, depth) {
	const [major, n] = head(r);
	if (depth > DEPTH || (major >= 4 && major <= 5 && n > MEMBERS))
		throw new FormatError('CBOR: too much');
	switch (major) {
	case 0: return n;
	case 1: return -1 - n;
	case 2: return r.bytes(n).slice();
	case 3: return cleanText(r.bytes(n));
	case 4: return Array.from({ length: n }, () => value(r, depth + 1));
	case 5: return mapOf(r, n, depth);
	}
	if (major !== 7 || n < 20 || n > 22)
		throw new FormatError('CBOR: type');
	return n === 22 ? null : n === 21;
}

/** The next value; the reader stands behind it. Maps are Map. @param {Reader} r */
export function readCbor(r) {
	return value(r, 0);
}
