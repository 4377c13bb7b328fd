/* SPDX-License-Identifier: Apache-2.0 */
/* Desk: a PDF is shown, approved and signed; its signature file and the receipt come back. */
import { digestWith } from '../lib/alg.js';
import { Writer, base64, base64url, hex, unbase64, unbase64url } from '../lib/bytes.js';
import { fingerprint } from '../lib/fingerprint.js';
import { PURPOSE, encodeStatement, statementDigest } from '../lib/statement.js';
import { ACTIVE, readAccount, showAs } from './as.js';
import { $, begin, calm, cause, download, during, facts, halt, only, show, tell, trouble } from './frame.js';
import { mustBeOurGroup } from '../lib/group.js';
import { loggedIn } from './login.js';
import { certificateFacts, onceBody, readOffer, showOffer } from './once.js';
import { fileTrouble, isPdf, onFiles, readFile, showPdf } from './paper.js';
import { day, el, moment, say } from './say.js';
import { approvals } from './means.js';
import { actsTake } from './ways.js';
import { challenge, clean, listed, mustAgree, statementOf, stop, whole } from './touch.js';

const ZERO = new Uint8Array(16);
const MARGIN = 30000;
const CADES = 2;
const ONCE_MS = 240000;	/* a nonce lives no longer */
const HASH = { 32: '2.16.840.1.101.3.4.2.1', 48: '2.16.840.1.101.3.4.2.2' };
const CERTIFICATE_MAX = 8192;
const OID = { 1: '1.2.840.10045.4.3.2', 2: '1.2.840.10045.4.3.3', 16: '1.2.840.113549.1.1.11', 32: '1.2.840.113549.1.1.10' };

let config, api, account, choices, doc, act, signed;

/* A key of the account, or {once}: one that is to be made. */
const chosen = () => choices[Number($('key').value)];

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

/* Statement for the shown document and a key that does not exist yet: the document itself is what is approved. */
async function buildOnce({ qualifier }) {
	const answer = await api.propria('once/challenge', { signatureQualifier: qualifier });

	mustBeOurGroup(config, answer.group);
	mustAgree(answer.now);
	const fresh = unbase64url(answer.fresh), offer = await readOffer(answer, fresh, CADES);
	const digest = await digestWith(offer.alg, doc.bytes);
	const nonce = { fresh, epoch: whole(answer.epoch, 0, 0xffffffff), life: offer.life };
	const statement = statementOf(config, PURPOSE.SIGN_ONCE, account.signer, nonce, onceBody(offer, { seen: 1, requester: ZERO, name: '',
		items: [{ digest, label: labelOf(doc.name) }], text: '' }));
	const encoded = encodeStatement(statement);

	act = { once: offer, digest, encoded, d: await statementDigest(encoded), exp: statement.iat + Math.min(offer.life, ONCE_MS), needs: actsTake(account) };
	showOffer($('as'), offer);
	$('print').textContent = fingerprint(act.d);
}

