/* SPDX-License-Identifier: Apache-2.0 */
/* Sign: what a program asks, shown whole; then one act over exactly that. */
import { digestWith } from '../lib/alg.js';
import { Api } from '../lib/api.js';
import { Writer, base64, equal, hex, unbase64 } from '../lib/bytes.js';
import { TAG } from '../lib/der.js';
import { fingerprint } from '../lib/fingerprint.js';
import { loadConfig } from '../lib/group.js';
import { passkeysWork } from '../lib/passkey.js';
import { readCertificate } from '../lib/certificate.js';
import { showAs } from './as.js';
import { $, about, badge, begin, calm, cause, download, during, facts, halt, only, show, tell, trouble } from './frame.js';
import { certificateFacts, showOffer } from './once.js';
import { fileTrouble, isPdf, onFiles, readFile, showPdf } from './paper.js';
import { fetchPassed } from './passed.js';
import { el, moment, say } from './say.js';
import { continuation, isSame, readTicket, statementFor, ticketOf } from './ticket.js';
import { approvals, needsNoPasskey, wordOf } from './means.js';
import { isBlank, people, stop } from './touch.js';

const MARGIN = 30000;
const POLL_MS = 2000;
const POLLS_MAX = 90;
const STOPS = ['certificate', 'changed', 'clock', 'group', 'unreadable'];

let config, api, ticket, ask, made;
let turn = Promise.resolve();
const seen = new Set();

/* Documents one after the other: two that are hashed and shown at once would be told in each other's words. */
function inTurn(work) {
	turn = turn.then(work).catch((e) => console.error(e));
	return turn;
}

const body = () => ({ ticket });

async function fetchAsk() {
	return readTicket(await api.propria('approval', body()), config);
}

async function build() {
	made = await statementFor(config, ask, seen.size === ask.items.length ? 1 : 2);
	$('print').textContent = fingerprint(made.d);
}

/* The name that the service gave the program; the signer's own has none. */
function asker() {
	const { id, name } = ask.requester;

	return isBlank(name) ? el('span', { t: equal(id, ask.signer) ? 'sign.own' : 'sign.noname' }) : name;
}

function itemRow(item, i) {
	const row = el('li', { id: `item${i}` }, el('span', { class: 'name' }, isBlank(item.label)
	    ? el('span', { class: 'quiet', t: 'sign.unnamed' }) : el('bdi', {}, item.label)),
	el('span', { class: 'quiet mono' }, hex(item.digest)));

	if (item.passed) {
		const button = el('button', { type: 'button', class: 'small', t: 'passed.show' });

		button.addEventListener('click', () => during(button, () => inTurn(() => takePassed(i, button))));
		row.append(button);
	}
	return row;
}

function warn(key, args, kind = 'warn') {
	$('warnings').append(el('div', { class: `note ${kind}` }, el('strong', { t: key }),
	    el('span', { t: [`${key}.text`, args] })));
}

/* Another signer than those who enrolled on this device: perhaps the wrong link. */
function noticeOther() {
	const here = people();
	const other = here.length > 0 && !here.some((p) => p.signer === hex(ask.signer));

	show('other', other);
	if (other) {
		const names = here.map((p) => p.name).slice(0, 3).join(', ');

		warn('sign.other', { names });
		say($('other-text'), 'sign.other.yes', { name: ask.key.certificate?.commonName ?? hex(ask.signer) });
	}
}

function showAsk() {
	const n = ask.items.length;

	say($('who'), 'sign.who', { n, name: asker() });
	$('said').textContent = ask.text;
	show('said', ask.text !== '');
	if (config.shared)
		warn('shared');
	noticeOther();
	if (ask.key.level !== 2)
		warn('sign.scal1');
	say($('what-title'), 'sign.count', { n });
	$('items').replaceChildren(...ask.items.map(itemRow));
	const by = ['as.requester', el('code', {}, hex(ask.requester.id))];

	if (ask.key.once)
		showOffer($('as'), ask.key.once, [by]);
	else
		showAs($('as'), ask.key, [by]);
	say($('as-title'), ask.key.once ? 'once.title' : 'sign.as');
	say($('approve'), wordOf(ask.authenticators, ask.key) ?? 'sign.approve');
	only('ask');
}

