/* SPDX-License-Identifier: Apache-2.0 */
/* A signing service in one process, as the contract has it, for the pages' tests: it answers, it checks, it can lie. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { algOf } from '../../../web/lib/alg.js';
import { approvedAttributes } from '../../../web/lib/cms.js';
import { codeKey } from '../../../web/lib/code.js';
import { vectors } from '../vectors.mjs';
import { arrived, attestation, beginAtProvider, enactAtModule, grant, providersOf, resultAtProvider } from './module.mjs';
import { checkAct, checkOne, checkPasskey, checkSigner, hexOf, refusal, sha256 } from './sam.mjs';

const b64 = (bytes) => Buffer.from(bytes).toString('base64');
const b64url = (bytes) => Buffer.from(bytes).toString('base64url');
const unb64 = (text) => Buffer.from(text, 'base64');
const SIGN = 0x0101, BIND = 0x0202, ADD = 0x0206, REMOVE = 0x0207, CREATE_KEY = 0x0301, RELEASE_KEY = 0x0303;
const ZERO = '0'.repeat(32);

let made;

/* One key with its certificate does for a whole run. */
function signingKey(ca) {
	if (!made) {
		const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
		const spki = keys.publicKey.export({ type: 'spki', format: 'der' });

		made = { privateKey: keys.privateKey, spki, certificate: ca.issue(spki, '/CN=Alice Example/O=Example AB/C=SE') };
	}
	return made;
}

/* Everything the service knows; tests change it. */
export function makeWorld(ca) {
	const { genesis, group } = Object.fromEntries(vectors('genesis'));
	const { privateKey, spki, certificate } = signingKey(ca);
	const world = {
		genesis, group: hexOf(group), skew: 0, signer: randomBytes(16).toString('hex'), name: 'CN=Alice Example,O=Example AB,C=SE', state: 3,
		authenticators: [], nonces: new Set(), spent: new Set(), tickets: new Map(), tokens: new Set(), codes: new Map(), mailbox: [],
		approved: [], uses: [], frozen: [], linked: [], asked: [], revoked: 0, code: randomBytes(16),
		lie: (path, answer) => answer, delay: undefined,
		keys: [{ credentialID: randomBytes(16).toString('hex'), version: 3, state: 3, algorithm: 'ecdsa-p256-sha256', class: 1, level: 2, spki: b64(spki),
			uses: 0, evidences: 1, certificate: b64(certificate) }],
	};

	world.signDigest = (digest) => ca.signDigest(privateKey, digest);
	world.clock = () => Date.now() + world.skew;
	world.nonce = () => {
		const fresh = randomBytes(40);

		world.nonces.add(fresh.toString('hex'));
		return b64url(fresh);
	};
	return world;
}

/* A ticket for these documents: bytes, or {digest, label, attributes}. */
export function makeTicket(world, items, more = {}) {
	const ticket = b64url(randomBytes(32));

	world.tickets.set(ticket, {
		state: 'pending', requester: { id: 'c1'.repeat(16), name: 'Example Contracts' }, text: 'Lease of the flat in Storgatan 5',
		items: items.map((item) => item instanceof Uint8Array ? { digest: b64(sha256(item)), label: 'contract.pdf' } : item),
		expires: world.clock() + 600000, continue: `${world.ssa}/oauth2/continue?r=1`, ...more,
	});
	return ticket;
}

function ticketOf(world, { ticket }) {
	const t = world.tickets.get(ticket);

	if (!t)
		throw refusal(undefined, 404);
	return t;
}

/* In place of the key, for a ticket of documents: a session of the nonce. */
const offered = (world, fresh, kind = 2) => ({ session: sha256('propria-session-v1\0', Buffer.from(fresh, 'base64url')).subarray(0, 16).toString('hex'), profile: 'short-term',
	idv: '11'.repeat(32), seconds: 300, kind, alg: 1, algorithm: 'ecdsa-p256-sha256', ca: world.caName ?? 'Example CA', qualifier: 'eu_eidas_aes', evidences: 1 });

