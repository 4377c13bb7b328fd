/* SPDX-License-Identifier: Apache-2.0 */
/* With what a signer approves: passkeys, PIN and code by the authentication module, an identity provider. */
import { hex } from '../lib/bytes.js';
import { EVIDENCE, encodeEvidences } from '../lib/evidence.js';
import { stop, touched } from './touch.js';

export const isPasskey = (a) => a.type === EVIDENCE.PASSKEY && a.credential;
export const isElsewhere = (a) => a.type === EVIDENCE.MODULE || a.type === EVIDENCE.PROVIDER;
const isUsable = (a) => isPasskey(a) || isElsewhere(a);

/*
 * Which of them, in the order in which they are asked for: the one that the key names, then passkeys, then what is
 * left; what the person has to type or go elsewhere for comes before the touches, as touches grow stale in no time.
 */
export function chosen(authenticators, { evidences, with: named }) {
	const usable = authenticators.filter(isUsable);
	const must = named === undefined ? [] : usable.filter((a) => hex(a.id) === hex(named));
	const rest = usable.filter((a) => !must.includes(a)).sort((a, b) => a.type - b.type);
	const passkeys = rest.filter(isPasskey), list = [...must, ...rest].slice(0, evidences);

	if (list.length < evidences || (named !== undefined && must.length === 0))
		throw stop(usable.length === 0 ? 'nopasskey' : 'two');
	return { others: list.filter((a) => !isPasskey(a)), touches: list.filter(isPasskey).length,
		passkeys: [...must.filter(isPasskey), ...passkeys] };
}

/* The words of a button that approves; none for passkeys, which have the page's own. */
export function wordOf(authenticators, { evidences, with: named }) {
	const usable = authenticators.filter(isUsable);
	const must = named && usable.find((a) => hex(a.id) === hex(named));
	const first = must ?? (usable.filter(isPasskey).length >= evidences ? undefined : usable.find((a) => !isPasskey(a)));

	return first && !isPasskey(first) ? `means.${first.type}` : undefined;
}

/* Does it take no passkey at all? Then a browser that has none does. */
export const needsNoPasskey = (authenticators) => authenticators.length > 0 && !authenticators.some(isPasskey);

/*
 * The evidences over d: as many as needs.evidences says, needs.with among them. where: {api, config};
 * what: {encoded, d}; before(i, n) is said before each touch.
 */
export async function approvedBy(where, what, authenticators, needs, before = () => {}) {
	const { others, touches, passkeys } = chosen(authenticators, needs), list = [];

	for (const a of others) {
		const means = await (a.type === EVIDENCE.MODULE ? import('./factors.js') : import('./provider.js'));

		list.push({ type: a.type, id: a.id, body: await means.approval(where, what, a) });
	}
	return touches === 0 ? list : [...list, ...await touched(what.d, passkeys, touches, before)];
}

/* The same as bytes, for statements that nobody else approves. */
export async function approvals(where, what, authenticators, needs, before) {
	return encodeEvidences(await approvedBy(where, what, authenticators, needs, before));
}
