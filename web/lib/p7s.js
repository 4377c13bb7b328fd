/* SPDX-License-Identifier: Apache-2.0 */
/* What a server made of an approval, taken apart and compared with what was approved: nothing else may be signed. */
import { FormatError, equal, sha256 } from './bytes.js';
import { readCertificate } from './certificate.js';
import { approvedAttributes, attributeValues } from './cms.js';
import { DerReader, OID, TAG, der, derUnsigned, explicit } from './der.js';
import { verifySignature } from './signature.js';

const CERTIFICATES = 9;

function readSigner(r) {
	if (r.unsigned(1)[0] !== 1)
		throw new FormatError('CAdES: signer');
	const sid = r.whole(TAG.SEQUENCE);
	r.take(TAG.SEQUENCE);
	const attributes = r.whole(explicit(0)).slice();
	r.take(TAG.SEQUENCE);
	const signature = r.take(TAG.OCTETS);
	r.end();
	attributes[0] = TAG.SET;	/* carried as [0], signed as a SET (RFC 5652 5.4) */
	return { sid, attributes, signature };
}

/* Detached, with one signer. */
function readFile(bytes) {
	const all = new DerReader(bytes), info = all.enter(TAG.SEQUENCE);
	all.end();
	if (info.oid() !== OID.SIGNED_DATA)
		throw new FormatError('CAdES');
	const outer = info.enter(explicit(0)), data = outer.enter(TAG.SEQUENCE), certificates = [];
	info.end();
	outer.end();
	if (data.unsigned(1)[0] !== 1)
		throw new FormatError('CAdES: version');
	data.take(TAG.SET);
	const content = data.enter(TAG.SEQUENCE);
	if (content.oid() !== OID.DATA)
		throw new FormatError('CAdES: content');
	content.end();
	for (const r = data.enter(explicit(0)); r.left > 0;)
		certificates.push(r.whole(TAG.SEQUENCE));
	const signers = data.enter(TAG.SET), signer = readSigner(signers.enter(TAG.SEQUENCE));
	signers.end();
	data.end();
	if (certificates.length > CERTIFICATES)
		throw new FormatError('CAdES: certificates');
	return { certificates, ...signer };
}

/* ESSCertIDv2 with the default hash and nothing else. */
function certificateHash(value) {
	const one = new DerReader(value).enter(TAG.SEQUENCE).enter(TAG.SEQUENCE).enter(TAG.SEQUENCE);
	return one.take(TAG.OCTETS);
}

async function certificateOf(certificates, hash) {
	for (const c of certificates)
		if (equal(await sha256(c), hash))
			return readCertificate(c.slice());
	throw new FormatError('CAdES: its certificate is not in it');
}

/**
 * The file must be the signature of this document, of this format, by the key of a certificate that is in it, over
 * exactly the attributes that follow from the approval; else a FormatError.
 * @param {object} o
 * @param {Uint8Array} o.bytes
 * @param {import('./alg.js').Alg} o.alg
 * @param {number} o.kind 2 CAdES, 3 PAdES @param {number} [o.attrs] of the statement
 * @param {Uint8Array} o.documentDigest
 * @returns {Promise<{certificate: import('./certificate.js').Certificate, signing: number}>} signing: ms, 0 for PAdES
 */
export async function checkFile({ bytes, alg, kind, attrs = 0, documentDigest }) {
	const { certificates, sid, attributes, signature } = readFile(bytes);
	const values = attributeValues(attributes), reference = values.get(OID.SIGNING_CERTIFICATE_V2), time = values.get(OID.SIGNING_TIME);
	if (!reference || (kind === 2) !== Boolean(time))
		throw new FormatError('CAdES: attributes');
	const hash = certificateHash(reference), signing = time ? new DerReader(time).time() : 0;
	const ours = await approvedAttributes({ alg, kind, attrs, documentDigest, certificateHash: hash, signing });
	if (!equal(ours.attributes, attributes))
		throw new FormatError('CAdES: it says something else than was approved');
	const certificate = await certificateOf(certificates, hash);
	if (!equal(sid, der(TAG.SEQUENCE, certificate.issuer, derUnsigned(certificate.serial))))
		throw new FormatError('CAdES: signer');
	if (!await verifySignature(alg, certificate.spki, attributes, signature))
		throw new FormatError('CAdES: signature');
	return { certificate, signing };
}

/**
 * The same without the file: one signature for each document, in the order of the statement.
 * @param {object} o
 * @param {import('./certificate.js').Certificate} o.certificate as the server names it
 * @param {import('./alg.js').Alg} o.alg
 * @param {number} o.kind 2 CAdES, 3 PAdES @param {number} [o.attrs] of the statement
 * @param {number} o.signing ms, as the server names it
 * @param {Uint8Array[]} o.documentDigests
 * @param {Uint8Array[]} o.signatures
 */
export async function checkSignatures({ certificate, alg, kind, attrs = 0, signing, documentDigests, signatures }) {
	const certificateHash = await sha256(certificate.der);
	if (signatures.length !== documentDigests.length)
		throw new FormatError('signatures');
	for (const [i, documentDigest] of documentDigests.entries()) {
		const { attributes } = await approvedAttributes({ alg, kind, attrs, documentDigest, certificateHash, signing });
		if (!await verifySignature(alg, certificate.spki, attributes, signatures[i]))
			throw new FormatError('signature: not of what was approved');
	}
}
