/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to the SSA: JSON both ways, bounded in size and time, no cookies; its answers are hostile until checked. */
import { FormatError, isClean } from './bytes.js';

const SIZE_MAX = 4 << 20;
const REASONS = new Set(['parse', 'group', 'epoch', 'purpose', 'nonce', 'time', 'replay', 'owner', 'record', 'version',
	'state', 'auth', 'quorum', 'level', 'class', 'alg', 'svd', 'dtbs', 'kind', 'limit', 'proposal', 'cert', 'closed',
	'busy', 'backend', 'room', 'ca', 'session', 'stock', 'unknown', 'locked', 'peer', 'share', 'idp_sig',
	'idp_iss', 'idp_aud', 'idp_sub', 'idp_nonce', 'idp_acr', 'idp_time', 'idp_parse', 'idp_header', 'idp_shown', 'partial', 'lost', 'unreachable']);

/**
 * A call that gave no answer. `word` is one of a closed list, to be looked up as `error.WORD` by the page's
 * translations: a reason of PROTOCOL.sam 4.9, or offline, timeout, token (log in again), limited, missing, server,
 * answer (not understood), request. `text` is the server's own description: hostile, textContent only.
 */
export class ApiError extends Error {
	/** @param {string} word @param {number} status HTTP, 0: none @param {string} [text] */
	constructor(word, status, text = '', retryAfter = 0) {
		super(word);
		this.name = 'ApiError';
		this.word = word;
		this.status = status;
		this.text = text;
		this.retryAfter = retryAfter;	/* seconds, 0: not said */
	}
}

/** Every word an ApiError can have, for the translations' test. */
export const ERROR_WORDS = Object.freeze([...REASONS, 'offline', 'timeout', 'token', 'limited', 'missing', 'server',
	'answer', 'request']);

function wordOf(status, json) {
	if (typeof json?.reason === 'string' && REASONS.has(json.reason))
		return json.reason;
	if (status === 401)
		return 'token';
	if (status === 404 || status === 501)
		return 'missing';
	if (status === 429)
		return 'limited';
	return status >= 500 ? 'server' : 'request';
}

/** At most SIZE_MAX bytes. @param {Response} response @returns {Promise<string>} */
async function bodyOf(response) {
	const reader = response.body?.getReader();
	const decoder = new TextDecoder('utf-8', { fatal: true });
	let text = '', n = 0;
	if (!reader)
		return text;
	for (;;) {
		const { done, value } = await reader.read();
		if (done)
			return text + decoder.decode();
		n += value.length;
		if (n > SIZE_MAX) {
			await reader.cancel();
			throw new FormatError('answer: too large');
		}
		text += decoder.decode(value, { stream: true });
	}
}

function parsed(text) {
	const json = text === '' ? {} : JSON.parse(text);
	if (json === null || typeof json !== 'object' || Array.isArray(json))
		throw new FormatError('answer');
	return json;
}

/** One SSA, and perhaps a token for it. */
export class Api {
	#base;
	#token;
	#fetch;

	/**
	 * @param {import('./group.js').Config} config
	 * @param {{token?: string, fetch?: typeof fetch}} [o] token: of oauth.js
	 */
	constructor(config, { token, fetch = (...a) => globalThis.fetch(...a) } = {}) {
		this.#base = config.ssa;
		this.#token = token;
		this.#fetch = fetch;
	}

	/**
	 * POST with a body, GET without. @param {string} path from "/" on
	 * @param {object|URLSearchParams} [body] an object goes as JSON
	 * @param {{timeout?: number, signal?: AbortSignal}} [o] timeout in ms
	 * @returns {Promise<object>} the JSON object of a 2xx answer, as it came @throws ApiError
	 */
	async call(path, body, { timeout = 30000, signal } = {}) {
		const stop = new AbortController();
		const timer = setTimeout(() => stop.abort(), timeout);
		const gone = () => stop.abort();
		signal?.addEventListener('abort', gone);
		let status = 0;
		try {
			const response = await this.#fetch(this.#base + path, this.#request(body, stop.signal));
			status = response.status;
			return this.#answer(response, parsed(await bodyOf(response)));
		} catch (e) {
			if (e instanceof ApiError || signal?.aborted)
				throw e;
			if (stop.signal.aborted)
				throw new ApiError('timeout', status);
			throw new ApiError(status === 0 ? 'offline' : status >= 400 ? wordOf(status) : 'answer', status);
		} finally {
			clearTimeout(timer);
			signal?.removeEventListener('abort', gone);
		}
	}

	#request(body, signal) {
		const headers = { Accept: 'application/json' };
		const form = body instanceof URLSearchParams;
		if (body !== undefined && !form)
			headers['Content-Type'] = 'application/json';
		if (this.#token)
			headers.Authorization = 'Bearer ' + this.#token;
		return {
			method: body === undefined ? 'GET' : 'POST', headers, signal, credentials: 'omit', mode: 'cors',
			cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer',
			body: body === undefined ? undefined : form ? body : JSON.stringify(body),
		};
	}

	#answer(response, json) {
		if (response.ok)
			return json;
		const text = isClean(json.error_description) ? json.error_description.slice(0, 300) : '';
		const seconds = Number(response.headers.get('Retry-After'));
		throw new ApiError(wordOf(response.status, json), response.status, text, seconds > 0 ? seconds : 0);
	}

	/** @param {string} name under /propria/v1/: "account", "approval/answer" ... */
	propria(name, body, o) {
		return this.call('/propria/v1/' + name, body, o);
	}

	/** @param {string} name under /csc/v2/: "signatures/signHash" ... */
	csc(name, body, o) {
		return this.call('/csc/v2/' + name, body, o);
	}
}
