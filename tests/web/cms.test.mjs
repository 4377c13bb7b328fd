/* SPDX-License-Identifier: Apache-2.0 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, sign as signWith, constants } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { algOf } from '../../web/lib/alg.js';
import { FormatError, concat, sha256 } from '../../web/lib/bytes.js';
import { isOfKey, readCertificate } from '../../web/lib/certificate.js';
import { approvedAttributes, attributesBind, signedAttributes, signedData } from '../../web/lib/cms.js';
import { checkFile, checkSignatures } from '../../web/lib/p7s.js';
import { OID, TAG, DerReader, der, derOid, derSetOf, derTime } from '../../web/lib/der.js';

const dir = mkdtempSync(join(tmpdir(), 'propria-cms-'));
after(() => rmSync(dir, { recursive: true }));
const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
const document_ = new Uint8Array(Buffer.from('%PDF-1.7 a contract'));
writeFileSync(join(dir, 'document'), document_);
const time = Date.UTC(2026, 10, 23, 12, 0, 5);

const kinds = {
	1: ['EC', 'ec_paramgen_curve:P-256'], 2: ['EC', 'ec_paramgen_curve:P-384'], 16: ['RSA', 'rsa_keygen_bits:3072'],
	32: ['RSA', 'rsa_keygen_bits:3072'],
};

function person(number) {
	const [kind, option] = kinds[number], name = 'a' + number;
	openssl('genpkey', '-algorithm', kind, '-pkeyopt', option, '-out', name + '.key');
	openssl('req', '-x509', '-new', '-key', name + '.key', '-subj', '/C=SE/CN=Alice, "Example"', '-days', '400', '-out', name + '.pem',
		'-addext', 'keyUsage=nonRepudiation,digitalSignature');
	openssl('x509', '-in', name + '.pem', '-outform', 'DER', '-out', name + '.der');
	return {
		alg: algOf(number), key: createPrivateKey(readFileSync(join(dir, name + '.key'))),
		certificate: new Uint8Array(readFileSync(join(dir, name + '.der'))), pem: name + '.pem',
	};
}
const people = Object.fromEntries(Object.keys(kinds).map((n) => [n, person(Number(n))]));

function signed({ alg, key }, bytes) {
	const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
	return new Uint8Array(signWith(alg.hash.replace('-', ''), bytes, alg.number === 32 ? { key, ...pss } : key));
}
const digestOf = (alg, b) => new Uint8Array(createHash(alg.hash.replace('-', '')).update(b).digest());

for (const p of Object.values(people)) {
	const attributesOf = () => signedAttributes({ alg: p.alg, documentDigest: digestOf(p.alg, document_), certificate: p.certificate, time });

	test(`openssl verifies the file with ${p.alg.name}`, async () => {
		const { attributes, digest } = await attributesOf();
		assert.deepEqual(digest, digestOf(p.alg, attributes));
		const file = await signedData({ alg: p.alg, certificate: readCertificate(p.certificate), chain: [p.certificate],
			attributes, signature: signed(p, attributes) });
		writeFileSync(join(dir, 'p7s'), file);
		openssl('cms', '-verify', '-binary', '-cades', '-inform', 'DER', '-in', 'p7s', '-content', 'document', '-CAfile', p.pem,
			'-purpose', 'any', '-out', 'out');
		assert.deepEqual(new Uint8Array(readFileSync(join(dir, 'out'))), document_);
		writeFileSync(join(dir, 'other'), 'another contract');
		assert.throws(() => openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in', 'p7s', '-content', 'other', '-CAfile', p.pem,
			'-purpose', 'any'));
	});

	test(`no file is made of a signature that does not verify, or a chain that is none: ${p.alg.name}`, async () => {
		const { attributes } = await attributesOf();
		const broken = { alg: p.alg, certificate: readCertificate(p.certificate), attributes, signature: signed(p, attributes) };
		for (const chain of [[Uint8Array.of(0x30, 5)], [concat(p.certificate, Uint8Array.of(0))], [Uint8Array.of(4, 0)],
			Array.from({ length: 9 }, (_, i) => Uint8Array.of(0x30, 3, 2, 1, i))])
			await assert.rejects(signedData({ ...broken, chain }), FormatError);
		const signature = signed(p, concat(attributes, Uint8Array.of(0)));
		await assert.rejects(signedData({ alg: p.alg, certificate: readCertificate(p.certificate), chain: [], attributes, signature }),
			FormatError);
	});

	test(`the certificate's key is that of the file, and no other: ${p.alg.name}`, async () => {
		const c = readCertificate(p.certificate);
		assert.ok(await isOfKey(c, await sha256(new Uint8Array(p.key.export === undefined ? [] :
			execFileSync('openssl', ['pkey', '-in', p.pem.replace('pem', 'key'), '-pubout', '-outform', 'DER'], { cwd: dir })))));
		assert.ok(!await isOfKey(c, new Uint8Array(32)));
		assert.equal(c.commonName, 'Alice, "Example"');
		assert.equal(c.subjectText, 'CN=Alice\\, \\"Example\\",C=SE');
		assert.equal(c.notAfter - c.notBefore, 400 * 86400000);
	});
}

test('attributes of somebody else bind only what we would have written ourselves', async () => {
	const p = people[1], o = { alg: p.alg, documentDigest: digestOf(p.alg, document_), certificate: p.certificate };
	const { attributes, digest } = await signedAttributes({ ...o, time });
	assert.ok(await attributesBind({ ...o, attributes, digest }));
	assert.ok(!await attributesBind({ ...o, attributes, digest: new Uint8Array(32) }));
	assert.ok(!await attributesBind({ ...o, attributes, digest, documentDigest: new Uint8Array(32) }));
	assert.ok(!await attributesBind({ ...o, attributes, digest, certificate: people[2].certificate }));
	const inside = new DerReader(attributes).enter(TAG.SET), all = [];
	while (inside.left > 0)
		all.push(inside.any().whole);
	const more = derSetOf(TAG.SET, [...all, der(TAG.SEQUENCE, derOid('1.2.3.4'), der(TAG.SET, derOid(OID.DATA)))]);
	assert.ok(!await attributesBind({ ...o, attributes: more, digest: digestOf(p.alg, more) }));
	for (const odd of [der(TAG.SET, ...all.reverse()), der(TAG.SET), Uint8Array.of(0x31, 0x05), all[0]])
		assert.ok(!await attributesBind({ ...o, attributes: odd, digest: digestOf(p.alg, odd) }));
});

test('a certificate cut short or with a bit flipped never throws anything but FormatError', () => {
	const good = people[1].certificate;
	for (let n = 0; n < good.length; n++)
		assert.throws(() => readCertificate(good.slice(0, n)), FormatError);
	for (let bit = 0; bit < 8 * good.length; bit++) {
		const bad = good.slice();
		bad[bit >> 3] ^= 0x80 >> (bit & 7);
		try {
			readCertificate(bad);
		} catch (e) {
			assert.ok(e instanceof FormatError, e.stack);
		}
	}
});

test('times are written as DER wants, and others refused', () => {
	const year = (y) => new DerReader(derTime(Date.UTC(y, 1, 28, 23, 59, 59)));
	assert.equal(year(2049).is(TAG.UTC_TIME), true);
	assert.equal(year(2050).is(TAG.TIME), true);
	assert.equal(year(2050).time(), Date.UTC(2050, 1, 28, 23, 59, 59));
	for (const text of ['261331000000Z', '260230000000Z', '2601010000Z', '260101000000+'])
		assert.throws(() => new DerReader(der(TAG.UTC_TIME, new Uint8Array(Buffer.from(text)))).time(), FormatError);
});

test('a file that a server made is taken only if it says exactly what was approved, by a key whose certificate is in it', async () => {
	for (const number of Object.keys(people)) {
		const who = people[number], { alg } = who, documentDigest = digestOf(alg, document_);
		const { attributes } = await signedAttributes({ alg, documentDigest, certificate: who.certificate, time });
		const bytes = await signedData({ alg, certificate: readCertificate(who.certificate), chain: [], attributes, signature: signed(who, attributes) });
		const good = { bytes, alg, kind: 2, documentDigest };
		const { certificate, signing } = await checkFile(good);

		assert.equal(signing, time);
		assert.deepEqual(certificate.der, who.certificate);
		await assert.rejects(checkFile({ ...good, documentDigest: digestOf(alg, new Uint8Array(1)) }), FormatError);
		await assert.rejects(checkFile({ ...good, kind: 3 }), FormatError);
		await assert.rejects(checkFile({ ...good, attrs: 1 }), FormatError);
	}
	const { alg, certificate } = people[1], documentDigest = digestOf(alg, document_);
	const { attributes } = await signedAttributes({ alg, documentDigest, certificate, time });
	const bytes = await signedData({ alg, certificate: readCertificate(certificate), chain: [], attributes, signature: signed(people[1], attributes) });
	const from = Buffer.from(bytes).indexOf(Buffer.from(certificate)), to = from + certificate.length;
	let refused = 0;

	for (let n = 0; n < bytes.length; n += 3)
		await assert.rejects(checkFile({ bytes: bytes.slice(0, n), alg, kind: 2, documentDigest }), FormatError);
	for (let i = to; i < bytes.length; i++) {	/* behind the certificate: the signer's part */
		const bad = bytes.slice();

		bad[i] ^= 1;
		refused += await checkFile({ bytes: bad, alg, kind: 2, documentDigest }).then(() => 0, () => 1);
	}
	assert.ok(refused > (bytes.length - to) * 0.85, `${refused} of ${bytes.length - to}`);	/* all but the two algorithm names */
});

test('signatures without files are taken only as of exactly what was approved, one for each document', async () => {
	const other = new Uint8Array(1);

	for (const number of Object.keys(people))
		for (const kind of [2, 3]) {
			const who = people[number], { alg } = who, certificate = readCertificate(who.certificate), documentDigests = [document_, other].map((d) => digestOf(alg, d));
			const certificateHash = await sha256(who.certificate), of = { alg, kind, signing: time, certificateHash };
			const signatures = await Promise.all(documentDigests.map(async (documentDigest) => signed(who, (await approvedAttributes({ ...of, documentDigest })).attributes)));
			const good = { certificate, alg, kind, signing: time, documentDigests, signatures };

			await checkSignatures(good);
			for (const bad of [{ documentDigests: [...documentDigests].reverse() }, { signatures: signatures.slice(1) }, { kind: 5 - kind }, { attrs: 1 },
				{ certificate: readCertificate(people[number === '1' ? 2 : 1].certificate) }, { signatures: [signatures[0], other] },
				...kind === 2 ? [{ signing: time + 1000 }] : []])
				await assert.rejects(checkSignatures({ ...good, ...bad }), FormatError, Object.keys(bad)[0]);
		}
});