async function matches(item, bytes) {
	const { alg, certificate } = ask.key;
	const documentDigest = await digestWith(alg, bytes);

	/* A file that begins as a SET could be signed attributes of another document, whatever a viewer makes of it. */
	if (bytes[0] !== TAG.SET && equal(documentDigest, item.digest))
		return true;
	if (ask.key.once?.kind === 3) {	/* a PDF with a place for its signature: all but that place is signed */
		const { rangeOf } = await import('./sheets.js');

		return equal(await digestWith(alg, rangeOf(bytes)), item.digest);
	}
	if (!item.attributes || !certificate)
		return false;
	const { attributesBind } = await import('../lib/cms.js');

	return attributesBind({ alg, attributes: item.attributes,
		digest: item.digest, documentDigest, certificate: certificate.der });
}

async function found(bytes) {
	for (let i = 0; i < ask.items.length; i++)
		if (!seen.has(i) && await matches(ask.items[i], bytes))
			return i;
	return -1;
}

function result(kind, key, name) {
	$('match').append(el('div', { class: `note ${kind}` }, el('strong', { t: [key, { name }] }), el('span', { t: [`${key}.text`, { name }] })));
}

/* A document counts as seen when the bytes that were shown are those that were hashed. */
async function showItem(i, bytes, name) {
	const holder = el('div', { class: 'paper' });

	$('paper').append(holder);
	const shown = isPdf(bytes) && await showPdf(bytes, holder, name).then(() => true, (e) => (console.error(e), false));

	if (!shown) {
		holder.remove();
		return result('warn', 'match.unseen', name);
	}
	seen.add(i);
	$(`item${i}`).querySelectorAll('button, .badge').forEach((e) => e.remove());
	$(`item${i}`).append(badge('match.badge'));
	show('drop', seen.size < ask.items.length);
	await build();
	return result('', 'match.yes', name);
}

async function takeFile(file) {
	const bytes = await readFile(file), i = await found(bytes);

	return i < 0 ? result('bad', 'match.no', file.name) : showItem(i, bytes, file.name);
}

async function takeFiles(files) {
	fileTrouble();
	$('match').replaceChildren();
	for (const file of files.slice(0, 1000))
		await takeFile(file).catch((e) => fileTrouble(e.word === 'file.large' ? 'file.large' : 'file.unread'));
}

/* What was passed for an item is shown if it is that item's, and else said to be another. */
async function takePassed(i, button) {
	const item = ask.items[i], alone = ask.items.every((other) => other === item || other.label !== item.label);
	const name = isBlank(item.label) || !alone ? `${item.label} (${i + 1})` : item.label;

	if (seen.has(i))
		return;
	fileTrouble();
	tell('live.fetch');
	try {
		const bytes = await fetchPassed(api, ticket, i, item.passed);

		if (await matches(item, bytes))
			await showItem(i, bytes, name);
		else {
			button.replaceWith(badge('passed.other', 'warn'));
			result('bad', 'passed.no', name);
		}
	} catch (e) {
		console.error(e);
		result('warn', 'passed.gone', name);
	}
	tell('live.none');
}

/* One document that is at hand is shown without being asked for. */
function showFirst() {
	const button = $('items').querySelector('button');

	if (button && ask.items.length === 1)
		button.click();
}

/* A statement lives shorter than some people read: the same request again, with a new nonce. */
async function renew() {
	if (made.exp - Date.now() > MARGIN)
		return;
	const again = await fetchAsk();

	if (again.state !== 'pending')
		throw stop(again.state === 'approved' ? 'done' : again.state);
	if (!isSame(ask, again))
		throw stop('changed');
	ask = again;
	await build();
}

function goOn(link, url) {
	const to = continuation(config, url);

	show(link, Boolean(to));
	if (to) {
		$(link).href = to;
		$(link).replaceChildren(el('span', { t: ['continue', { name: asker() }] }));
	}
	return to;
}

