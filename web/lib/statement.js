/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: the canonical bytes of one act, and d, which is what people approve. PROTOCOL.sam 1 */
import { algOf } from './alg.js';
import { FormatError, Reader, Writer, cleanText, equal, sha256, tag, utf8 } from './bytes.js';
import { bytes, checked, depends, fixed, list, number, oneOf, readFields, text, writeFields, zero } from './field.js';

const MAX = 262144;
/* A device key is P-256; a passkey also Ed25519 or RSA. */
const keyOf = (all) => all.type === 1 ? bytes(16, 91, 91) : bytes(16, 44, 552);

const u8 = number(8), u16 = number(16), u32 = number(32), u64 = number(64);

const DIGEST = depends((all) => {
	const alg = algOf(all.alg);
	if (!alg)
		throw new FormatError('algorithm');
	return bytes(8, alg.digest, alg.digest);
});

const POLICY = {
	statementLife: u32, minLoa: u8, protections: u16, roQuorum: u8, soQuorum: u8, keysPerSigner: u8,
	follower: u8, zero: zero(2), eddsaUntil: u64, rs256Until: u64, sharedSic: oneOf(8, 0, 1),
	scal1Seconds: u32, scal1Count: u32, sessionSeconds: number(32, 0, 7200),
};
const SIGNER = { from: u32, reason: text(8, 0, 200) };
/* By type: a device has a key, a passkey shows what it is; a module's attestation is its id and the person's, a
   provider's its issuer. */
const FORMS = {
	1: { protection: [1, 2, 3, 4], spki: [91, 91], attestation: [0, 0], client: [0, 0] },
	2: { protection: [0], spki: [44, 552], attestation: [1, 8192], client: [1, 2048] },
	3: { protection: [8], spki: [0, 0], attestation: [48, 48], client: [0, 0] },
	4: { protection: [9], spki: [0, 0], attestation: [1, 200], client: [0, 0] },
};
const formed = (member) => depends((all) => bytes(16, ...FORMS[all.type][member]));
const isText = (b) => {
	try {
		cleanText(b);
		return true;
	} catch {
		return false;
	}
};
const AUTHENTICATOR = {
	from: u32, type: oneOf(8, 1, 2, 3, 4), protection: depends((all) => oneOf(8, ...FORMS[all.type].protection)),
	spki: formed('spki'), label: text(8, 0, 64),
	attestation: depends((all) => all.type === 4 ? checked(bytes(16, 1, 200), isText, 'issuer') : bytes(16, ...FORMS[all.type].attestation)),
	client: formed('client'),
};
const KEY = { key: fixed(16), from: u32, reason: text(8, 0, 200) };

/* Letters a-z, digits, hyphens, then zero bytes: of the CA that certifies a one-time key. */
const PROFILE = checked(fixed(16), (b) => /^[a-z0-9-]+\0*$/.test(String.fromCharCode(...b)), 'profile');
const PROFILE_OR_NONE = checked(fixed(16), (b) => /^[a-z0-9-]*\0*$/.test(String.fromCharCode(...b)), 'profile');
/* The content of an object identifier: each arc minimal and ended. */
const isOid = (b) => b.length > 0 && (b[b.length - 1] & 0x80) === 0 && b.every((x, i) => x !== 0x80 || (i > 0 && (b[i - 1] & 0x80) !== 0));

/** The object identifiers, each behind its length; undefined if that is not what the bytes are. */
export function oidsOf(b) {
	const oids = [];
	for (let at = 0; at < b.length; at += 1 + b[at]) {
		const oid = b.slice(at + 1, at + 1 + b[at]);
		if (oid.length !== b[at] || !isOid(oid))
			return undefined;
		oids.push(oid);
	}
	return oids;
}
const isZero = (b) => b.every((x) => x === 0);
const SESSION = checked(fixed(16), (b) => !isZero(b), 'session');
const REST = { items: list(1, 1000, { digest: DIGEST, label: text(8, 0, 200) }), text: text(16, 0, 1000) };

