/* SPDX-License-Identifier: Apache-2.0 */
/* An officer's card with a passkey, which two security officers then add. PROTOCOL.sam 6 */
import { Writer, sha256, tag, utf8 } from './bytes.js';
import { passkeyEvidence } from './evidence.js';

const PASSKEY = 2;

function claim(role, person, spki) {
	return new Writer().u8(role).u8(PASSKEY).v8(utf8(person)).v16(spki);
}

/** What the new passkey approves. @param {number} role 1..5 @param {string} person @param {Uint8Array} spki */
export function officerChallenge(role, person, spki) {
	return sha256(tag('propria-officer-v1'), claim(role, person, spki).done());
}

/** The card's bytes. @param {object} assertion of approveWithPasskey over officerChallenge @returns {Uint8Array} */
export function officerCard(role, person, spki, assertion) {
	return new Writer().bytes(utf8('PRO1')).bytes(claim(role, person, spki).done())
		.v16(passkeyEvidence(null, assertion).body).done();
}
