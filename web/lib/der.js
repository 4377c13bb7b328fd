/* SPDX-License-Identifier: Apache-2.0 */
/* DER, the one encoding of X.690: single-byte tags, minimal lengths under 16 MiB, written and read in bounds. */
import { FormatError, Reader, Writer, compare, concat, utf8 } from './bytes.js';

export const TAG = Object.freeze({
	BOOLEAN: 0x01, INTEGER: 0x02, BITS: 0x03, OCTETS: 0x04, NULL: 0x05, OID: 0x06, UTF8: 0x0c, PRINTABLE: 0x13,
	IA5: 0x16, UTC_TIME: 0x17, TIME: 0x18, SEQUENCE: 0x30, SET: 0x31,
});
/** [n] EXPLICIT, or IMPLICIT over SEQUENCE or SET. */
export const explicit = (n) => 0xa0 | n;

export const OID = Object.freeze({
	DATA: '1.2.840.113549.1.7.1', SIGNED_DATA: '1.2.840.113549.1.7.2', CONTENT_TYPE: '1.2.840.113549.1.9.3',
	MESSAGE_DIGEST: '1.2.840.113549.1.9.4', SIGNING_TIME: '1.2.840.113549.1.9.5',
	COMMITMENT: '1.2.840.113549.1.9.16.2.16', APPROVAL: '1.2.840.113549.1.9.16.6.5', ORIGIN: '1.2.840.113549.1.9.16.6.1',
	SIGNING_CERTIFICATE_V2: '1.2.840.113549.1.9.16.2.47', SHA256: '2.16.840.1.101.3.4.2.1',
	SHA384: '2.16.840.1.101.3.4.2.2', RSA: '1.2.840.113549.1.1.1', RSA_SHA256: '1.2.840.113549.1.1.11',
	PSS: '1.2.840.113549.1.1.10', MGF1: '1.2.840.113549.1.1.8', ECDSA_SHA256: '1.2.840.10045.4.3.2',
	ECDSA_SHA384: '1.2.840.10045.4.3.3',
});

/** One value of these contents. @param {number} tag @param {...Uint8Array} contents @returns {Uint8Array} */
export function der(tag, ...contents) {
	const inside = concat(...contents), n = inside.length;
	const w = new Writer().u8(tag);
	if (n < 128)
		w.u8(n);
	else if (n < 256)
		w.u8(0x81).u8(n);
	else if (n < 65536)
		w.u8(0x82).u16(n);
	else
		w.u8(0x83).u8(n >> 16).u16(n & 0xffff);
	return w.bytes(inside).done();
}

export function derNull() {
	return Uint8Array.of(TAG.NULL, 0);
}

/** @param {Uint8Array} bytes big endian, not negative @returns {Uint8Array} */
export function derUnsigned(bytes) {
	let at = 0;
	while (at < bytes.length - 1 && bytes[at] === 0)
		at++;
	return der(TAG.INTEGER, bytes[at] & 0x80 ? Uint8Array.of(0) : new Uint8Array(0), bytes.subarray(at));
}

/** @param {number} v 0..127 */
export function derSmall(v) {
	return der(TAG.INTEGER, Uint8Array.of(v));
}

/** @param {string} dotted @returns {Uint8Array} */
export function derOid(dotted) {
	const [a, b, ...rest] = dotted.split('.').map(Number);
	const out = [];
	for (const arc of [a * 40 + b, ...rest]) {
		const digits = [arc % 128];
		for (let v = Math.floor(arc / 128); v > 0; v = Math.floor(v / 128))
			digits.unshift(v % 128 | 0x80);
		out.push(...digits);
	}
	return der(TAG.OID, Uint8Array.from(out));
}

/** UTCTime through 2049, GeneralizedTime from 2050, in seconds. @param {number} ms */
export function derTime(ms) {
	const text = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14) + 'Z';
	return Number(text.slice(0, 4)) < 2050 ? der(TAG.UTC_TIME, utf8(text.slice(2))) : der(TAG.TIME, utf8(text));
}

