/* SPDX-License-Identifier: Apache-2.0 */
/* Desk: a PDF is shown, approved and signed; its signature file and the receipt come back. */
import { digestWith } from '../lib/alg.js';
import { Writer, base64, base64url, hex, unbase64 } from '../lib/bytes.js';
import { signedAttributes, signedData } from '../lib/cms.js';
import { fingerprint } from '../lib/fingerprint.js';
import { PURPOSE, encodeStatement, statementDigest } from '../lib/statement.js';
import { ACTIVE, readAccount, showAs } from './as.js';
import { $, begin, calm, cause, download, during, facts, halt, only, show, tell, trouble } from './frame.js';
import { loggedIn } from './login.js';
import { fileTrouble, isPdf, onFiles, readFile, showPdf } from './paper.js';
import { day, el, moment, say } from './say.js';
import { approvals, challenge, listed, statementOf, stop } from './touch.js';

const ZERO = new Uint8Array(16);
const MARGIN = 30000;
const CERTIFICATE_MAX = 8192;
const OID = { 1: '1.2.840.10045.4.3.2', 2: '1.2.840.10045.4.3.3', 16: '1.2.840.113549.1.1.11', 32: '1.2.840.113549.1.1.10' };

let config, api, account, keys, doc, act, signed;

const chosen = () => keys[Number($('key').value)];

/* A label is text of at most 200 bytes; a name that is not gives way to a plain one. */
function labelOf(name) {
	const plain = name.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '_');
	let cut = plain;

	while (new TextEncoder().encode(cut).length > 200)
		cut = cut.slice(0, -1);
	return cut.replace(/[\ud800-\udbff]$/, '');
}

/* The issuers' certificates go into the file, so that whoever has it needs no other; the account does not name them. */
async function chainOf(key) {
	if (key.issuers)
		return key.issuers;
	const { cert } = await api.csc('credentials/info', { credentialID: hex(key.id), certificates: 'chain' });

	key.issuers = listed(cert?.certificates ?? [], 0, 8).map(unbase64);
	if (key.issuers.some((c) => c.length > CERTIFICATE_MAX))
		throw stop('answer');
	return key.issuers;
}

/* Statement and attributes for the shown document under the chosen key. */
async function build() {
	const key = chosen(), { alg } = key;
	const nonce = await challenge(api, config, account.signer, PURPOSE.SIGN);
	const documentDigest = await digestWith(alg, doc.bytes);
	const { attributes, digest } = await signedAttributes({ alg, documentDigest, certificate: key.certificate.der, time: Date.now() });
	const statement = statementOf(config, PURPOSE.SIGN, account.signer, nonce, {
		key: key.id, spki: key.spki, class: key.class, level: key.level, alg: alg.number, kind: 1, seen: 1,
		requester: ZERO, name: '', items: [{ digest, label: labelOf(doc.name) }], text: '',
	});
	const encoded = encodeStatement(statement);

	act = { key, attributes, digest, encoded, d: await statementDigest(encoded), exp: statement.exp };
	$('print').textContent = fingerprint(act.d);
}

/* The act rests until there is something to approve. */
function rest(yes = true) {
	if (yes)
		$('sign').setAttribute('aria-disabled', 'true');
	else
		$('sign').removeAttribute('aria-disabled');
}

async function chooseKey() {
	calm();
	rest();
	act = undefined;
	$('print').textContent = '';
	showAs($('as'), chosen());
	try {
		await build();
	} finally {
		rest(false);
	}
}

async function takeFile([file]) {
	fileTrouble();
	calm();
	show('chosen', false);
	rest();
	doc = act = undefined;
	$('print').textContent = '';
	try {
		const bytes = await readFile(file);

		if (!isPdf(bytes))
			return fileTrouble('file.notpdf');
		say($('doc-name'), 'doc.name', { name: file.name });
		say($('doc-size'), 'doc.size', { n: Math.max(1, Math.round(bytes.length / 1024)) });
		show('chosen');
		const pages = await showPdf(bytes, $('paper'), file.name);

		doc = { bytes, name: file.name, pages };
	} catch (e) {
		console.error(e);
		show('chosen', false);
		return fileTrouble(['file.large', 'file.noviewer'].includes(e.word) ? e.word : 'file.unshown');
	}
	await chooseKey().catch((e) => trouble(e, 'error', $('sign')));
	$('doc-name').scrollIntoView({ block: 'start' });
	return undefined;
}

