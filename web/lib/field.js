/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of canonical bytes: each reads and writes one value, under one set of limits. */
import { FormatError, cleanText, utf8 } from './bytes.js';

/** @typedef {{read: (r: import('./bytes.js').Reader, all: object) => any, write: (w: import('./bytes.js').Writer, v: any, all: object) => void}} Field */

function must(holds, what) {
	if (!holds)
		throw new FormatError(what);
}

/** An unsigned of `bits` from min to max. @returns {Field} */
export function number(bits, min = 0, max = Infinity) {
	const name = 'u' + bits;
	const check = (v) => (must(v >= min && v <= max, 'number'), v);
	return { read: (r) => check(r[name]()), write: (w, v) => w[name](check(v)) };
}

/** One of these numbers. @returns {Field} */
export function oneOf(bits, ...values) {
	const name = 'u' + bits;
	const check = (v) => (must(values.includes(v), 'value'), v);
	return { read: (r) => check(r[name]()), write: (w, v) => w[name](check(v)) };
}

/** Exactly n bytes. @returns {Field} */
export function fixed(n) {
	return { read: (r) => r.bytes(n).slice(), write: (w, v) => (must(v.length === n, 'length'), w.bytes(v)) };
}

/** A field whose value must also please `holds`. @param {Field} field @returns {Field} */
export function checked(field, holds, what) {
	const check = (v) => (must(holds(v), what), v);
	return { read: (r, all) => check(field.read(r, all)), write: (w, v, all) => field.write(w, check(v), all) };
}

/** n bytes that are zero; the value is not kept. @returns {Field} */
export function zero(n) {
	return {
		read: (r) => must(r.bytes(n).every((b) => b === 0), 'reserved'),
		write: (w) => w.bytes(new Uint8Array(n)),
	};
}

/** Bytes with a length before them, of 8 or 16 bits. @returns {Field} */
export function bytes(bits, min, max) {
	const name = 'v' + bits;
	return {
		read: (r) => r[name](min, max).slice(),
		write: (w, v) => (must(v.length >= min && v.length <= max, 'length'), w[name](v)),
	};
}

/** Clean text; min and max count bytes of UTF-8. @returns {Field} */
export function text(bits, min, max) {
	const inner = bytes(bits, min, max);
	return {
		read: (r) => cleanText(inner.read(r)),
		write: (w, v) => {
			const b = utf8(v);
			must(cleanText(b) === v, 'text');
			inner.write(w, b);
		},
	};
}

/** A list with its count before it, u32. @returns {Field} */
export function list(min, max, fields, bits = 32) {
	const check = (n) => must(n >= min && n <= max, 'count');
	return {
		read: (r, all) => {
			const n = r[`u${bits}`]();
			check(n);
			return Array.from({ length: n }, () => readFields(r, fields, all));
		},
		write: (w, v, all) => {
			check(v.length);
			w[`u${bits}`](v.length);
			v.forEach((one) => writeFields(w, fields, one, all));
		},
	};
}

/** Which field it is depends on those read before. @param {(all: object) => Field} choose @returns {Field} */
export function depends(choose) {
	return {
		read: (r, all) => choose(all).read(r, all),
		write: (w, v, all) => choose(all).write(w, v, all),
	};
}

/** @param {Object<string, Field>} fields in their order @returns {object} */
export function readFields(r, fields, parent) {
	const all = Object.create(parent ?? null);
	for (const [name, f] of Object.entries(fields)) {
		const v = f.read(r, all);
		if (v !== undefined)
			all[name] = v;
	}
	return all;
}

/** @param {Object<string, Field>} fields in their order */
export function writeFields(w, fields, value, parent) {
	const all = Object.assign(Object.create(parent ?? null), value);
	for (const [name, f] of Object.entries(fields))
		f.write(w, all[name], all);
}