function showVerdict(answer, { d, encoded }, evidences) {
	const to = goOn('continue', answer.continue);

	say($('verdict-text'), to === null ? 'verdict.nowhere' : to ? 'verdict.go' : 'verdict.close', { name: asker() });
	say($('verdict-title'), ask.key.once ? 'verdict.signed.title' : 'sign.done');
	facts($('verdict-facts'), [['verdict.sam', el('span', { t: ask.key.once ? 'verdict.once' : 'verdict.accepted' })],
		...answer.certificate ? [...certificateFacts(answer.certificate),
			['verdict.check', el('span', { t: answer.checked ? 'verdict.check.yes' : 'verdict.check.no' })]] : [],
		['verdict.count', el('span', { t: ['sign.count', { n: ask.items.length }] })],
		['verdict.expires', Number.isSafeInteger(answer.expires)
		    ? el('span', { t: ['verdict.until', { time: moment(answer.expires) }] }) : undefined],
		['sign.print', el('span', { class: 'print', translate: 'no' }, fingerprint(d))]]);
	$('keep').addEventListener('click', () => download(`approval-${fingerprint(d)}.prs1`,
	    new Writer().v32(encoded).v32(evidences).done()));
	only('verdict');
}

/* The certificate that the service names, and whether it is known here that its key signed what was approved. */
async function signedBy({ certificate: named, signing, signatures }) {
	const { alg, kind } = ask.key.once, certificate = named ? readCertificate(unbase64(named)) : undefined;

	if (!certificate || signatures === undefined)
		return { certificate };
	if (!Array.isArray(signatures) || !Number.isSafeInteger(signing))
		throw stop('answer');
	const { checkSignatures } = await import('../lib/p7s.js');

	await checkSignatures({ certificate, alg, kind, signing, documentDigests: ask.items.map((item) => item.digest), signatures: signatures.map(unbase64) });
	return { certificate, checked: true };
}

async function send(encoded, evidences) {
	const answer = await api.propria('approval/answer', { ...body(), statement: base64(encoded), evidence: base64(evidences) },
	    { timeout: ask.key.once ? 150000 : 30000 });

	if (answer.state !== 'approved')
		throw stop('answer');
	return ask.key.once ? { ...answer, ...await signedBy(answer) } : { ...answer, certificate: undefined };
}

async function approve() {
	calm();
	if (!$('other').hidden && !$('other-yes').checked)
		throw stop('unticked');
	await renew();
	const now = made;	/* a document that is dropped meanwhile makes another */

	tell('live.none');
	const evidences = await approvals({ api, config }, now, ask.authenticators, ask.key,
	    (n, of) => tell(of > 1 ? 'live.touches' : 'live.touch', { step: n, of }));

	tell(ask.key.once ? 'live.certify' : 'live.sam');
	showVerdict(await send(now.encoded, evidences), now, evidences);
	tell('live.none');
}

async function decline() {
	calm();
	const answer = await api.propria('approval/decline', body());

	if (answer.state !== 'declined')
		throw stop('answer');
	goOn('back', answer.continue);
	only('declined');
	tell('live.none');
}

/* While a key is being certified the answer may be lost to us, or be given in another tab: what came of it? */
async function settled() {
	for (let i = 0; ; i++) {
		const { state } = await api.propria('approval/state', body());

		if (state !== 'certifying' || i === POLLS_MAX)
			return state;
		tell('live.certify');
		await new Promise((done) => { setTimeout(done, POLL_MS); });
	}
}

/* After a refusal: was it decided elsewhere meanwhile? */
async function failed(e, button) {
	const name = cause(e);

	if (STOPS.includes(e.word ?? name))
		return halt(e.word ?? name, { now: moment(e.now ?? 0) }, e.text);
	if (['done', 'lost', 'expired', 'declined', 'busy'].includes(name)) {
		const state = await settled().catch(() => undefined);

		if (['approved', 'declined', 'expired', 'done'].includes(state))
			return halt(state === 'approved' ? 'done' : state);
	}
	return trouble(e, 'error', button);
}

function act(id, work) {
	$(id).addEventListener('click', () => during($(id), () => work().catch((e) => failed(e, $(id)))));
}

begin('sign', async () => {
	ticket = ticketOf(location.hash);
	config = await loadConfig();
	about(config);
	api = new Api(config);
	ask = await fetchAsk();
	if (ask.state !== 'pending')
		return halt(ask.state === 'approved' ? 'done' : ask.state);
	if (!passkeysWork() && !needsNoPasskey(ask.authenticators))
		return halt('device');
	await build();
	showAsk();
	onFiles((files) => inTurn(() => takeFiles(files)));
	showFirst();
	act('approve', approve);
	act('decline', decline);
});
addEventListener('hashchange', () => location.reload());
