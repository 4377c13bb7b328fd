/* SPDX-License-Identifier: Apache-2.0 */
/* A document that the asking program passed: fetched whole, in parts of a size that is agreed beforehand. */
import { unbase64 } from '../lib/bytes.js';
import { stop } from './touch.js';

const PART = 1 << 20;
/* A service that offers more is not believed. */
export const PASSED_MAX = 32 << 20;

/* The bytes, exactly as many as the request said. */
export async function fetchPassed(api, ticket, item, size) {
	const bytes = new Uint8Array(size);

	for (let at = 0; at < size; at += PART) {
		const answer = await api.propria('approval/document', { ticket, item, at });
		const part = unbase64(answer.bytes);

		if (answer.size !== size || part.length !== Math.min(PART, size - at))
			throw stop('answer');
		bytes.set(part, at);
	}
	return bytes;
}