/* Statement and attributes for the shown document under the chosen key. */
async function build() {
	const key = chosen(), { alg } = key;

	if (key.once)
		return buildOnce(key.once);
	const nonce = await challenge(api, config, account.signer, PURPOSE.SIGN);
	const documentDigest = await digestWith(alg, doc.bytes), { signedAttributes } = await import('../lib/cms.js');
	const { attributes, digest } = await signedAttributes({ alg, documentDigest, certificate: key.certificate.der, time: Date.now() });
	const statement = statementOf(config, PURPOSE.SIGN, account.signer, nonce, {
		key: key.id, spki: key.spki, class: key.class, level: key.level, alg: alg.number, kind: 1, seen: 1,
		requester: ZERO, name: '', items: [{ digest, label: labelOf(doc.name) }], text: '',
	});
	const encoded = encodeStatement(statement);

	act = { key, attributes, digest, encoded, d: await statementDigest(encoded), exp: statement.exp, needs: key };
	$('print').textContent = fingerprint(act.d);
	return undefined;
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
	if (chosen().once)
		$('as').replaceChildren();
	else
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

const inline = (now, evidences) => 'PRS1.' + base64url(new Writer().v32(now.encoded).v32(evidences).done());

async function askForSignature(now, evidences) {
	const { signatures } = await api.csc('signatures/signHash', { credentialID: hex(now.key.id), SAD: inline(now, evidences),
		hashes: [base64(now.digest)], signAlgo: OID[now.key.alg.number] }, { timeout: 90000 });

	if (!Array.isArray(signatures) || signatures.length !== 1)
		throw stop('answer');
	return unbase64(signatures[0]);
}

/* The file is made by the server; it is kept only if it says exactly what was approved here, of this document. */
async function askForFile(now, evidences) {
	const { alg, kind, qualifier } = now.once;
	const { SignatureObject: files } = await api.csc('signatures/signDoc', { signatureQualifier: qualifier, SAD: inline(now, evidences),
		documentDigests: [{ hashes: [base64(now.digest)], hashAlgorithmOID: HASH[alg.digest], signAlgo: OID[alg.number], signature_format: 'C',
			conformance_level: 'AdES-B-B', signed_envelope_property: 'Detached' }] }, { timeout: 150000 });

	if (!Array.isArray(files) || files.length !== 1)
		throw stop('answer');
	const p7s = unbase64(files[0]), { checkFile } = await import('../lib/p7s.js');

	return { p7s, ...await checkFile({ bytes: p7s, alg, kind, documentDigest: now.digest }) };
}

async function signWithKey(now, evidences) {
	const signature = await askForSignature(now, evidences), { signedData } = await import('../lib/cms.js');

	return { certificate: now.key.certificate, p7s: await signedData({ alg: now.key.alg, certificate: now.key.certificate,
		chain: await chainOf(now.key), attributes: now.attributes, signature }) };
}

async function sign() {
	calm();
	if (!doc)
		throw stop('answer');
	if (!act || act.exp - Date.now() < MARGIN)
		await build();
	const now = act;

	const evidences = await approvals({ api, config }, now, account.authenticators, now.needs,
	    (step, of) => tell(of > 1 ? 'live.touches' : 'live.touch', { step, of }));

	tell(now.once ? 'live.certify' : 'live.sam');
	const { p7s, certificate } = await (now.once ? askForFile(now, evidences) : signWithKey(now, evidences));

	signed = { p7s, name: doc.name, d: now.d };
	showResult(now, certificate);
}

function showResult({ once, d }, certificate) {
	say($('result-text'), 'desk.done.text', { name: doc.name, who: certificate.commonName });
	facts($('result-facts'), [['verdict.sam', el('span', { t: once ? 'verdict.once' : 'verdict.signed' })],
		...once ? certificateFacts(certificate) : [['as.subject', certificate.subjectText]],
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

/* What the service signs with besides the person's keys: CAs that certify a key for one signature. */
async function onceOffers() {
	const { once } = await api.propria('status');

	return listed(once ?? [], 0, 8).map((o) => ({ once: { qualifier: clean(o.qualifier, 255), ca: clean(o.ca, 255) } }));
}

const optionOf = (c) => c.once ? ['desk.once', { ca: c.once.ca }]
    : ['desk.option', { name: c.certificate.commonName, alg: c.alg.name, to: day(c.certificate.notAfter) }];

async function offerKeys() {
	choices = [...account.keys.filter((k) => k.state === ACTIVE && k.certificate && k.spki), ...await onceOffers()];
	$('key').replaceChildren(...choices.map((c, i) => el('option', { value: i, t: optionOf(c) })));
	return choices.length > 0;
}

begin('desk', async () => {
	({ config, api } = await loggedIn('desk'));
	if (!api)
		return;
	account = await readAccount(api, config);
	if (!await offerKeys())
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