/** Purpose number: name and body, in the order of the bytes. */
const PURPOSES = {
	0x0101: ['SIGN', {
		key: fixed(16), spki: fixed(32), class: oneOf(8, 1, 2), level: oneOf(8, 1, 2), alg: oneOf(16, 1, 2, 16, 32),
		kind: oneOf(8, 1, 2, 3), seen: oneOf(8, 1, 2), requester: fixed(16), name: text(8, 0, 128),
		session: zero(16), profile: zero(16), idv: zero(32),
		attrs: depends((all) => all.kind === 1 ? zero(2) : oneOf(16, 0, 1, 2)), ...REST,
	}],
	0x0102: ['SIGN_ONCE', {
		key: fixed(16), spki: fixed(32), class: oneOf(8, 1), level: oneOf(8, 2), alg: oneOf(16, 1, 2, 16, 32),
		kind: depends((all) => isZero(all.key) && isZero(all.spki) ? oneOf(8, 2, 3)
			: isZero(all.key) || isZero(all.spki) ? oneOf(8) : oneOf(8, 1)),
		seen: oneOf(8, 1, 2), requester: fixed(16), name: text(8, 0, 128),
		session: SESSION, profile: PROFILE, idv: fixed(32),
		attrs: depends((all) => all.kind === 1 ? zero(2) : oneOf(16, 0, 1, 2)), ...REST,
	}],
	0x0201: ['INVITE', {
		loa: oneOf(8, 1, 2, 3), proofing: text(8, 1, 64), evidence: fixed(32), name: bytes(16, 1, 1024),
		code: fixed(32),
	}],
	0x0202: ['BIND', AUTHENTICATOR],
	0x0203: ['SUSPEND', SIGNER],
	0x0204: ['REINSTATE', SIGNER],
	0x0205: ['CLOSE', SIGNER],
	0x0206: ['ADD_AUTHENTICATOR', AUTHENTICATOR],
	0x0207: ['REMOVE_AUTHENTICATOR', { from: u32, authenticator: fixed(16) }],
	0x0301: ['CREATE_KEY', {
		from: u32, alg: u16, class: oneOf(8, 1, 2), level: oneOf(8, 1, 2), profile: PROFILE_OR_NONE, evidences: oneOf(8, 1, 2),
		with: fixed(16),
	}],
	0x0302: ['DESTROY_KEY', KEY],
	0x0303: ['RELEASE_KEY', KEY],
	0x0305: ['REVOKE_KEY', KEY],
	0x0304: ['OPEN_SESSION', {
		alg: oneOf(16, 1, 2, 16, 32), class: oneOf(8, 1), level: oneOf(8, 2), profile: PROFILE, idv: fixed(32), session: SESSION,
	}],
	0x0400: ['FOUND', {}],
	0x0401: ['ADD_ANCHOR', {
		alg: u16, spki: bytes(16, 1, 1024), issuer: bytes(16, 1, 1024), maxDays: number(32, 1),
		label: text(8, 1, 64), usage: oneOf(8, 1, 2),
		profile: depends((all) => all.usage === 1 ? PROFILE_OR_NONE : zero(16)),
		rules: depends((all) => all.usage === 1 ? number(16, 0, 15) : zero(2)),
		policy: depends((all) => all.usage === 1 ? checked(bytes(8, 0, 32), (b) => b.length === 0 || isOid(b), 'policy') : bytes(8, 0, 0)),
		added: depends((all) => all.usage === 1 ? checked(bytes(8, 0, 64), (b) => oidsOf(b) !== undefined, 'added') : bytes(8, 0, 0)),
	}],
	0x0402: ['REMOVE_ANCHOR', { anchor: fixed(32) }],
	0x0403: ['ADD_OFFICER', { role: number(8, 1, 5), type: oneOf(8, 1, 2), person: text(8, 1, 64), spki: depends(keyOf) }],
	0x0404: ['REMOVE_OFFICER', { officer: fixed(16) }],
	0x0405: ['SET_POLICY', POLICY],
	0x0406: ['RESUME', { epoch: u32, size: u64, root: fixed(32), logSize: u64, logRoot: fixed(32) }],
	0x0407: ['ADD_PEER', {
		kind: oneOf(8, 1, 2), peer: fixed(32), key: depends((all) => all.kind === 1 ? bytes(16, 65, 65) : bytes(16, 91, 91)),
		label: text(8, 1, 64),
	}],
	0x0408: ['REMOVE_PEER', { peer: fixed(32) }],
	0x0409: ['ADD_PROVIDER', {
		issuer: text(8, 1, 200), client: text(8, 1, 128), alg: number(8, 1, 5), key: bytes(16, 1, 552),
		acrs: list(1, 8, { acr: text(8, 1, 128), level: oneOf(8, 1, 2) }, 8), transaction: text(8, 0, 64),
		assurance: number(8, 0, 2), maxAge: number(32, 1, 3600), basis: text(8, 0, 64), label: text(8, 1, 64),
	}],
	0x040a: ['REMOVE_PROVIDER', { provider: fixed(32) }],
	0x0601: ['ADMIT', { peer: fixed(32), signer: fixed(16), person: text(8, 1, 128), evidence: fixed(32), code: fixed(32) }],
	0x0602: ['SET_FACTORS', { from: u32, sealed: fixed(32) }],
	0x0603: ['CHANGE_FACTORS', { from: u32 }],
	0x0604: ['UNLOCK', SIGNER],
	0x0605: ['DISMISS', SIGNER],
	0x0606: ['NEW_GRANT_KEY', { reason: text(8, 0, 200) }],
	0x0607: ['CHECK', { session: fixed(16) }],
};

