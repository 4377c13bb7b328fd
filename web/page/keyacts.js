/* SPDX-License-Identifier: Apache-2.0 */
/* What a signer does to keys with a touch: one more, or one that is frozen back into use. */
import { base64 } from '../lib/bytes.js';
import { fingerprint } from '../lib/fingerprint.js';
import { PURPOSE, encodeStatement, statementDigest } from '../lib/statement.js';
import { tell } from './frame.js';
import { actsTake, approvals, challenge, statementOf } from './touch.js';

const SIGNATURE = 1;

async function act({ api, config, account }, purpose, body) {
	const nonce = await challenge(api, config, account.signer, purpose);
	const encoded = encodeStatement(statementOf(config, purpose, account.signer, nonce, body));
	const d = await statementDigest(encoded), print = fingerprint(d);

	tell('live.touch.print', { print });
	const evidences = await approvals(d, account.authenticators, actsTake(account),
	    (step, of) => tell(of > 1 ? 'live.touches' : 'live.touch.print', { step, of, print }));

	tell('live.sam');
	return api.propria('enact', { statement: base64(encoded), evidence: base64(evidences) }, { timeout: 90000 });
}

/* level 1: the service orders its uses; 2: each needs the signer. */
export function createKey(all, alg, level) {
	return act(all, PURPOSE.CREATE_KEY, { from: all.account.version, alg, class: SIGNATURE, level, evidences: 1 });
}

export function releaseKey(all, key) {
	return act(all, PURPOSE.RELEASE_KEY, { key: key.id, from: key.version, reason: '' });
}
