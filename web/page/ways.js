/* SPDX-License-Identifier: Apache-2.0 */
/* How uses of a new key may be approved, and how many approve what a signer changes. */
import { EVIDENCE } from '../lib/evidence.js';
import { isElsewhere, isPasskey } from './means.js';

/*
 * The ways in which uses of a new key may be approved, by what the signer has: [{word, name, evidences,
 * with}]. What does not suffice at the key's level the SAM refuses, and says so.
 */
export function waysOf({ authenticators }) {
	const passkeys = authenticators.filter(isPasskey).length, ways = passkeys > 0 ? [{ word: 'passkey', evidences: 1 }] : [];

	for (const a of authenticators.filter(isElsewhere)) {
		const word = a.type === EVIDENCE.MODULE ? 'module' : 'provider', named = { name: a.label, with: a.id };

		ways.push({ ...named, word, evidences: 1 });
		if (passkeys > 0)
			ways.push({ ...named, word: `${word}.passkey`, evidences: 2 });
	}
	return ways.length > 0 ? ways : [{ word: 'passkey', evidences: 1 }];
}

/* How many approvals an act of the signer takes: as many as the strictest key that lives asks for. */
export function actsTake(account) {
	return { evidences: Math.max(1, ...account.keys.filter((k) => k.state !== 5).map((k) => k.evidences)) };
}
