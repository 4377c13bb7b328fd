/* SPDX-License-Identifier: Apache-2.0 */
/* An authentication module and an identity provider in node, for the pages' tests: they check what the real ones check. */
import { createHmac, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { codeKey } from '../../../web/lib/code.js';
import { decodeEvidences } from '../../../web/lib/evidence.js';
import { decodeStatement } from '../../../web/lib/statement.js';
import { open } from '../hpke.mjs';
import { hexOf, refusal, sha256 } from './sam.mjs';

const STEP = 30000;
const SET_FACTORS = 0x0602;
const ADMITTED = 1, ACTIVE = 2;
/* What a signer approves: the only statements that a grant is given over. */
const PURPOSES = [0x0101, 0x0102, 0x0202, 0x0206, 0x0207, 0x0301, 0x0302, 0x0303, 0x0304];
const DOMAIN = Buffer.from('propria-statement-v1\0');

const u = (n, v) => { const out = Buffer.alloc(n); out.writeUIntBE(v, Math.max(0, n - 6), Math.min(6, n)); return out; };
const v16 = (b) => Buffer.concat([u(2, b.length), b]);
const raw = (keys, bytes) => sign('sha256', bytes, { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
const rawOk = (keys, bytes, signature) => verify('sha256', bytes, { key: keys.publicKey, dsaEncoding: 'ieee-p1363' }, signature);
const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spkiOf = (keys) => keys.publicKey.export({ type: 'spki', format: 'der' });

async function newLife() {
	const keys = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);

	return { keys, point: Buffer.from(await crypto.subtle.exportKey('raw', keys.publicKey)) };
}

/* A module with one person admitted to it, who is the world's signer. */
export async function makeModule(world) {
	const token = newKeys(), spki = spkiOf(token);
	const genesis = Buffer.concat([Buffer.from('PRG1'), u(8, 1), randomBytes(32), u(1, 2), Buffer.alloc(42 + 32), v16(spki), v16(spki), Buffer.alloc(9)]);

	return { genesis, id: sha256(genesis), token, grants: newKeys(), life: await newLife(), skew: 0, seen: new Set(), nonces: new Set(), tried: [], granted: [],
		person: { id: randomBytes(16), signer: world.signer, code: randomBytes(16), state: ADMITTED, version: 1, pins: 0, codes: 0, step: 0 } };
}

export const restart = async (m) => Object.assign(m, { life: await newLife() });

/* PROTOCOL.sam 4.8, of the present life; a lie says otherwise. */
export function attestation(m, { what = 5, group = m.id, point = m.life.point, token = m.token } = {}) {
	const body = Buffer.concat([u(1, what), group, u(8, 3), point, u(8, 1)]);

	return Buffer.concat([body, raw(token, Buffer.concat([Buffer.from('propria-attestation-v1\0'), body]))]).toString('base64url');
}

const stepOf = (m) => Math.floor((Date.now() + m.skew) / STEP);

export function totp(seed, step) {
	const mac = createHmac('sha1', seed).update(u(8, step)).digest();

	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}

/* What the app shows now, in time that goes on as the test wants it. */
export function appCode(m, seed = m.person.seed) {
	return totp(seed, stepOf(m));
}

/* Half a minute later, for the next code. */
export function nextCode(m) {
	m.skew += STEP;
	return appCode(m);
}

function readFactors(plain) {
	const out = { magic: plain.subarray(0, 4).toString(), d: plain.subarray(4, 36), person: plain.subarray(36, 52) };
	let at = 52;

	for (const name of ['pin', 'code', 'newPin', 'newSeed']) {
		out[name] = plain.subarray(at + 1, at + 1 + plain[at]);
		at += 1 + plain[at];
	}
	if (plain.length !== 256 || out.magic !== 'PRF1' || plain.subarray(at).some((b) => b !== 0))
		throw refusal('parse');
	return out;
}

async function opened(m, bound, sealed) {
	const enc = sealed.subarray(0, 65).toString('hex');

	if (m.seen.has(enc))
		throw refusal('replay');
	m.seen.add(enc);
	const plain = await open(m.life.keys, Buffer.concat([Buffer.from('propria-factor-v1'), m.id]), bound, sealed).catch(() => { throw refusal('parse'); });
	const factors = readFactors(Buffer.from(plain));

	if (!factors.d.equals(bound) || !factors.person.equals(m.person.id))
		throw refusal('auth');
	return factors;
}

/* Within a step of now, and after the last one. */
const matches = (m, seed, code, last = 0) => [-1, 0, 1].map((i) => stepOf(m) + i).find((s) => s > last && totp(seed, s) === code.toString());

export async function enactAtModule(m, { statement, evidence, sealed }) {
	const bytes = Buffer.from(statement, 'base64'), s = decodeStatement(new Uint8Array(bytes)), box = Buffer.from(sealed, 'base64'), p = m.person;
	const d = sha256(DOMAIN, bytes), [code] = decodeEvidences(new Uint8Array(Buffer.from(evidence, 'base64')));
	const own = await (await codeKey(new Uint8Array(p.code), new Uint8Array(m.id))).sign(new Uint8Array(d));

	if (s.purpose !== SET_FACTORS || hexOf(s.group) !== hexOf(m.id) || hexOf(s.subject) !== hexOf(p.id))
		throw refusal('purpose');
	if (p.state !== ADMITTED)
		throw refusal('state');
	if (!m.nonces.delete(hexOf(s.fresh)))
		throw refusal('nonce');
	if (code.type !== 5 || !Buffer.from(own).equals(Buffer.from(code.body)) || hexOf(s.body.sealed) !== hexOf(sha256(box)))
		throw refusal('auth');
	const f = await opened(m, sha256('propria-set-factors-v1\0', s.fresh), box);

	/* The step does not move: the same code may approve once more. */
	if (f.newPin.length < 6 || f.newSeed.length < 20 || matches(m, f.newSeed, f.code) === undefined)
		throw refusal('auth');
	Object.assign(p, { state: ACTIVE, version: 2, pin: f.newPin.toString(), seed: Buffer.from(f.newSeed) });
	return { sequence: 4, id: hexOf(p.id), version: 2, person: hexOf(p.id) };
}

function judge(m, f) {
	const p = m.person, step = matches(m, p.seed, f.code, p.step);

	p.pins++;
	p.codes++;
	m.tried.push(step === undefined ? 'code' : f.pin.toString() === p.pin ? 'yes' : 'pin');
	if (step === undefined) {
		p.pins--;
		throw refusal('auth', 403);
	}
	if (f.pin.toString() !== p.pin) {
		p.codes = 0;
		throw refusal('auth', 403);
	}
	Object.assign(p, { pins: 0, codes: 0, step });
}

export async function grant(world, { statement, sealed }) {
	const m = world.module, p = m.person, bytes = Buffer.from(statement, 'base64'), s = decodeStatement(new Uint8Array(bytes)), d = sha256(DOMAIN, bytes);

	if (hexOf(s.group) !== world.group)
		throw refusal('peer');
	if (!PURPOSES.includes(s.purpose) || p.state !== ACTIVE || hexOf(s.subject) !== p.signer)
		throw refusal('auth');
	if (p.pins >= 10 || p.codes >= 20)
		throw refusal('locked', 403);
	judge(m, await opened(m, d, Buffer.from(sealed, 'base64')));
	const body = Buffer.concat([Buffer.from('PRT1'), Buffer.from(world.group, 'hex'), m.id, d, Buffer.from(p.signer, 'hex'), p.id, u(2, 3), u(1, 2),
		u(8, world.clock()), u(2, 0)]);

	m.granted.push(hexOf(d));
	return { grant: Buffer.concat([body, raw(m.grants, Buffer.concat([Buffer.from('propria-grant-v1\0'), body]))]).toString('base64') };
}

/* What the SAM asks of a grant, but for its share. */
export function checkGrant(world, person, body, d) {
	const m = world.module, b = Buffer.from(body), said = b.subarray(0, -64);
	const want = Buffer.concat([Buffer.from('PRT1'), Buffer.from(world.group, 'hex'), m.id, d, Buffer.from(world.signer, 'hex'), Buffer.from(person, 'hex')]);

	if (!said.subarray(0, want.length).equals(want) || !rawOk(m.grants, Buffer.concat([Buffer.from('propria-grant-v1\0'), said]), b.subarray(-64)))
		throw refusal('auth');
}

/* An identity provider that the service knows. mode: what comes of a flow: done, failed, waiting. */
export function makeProvider(more = {}) {
	return { name: 'example', issuer: 'https://id.example', text: 'Example ID', mode: 'done', keys: newKeys(), flows: new Map(), gone: 0, ...more };
}

export const providersOf = (world) => ({ providers: world.provider ? [{ name: world.provider.name, issuer: world.provider.issuer, text: world.provider.text, transaction: true }] : [] });

export function beginAtProvider(world, { provider, statement, return: how }) {
	const flow = randomBytes(32).toString('base64url'), p = world.provider;

	if (p?.name !== provider || how !== 'page')
		throw refusal(undefined, 404);
	p.flows.set(flow, { state: 'waiting', d: sha256(DOMAIN, Buffer.from(statement, 'base64')) });
	return { flow, url: `${world.ssa.replace('sign.', 'id.')}/authorize?flow=${flow}`, expires: world.clock() + 300000 };
}

function tokenOf(world, d) {
	const part = (o) => Buffer.from(JSON.stringify(o)).toString('base64url'), now = Math.floor(world.clock() / 1000);
	const said = `${part({ alg: 'ES256' })}.${part({ iss: world.provider.issuer, aud: 'activation', sub: 'alice', nonce: d.toString('base64url'), acr: 'high',
		iat: now, exp: now + 300, auth_time: now })}`;

	return `${said}.${raw(world.provider.keys, Buffer.from(said)).toString('base64url')}`;
}

/* The person did what the provider asked, in its window. */
export function arrived(world, flow) {
	const f = world.provider.flows.get(flow), { mode } = world.provider;

	world.provider.gone++;
	if (f)
		Object.assign(f, mode === 'done' ? { state: 'done', token: tokenOf(world, f.d) } : { state: mode, why: mode === 'failed' ? 'access_denied: no' : undefined });
}

export function resultAtProvider(world, { flow }) {
	const f = world.provider.flows.get(flow);

	if (!f)
		throw refusal(undefined, 404);
	const { state, token, why } = f;

	if (state === 'done')
		world.provider.flows.delete(flow);
	return { state, ...token && { token }, ...why && { why } };
}

export function checkToken(world, body, d) {
	const [head, payload, signature] = Buffer.from(body).toString().split('.'), claims = JSON.parse(Buffer.from(payload, 'base64url'));

	if (!rawOk(world.provider.keys, Buffer.from(`${head}.${payload}`), Buffer.from(signature, 'base64url')))
		throw refusal('idp_sig');
	if (claims.nonce !== d.toString('base64url'))
		throw refusal('idp_nonce');
}