async function askForSignature(evidences) {
	const inline = new Writer().v32(act.encoded).v32(evidences).done();
	const { signatures } = await api.csc('signatures/signHash', { credentialID: hex(act.key.id), SAD: 'PRS1.' + base64url(inline),
		hashes: [base64(act.digest)], signAlgo: OID[act.key.alg.number] }, { timeout: 90000 });

	if (!Array.isArray(signatures) || signatures.length !== 1)
		throw stop('answer');
	return unbase64(signatures[0]);
}

async function sign() {
	calm();
	if (!doc)
		throw stop('answer');
	if (!act || act.exp - Date.now() < MARGIN)
		await build();
	const now = act;

	const evidences = await approvals(now.d, account.authenticators, now.key.evidences,
	    (step, of) => tell(of > 1 ? 'live.touches' : 'live.touch', { step, of }));

	tell('live.sam');
	const signature = await askForSignature(evidences);
	const p7s = await signedData({ alg: now.key.alg, certificate: now.key.certificate, chain: await chainOf(now.key),
		attributes: now.attributes, signature });

	signed = { p7s, name: doc.name, d: now.d };
	showResult(now);
}

function showResult({ key, d }) {
	say($('result-text'), 'desk.done.text', { name: doc.name, who: key.certificate.commonName });
	facts($('result-facts'), [['verdict.sam', el('span', { t: 'verdict.signed' })], ['as.subject', key.certificate.subjectText],
		['result.time', el('span', { t: ['result.at', { time: moment(Date.now()) }] })],
		['sign.print', el('span', { class: 'print', translate: 'no' }, fingerprint(d))]]);
	calm('receipt-error');
	only('result');
	tell('live.none');
}

/* The receipt must be of what was just approved, else it is no receipt. */
async function getReceipt() {
	calm('receipt-error');
	const bytes = unbase64((await api.propria('receipt', { d: hex(signed.d), index: 0 })).receipt);
	const { readReceipt } = await import('../lib/receipt.js');
	const receipt = await readReceipt(bytes);

	if (hex(receipt.d) !== hex(signed.d) || hex(receipt.group) !== hex(config.group))
		throw stop('answer');
	download(`${signed.name}.receipt`, bytes);
}

function press(id, where, work) {
	$(id).addEventListener('click', () => during($(id), () => work().catch((e) => {
		console.error(e);
		if (['group', 'clock', 'token'].includes(cause(e)) || e.word === 'clock')
			halt(e.word === 'clock' ? 'clock' : cause(e), { now: moment(e.now ?? 0) });
		else
			trouble(e, where, $(id));
	})));
}

function another() {
	show('chosen', false);
	$('paper').replaceChildren();
	doc = act = undefined;
	tell('live.none');
	only('desk');
}

function offerKeys() {
	keys = account.keys.filter((k) => k.state === ACTIVE && k.certificate && k.spki);
	if (keys.length === 0)
		return false;
	$('key').replaceChildren(...keys.map((k, i) => el('option', { value: i,
		t: ['desk.option', { name: k.certificate.commonName, alg: k.alg.name, to: day(k.certificate.notAfter) }] })));
	return true;
}

begin('desk', async () => {
	({ config, api } = await loggedIn('desk'));
	if (!api)
		return;
	account = await readAccount(api, config);
	if (!offerKeys())
		return halt('nokey');
	$('key').addEventListener('change', () => chooseKey().catch((e) => trouble(e, 'error', $('sign'))));
	onFiles(takeFile);
	press('sign', 'error', sign);
	press('get-receipt', 'receipt-error', getReceipt);
	$('get-p7s').addEventListener('click', () => download(`${signed.name}.p7s`, signed.p7s, 'application/pkcs7-signature'));
	$('again').addEventListener('click', another);
	$('other-doc').addEventListener('click', another);
	only('desk');
});
