/* SPDX-License-Identifier: Apache-2.0 */
/* Passkeys of a signer: one more, which a passkey that is there approves. */
import { base64, base64url } from '../lib/bytes.js';
import { encodeEvidences, passkeyEvidence } from '../lib/evidence.js';
import { fingerprint } from '../lib/fingerprint.js';
import { bindChallenge, createPasskey } from '../lib/newpasskey.js';
import { approveWithPasskey } from '../lib/passkey.js';
import { PURPOSE, encodeStatement, statementDigest } from '../lib/statement.js';
import { tell } from './frame.js';
import { approvedBy } from './means.js';
import { challenge, statementOf } from './touch.js';
import { actsTake } from './ways.js';

const PASSKEY = 2;

/* First click: the new passkey, bound to the nonce of the statement that will introduce it. */
export async function makePasskey({ api, config, account }, label) {
	const nonce = await challenge(api, config, account.signer, PURPOSE.ADD_AUTHENTICATOR);

	tell('keys.add.making');
	const made = await createPasskey({ challenge: await bindChallenge(nonce.fresh), user: account.signer, name: account.name || label,
		service: config.name, exclude: account.authenticators.map((a) => a.credential).filter(Boolean) });

	return { made, label, nonce };
}

/* Second click: one that is there approves, and the new one shows that it is in the same hands. */
export async function addPasskey({ api, config, account }, { made, label, nonce }) {
	const encoded = encodeStatement(statementOf(config, PURPOSE.ADD_AUTHENTICATOR, account.signer, nonce, {
		from: account.version, type: PASSKEY, protection: 0, spki: made.spki, label, attestation: made.attestation, client: made.client,
	}));
	const d = await statementDigest(encoded);

	const old = await approvedBy({ api, config }, { encoded, d }, account.authenticators, actsTake(account),
	    () => tell('live.touch.print', { print: fingerprint(d) }));

	tell('keys.add.again');
	const touched = await approveWithPasskey(d, [made.credential]);

	tell('live.sam');
	await api.propria('enact', { statement: base64(encoded), evidence: base64(encodeEvidences([...old, passkeyEvidence(null, touched)])),
		credential: base64url(made.credential) }, { timeout: 90000 });
}
