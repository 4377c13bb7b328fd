/* SPDX-License-Identifier: Apache-2.0 */
/* Log in at the SSA: authorization code with PKCE as the public client `sic`, the token kept for this tab. RFC 9700 */
import { Api } from './api.js';
import { base64url, sha256, utf8 } from './bytes.js';

const CLIENT = 'sic';
const PENDING = 'propria.login';
const TOKEN = 'propria.token';
const PAGES = new Set(['desk', 'keys', 'sign', 'enrol', 'approve']);

/** A login that did not end in a token. `word`: state, issuer, denied, code; look up `login.WORD`. */
export class LoginError extends Error {
	constructor(word) {
		super(word);
		this.name = 'LoginError';
		this.word = word;
	}
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const callback = () => location.origin + '/callback';

/**
 * Leaves this page for the SSA's login. @param {import('./group.js').Config} config
 * @param {string} page where /callback returns to: "desk", "keys" ...
 * @param {{scope?: string, go?: (url: string) => void}} [o]
 */
export async function beginLogin(config, page, { scope = 'service', go = (url) => location.assign(url) } = {}) {
	const pending = { state: random(), verifier: random(), page, ssa: config.ssa };
	sessionStorage.setItem(PENDING, JSON.stringify(pending));
	const query = new URLSearchParams({
		response_type: 'code', client_id: CLIENT, redirect_uri: callback(), scope, state: pending.state,
		code_challenge: base64url(await sha256(utf8(pending.verifier))), code_challenge_method: 'S256',
	});
	go(config.ssa + '/oauth2/authorize?' + query);
}

function once(query, name) {
	const all = query.getAll(name);
	return all.length === 1 ? all[0] : undefined;
}

function pendingLogin(config) {
	const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null');
	sessionStorage.removeItem(PENDING);
	if (!pending || pending.ssa !== config.ssa)
		throw new LoginError('state');
	return pending;
}

/**
 * On /callback: checks state and issuer, trades the code for a token.
 * @param {import('./group.js').Config} config @param {string} [search] the query of this page's URL
 * @returns {Promise<string>} the page to go on to, one of ours @throws LoginError, ApiError
 */
export async function finishLogin(config, search = location.search, api = new Api(config)) {
	const query = new URLSearchParams(search);
	const pending = pendingLogin(config);
	if (once(query, 'state') !== pending.state)
		throw new LoginError('state');
	if (once(query, 'iss') !== config.ssa)
		throw new LoginError('issuer');
	if (query.has('error'))
		throw new LoginError('denied');
	const code = once(query, 'code');
	if (!code)
		throw new LoginError('code');
	const answer = await api.call('/oauth2/token', new URLSearchParams({
		grant_type: 'authorization_code', client_id: CLIENT, redirect_uri: callback(), code,
		code_verifier: pending.verifier,
	}));
	if (typeof answer.access_token !== 'string' || String(answer.token_type).toLowerCase() !== 'bearer')
		throw new LoginError('code');
	const life = Number.isFinite(answer.expires_in) ? answer.expires_in : 300;
	sessionStorage.setItem(TOKEN, JSON.stringify({ ssa: config.ssa, token: answer.access_token, until: Date.now() + life * 1000 }));
	return PAGES.has(pending.page) ? pending.page : '';
}

/** The token of this tab, if there is one that still holds. @returns {string|undefined} */
export function storedToken(config) {
	const kept = JSON.parse(sessionStorage.getItem(TOKEN) ?? 'null');
	return kept && kept.ssa === config.ssa && kept.until > Date.now() ? kept.token : undefined;
}

/** Forgets the token here, and asks the SSA to. Never fails. */
export async function logout(config) {
	const token = storedToken(config);
	sessionStorage.removeItem(TOKEN);
	if (token)
		await new Api(config, { token }).call('/oauth2/revoke',
			new URLSearchParams({ client_id: CLIENT, token })).catch(() => {});
}