function approval(world, body) {
	const t = ticketOf(world, body), key = world.keys[0];

	if (t.once) {
		const { key: gone, ...rest } = approval({ ...world, tickets: new Map([[body.ticket, { ...t, once: false }]]) }, body);

		return { ...rest, once: offered(world, rest.fresh, t.once.kind) };
	}
	return { group: world.group, epoch: 1, fresh: world.nonce(), now: world.clock(), life: 300000, signer: world.signer, requester: t.requester,
		key: { credentialID: key.credentialID, spki: key.spki, class: 'signature', level: 'SCAL2', alg: 1, algorithm: key.algorithm, version: key.version,
			certificate: key.certificate, evidences: key.evidences, with: key.with },
		authenticators: world.authenticators.map(({ spki, ...row }) => row),
		items: Array.isArray(t.items) ? t.items.map(({ bytes, ...item }) => bytes ? { ...item, document: bytes.length } : item) : t.items, text: t.text, state: t.state, expires: t.expires };
}

/* Signed with the world's one key, as if it had been made for it. */
async function signedOnce(world, { kind, attrs, items }) {
	const [{ certificate }] = world.keys, signing = Math.floor(world.clock() / 1000) * 1000, alg = algOf(1);
	const made = await Promise.all(items.map(({ digest }) => approvedAttributes({ alg, kind, attrs, documentDigest: digest,
		certificateHash: sha256(unb64(certificate)), signing })));

	return { certificate, signing, signatures: made.map(({ digest }) => b64(world.signDigest(digest))) };
}

async function answer(world, body) {
	const t = ticketOf(world, body);

	if (t.state !== 'pending')
		throw refusal('replay');
	const act = checkAct(world, unb64(body.statement), unb64(body.evidence), t.once ? 0x0102 : SIGN);

	checkSigner(world, act, world.keys[0].evidences, world.keys[0].with);
	act.spend();
	if (world.caDown)
		throw refusal('ca', 503);
	t.state = 'approved';
	world.approved.push({ ...act, ticket: body.ticket });
	return { state: 'approved', expires: Number(act.statement.exp), continue: t.continue, ...t.once && await signedOnce(world, act.statement.body) };
}

/* What the SAM keeps of a new authenticator. */
function bound(world, { type, spki, attestation: shown }, { credential }) {
	if (type === 3)
		return { module: hexOf(shown.slice(0, 32)), person: hexOf(shown.slice(32)) };
	return type === 4 ? { issuer: Buffer.from(shown).toString() } : { credential, spki };
}

async function enrol(world, body) {
	const act = checkAct(world, unb64(body.statement), unb64(body.evidence), BIND);
	const code = act.evidences.find((e) => e.type === 5), own = act.evidences.find((e) => e !== code), { body: said } = act.statement;
	const expected = await (await codeKey(new Uint8Array(world.code), new Uint8Array(Buffer.from(world.group, 'hex')))).sign(new Uint8Array(act.d));

	if (!code || !Buffer.from(expected).equals(Buffer.from(code.body)) || own?.type !== said.type || hexOf(own.id) !== ZERO)
		throw refusal('auth');
	const row = { type: said.type, protection: said.protection || 5, label: said.label, bound: world.clock(), ...bound(world, said, body) };

	checkOne(world, row, own, act.d);
	act.spend();
	const id = randomBytes(16).toString('hex');

	world.authenticators.push({ id, ...row });
	world.state = 2;
	return { signer: world.signer, version: 2, authenticator: id, register: b64url(randomBytes(32)) };
}

/* An old passkey and the new one, in whatever order the evidences stand. */
function addAuthenticator(world, body) {
	const act = checkAct(world, unb64(body.statement), unb64(body.evidence), ADD), { spki, label, client } = act.statement.body;
	const fresh = act.evidences.find((e) => hexOf(e.id) === ZERO), old = act.evidences.filter((e) => e !== fresh);
	const made = sha256('propria-passkey-v1\0', act.statement.fresh).toString('base64url');

	if (!fresh || fresh.type !== 2 || JSON.parse(Buffer.from(client)).challenge !== made)
		throw refusal('auth');
	checkPasskey(fresh.body, act.d, spki, world.origin);
	checkSigner(world, { ...act, evidences: old }, 1);
	act.spend();
	const id = randomBytes(16).toString('hex');

	world.authenticators.push({ id, type: 2, label, credential: body.credential, spki, bound: world.clock() });
	return { sequence: 9, id, version: 6 };
}

