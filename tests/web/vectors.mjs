/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a file of tests/vectors: name and bytes. */
import { readFileSync } from 'node:fs';

/** @param {string} name "statements" @returns {Map<string, Uint8Array>} */
export function vectors(name) {
	const lines = readFileSync(new URL(`../vectors/${name}.txt`, import.meta.url), 'ascii').split('\n');
	return new Map(lines.filter((l) => l !== '' && !l.startsWith('#')).map((l) => {
		const [key, hex = ''] = l.split(' ');
		return [key, new Uint8Array(Buffer.from(hex, 'hex'))];
	}));
}

/** Those of the form PREFIX.NAME. @returns {[string, Uint8Array][]} */
export function named(map, prefix) {
	return [...map].filter(([k]) => k.startsWith(prefix + '.')).map(([k, v]) => [k.slice(prefix.length + 1), v]);
}
