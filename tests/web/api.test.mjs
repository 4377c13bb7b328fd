/* SPDX-License-Identifier: Apache-2.0 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { Api, ApiError, ERROR_WORDS } from '../../web/lib/api.js';
import { FormatError } from '../../web/lib/bytes.js';
import { OtherGroupError, mustBeOurGroup, readConfig } from '../../web/lib/group.js';
import { LoginError, beginLogin, finishLogin, logout, storedToken } from '../../web/lib/oauth.js';

const group = 'ab'.repeat(32);
const config = readConfig({ group, ssa: 'https://sign.example', name: 'Example', shared: false });

/* Answers with what it is given, and keeps what it was asked. */
function server(...answers) {
	const asked = [];
	const fetch = async (url, o) => {
		asked.push({ url, ...o });
		const a = answers.shift();
		return typeof a === 'function' ? a(o) : a;
	};
	return { asked, fetch };
}
const json = (status, body, headers) => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
const word = (w) => (e) => e instanceof ApiError && e.word === w && ERROR_WORDS.includes(w);

test('a call is JSON without cookies, with the token', async () => {
	const { asked, fetch } = server(json(200, { ok: 1 }));
	assert.deepEqual(await new Api(config, { token: 't', fetch }).propria('account', {}), { ok: 1 });
	assert.equal(asked[0].url, 'https://sign.example/propria/v1/account');
	assert.equal(asked[0].credentials, 'omit');
	assert.equal(asked[0].redirect, 'error');
	assert.equal(asked[0].headers.Authorization, 'Bearer t');
});

test('errors become words of a closed list', async () => {
	const cases = [[400, { error: 'x', reason: 'nonce' }, 'nonce'], [400, { reason: '<b>' }, 'request'], [401, {}, 'token'],
		[404, {}, 'missing'], [429, {}, 'limited'], [500, 'nonsense', 'server'], [503, { reason: 'closed' }, 'closed'],
		[200, 'nonsense', 'answer'], [200, '[]', 'answer'], [200, 'null', 'answer'], [403, '<html>', 'request']];
	for (const [status, body, w] of cases)
		await assert.rejects(new Api(config, server(json(status, body))).propria('x', {}), word(w), w);
	await assert.rejects(new Api(config, server(() => Promise.reject(new TypeError('down')))).propria('x'), word('offline'));
	await assert.rejects(new Api(config, server(json(429, {}, { 'Retry-After': '7' }))).propria('x'), (e) => e.retryAfter === 7);
});

test('an answer that is too large or too late is none', async () => {
	await assert.rejects(new Api(config, server(json(200, '"' + 'x'.repeat(5 << 20) + '"'))).propria('x'), word('answer'));
	const never = (o) => new Promise((_, no) => o.signal.addEventListener('abort', () => no(new DOMException('', 'AbortError'))));
	await assert.rejects(new Api(config, server(never)).call('/x', {}, { timeout: 1 }), word('timeout'));
});

test('a configuration that is not exactly one is refused', () => {
	const good = { group, ssa: 'https://sign.example', name: 'Example', shared: false };
	assert.ok(readConfig({ ...good, ssa: 'http://sign.localhost:8080' }));
	for (const wrong of [{ group: 'ab' }, { ssa: 'http://sign.example' }, { ssa: 'https://sign.example/' }, { ssa: 'https://a@sign.example' },
		{ ssa: 'javascript:alert(1)' }, { name: 'a\u202e' }, { shared: 'no' }, { name: undefined }])
		assert.throws(() => readConfig({ ...good, ...wrong }), (e) => e instanceof FormatError || e instanceof TypeError);
});

test('answers of another group are refused', () => {
	mustBeOurGroup(config, group);
	assert.throws(() => mustBeOurGroup(config, 'ac'.repeat(32)), OtherGroupError);
	assert.throws(() => mustBeOurGroup(config, 'ab'), FormatError);
});

/* A tab: its storage and its place. */
function tab() {
	const kept = new Map();
	Object.defineProperty(globalThis, 'sessionStorage', { configurable: true, value: {
		getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k) } });
	Object.defineProperty(globalThis, 'location', { configurable: true, value: { origin: 'https://approve.example' } });
}

async function gone(page = 'desk') {
	let url;
	await beginLogin(config, page, { go: (u) => { url = new URL(u); } });
	return url.searchParams;
}
const back = (o) => '?' + new URLSearchParams({ iss: config.ssa, code: 'c', ...o });

test('a login goes out with PKCE and comes back with a token for this tab', async () => {
	tab();
	const q = await gone();
	assert.equal(q.get('client_id'), 'sic');
	assert.equal(q.get('code_challenge_method'), 'S256');
	const { asked, fetch } = server(json(200, { access_token: 'T', token_type: 'Bearer', expires_in: 60 }));
	assert.equal(await finishLogin(config, back({ state: q.get('state') }), new Api(config, { fetch })), 'desk');
	assert.equal(createHash('sha256').update(asked[0].body.get('code_verifier')).digest('base64url'), q.get('code_challenge'));
	assert.equal(storedToken(config), 'T');
	assert.equal(storedToken({ ...config, ssa: 'https://other.example' }), undefined);
	globalThis.fetch = async () => json(200, '');
	await logout(config);
	assert.equal(storedToken(config), undefined);
});

test('another state, issuer, an error, no code, or a second time: no token', async () => {
	const none = (w) => (e) => e instanceof LoginError && e.word === w;
	for (const [change, w] of [[{ state: 'x' }, 'state'], [{ iss: 'https://evil.example' }, 'issuer'],
		[{ error: 'access_denied' }, 'denied'], [{ code: '' }, 'code']]) {
		tab();
		const q = await gone();
		const { asked, fetch } = server();
		await assert.rejects(finishLogin(config, back({ state: q.get('state'), ...change }), new Api(config, { fetch })), none(w));
		assert.equal(asked.length, 0);
		await assert.rejects(finishLogin(config, back({ state: q.get('state') }), new Api(config, { fetch })), none('state'));
	}
	tab();
	const q = await gone();
	await assert.rejects(finishLogin(config, back({ state: q.get('state') }) + '&state=' + q.get('state')), none('state'));
});

test('only a page of ours is gone back to', async () => {
	tab();
	const q = await gone('//evil.example');
	const { fetch } = server(json(200, { access_token: 'T', token_type: 'bearer' }));
	assert.equal(await finishLogin(config, back({ state: q.get('state') }), new Api(config, { fetch })), '');
});