function removeAuthenticator(world, body) {
	const act = checkAct(world, unb64(body.statement), unb64(body.evidence), REMOVE), id = hexOf(act.statement.body.authenticator);

	checkSigner(world, act, 1);
	if (world.authenticators.length < 2)
		throw refusal('limit');
	act.spend();
	world.authenticators = world.authenticators.filter((a) => a.id !== id);
	return { sequence: 9, id, version: 7 };
}

/* As many as the strictest living key asks for (PROTOCOL.sam 1.3). */
const actsTake = (world) => Math.max(1, ...world.keys.filter((k) => k.state !== 5).map((k) => k.evidences));

function releaseKey(world, body) {
	const act = checkAct(world, unb64(body.statement), unb64(body.evidence), RELEASE_KEY);
	const key = world.keys.find((k) => k.credentialID === hexOf(act.statement.body.key));

	if (!key || key.state !== 4)
		throw refusal('state');
	if (key.version !== act.statement.body.from)
		throw refusal('version', 409);
	checkSigner(world, act, actsTake(world));
	act.spend();
	Object.assign(key, { state: 3, version: key.version + 1 });
	return { sequence: 9, id: key.credentialID, version: key.version };
}

function enact(world, body) {
	const purpose = unb64(body.statement).readUInt16BE(4);

	if (purpose === ADD || purpose === REMOVE)
		return purpose === ADD ? addAuthenticator(world, body) : removeAuthenticator(world, body);
	if (purpose === RELEASE_KEY)
		return releaseKey(world, body);
	const act = checkAct(world, unb64(body.statement), unb64(body.evidence), CREATE_KEY), said = act.statement.body, named = hexOf(said.with);

	checkSigner(world, act, actsTake(world), named === ZERO ? undefined : named);
	act.spend();
	const id = randomBytes(16).toString('hex');

	world.keys.push({ credentialID: id, version: 1, state: 1, algorithm: 'ecdsa-p256-sha256', class: 1, level: said.level, evidences: said.evidences,
		...named !== ZERO && { with: named } });
	return { sequence: 9, id, version: 1 };
}

function signHash(world, body) {
	const inline = Buffer.from(body.SAD.slice(5), 'base64url'), n = inline.readUInt32BE(0);
	const act = checkAct(world, inline.subarray(4, 4 + n), inline.subarray(8 + n), SIGN);

	checkSigner(world, act, world.keys[0].evidences);
	if (body.hashes.length !== 1 || !unb64(body.hashes[0]).equals(Buffer.from(act.statement.body.items[0].digest)))
		throw refusal('dtbs');
	act.spend();
	const signature = world.signDigest(unb64(body.hashes[0]));

	world.approved.push(act);
	world.uses.unshift({ act, evidence: inline.subarray(8 + n), encoded: inline.subarray(4, 4 + n), signature });
	return { signatures: [b64(signature)] };
}

function history(world) {
	return { more: false, uses: world.uses.map(({ act }, i) => ({ d: hexOf(act.d), index: 0, place: 100 - i, time: Number(act.statement.iat),
		digest: b64(act.statement.body.items[0].digest), label: act.statement.body.items[0].label, text: '', requester: { id: ZERO, name: act.statement.body.name },
		seen: act.statement.body.seen })) };
}

const u = (n, v) => { const out = Buffer.alloc(n); out.writeUIntBE(v, Math.max(0, n - 6), Math.min(6, n)); return out; };
const v32 = (b) => Buffer.concat([u(4, b.length), b]);

function receipt(world, body) {
	const use = world.uses.find(({ act }) => hexOf(act.d) === body.d);

	if (!use)
		throw refusal('unknown');
	const { digest } = use.act.statement.body.items[0];
	const entry = Buffer.concat([u(8, 7), u(8, world.clock()), u(1, 10), u(1, 1), use.act.d, Buffer.alloc(16), u(8, 6), u(2, 1), u(8, world.clock() + 1000), u(1, 0), u(4, 1),
		u(4, 0), u(1, digest.length), digest, u(1, 0), u(2, use.signature.length), use.signature]);

	return { receipt: b64(Buffer.concat([Buffer.from('PRT1'), v32(Buffer.from(world.genesis)), v32(use.encoded), v32(use.evidence), u(4, 0), v32(entry),
		u(8, 8), u(8, 7), u(1, 0), u(4, 1), u(8, 8), Buffer.alloc(32), u(8, world.clock()), Buffer.alloc(64), u(2, 0)])) };
}

