/* SPDX-License-Identifier: Apache-2.0 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { FormatError, Writer, hex, utf8 } from '../../web/lib/bytes.js';
import { readReceipt } from '../../web/lib/receipt.js';
import { decodeStatement, encodeStatement, statementDigest } from '../../web/lib/statement.js';
import { vectors } from './vectors.mjs';

const genesis = utf8('a genesis');
const evidences = vectors('evidences').get('evidences.SIGN');

async function made(change = {}) {
	const s = decodeStatement(vectors('statements').get('statement.SIGN'));
	s.group = new Uint8Array(createHash('sha256').update(genesis).digest());
	if (change.about) {
		Object.assign(s.body, { kind: change.about.kind, attrs: change.about.attrs });
		s.body.items[1].digest = change.about.document;
	}
	const encoded = encodeStatement(s), item = s.body.items[1];
	const o = { d: await statementDigest(encoded), digest: item.digest, status: 0, sequence: 7, index: 7, item: 1, genesis, ...change };
	const entry = new Writer().u64(o.sequence).u64(1000).u8(10).u8(1).bytes(o.d).bytes(s.body.key).u64(6).u16(s.body.alg)
		.u64(s.exp).v8(o.link ?? new Uint8Array(0)).u32(1).u32(1).v8(o.digest).u8(o.status).v16(new Uint8Array(64)).done();
	return new Writer().bytes(utf8('PRT1')).v32(o.genesis).v32(encoded).v32(evidences).u32(o.item).v32(entry).u64(9).u64(o.index)
		.u8(2).bytes(new Uint8Array(64)).bytes(new Writer().u32(1).u64(9).bytes(new Uint8Array(32)).u64(2000)
			.bytes(new Uint8Array(64)).done()).v16(new Uint8Array(10)).done();
}

test('a receipt is read, its fields with it', async () => {
	const r = await readReceipt(await made());
	assert.equal(r.item, 1);
	assert.equal(r.label, r.statement.body.items[1].label);
	assert.equal(r.outcome.sequence, 7);
	assert.equal(r.head.size, 9);
	assert.equal(r.proof.length, 2);
	assert.equal(hex(r.group), createHash('sha256').update(genesis).digest('hex'));
});

test('parts of different receipts are refused', async () => {
	for (const change of [{ d: new Uint8Array(32) }, { digest: new Uint8Array(32) }, { status: 1 }, { index: 8 }, { item: 0 }, { item: 99 },
		{ genesis: utf8('another') }])
		await assert.rejects(made(change).then(readReceipt), FormatError, Object.keys(change)[0]);
});

test('a receipt cut anywhere or lengthened is refused', async () => {
	const good = await made();
	for (let n = 0; n < good.length; n++)
		await assert.rejects(readReceipt(good.slice(0, n)), FormatError);
	await assert.rejects(readReceipt(Uint8Array.from([...good, 0])), FormatError);
});

test('a receipt of a document proves it through the attributes that the module built', async () => {
	const all = vectors('attributes'), certificate = new Uint8Array(createHash('sha256').update('certificate').digest());
	const document = new Uint8Array(createHash('sha256').update('document').digest());
	const link = (signing) => new Writer().u64(signing).bytes(certificate).done();
	const about = { kind: 2, attrs: 0, document };
	const r = await readReceipt(await made({ about, digest: all.get('dtbsr.cades'), link: link(1735689600000) }));
	assert.equal(hex(r.dtbsr), hex(all.get('dtbsr.cades')));
	assert.equal(hex(r.digest), hex(document));
	assert.equal(r.link.signing, 1735689600000);
	for (const change of [{ link: link(1735689601000) }, { link: new Uint8Array(0) }, { link: new Uint8Array(39) }, { about: { ...about, kind: 3 } },
		{ about: { ...about, attrs: 1 } }, { digest: document }, { about: { kind: 1, document: all.get('dtbsr.cades') } }])
		await assert.rejects(made({ about, digest: all.get('dtbsr.cades'), link: link(1735689600000), ...change }).then(readReceipt),
			FormatError);
});
