/* SPDX-License-Identifier: Apache-2.0 */
/* What several pages do alike: whose passkeys, the touch over d, the clock, what this device remembers. */
import { base64url, equal, hex, isClean, sha256, unbase64, unbase64url, unhex } from '../lib/bytes.js';
import { passkeyEvidence } from '../lib/evidence.js';
import { approveWithPasskey } from '../lib/passkey.js';
import { mustBeOurGroup } from '../lib/group.js';

const CLOCK_MS = 60000;
const LIFE_MAX = 300000;
const LIFE_MIN = 5000;
const LIFE_AT = 45;	/* statement_life in the genesis: after magic, time, random and kind */
export const ME = 'propria.me';

/* An error that one of our own sentences explains. */
export function stop(word, text = '') {
	return Object.assign(new Error(text || word), { word, text });
}

/* Text of the SSA: clean, and not longer than the place it is for. */
export function clean(text, max) {
	if (typeof text !== 'string' || !isClean(text) || new TextEncoder().encode(text).length > max)
		throw stop('unreadable');
	return text;
}

export function whole(v, min, max) {
	if (!Number.isSafeInteger(v) || v < min || v > max)
		throw stop('unreadable');
	return v;
}

export function listed(v, min, max) {
	if (!Array.isArray(v) || v.length < min || v.length > max)
		throw stop('unreadable');
	return v;
}

/* How long a statement made now may live: the SSA's word, within our own bounds. */
export function lifeOf(ms) {
	return Math.min(whole(ms, LIFE_MIN, 86400000), LIFE_MAX);
}

/* The SAM refuses what is ahead of its clock; better said here than after the touch. */
export function mustAgree(now) {
	if (Math.abs(whole(now, 0, 8.64e15) - Date.now()) > CLOCK_MS)
		throw Object.assign(stop('clock'), { now });
}

/* {fresh, epoch, life} for a statement of the signer: a nonce of the SAM, of our group. */
export async function challenge(api, config, signer, purpose) {
	const answer = await api.propria('challenge', { signer: hex(signer), purpose });

	mustBeOurGroup(config, answer.group);
	mustAgree(answer.now);
	const { genesis } = await api.propria('genesis');
	const bytes = unbase64(genesis);

	mustBeOurGroup(config, await sha256(bytes));
	const life = new DataView(bytes.buffer, bytes.byteOffset).getUint32(LIFE_AT);
	const fresh = unbase64url(answer.fresh);

	if (fresh.length !== 40)
		throw stop('unreadable');
	return { fresh, epoch: whole(answer.epoch, 0, 0xffffffff), life: lifeOf(life) };
}

/* Header and times of a statement. */
export function statementOf(config, purpose, subject, { fresh, epoch, life }, body) {
	const iat = Date.now();

	return { purpose, group: config.group, epoch, subject, fresh, iat, exp: iat + life, body };
}

/* Nothing of it can be seen: no name at all. */
export function isBlank(text) {
	return /^[\p{White_Space}\p{Default_Ignorable_Code_Point}]*$/u.test(text);
}

/* Two rows under one name would be one row too many to be told apart. */
export function distinct(rows, of) {
	const names = rows.map(of).filter((name) => name !== undefined);

	if (new Set(names).size !== names.length)
		throw stop('unreadable');
	return rows;
}

/* Rows of an SSA's answer to {id, label, credential?}. */
export function readAuthenticators(rows) {
	const list = listed(rows ?? [], 0, 64).map((row) => ({
		id: unhex(row.id, 16), type: whole(row.type, 1, 255), protection: row.protection, bound: row.bound,
		label: clean(row.label ?? '', 64), credential: row.credential ? unbase64url(row.credential) : undefined,
		person: row.person, issuer: row.issuer,
	}));

	return distinct(distinct(list, (a) => hex(a.id)), (a) => a.credential && hex(a.credential));
}

/* So many touches over d, by different passkeys. before(i, n) is said before each. Returns the evidences. */
export async function touched(d, passkeys, n, before = () => {}) {
	let free = passkeys;
	const list = [];

	for (let i = 0; i < n; i++) {
		before(i + 1, n);
		const given = await approveWithPasskey(d, free.map((a) => a.credential));
		const used = free.find((a) => equal(a.credential, given.credential));

		if (!used)
			throw stop('nopasskey');
		list.push(passkeyEvidence(used.id, given));
		free = free.filter((a) => a !== used);
	}
	return list;
}

/* Who has enrolled on this device: a memory of ours, so that another signer is noticed. */
export function people() {
	try {
		const list = JSON.parse(localStorage.getItem(ME) ?? '[]');

		return Array.isArray(list) ? list.filter((p) => /^[0-9a-f]{32}$/.test(p?.signer) && isClean(p.name)) : [];
	} catch {
		return [];
	}
}
