/* SPDX-License-Identifier: Apache-2.0 */
/* Passkeys of this origin, used to approve d. What the browser says of them is for the SAM to judge. */
import { FormatError, equal, sha256, utf8 } from './bytes.js';

export const MINUTES = 60 * 1000;
export const RESERVED = 2 | 32;
const THERE = 1 | 4;	/* present, verified */

/** Can this browser make and use passkeys here at all? @returns {boolean} */
export function passkeysWork() {
	return globalThis.isSecureContext === true && typeof globalThis.PublicKeyCredential === 'function';
}

/** Of this host, by a person who is there and was verified? @throws FormatError */
export async function mustBeOurs(rpIdHash, flags, rpId) {
	if (!equal(rpIdHash, await sha256(utf8(rpId))) || (flags & THERE) !== THERE)
		throw new FormatError('passkey');
}

export const descriptors = (ids) => ids.map((id) => ({ type: 'public-key', id }));

/**
 * One touch over d. Call it from a click. DOMExceptions as above.
 * @param {Uint8Array} d  32 bytes: the challenge
 * @param {Uint8Array[]} credentials  which passkeys may answer; empty: any of this origin
 * @param {{signal?: AbortSignal, timeout?: number}} [o]
 * @returns {Promise<{credential: Uint8Array, authData: Uint8Array, client: Uint8Array, signature: Uint8Array}>}
 *   for passkeyEvidence of evidence.js
 */
export async function approveWithPasskey(d, credentials, { signal, timeout = 5 * MINUTES } = {}) {
	const rpId = location.hostname;
	const got = await navigator.credentials.get({ signal, publicKey: {
		rpId, challenge: d, allowCredentials: descriptors(credentials), userVerification: 'required', timeout,
	} });
	const authData = new Uint8Array(got.response.authenticatorData);
	if (authData.length < 37 || authData[32] & RESERVED)
		throw new FormatError('authenticator data');
	await mustBeOurs(authData.subarray(0, 32), authData[32], rpId);
	return {
		credential: new Uint8Array(got.rawId), authData,
		client: new Uint8Array(got.response.clientDataJSON),
		signature: new Uint8Array(got.response.signature),
	};
}