/* path: [who, act] */
const CALLS = {
	'GET /propria/v1/status': ['anyone', (w) => ({ sam: 'open', group: w.group, ...w.scal1 && { scal1: w.scal1 },
		...w.once && { once: [{ qualifier: 'eu_eidas_aes', ca: 'Example CA', profile: 'short-term', algorithm: 'ecdsa-p256-sha256' }] } })],
	'POST /propria/v1/once/challenge': ['token', (w, b, fresh = w.nonce()) => ({ fresh, epoch: 1, now: w.clock(), group: w.group, signer: w.signer, ...offered(w, fresh),
		signatureQualifier: b.signatureQualifier })],
	'GET /propria/v1/genesis': ['anyone', (w) => ({ genesis: b64(w.genesis) })],
	'POST /propria/v1/challenge': ['anyone', (w) => ({ fresh: w.nonce(), epoch: 1, now: w.clock(), group: w.group })],
	'POST /propria/v1/invitation': ['anyone', (w) => ({ version: 1, state: w.authenticators.length ? 2 : 1 })],
	'POST /propria/v1/enrol': ['anyone', enrol],
	'GET /propria/v1/module': ['anyone', ({ module: m }) => {
		if (!m)
			throw refusal(undefined, 404);
		return { module: hexOf(m.id), name: 'Example authentication', factorKey: attestation(m), genesis: b64(m.genesis) };
	}],
	'POST /propria/v1/module/challenge': ['anyone', ({ module: m, ...w }, { person }) => {
		const fresh = randomBytes(40);

		if (person !== hexOf(m.person.id))
			throw refusal('unknown');
		m.nonces.add(hexOf(fresh));
		return { person, module: hexOf(m.id), fresh: b64url(fresh), epoch: 1, now: w.clock(), version: m.person.version, state: m.person.state, locked: false };
	}],
	'POST /propria/v1/module/enact': ['anyone', ({ module: m }, b) => enactAtModule(m, b)],
	'POST /propria/v1/module/grant': ['anyone', grant],
	'GET /propria/v1/providers': ['anyone', providersOf],
	'POST /propria/v1/idp/begin': ['anyone', beginAtProvider],
	'POST /propria/v1/idp/result': ['anyone', resultAtProvider],
	'POST /propria/v1/approval': ['anyone', approval],
	'POST /propria/v1/approval/document': ['anyone', (w, b) => {
		const { bytes } = ticketOf(w, b).items[b.item];

		return { size: bytes.length, bytes: b64(bytes.subarray(b.at, b.at + (1 << 20))) };
	}],
	'POST /propria/v1/approval/answer': ['anyone', answer],
	'POST /propria/v1/approval/decline': ['anyone', (w, b) => {
		const t = ticketOf(w, b);

		if (t.state !== 'pending')
			throw refusal('replay');
		t.state = 'declined';
		return { state: 'declined', continue: t.continue };
	}],
	'POST /propria/v1/approval/state': ['anyone', (w, b) => ({ state: ticketOf(w, b).state, signed: 0 })],
	'POST /propria/v1/evidence': ['anyone', (w, b) => { w.mailbox.push(b); return {}; }],
	'GET /propria/v1/account': ['token', (w) => ({ signer: w.signer, version: 5, state: w.state, group: w.group, epoch: 1, name: w.name,
		authenticators: w.authenticators.map(({ spki, ...row }) => row), keys: w.keys })],
	'POST /propria/v1/enact': ['token', enact],
	'POST /propria/v1/history': ['token', (w, b) => b.credentialID === w.keys[0].credentialID ? history(w) : { uses: [], more: false }],
	'POST /propria/v1/receipt': ['token', receipt],
	'POST /propria/v1/freeze': ['token', (w, b) => {
		w.frozen.push(b);
		if (b.type === 1)
			w.state = 4;
		else
			w.keys.find((k) => k.credentialID === b.id).state = 4;
		return { version: 9 };
	}],
	'POST /propria/v1/keys/request': ['token', () => ({ csr: b64(Buffer.from('request')), attestation: '' })],
	'POST /propria/v1/keys/certificate': ['token', (w, b) => { w.linked.push(b); return { version: 3 }; }],
	'POST /csc/v2/credentials/info': ['token', (w) => ({ cert: { status: 'valid', certificates: [w.keys[0].certificate] } })],
	'POST /csc/v2/signatures/signHash': ['token', signHash],
	'POST /oauth2/token': ['anyone', (w, form) => {
		const pending = w.codes.get(form.get('code'));

		if (!pending || pending.challenge !== sha256(form.get('code_verifier')).toString('base64url') || form.get('redirect_uri') !== pending.redirect)
			throw refusal(undefined, 400);
		w.codes.delete(form.get('code'));
		return { access_token: login(w), token_type: 'Bearer', expires_in: 3600, scope: 'service' };
	}],
	'POST /oauth2/revoke': ['anyone', (w) => { w.revoked++; return {}; }],
};

