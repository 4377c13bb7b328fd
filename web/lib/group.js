/* SPDX-License-Identifier: Apache-2.0 */
/* The group these pages belong to, pinned by their own server: an answer of another group is no answer. */
import { FormatError, equal, isClean, unhex } from './bytes.js';

/**
 * @typedef {{group: Uint8Array, ssa: string, name: string, shared: boolean, module: Uint8Array|undefined}} Config
 * ssa: base URL without a final slash; module: id of the authentication module
 */

/** An answer that belongs to another group. */
export class OtherGroupError extends Error {
	constructor() {
		super('the server answers for another group than the one pinned here');
		this.name = 'OtherGroupError';
	}
}

/** @param {object} json what config.json says @returns {Config} */
export function readConfig(json) {
	const url = new URL(json.ssa);
	const local = url.hostname === 'localhost' || url.hostname.endsWith('.localhost') || url.hostname === '127.0.0.1' ||
	    url.hostname === '[::1]';
	if (url.origin !== json.ssa || (url.protocol !== 'https:' && !(url.protocol === 'http:' && local)) ||
	    !isClean(json.name) || typeof json.shared !== 'boolean')
		throw new FormatError('config.json');
	return { group: unhex(json.group, 32), ssa: json.ssa, name: json.name, shared: json.shared,
		module: json.module === undefined ? undefined : unhex(json.module, 32) };
}

/** Asks our own server, once for each page. @returns {Promise<Config>} */
export async function loadConfig() {
	const answer = await fetch('/config.json', { credentials: 'omit', cache: 'no-cache', redirect: 'error' });
	if (!answer.ok)
		throw new FormatError('config.json');
	return readConfig(await answer.json());
}

/** @param {Config} config @param {Uint8Array|string} group bytes or 64 hexadecimal digits @throws OtherGroupError */
export function mustBeOurGroup(config, group) {
	const bytes = typeof group === 'string' ? unhex(group, 32) : group;
	if (!equal(bytes, config.group))
		throw new OtherGroupError();
}
