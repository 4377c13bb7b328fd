/* SPDX-License-Identifier: Apache-2.0 */
/* CAdES B-B, detached (EN 319 122-1): the signed attributes, whose hash is signed, and the file around the signature. */
import { digestWith } from './alg.js';
import { FormatError, base64, equal, sha256 } from './bytes.js';
import { DerReader, OID, TAG, der, derNull, derOid, derSetOf, derSmall, derTime, derUnsigned, explicit } from './der.js';
import { verifySignature } from './signature.js';

const CERTIFICATES = 8;
const SET_MAX = 512;

const hashAlgorithm = (alg, ...more) => der(TAG.SEQUENCE, derOid(alg.digest === 48 ? OID.SHA384 : OID.SHA256), ...more);
const attribute = (oid, value) => der(TAG.SEQUENCE, derOid(oid), der(TAG.SET, value));

function signatureAlgorithm(alg) {
	switch (alg.number) {
	case 1: return der(TAG.SEQUENCE, derOid(OID.ECDSA_SHA256));
	case 2: return der(TAG.SEQUENCE, derOid(OID.ECDSA_SHA384));
	case 16: return der(TAG.SEQUENCE, derOid(OID.RSA_SHA256), derNull());
	}
	const hash = hashAlgorithm(alg, derNull());
	return der(TAG.SEQUENCE, derOid(OID.PSS), der(TAG.SEQUENCE, der(explicit(0), hash),
		der(explicit(1), der(TAG.SEQUENCE, derOid(OID.MGF1), hash)), der(explicit(2), derSmall(alg.digest))));
}

/**
 * The attributes and their digest, which becomes the item of a SIGN statement.
 * @param {object} o
 * @param {import('./alg.js').Alg} o.alg          of the key
 * @param {Uint8Array} o.documentDigest           by the algorithm's hash
 * @param {Uint8Array} o.certificate              the signer's, DER
 * @param {number} o.time                         signing-time, ms
 * @returns {Promise<{attributes: Uint8Array, digest: Uint8Array}>} attributes: DER SET OF
 */
export async function signedAttributes({ alg, documentDigest, certificate, time }) {
	if (documentDigest.length !== alg.digest)
		throw new FormatError('CAdES: digest');
	const reference = der(TAG.SEQUENCE, der(TAG.OCTETS, await sha256(certificate)));	/* the default hash, so not written */
	const attributes = derSetOf(TAG.SET, [
		attribute(OID.CONTENT_TYPE, derOid(OID.DATA)),
		attribute(OID.MESSAGE_DIGEST, der(TAG.OCTETS, documentDigest)),
		attribute(OID.SIGNING_TIME, derTime(time)),
		attribute(OID.SIGNING_CERTIFICATE_V2, der(TAG.SEQUENCE, der(TAG.SEQUENCE, reference))),
	]);
	return { attributes, digest: await digestWith(alg, attributes) };
}

/**
 * The attributes as the SAM builds them from an approved document (PROTOCOL.sam 1.5), and DTBS/R.
 * @param {object} o
 * @param {import('./alg.js').Alg} o.alg
 * @param {number} o.kind  2 CAdES, 3 PAdES
 * @param {number} o.attrs of the statement
 * @param {Uint8Array} o.documentDigest @param {Uint8Array} o.certificateHash SHA-256 @param {number} o.signing ms
 * @returns {Promise<{attributes: Uint8Array, digest: Uint8Array}>} attributes: DER SET OF
 */
export async function approvedAttributes({ alg, kind, attrs, documentDigest, certificateHash, signing }) {
	const reference = der(TAG.SEQUENCE, der(TAG.OCTETS, certificateHash));
	const all = [
		attribute(OID.CONTENT_TYPE, derOid(OID.DATA)),
		attribute(OID.MESSAGE_DIGEST, der(TAG.OCTETS, documentDigest)),
		attribute(OID.SIGNING_CERTIFICATE_V2, der(TAG.SEQUENCE, der(TAG.SEQUENCE, reference))),
	];
	if (kind === 2)
		all.push(attribute(OID.SIGNING_TIME, derTime(signing)));
	if (attrs)
		all.push(attribute(OID.COMMITMENT, der(TAG.SEQUENCE, derOid(attrs === 1 ? OID.APPROVAL : OID.ORIGIN))));
	const attributes = derSetOf(TAG.SET, all);
	return { attributes, digest: await digestWith(alg, attributes) };
}

