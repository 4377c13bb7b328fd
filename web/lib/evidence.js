/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence that somebody approved a statement, and lists of it in their one order. PROTOCOL.sam 2 */
import { FormatError, Reader, Writer, compare, concat } from './bytes.js';

export const EVIDENCE = Object.freeze({ DEVICE: 1, PASSKEY: 2, MODULE: 3, PROVIDER: 4, CODE: 5 });

const ZERO = new Uint8Array(16);
const BODY_MAX = 16384;

/** @typedef {{type: number, id: Uint8Array, body: Uint8Array}} Evidence id: of the authenticator or officer */

/** ES256 of a device key. @param {Uint8Array} id 16 bytes @param {Uint8Array} signature 64 bytes @returns {Evidence} */
export function deviceEvidence(id, signature) {
	return { type: EVIDENCE.DEVICE, id, body: signature };
}

/** @param {Uint8Array} signature 64 bytes by the enrolment code @returns {Evidence} */
export function codeEvidence(signature) {
	return { type: EVIDENCE.CODE, id: ZERO, body: signature };
}

/**
 * An assertion of passkey.js, as the browser gave it.
 * @param {Uint8Array|null} id 16 bytes; null: the passkey that the statement itself introduces
 * @param {{authData: Uint8Array, client: Uint8Array, signature: Uint8Array}} assertion @returns {Evidence}
 */
export function passkeyEvidence(id, { authData, client, signature }) {
	if (authData.length < 37 || authData.length > 1024 || client.length > 2048 || signature.length > 512)
		throw new FormatError('passkey evidence');
	return { type: EVIDENCE.PASSKEY, id: id ?? ZERO, body: new Writer().v16(authData).v16(client).v16(signature).done() };
}

const order = (a, b) => compare(concat(a.id, Uint8Array.of(a.type)), concat(b.id, Uint8Array.of(b.type)));

/** @param {Evidence[]} list in any order @returns {Uint8Array} */
export function encodeEvidences(list) {
	const sorted = [...list].sort(order);
	if (sorted.length < 1 || sorted.length > 8)
		throw new FormatError('evidences: count');
	const w = new Writer().u8(sorted.length);
	sorted.forEach((e, i) => {
		if (e.id.length !== 16 || e.body.length > BODY_MAX || (i > 0 && order(sorted[i - 1], e) === 0))
			throw new FormatError('evidence');
		w.u8(e.type).bytes(e.id).v16(e.body);
	});
	return w.done();
}

/** @param {Uint8Array} bytes @returns {Evidence[]} */
export function decodeEvidences(bytes) {
	const r = new Reader(bytes);
	const n = r.u8();
	if (n < 1 || n > 8)
		throw new FormatError('evidences: count');
	const list = Array.from({ length: n }, () => ({ type: r.u8(), id: r.bytes(16).slice(), body: r.v16(0, BODY_MAX).slice() }));
	r.end();
	if (list.some((e, i) => i > 0 && order(list[i - 1], e) >= 0))
		throw new FormatError('evidences: order');
	return list;
}