/* From here on an authentication module enacts them; subject is a person whom it admitted. */
export const OF_MODULE = 0x0600;

/** The number of a purpose by its name: PURPOSE.SIGN. */
export const PURPOSE = Object.freeze(Object.fromEntries(
	Object.entries(PURPOSES).map(([n, [name]]) => [name, Number(n)])));

const HEADER = {
	purpose: depends(() => oneOf(16, ...Object.values(PURPOSE))), group: fixed(32), epoch: u32, subject: fixed(16),
	fresh: fixed(40), iat: u64, exp: u64,
};

/**
 * @typedef {object} Statement
 * @property {number} purpose one of PURPOSE
 * @property {string} name    of the purpose: "SIGN"; filled by decodeStatement
 * @property {Uint8Array} group    32
 * @property {number} epoch
 * @property {Uint8Array} subject  16; the signer, or zero
 * @property {Uint8Array} fresh    40
 * @property {number} iat  milliseconds
 * @property {number} exp
 * @property {object} body by purpose, members named as in PROTOCOL.sam 1.3, ids and hashes as bytes, texts as
 *   strings. SIGN: key, spki, class, level, alg, kind, seen, requester, name, attrs, items [{digest, label}], text.
 *   SIGN_ONCE: the same and session, profile, idv. OPEN_SESSION: alg, class, level, profile, idv, session.
 *   BIND, ADD_AUTHENTICATOR: from, type, protection, spki, label, attestation, client. CREATE_KEY: from, alg, class, level, profile,
 *   evidences, with.
 *   DESTROY_KEY, RELEASE_KEY: key, from, reason. The rest: the table above.
 */

/**
 * The canonical bytes. A value that no reader would accept is a FormatError, never other bytes.
 * @param {Omit<Statement, 'name'>} statement @returns {Uint8Array}
 */
export function encodeStatement(statement) {
	const [, fields] = PURPOSES[statement.purpose] ?? [];
	if (!fields || statement.exp <= statement.iat)
		throw new FormatError('statement');
	const w = new Writer().bytes(utf8('PRS1'));
	writeFields(w, HEADER, statement);
	writeFields(w, fields, statement.body);
	const out = w.done();
	if (out.length > MAX)
		throw new FormatError('statement: too long');
	return out;
}

/** @param {Uint8Array} encoded @returns {Statement} @throws FormatError what is not canonical or not of this version */
export function decodeStatement(encoded) {
	const r = new Reader(encoded);
	if (encoded.length > MAX || cleanText(r.bytes(4)) !== 'PRS1')
		throw new FormatError('statement');
	const header = readFields(r, HEADER);
	const [name, fields] = PURPOSES[header.purpose];
	const body = readFields(r, fields);
	r.end();
	const statement = { ...header, name, body };
	if (!equal(encodeStatement(statement), encoded))
		throw new FormatError('statement: not canonical');
	return statement;
}

/** The one-time session that a nonce names. @param {Uint8Array} fresh @returns {Promise<Uint8Array>} 16 bytes */
export async function sessionOf(fresh) {
	return (await sha256(tag('propria-session-v1'), fresh)).slice(0, 16);
}

/** The id of the key that a CREATE_KEY makes. @param {Uint8Array} fresh @returns {Promise<Uint8Array>} 16 bytes */
export async function keyIdOf(fresh) {
	return (await sha256(tag('propria-key-id-v1'), fresh)).slice(0, 16);
}

/** d. @param {Uint8Array} encoded @returns {Promise<Uint8Array>} 32 bytes */
export function statementDigest(encoded) {
	return sha256(tag('propria-statement-v1'), encoded);
}
