/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes: their written forms, each read strictly, a writer, and a reader that stays in bounds. */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const BARRED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u;
const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = STANDARD.slice(0, 62) + '-_';

/** What cannot be read as it should be. `what` names the place. */
export class FormatError extends Error {
	constructor(what) {
		super(what);
		this.name = 'FormatError';
	}
}

/** @param {Uint8Array} bytes @returns {string} lower case */
export function hex(bytes) {
	return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** @param {string} text lower-case hexadecimal; @param {number} [n] exactly so many bytes @returns {Uint8Array} */
export function unhex(text, n) {
	if (typeof text !== 'string' || !/^(?:[0-9a-f]{2})*$/.test(text) || (n !== undefined && text.length !== 2 * n))
		throw new FormatError('hexadecimal');
	return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

function letters(bytes, alphabet) {
	const out = [];
	for (let i = 0; i < bytes.length; i += 3) {
		const v = bytes[i] << 16 | (bytes[i + 1] ?? 0) << 8 | (bytes[i + 2] ?? 0);
		for (let k = 0; k <= Math.min(3, bytes.length - i); k++)
			out.push(alphabet[v >> (18 - 6 * k) & 63]);
	}
	return out.join('');
}

function unletters(text, alphabet) {
	const out = new Uint8Array(Math.floor(text.length * 3 / 4));
	let v = 0, bits = 0, at = 0;
	for (const c of text) {
		const i = alphabet.indexOf(c);
		if (i < 0)
			throw new FormatError('base64');
		v = (v << 6 | i) & 0xfff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[at++] = v >> bits & 0xff;
		}
	}
	if (bits >= 6 || (v & (1 << bits) - 1) !== 0)	/* a letter too many, or bits after the end */
		throw new FormatError('base64');
	return out;
}

/** @param {Uint8Array} bytes @returns {string} with padding */
export function base64(bytes) {
	const text = letters(bytes, STANDARD);
	return text + '='.repeat(-text.length & 3);
}

/** Padding must be right, bits after the end zero. @param {string} text @returns {Uint8Array} */
export function unbase64(text) {
	const m = typeof text === 'string' && text.length % 4 === 0 ? /^([^=]*)={0,2}$/.exec(text) : null;
	if (!m)
		throw new FormatError('base64');
	return unletters(m[1], STANDARD);
}

/** @param {Uint8Array} bytes @returns {string} without padding */
export function base64url(bytes) {
	return letters(bytes, URL_SAFE);
}

/** No padding, bits after the end zero. @param {string} text @returns {Uint8Array} */
export function unbase64url(text) {
	if (typeof text !== 'string')
		throw new FormatError('base64url');
	return unletters(text, URL_SAFE);
}

/** @param {...Uint8Array} parts @returns {Uint8Array} */
export function concat(...parts) {
	const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;
	for (const p of parts) {
		out.set(p, at);
		at += p.length;
	}
	return out;
}

/** For public bytes only: not constant time. */
export function equal(a, b) {
	return a.length === b.length && a.every((v, i) => v === b[i]);
}

/** Order of bytes, the shorter first where one begins the other. @returns {number} */
export function compare(a, b) {
	for (let i = 0; i < a.length && i < b.length; i++)
		if (a[i] !== b[i])
			return a[i] - b[i];
	return a.length - b.length;
}

/** @param {string} text @returns {Uint8Array} */
export function utf8(text) {
	return encoder.encode(text);
}

/** `text` of PROTOCOL.sam 0: nothing that could disguise it. @param {string} text @returns {boolean} */
export function isClean(text) {
	return typeof text === 'string' && !BARRED.test(text);
}

/** Strict UTF-8 that is also clean. @param {Uint8Array} bytes @returns {string} */
export function cleanText(bytes) {
	let text;
	try {
		text = decoder.decode(bytes);
	} catch {
		throw new FormatError('text');
	}
	if (!isClean(text))
		throw new FormatError('text');
	return text;
}

/** @param {...Uint8Array} parts @returns {Promise<Uint8Array>} */
export async function sha256(...parts) {
	return new Uint8Array(await crypto.subtle.digest('SHA-256', concat(...parts)));
}

/** "x" 0 of PROTOCOL.sam. @param {string} letters @returns {Uint8Array} */
export function tag(letters_) {
	return utf8(letters_ + '\0');
}

/** Network order; numbers are checked for their range. */
export class Writer {
	#parts = [];

	#number(v, n) {
		if (!Number.isSafeInteger(v) || v < 0 || v >= 2 ** (8 * n))
			throw new FormatError('number');
		const out = new Uint8Array(n);
		for (let i = n - 1, rest = v; i >= 0; i--, rest = Math.floor(rest / 256))
			out[i] = rest % 256;
		return this.bytes(out);
	}

	u8(v) { return this.#number(v, 1); }
	u16(v) { return this.#number(v, 2); }
	u32(v) { return this.#number(v, 4); }
	/** At most 2^53 - 1, or a BigInt. */
	u64(v) {
		if (typeof v !== 'bigint')
			return this.#number(v, 8);
		if (v < 0n || v >> 64n)
			throw new FormatError('number');
		return this.#number(Number(v >> 32n), 4).#number(Number(v & 0xffffffffn), 4);
	}

	bytes(b) {
		if (!(b instanceof Uint8Array))
			throw new FormatError('bytes');
		this.#parts.push(b);
		return this;
	}

	v8(b) { return this.u8(b.length).bytes(b); }
	v16(b) { return this.u16(b.length).bytes(b); }
	v32(b) { return this.u32(b.length).bytes(b); }

	/** @returns {Uint8Array} */
	done() { return concat(...this.#parts); }
}

/** Reads from the front; what is not there or too long is a FormatError. */
export class Reader {
	#bytes;
	#at = 0;

	/** @param {Uint8Array} bytes lent, not copied */
	constructor(bytes) {
		if (!(bytes instanceof Uint8Array))
			throw new FormatError('bytes');
		this.#bytes = bytes;
	}

	get left() { return this.#bytes.length - this.#at; }

	bytes(n) {
		if (n > this.left)
			throw new FormatError('too short');
		this.#at += n;
		return this.#bytes.subarray(this.#at - n, this.#at);
	}

	#number(n) { return this.bytes(n).reduce((v, b) => v * 256 + b, 0); }
	u8() { return this.#number(1); }
	u16() { return this.#number(2); }
	u32() { return this.#number(4); }
	/** A Number: over 2^53 - 1 is refused, as no time or size here is that large. */
	u64() {
		const high = this.u32(), low = this.u32();
		if (high >= 0x200000)
			throw new FormatError('number');
		return high * 2 ** 32 + low;
	}

	/** All 64 bits, as a BigInt. */
	big() { return BigInt(this.u32()) << 32n | BigInt(this.u32()); }

	#length(n, min, max) {
		if (n < min || n > max)
			throw new FormatError('length');
		return this.bytes(n);
	}

	v8(min = 0, max = 255) { return this.#length(this.u8(), min, max); }
	v16(min = 0, max = 65535) { return this.#length(this.u16(), min, max); }
	v32(min = 0, max = 2 ** 24) { return this.#length(this.u32(), min, max); }

	/** Nothing may be left. */
	end() {
		if (this.left !== 0)
			throw new FormatError('trailing bytes');
	}
}
