/* SPDX-License-Identifier: Apache-2.0 */
/* What a SAM would check of an approval, written apart from the pages: node's own cryptography over the raw bytes. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { decodeEvidences } from '../../../web/lib/evidence.js';
import { decodeStatement } from '../../../web/lib/statement.js';
import { checkGrant, checkToken } from './module.mjs';

export const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();
export const hexOf = (bytes) => Buffer.from(bytes).toString('hex');
const DOMAIN = Buffer.from('propria-statement-v1\0');

export function refusal(reason, status = 400) {
	return Object.assign(new Error(reason), { reason, status });
}

function parts(body) {
	const out = [];

	for (let at = 0; at < body.length;) {
		const n = body[at] << 8 | body[at + 1];

		out.push(Buffer.from(body.subarray(at + 2, at + 2 + n)));
		at += 2 + n;
	}
	return out;
}

/* PROTOCOL.sam 2: one assertion over d by this key, at this origin. */
export function checkPasskey(body, d, spki, origin) {
	const [authData, client, signature] = parts(body);
	const said = JSON.parse(client);
	const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });

	if (!verify('sha256', Buffer.concat([authData, sha256(client)]), key, signature))
		throw refusal('auth');
	if (said.type !== 'webauthn.get' || said.challenge !== d.toString('base64url') || said.origin !== origin || said.crossOrigin)
		throw refusal('auth');
	if (!authData.subarray(0, 32).equals(sha256(new URL(origin).hostname)) || (authData[32] & 5) !== 5)
		throw refusal('auth');
}

/* A statement with its approvals: canonical, fresh, in time, approved over d by whom it takes. */
export function checkAct(world, statementBytes, evidenceBytes, purpose) {
	const statement = decodeStatement(new Uint8Array(statementBytes));
	const d = sha256(DOMAIN, statementBytes);
	const fresh = hexOf(statement.fresh);

	if (statement.purpose !== purpose)
		throw refusal('purpose');
	if (hexOf(statement.group) !== world.group)
		throw refusal('group');
	if (!world.nonces.has(fresh))
		throw refusal(world.spent.has(fresh) ? 'replay' : 'nonce');
	if (statement.exp <= world.clock() || statement.iat > world.clock() + 60000 || statement.exp - statement.iat > 300000)
		throw refusal('time');
	const evidences = decodeEvidences(new Uint8Array(evidenceBytes));

	return { statement, d, evidences, spend: () => { world.nonces.delete(fresh); world.spent.add(fresh); } };
}

/* One evidence by this authenticator: a passkey's assertion, a module's grant, a provider's token. */
export function checkOne(world, row, e, d) {
	if (row?.type !== e.type || ![2, 3, 4].includes(e.type))
		throw refusal('auth');
	if (e.type === 2)
		checkPasskey(e.body, d, row.spki, world.origin);
	else if (e.type === 3)
		checkGrant(world, row.person, e.body, d);
	else
		checkToken(world, e.body, d);
}

export function checkSigner(world, { evidences, d }, needed, named) {
	for (const e of evidences)
		checkOne(world, world.authenticators.find((a) => a.id === hexOf(e.id)), e, d);
	if (evidences.length !== needed || (named !== undefined && !evidences.some((e) => hexOf(e.id) === named)))
		throw refusal('quorum');
}
