/* SPDX-License-Identifier: Apache-2.0 */
/* The receipt file (docs/api.md): its fields readable. `propria verify-receipt` proves it; a page only shows it. */
import { FormatError, Reader, cleanText, equal, sha256 } from './bytes.js';
import { algOf } from './alg.js';
import { approvedAttributes } from './cms.js';
import { decodeEvidences } from './evidence.js';
import { decodeStatement, statementDigest } from './statement.js';

const OUTCOME = 10;
const MAX = 1 << 20;

function readHead(bytes) {
	const r = new Reader(bytes);
	return { epoch: r.u32(), size: r.u64(), root: r.bytes(32).slice(), time: r.u64(), signature: r.bytes(64).slice() };
}

/* From documents to DTBS/R: signing time and the certificate's hash. */
function readLink(bytes) {
	if (bytes.length === 0)
		return null;
	const r = new Reader(bytes), link = { signing: r.u64(), certificate: r.bytes(32).slice() };
	r.end();
	return link;
}

function readOutcome(bytes) {
	const r = new Reader(bytes);
	const out = { sequence: r.u64(), time: r.u64() };
	if (r.u8() !== OUTCOME || r.u8() !== 1)
		throw new FormatError('receipt: entry');
	Object.assign(out, { d: r.bytes(32).slice(), key: r.bytes(16).slice(), reserved: r.u64(), alg: r.u16(), exp: r.u64(), link: readLink(r.v8(0, 40)) });
	const n = r.u32();
	if (n < 1 || n > 1000)
		throw new FormatError('receipt: entry');
	out.items = Array.from({ length: n }, () => ({
		index: r.u32(), digest: r.v8(0, 64).slice(), status: r.u8(), signature: r.v16(0, 512).slice() }));
	r.end();
	return out;
}

/* DTBS/R of an item: itself, or the attributes that follow from the document, the certificate and the time. */
async function dtbsrOf(body, item, link) {
	if (body.kind === 1)
		return link ? null : item.digest;
	const { digest } = link ? await approvedAttributes({ alg: algOf(body.alg), kind: body.kind, attrs: body.attrs,
		documentDigest: item.digest, certificateHash: link.certificate, signing: link.signing }) : {};
	return digest;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<{group: Uint8Array, d: Uint8Array, statement: import('./statement.js').Statement,
 *   evidences: import('./evidence.js').Evidence[], item: number, label: string, digest: Uint8Array,
 *   dtbsr: Uint8Array, link: {signing: number, certificate: Uint8Array}|null,
 *   outcome: {sequence: number, time: number, signature: Uint8Array},
 *   proof: Uint8Array[], size: number, index: number, head: object, attestations: Uint8Array[]}>}
 *   parts that do not belong together are a FormatError; signatures and proof are not verified here
 */
export async function readReceipt(bytes) {
	const r = new Reader(bytes);
	if (bytes.length > MAX || cleanText(r.bytes(4)) !== 'PRT1')
		throw new FormatError('receipt');
	const genesis = r.v32(), encoded = r.v32(), evidences = r.v32(), item = r.u32(), entry = r.v32();
	const size = r.u64(), index = r.u64();
	const proof = Array.from({ length: r.u8() }, () => r.bytes(32).slice());
	const head = readHead(r.bytes(116)), approvals = decodeEvidences(evidences);
	const attestations = approvals.map(() => r.v16().slice());
	r.end();
	const group = await sha256(genesis), d = await statementDigest(encoded);
	const statement = decodeStatement(encoded), outcome = readOutcome(entry);
	const named = statement.body.items?.[item], made = outcome.items.find((i) => i.index === item);
	const dtbsr = named ? await dtbsrOf(statement.body, named, outcome.link) : null;
	if (!dtbsr || !made || made.status !== 0 || !equal(statement.group, group) || !equal(outcome.d, d) ||
	    !equal(made.digest, dtbsr) || index !== outcome.sequence)
		throw new FormatError('receipt: its parts do not belong together');
	return {
		group, d, statement, evidences: approvals, item, label: named.label, digest: named.digest, dtbsr, link: outcome.link,
		outcome: { sequence: outcome.sequence, time: outcome.time, signature: made.signature },
		proof, size, index, head, attestations,
	};
}