/** What each attribute says, by its identifier; none may be there twice. @param {Uint8Array} attributes DER SET OF @returns {Map<string, Uint8Array>} */
export function attributeValues(attributes) {
	const all = new DerReader(attributes), set = all.enter(TAG.SET), out = new Map();
	all.end();
	while (set.left > 0) {
		const one = set.enter(TAG.SEQUENCE), oid = one.oid(), values = one.enter(TAG.SET), { whole } = values.any();
		values.end();
		one.end();
		if (out.has(oid))
			throw new FormatError('signed attributes');
		out.set(oid, whole);
	}
	return out;
}

/**
 * Attributes that somebody else made (`attributes` of an approval request): do they belong to the digest and to this
 * document, and do they say nothing but what we would write? Only then the page has seen what is signed (`seen` 1).
 * @param {{alg: import('./alg.js').Alg, attributes: Uint8Array, digest: Uint8Array, documentDigest: Uint8Array,
 *   certificate: Uint8Array}} o digest: of the item; documentDigest: of the bytes that the page rendered
 * @returns {Promise<boolean>}
 */
export async function attributesBind({ alg, attributes, digest, documentDigest, certificate }) {
	if (attributes.length > SET_MAX || !equal(await digestWith(alg, attributes), digest))
		return false;
	try {
		const value = attributeValues(attributes).get(OID.SIGNING_TIME);
		const time = new DerReader(value ?? new Uint8Array(0)).time();
		const ours = await signedAttributes({ alg, documentDigest, certificate, time });
		return equal(ours.attributes, attributes);
	} catch (e) {
		if (e instanceof FormatError)
			return false;
		throw e;
	}
}

/* The chain is whatever the server says; at least it must not break the file around it. */
function oneSequence(certificate) {
	const r = new DerReader(certificate);
	r.whole(TAG.SEQUENCE);
	r.end();
	return certificate;
}

function signerInfo({ alg, certificate, attributes, signature }) {
	const unset = attributes.slice();
	unset[0] = explicit(0);		/* signed as a SET, carried as [0] (RFC 5652 5.4) */
	return der(TAG.SEQUENCE, derSmall(1), der(TAG.SEQUENCE, certificate.issuer, derUnsigned(certificate.serial)),
		hashAlgorithm(alg), unset, signatureAlgorithm(alg), der(TAG.OCTETS, signature));
}

/**
 * The .p7s file. A signature that is not one over these attributes by the certificate's key is a FormatError.
 * @param {object} o
 * @param {import('./alg.js').Alg} o.alg
 * @param {import('./certificate.js').Certificate} o.certificate  the signer's, of readCertificate
 * @param {Uint8Array[]} o.chain       issuers, DER; the signer's own may be among them
 * @param {Uint8Array} o.attributes    of signedAttributes
 * @param {Uint8Array} o.signature     as signatures/signHash gives it, decoded
 * @returns {Promise<Uint8Array>}
 */
export async function signedData({ alg, certificate, chain, attributes, signature }) {
	const all = [certificate.der];
	for (const c of chain.map(oneSequence))
		if (!all.some((there) => equal(there, c)))
			all.push(c);
	if (all.length > CERTIFICATES)
		throw new FormatError('CAdES: certificates');
	if (!await verifySignature(alg, certificate.spki, attributes, signature))
		throw new FormatError('CAdES: signature');
	return der(TAG.SEQUENCE, derOid(OID.SIGNED_DATA), der(explicit(0), der(TAG.SEQUENCE, derSmall(1),
		der(TAG.SET, hashAlgorithm(alg)), der(TAG.SEQUENCE, derOid(OID.DATA)), derSetOf(explicit(0), all),
		der(TAG.SET, signerInfo({ alg, certificate, attributes, signature })))));
}

/** @param {Uint8Array} cms @returns {string} PEM */
export function pem(cms) {
	return '-----BEGIN CMS-----\n' + base64(cms).match(/.{1,64}/g).join('\n') + '\n-----END CMS-----\n';
}
