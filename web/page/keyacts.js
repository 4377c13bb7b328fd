/* SPDX-License-Identifier: Apache-2.0 */
/* What a signer changes with a touch: a key more, one that is frozen back into use, a passkey less. */
import { base64 } from '../lib/bytes.js';
import { fingerprint } from '../lib/fingerprint.js';
import { PURPOSE, encodeStatement, statementDigest } from '../lib/statement.js';
import { tell } from './frame.js';
import { approvals } from './means.js';
import { challenge, statementOf } from './touch.js';
import { actsTake } from './ways.js';

const SIGNATURE = 1;

async function act({ api, config, account }, purpose, body, { by = account.authenticators, named } = {}) {
	const nonce = await challenge(api, config, account.signer, purpose);
	const encoded = encodeStatement(statementOf(config, purpose, account.signer, nonce, body));
	const d = await statementDigest(encoded), print = fingerprint(d);

	const evidences = await approvals({ api, config }, { encoded, d }, by, { ...actsTake(account), with: named },
	    (step, of) => tell(of > 1 ? 'live.touches' : 'live.touch.print', { step, of, print }));

	tell('live.sam');
	return api.propria('enact', { statement: base64(encoded), evidence: base64(evidences) }, { timeout: 90000 });
}

/*
 * What is to approve each use approves the making, too: a module's grant brings its share of the key.
 * level 1: the service orders its uses; 2: each needs the signer. needs: how many approve each use, and whose approval is always among them.
 */
export function createKey(all, alg, level, { evidences, with: named }) {
	return act(all, PURPOSE.CREATE_KEY, { from: all.account.version, alg, class: SIGNATURE, level, profile: new Uint8Array(16), evidences,
		with: named ?? new Uint8Array(16) }, { named });
}

/* The one that goes is not asked: it may be lost. */
export function removePasskey(all, gone) {
	return act(all, PURPOSE.REMOVE_AUTHENTICATOR, { from: all.account.version, authenticator: gone.id },
	    { by: all.account.authenticators.filter((a) => a !== gone) });
}

export function releaseKey(all, key) {
	return act(all, PURPOSE.RELEASE_KEY, { key: key.id, from: key.version, reason: '' });
}