/** The elements in ascending order of their encodings. @param {number} tag @param {Uint8Array[]} elements */
export function derSetOf(tag, elements) {
	return der(tag, ...[...elements].sort(compare));
}

/** Reads one value after another; every refusal is a FormatError. */
export class DerReader {
	#r;
	#bytes;

	/** @param {Uint8Array} bytes */
	constructor(bytes) {
		this.#bytes = bytes;
		this.#r = new Reader(bytes);
	}

	get left() { return this.#r.left; }

	/** Does the next value have this tag? */
	is(tag) {
		return this.left > 0 && this.#bytes[this.#bytes.length - this.left] === tag;
	}

	/** @returns {{tag: number, content: Uint8Array, whole: Uint8Array}} the next value, lent */
	any() {
		const start = this.#bytes.length - this.left;
		const tag = this.#r.u8();
		let n = this.#r.u8();
		if ((tag & 31) === 31 || n === 0x80 || n > 0x83)
			throw new FormatError('DER');
		if (n > 0x80) {
			const size = n - 0x80;
			n = this.#r.bytes(size).reduce((v, b) => v * 256 + b, 0);
			if (n < (size === 1 ? 128 : 256 ** (size - 1)))
				throw new FormatError('DER: length');
		}
		const content = this.#r.bytes(n);
		return { tag, content, whole: this.#bytes.subarray(start, this.#bytes.length - this.left) };
	}

	/** @returns as any, of this tag only */
	value(tag) {
		if (!this.is(tag))
			throw new FormatError('DER: tag');
		return this.any();
	}

	take(tag) { return this.value(tag).content; }
	whole(tag) { return this.value(tag).whole; }
	/** @returns {DerReader} over the contents */
	enter(tag) { return new DerReader(this.take(tag)); }

	/** Not negative, minimal. @returns {Uint8Array} without the sign byte */
	unsigned(max) {
		const v = this.take(TAG.INTEGER);
		if (v.length === 0 || v[0] & 0x80 || (v.length > 1 && v[0] === 0 && !(v[1] & 0x80)))
			throw new FormatError('DER: INTEGER');
		const plain = v.length > 1 && v[0] === 0 ? v.subarray(1) : v;
		if (plain.length > max)
			throw new FormatError('DER: INTEGER');
		return plain;
	}

	/** @returns {string} dotted */
	oid() {
		const v = this.take(TAG.OID), arcs = [];
		let arc = 0, fresh = true;
		if (v.length === 0 || v.length > 32 || v[v.length - 1] & 0x80)
			throw new FormatError('DER: OID');
		for (const b of v) {
			if (fresh && b === 0x80)
				throw new FormatError('DER: OID');
			arc = arc * 128 + (b & 127);
			fresh = !(b & 0x80);
			if (fresh) {
				arcs.push(arc);
				arc = 0;
			}
		}
		const first = Math.min(Math.floor(arcs[0] / 40), 2);
		return [first, arcs[0] - 40 * first, ...arcs.slice(1)].join('.');
	}

	/** @returns {number} ms */
	time() {
		const { tag, content } = this.any();
		const text = String.fromCharCode(...content);
		if (!(tag === TAG.UTC_TIME ? /^\d{12}Z$/ : tag === TAG.TIME ? /^\d{14}Z$/ : /$^/).test(text))
			throw new FormatError('DER: time');
		const full = tag === TAG.TIME ? text : (Number(text.slice(0, 2)) < 50 ? '20' : '19') + text;
		const [, y, mo, d, h, mi, s] = /^(....)(..)(..)(..)(..)(..)Z$/.exec(full);
		const ms = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
		if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== `${y}-${mo}-${d}T${h}:${mi}:${s}`)
			throw new FormatError('DER: time');
		return ms;
	}

	end() { this.#r.end(); }
}
