/* SPDX-License-Identifier: Apache-2.0 */
/* An approval request of the SSA, read as hostile: exact types, clean text, our group, a certificate of the key. */
import { algOf } from '../lib/alg.js';
import { FormatError, sha256, unbase64, unbase64url, unhex } from '../lib/bytes.js';
import { isOfKey, readCertificate } from '../lib/certificate.js';
import { mustBeOurGroup } from '../lib/group.js';
import { PURPOSE, encodeStatement, statementDigest } from '../lib/statement.js';
import { onceBody, readOffer } from './once.js';
import { PASSED_MAX } from './passed.js';
import { clean, lifeOf, listed, mustAgree, readAuthenticators, statementOf, stop, whole } from './touch.js';

const STATES = ['pending', 'approved', 'declined', 'expired', 'done'];
const CLASSES = { signature: 1, seal: 2, 1: 1, 2: 2 };
const LEVELS = { SCAL1: 1, SCAL2: 2, 1: 1, 2: 2 };

/* The ticket of the fragment: it never went to a server before we send it. */
export function ticketOf(fragment) {
	const ticket = new URLSearchParams(fragment.replace(/^#/, '')).get('t') ?? '';

	if (!/^[A-Za-z0-9_-]{43}$/.test(ticket))
		throw stop('noticket');
	return ticket;
}

function known(table, value) {
	if (!Object.hasOwn(table, value))
		throw stop('unreadable');
	return table[value];
}

async function readKey(key) {
	const alg = algOf(key.alg), spki = unbase64(key.spki);
	const certificate = key.certificate === undefined ? undefined : readCertificate(unbase64(key.certificate));

	if (!alg)
		throw stop('unreadable');
	const hash = await sha256(spki);

	if (certificate && !await isOfKey(certificate, hash))
		throw stop('certificate');
	return { id: unhex(key.credentialID, 16), spki: hash, class: known(CLASSES, key.class), level: known(LEVELS, key.level),
		alg, certificate, evidences: whole(key.evidences ?? 1, 1, 2), with: key.with === undefined ? undefined : unhex(key.with, 16) };
}

function readItem(item, alg) {
	const digest = unbase64(item.digest);

	if (digest.length !== alg.digest)
		throw stop('unreadable');
	return { digest, label: clean(item.label ?? '', 200),
		attributes: item.attributes === undefined ? undefined : unbase64(item.attributes),
		passed: item.document === undefined ? 0 : whole(item.document, 1, PASSED_MAX) };
}

/* In place of a key: one that is made when the person has approved. */
async function readOnce(answer, fresh) {
	const once = await readOffer(answer, fresh, answer.kind);

	return { once, class: 1, level: 2, alg: once.alg, evidences: once.evidences };
}

async function readAll(answer) {
	const fresh = unbase64url(answer.fresh);

	if (fresh.length !== 40 || (answer.once !== undefined && answer.key !== undefined))
		throw stop('unreadable');
	const key = answer.once ? await readOnce(answer.once, fresh) : await readKey(answer.key ?? {});

	return {
		fresh, epoch: whole(answer.epoch, 0, 0xffffffff), life: lifeOf(answer.life), signer: unhex(answer.signer, 16),
		requester: { id: unhex(answer.requester?.id, 16), name: clean(answer.requester?.name, 128) }, key,
		authenticators: readAuthenticators(answer.authenticators),
		items: listed(answer.items, 1, 1000).map((item) => readItem(item, key.alg)),
		text: clean(answer.text ?? '', 1000), expires: whole(answer.expires, 0, 8.64e15),
	};
}

/* What is asked; throws what the page says instead. Nothing is asked any more: only {state}. */
export async function readTicket(answer, config) {
	if (!STATES.includes(answer.state))
		throw stop('unreadable');
	if (answer.state !== 'pending')
		return { state: answer.state };
	mustBeOurGroup(config, answer.group);
	mustAgree(answer.now);
	try {
		return { state: 'pending', ...await readAll(answer) };
	} catch (e) {
		throw e instanceof FormatError || e instanceof TypeError ? stop('unreadable', e.message) : e;
	}
}

/* The statement of exactly what the page shows, and its d. */
export async function statementFor(config, ask, seen) {
	const { key } = ask, items = ask.items.map(({ digest, label }) => ({ digest, label }));
	const encoded = encodeStatement(key.once ? statementOf(config, PURPOSE.SIGN_ONCE, ask.signer, { ...ask, life: key.once.life },
	    onceBody(key.once, { seen, requester: ask.requester.id, name: ask.requester.name, items, text: ask.text }))
	    : statementOf(config, PURPOSE.SIGN, ask.signer, ask, {
		key: key.id, spki: key.spki, class: key.class, level: key.level, alg: key.alg.number, kind: 1, seen,
		requester: ask.requester.id, name: ask.requester.name,
		items, text: ask.text,
	}));

	return { encoded, d: await statementDigest(encoded), exp: Date.now() + ask.life };
}

/* Do two answers ask the same, but for the nonce and what is there to be shown? */
export function isSame(a, b) {
	const shown = (x) => JSON.stringify([x.signer, x.requester, x.key, x.items, x.text, x.epoch, x.authenticators],
	    (name, v) => v instanceof Uint8Array ? Array.from(v) : name === 'passed' || name === 'session' ? undefined : v);

	return shown(a) === shown(b);
}

/* Where the SSA wants the browser to go on to: its own continuation, nothing else. */
export function continuation(config, url) {
	if (url === undefined)
		return undefined;
	try {
		const to = new URL(url);

		return to.origin === config.ssa && to.pathname === '/oauth2/continue' && !to.username && !to.password
		    ? to.href : null;
	} catch {
		return null;
	}
}
