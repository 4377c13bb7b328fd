/* SPDX-License-Identifier: Apache-2.0 */
/* Passkeys of this origin, made for BIND. Nothing the browser says of a key is trusted. */
import { FormatError, Reader, equal, sha256, tag } from './bytes.js';
import { readCbor } from './cbor.js';
import { COSE, coseKey } from './cose.js';
import { MINUTES, RESERVED, descriptors, mustBeOurs } from './passkey.js';

const FLAG = { PRESENT: 1, VERIFIED: 4, BACKUP_ELIGIBLE: 8, BACKED_UP: 16, ATTESTED: 64, EXTENSIONS: 128 };

/** The challenge of a new passkey. @param {Uint8Array} fresh 40 bytes of the life nonce @returns {Promise<Uint8Array>} */
export function bindChallenge(fresh) {
	return sha256(tag('propria-passkey-v1'), fresh);
}

/**
 * Authenticator data, read strictly. @param {Uint8Array} bytes
 * @returns {{rpIdHash: Uint8Array, verified: boolean, backupEligible: boolean, counter: number,
 *   credential?: Uint8Array, alg?: number, spki?: Uint8Array}}
 */
export function readAuthData(bytes) {
	const r = new Reader(bytes);
	const out = { rpIdHash: r.bytes(32).slice() };
	const flags = out.flags = r.u8();
	out.counter = r.u32();
	out.present = (flags & FLAG.PRESENT) !== 0;
	out.verified = (flags & FLAG.VERIFIED) !== 0;
	out.backupEligible = (flags & FLAG.BACKUP_ELIGIBLE) !== 0;
	if (flags & RESERVED || (!out.backupEligible && flags & FLAG.BACKED_UP))
		throw new FormatError('authenticator data: flags');
	if (flags & FLAG.ATTESTED) {
		r.bytes(16);	/* AAGUID: what it says is for the SAM */
		out.credential = r.v16(1, 1023).slice();
		Object.assign(out, coseKey(readCbor(r)));
	}
	if (flags & FLAG.EXTENSIONS && !(readCbor(r) instanceof Map))
		throw new FormatError('authenticator data: extensions');
	r.end();
	return out;
}

/** @param {Uint8Array} bytes an attestation object @returns as readAuthData, with credential, alg and spki */
export function readAttestation(bytes) {
	const r = new Reader(bytes);
	const all = readCbor(r);
	r.end();
	if (!(all instanceof Map) || all.size !== 3 || typeof all.get('fmt') !== 'string' ||
	    !(all.get('attStmt') instanceof Map) || !(all.get('authData') instanceof Uint8Array))
		throw new FormatError('attestation object');
	const data = readAuthData(all.get('authData'));
	if (!data.credential)
		throw new FormatError('attestation object: no key');
	return data;
}

/**
 * Makes a passkey. Call it from a click. What the browser refuses comes as its DOMException (NotAllowedError:
 * cancelled or timed out; InvalidStateError: one of `exclude` is here already).
 * @param {object} o
 * @param {Uint8Array} o.challenge  of bindChallenge, over the nonce of the statement that follows
 * @param {Uint8Array} o.user   16 bytes: the signer's id (or random, for officers)
 * @param {string} o.name       shown by the browser
 * @param {string} o.service    name of the service
 * @param {Uint8Array[]} [o.exclude]  credential ids that exist already
 * @param {number[]} [o.algorithms]  of COSE, the best first; only what policy accepts
 * @param {boolean} [o.attest]  ask for an attestation (policy takes only protection 6); the browser may ask the person
 * @param {string} [o.resident]  'required' where it must be found without its id (officers')
 * @param {AbortSignal} [o.signal]
 * @param {number} [o.timeout]  ms
 * @returns {Promise<{credential: Uint8Array, spki: Uint8Array, alg: number, backupEligible: boolean,
 *   attestation: Uint8Array, client: Uint8Array}>} attestation, client and spki go into BIND as they are
 */
export async function createPasskey({ challenge, user, name, service, exclude = [], algorithms = [COSE.ES256],
	attest = false, resident = 'preferred', signal, timeout = 5 * MINUTES }) {
	const rpId = location.hostname;
	const made = await navigator.credentials.create({ signal, publicKey: {
		rp: { id: rpId, name: service },
		user: { id: user, name, displayName: name },
		challenge,
		pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
		authenticatorSelection: { userVerification: 'required', residentKey: resident },
		excludeCredentials: descriptors(exclude),
		attestation: attest ? 'direct' : 'none',
		timeout,
	} });
	const attestation = new Uint8Array(made.response.attestationObject);
	const data = readAttestation(attestation);
	await mustBeOurs(data.rpIdHash, data.flags, rpId);
	if (!equal(data.credential, new Uint8Array(made.rawId)))
		throw new FormatError('passkey: credential id');
	return {
		credential: data.credential, spki: data.spki, alg: data.alg, backupEligible: data.backupEligible,
		attestation, client: new Uint8Array(made.response.clientDataJSON),
	};
}