export function login(world) {
	const token = b64url(randomBytes(32));

	world.tokens.add(token);
	return token;
}

/* The pages that a person sees at the service itself. */
function page(world, url, a) {
	if (url.pathname === '/oauth2/authorize') {
		const code = b64url(randomBytes(16)), back = new URL(url.searchParams.get('redirect_uri'));

		world.codes.set(code, { challenge: url.searchParams.get('code_challenge'), redirect: url.searchParams.get('redirect_uri') });
		for (const [k, v] of Object.entries({ state: url.searchParams.get('state'), iss: world.iss ?? world.ssa, ...world.denied ? { error: 'access_denied' } : { code } }))
			back.searchParams.set(k, v);
		a.writeHead(302, { Location: back.href }).end();
		return true;
	}
	if (url.pathname === '/authorize') {
		arrived(world, url.searchParams.get('flow'));
		a.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Example ID</title><p id="id">Go back to the page');
		return true;
	}
	if (url.pathname === '/oauth2/continue' || url.pathname === '/login/register') {
		a.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>${url.pathname}</title>`);
		return true;
	}
	return false;
}

async function bodyOf(q) {
	const chunks = [];

	for await (const chunk of q)
		chunks.push(chunk);
	const text = Buffer.concat(chunks).toString();

	return q.headers['content-type']?.includes('form') ? new URLSearchParams(text) : text === '' ? {} : JSON.parse(text);
}

async function reply(world, q, path) {
	const [who, act] = CALLS[`${q.method} ${path}`] ?? [];

	if (!act)
		throw refusal(undefined, 404);
	if (who === 'token' && !world.tokens.has(q.headers.authorization?.slice(7)))
		throw refusal(undefined, 401);
	const body = await bodyOf(q);

	world.asked.push({ path, body });
	await world.delay?.(path);
	return world.lie(path, await act(world, body), body);
}

/* Listens on a port of its own; world.origin, the pages', must be set before they call. */
export async function serveSsa(world) {
	const server = createServer(async (q, a) => {
		const url = new URL(q.url, world.ssa);

		if (q.headers.origin === world.origin)
			a.setHeader('Access-Control-Allow-Origin', world.origin);
		a.setHeader('Vary', 'Origin');
		if (q.method === 'OPTIONS') {
			a.writeHead(204, { 'Access-Control-Allow-Methods': 'GET, POST', 'Access-Control-Allow-Headers': 'authorization, content-type', 'Access-Control-Max-Age': '600' }).end();
			return;
		}
		if (q.method === 'GET' && page(world, url, a))
			return;
		try {
			a.setHeader('Content-Type', 'application/json');
			a.end(JSON.stringify(await reply(world, q, url.pathname)));
		} catch (e) {
			a.statusCode = e.status ?? 500;
			a.end(JSON.stringify({ error: 'invalid_request', error_description: world.words ?? e.message, reason: e.reason }));
		}
	});

	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	world.ssa = `http://sign.localhost:${server.address().port}`;
	return { close: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }) };
}
