/* SPDX-License-Identifier: Apache-2.0 */
/* Fields: what is wrong is said below the field and tied to it; the first wrong one gets the focus. */
import { $ } from './frame.js';
import { say } from './say.js';
import { isClean } from '../lib/bytes.js';

/* read(value) gives the value or throws; the field's own sentence is "wrong.ID". */
export function readFields(fields) {
	const out = {};
	let first;

	for (const [id, read] of Object.entries(fields)) {
		const field = $(id), line = $(`${id}-wrong`);

		try {
			out[id] = read(field.value.trim());
			line.hidden = true;
			field.removeAttribute('aria-invalid');
		} catch {
			say(line, `wrong.${id}`);
			line.hidden = false;
			field.setAttribute('aria-invalid', 'true');
			first ??= field;
		}
	}
	first?.focus();
	return first ? undefined : out;
}

export function lineOf(max) {
	return (value) => {
		if (value === '' || !isClean(value) || new TextEncoder().encode(value).length > max)
			throw new RangeError('text');
		return value;
	};
}

/* An id as people copy it: spaces, hyphens and case do not matter. */
export function plainId(value) {
	const plain = value.replace(/[\s-]/g, '').toLowerCase();

	if (!/^[0-9a-f]{32}$/.test(plain))
		throw new RangeError('id');
	return Uint8Array.from({ length: 16 }, (_, i) => parseInt(plain.slice(2 * i, 2 * i + 2), 16));
}
