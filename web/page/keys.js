/* SPDX-License-Identifier: Apache-2.0 */
/* My keys: what there is, each use there ever was, the brake, a new key, passkeys that come and go. */
import { algByName, algOf } from '../lib/alg.js';
import { base64, hex, unbase64, unhex } from '../lib/bytes.js';
import { logout } from '../lib/oauth.js';
import { ACTIVE, readAccount, showAs } from './as.js';
import { $, asked, badge, begin, calm, cause, download, during, halt, only, show, tell, trouble } from './frame.js';
import { lineOf, readFields } from './form.js';
import { loggedIn } from './login.js';
import { waysOf } from './ways.js';
import { el, moment, say } from './say.js';
import { clean, isBlank, listed, stop, whole } from './touch.js';

const SUSPENDED = 4;
const DESTROYED = 5;
const PASSKEY = 2;
const MODULE = 3;
const SIGNER = 1;
const KEY = 2;
const LIMIT = 50;
const POLL_MS = 4000;
const POLLS_MAX = 450;

let config, api, account;
let rows = [], making, polls = 0, timer;

/* Fetched when one is done. */
const acts = () => import('./keyacts.js');

function failed(e, where, near) {
	console.error(e);
	if (['token', 'group', 'unreadable'].includes(e.word === 'unreadable' ? e.word : cause(e)))
		return halt(e.word === 'unreadable' ? e.word : cause(e));
	return trouble(e, where, near);
}

function press(button, where, work) {
	button.addEventListener('click', () => during(button, () => work().catch((e) => failed(e, where, button))));
	return button;
}

async function freeze(type, id, key) {
	say($('freeze-title'), key);
	say($('freeze-text'), `${key}.text`);
	if (!await asked($('freeze')))
		return;
	await api.propria('freeze', { type, id: hex(id) });
	tell('live.frozen');
	await refresh();
}

async function release(key) {
	calm();
	await (await acts()).releaseKey({ api, config, account }, key);
	await refresh();
	tell('live.released');
}

/* The certificate request goes to a CA, its certificate comes back here. */
function certificateActs(key) {
	const field = el('input', { type: 'file', class: 'away', accept: '.pem,.crt,.cer,.der', 'aria-label': 'PEM' });
	const get = press(el('button', { type: 'button', class: 'small', t: 'keys.csr' }), 'error', async () => {
		const { csr } = await api.propria('keys/request', { credentialID: hex(key.id) });

		download(`${hex(key.id)}.csr`, unbase64(csr), 'application/pkcs10');
	});

	field.dataset.tLabel = 'keys.link';
	field.addEventListener('change', () => field.files.length && link(key, field).catch((e) => failed(e, 'error', field)));
	return [get, el('label', { class: 'button small' }, el('span', { t: 'keys.link' }), field)];
}

function fromPem(bytes) {
	const text = new TextDecoder('latin1').decode(bytes);
	const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE-----/g)];

	return blocks.length ? blocks.map((m) => m[1].replace(/\s/g, '')) : [base64(bytes)];
}

async function link(key, field) {
	const [certificate, ...chain] = fromPem(new Uint8Array(await field.files[0].arrayBuffer()));

	await api.propria('keys/certificate', { credentialID: hex(key.id), certificate, chain });
	tell('live.linked');
	await refresh();
}

/* Whose approval is always among those of a use. */
function needOf({ with: named, evidences }) {
	const a = named && account.authenticators.find((x) => hex(x.id) === hex(named));

	return ['keys.with', a ? el('span', { t: [`keys.way.${a.type === MODULE ? 'module' : 'provider'}${evidences > 1 ? '.passkey' : ''}`, { name: a.label }] }) : undefined];
}

function keyCard(key) {
	const list = el('dl', { class: 'facts' }), gone = key.state === DESTROYED;
	const card = el('article', { class: 'card' }, el('header', {},
	    el('h2', {}, key.certificate ? el('bdi', {}, key.certificate.commonName) : el('span', { t: 'keys.new' })),
	    badge(`keys.state.${key.state}`, key.state === ACTIVE ? '' : 'off')), list);
	const acts = el('div', { class: 'acts' });

	showAs(list, key, [['keys.id', el('code', {}, hex(key.id))],
		needOf(key),
		key.uses === undefined ? ['keys.id'] : ['keys.uses', el('span', { t: ['keys.used', { n: whole(key.uses, 0, 2 ** 53 - 1) }] })]]);
	if (key.state < ACTIVE)
		acts.append(...certificateActs(key));
	if (key.state === SUSPENDED && account.state < SUSPENDED)
		acts.append(press(el('button', { type: 'button', class: 'small', t: hasOthers() ? 'keys.release.means' : 'keys.release' }), 'error', () => release(key)));
	if (!gone && key.state !== SUSPENDED)
		acts.append(press(el('button', { type: 'button', class: 'small danger', t: 'keys.freeze' }), 'error',
		    () => freeze(KEY, key.id, 'keys.freeze.key')));
	if (acts.childElementCount)
		card.append(acts);
	return card;
}

function passkeyRow(a) {
	const words = `value.protection.${[1, 2, 3, 4, 5, 6, 7, 8, 9].includes(a.protection) ? a.protection : 0}`;

	return el('li', {}, el('span', { class: 'name' }, a.label ? el('bdi', {}, a.label) : el('span', { t: 'sign.unnamed' }), ' ',
		badge(`keys.type.${[1, 2, 3, 4].includes(a.type) ? a.type : 1}`, a.type === 1 ? 'off' : '')),
	    a.protection === undefined ? '' : el('span', { class: 'quiet', t: words }),
	    Number.isSafeInteger(a.bound) && a.bound > 1e12 ? el('span', { class: 'quiet', t: ['keys.bound', { time: moment(a.bound) }] }) : '',
	    account.authenticators.length > 1 ? press(el('button', { type: 'button', class: 'small', t: 'keys.remove' }), 'error', () => remove(a)) : '');
}

/* Is there something else than passkeys? */
const hasOthers = () => account.authenticators.some((a) => a.type > PASSKEY);

async function remove(a) {
	say($('remove-title'), hasOthers() ? 'keys.remove.title.means' : 'keys.remove.title');
	say($('remove-text'), hasOthers() ? 'keys.remove.text.means' : 'keys.remove.text', { name: a.label || hex(a.id) });
	if (!await asked($('remove')))
		return;
	await (await acts()).removePasskey({ api, config, account }, a);
	await refresh();
	tell('keys.removed');
}

async function make() {
	const form = readFields({ label: lineOf(64) });

	calm('add-error');
	if (!form)
		return;
	const { makePasskey } = await import('./passkeys.js');

	making = await makePasskey({ api, config, account }, form.label);
	addStep(2);
	tell('keys.add.made');
}

/* Whatever happens to it, an attempt is not taken up again: its nonce is spent, or soon too old. */
async function add() {
	const attempt = making;

	calm('add-error');
	addStep(1);
	const { addPasskey } = await import('./passkeys.js');

	await addPasskey({ api, config, account }, attempt);
	$('add').open = false;
	$('label').value = '';
	await refresh();
	tell('keys.added');
}

function addStep(n) {
	show('add-make', n === 1);
	show('add-approve', n === 2);
	if (n === 1)
		making = undefined;
	$(n === 1 ? 'label' : 'approve-act').focus();
}

function readUse(use, source) {
	return { d: hex(unhex(use.d, 32)), index: whole(use.index, 0, 999), place: whole(use.place ?? 0, 0, 2 ** 53 - 1),
		time: whole(use.time, 0, 8.64e15), label: clean(use.label ?? '', 200), seen: use.seen, byService: use.word === 'service', once: source.once === true,
		name: clean(use.requester?.name ?? '', 128), own: /^0*$/.test(use.requester?.id ?? '') || use.requester.id === hex(account.signer) };
}

async function receiptOf(use) {
	const bytes = unbase64((await api.propria('receipt', { d: use.d, index: use.index })).receipt);
	const { readReceipt } = await import('../lib/receipt.js');
	const receipt = await readReceipt(bytes);

	if (hex(receipt.d) !== use.d || receipt.item !== use.index || hex(receipt.group) !== hex(config.group) ||
	    receipt.label !== use.label || receipt.statement.body.name !== use.name)
		throw stop('answer');
	download(`${use.label || use.d.slice(0, 16)}.receipt`, bytes);
}

function useRow(use) {
	const what = isBlank(use.label) ? el('span', { class: 'quiet', t: 'sign.unnamed' }) : el('bdi', {}, use.label);

	return el('tr', {}, el('td', { t: ['keys.at', { time: moment(use.time) }] }),
	    el('td', {}, what, ' ', use.once ? badge('keys.once') : '', use.byService ? badge('keys.word', 'warn') : use.seen === 1 ? badge('match.badge') : ''),
	    el('td', {}, isBlank(use.name) ? el('span', { t: use.own ? 'keys.self' : 'keys.noname' }) : el('bdi', {}, use.name)),
	    el('td', {}, use.byService ? el('span', { class: 'quiet', t: 'keys.noreceipt' })
		: press(el('button', { type: 'button', class: 'small', t: 'keys.receipt' }), 'error', () => receiptOf(use))));
}

/* The account's keys, and all those together that were made for one signature each. */
const sources = () => [...account.keys, account.once ??= { once: true }];

/* One page of each key's uses, newest first over all keys. */
async function moreUses() {
	const open = sources().filter((k) => k.rest !== false);

	for (const key of open) {
		const before = key.last, whose = key.once ? { once: true } : { credentialID: hex(key.id) };
		const answer = await api.propria('history', { ...whose, limit: LIMIT, ...before && { before } });
		const uses = listed(answer.uses, 0, 100).map((use) => readUse(use, key));

		key.last = answer.before ?? uses.at(-1)?.place;
		key.rest = answer.more === true && uses.length > 0 && key.last !== before;
		rows.push(...uses);
	}
	rows.sort((a, b) => b.time - a.time);
	showUses();
}

function showUses() {
	const head = ['keys.when', 'keys.what', 'keys.who'].map((t) => el('th', { scope: 'col', t }));

	say($('uses-count'), 'keys.listed', { n: rows.length });
	$('uses').replaceChildren(rows.length === 0 ? el('p', { class: 'quiet', t: 'keys.nouse' })
	    : el('table', {}, el('thead', {}, el('tr', {}, ...head, el('th', { scope: 'col' }, el('span', { class: 'away', t: 'keys.receipt' })))), el('tbody', {}, ...rows.map(useRow))));
	show('more', sources().some((k) => k.rest));
}

function showAccount() {
	say($('person'), account.state === ACTIVE || account.state === 2 ? 'keys.person' : 'keys.frozen',
	    { name: account.keys.find((k) => k.certificate)?.certificate.commonName || account.name || hex(account.signer) });
	$('keys').replaceChildren(...account.keys.map(keyCard));
	say($('ways'), hasOthers() ? 'keys.ways' : 'keys.passkeys');
	$('passkeys').replaceChildren(...account.authenticators.map(passkeyRow));
	offerWays();
	show('freeze-all', account.state < 4);
	$('create').open ||= account.keys.length === 0;
}

/* Whose it is does not change while the page is open. */
async function readAgain() {
	const now = await readAccount(api, config);

	if (account && hex(now.signer) !== hex(account.signer))
		throw stop('unreadable');
	return now;
}

async function refresh() {
	account = await readAgain();
	rows = [];
	showAccount();
	awaitCertificates();
	await moreUses();
}

const isPending = () => account.keys.some((k) => k.state < ACTIVE);
const told = (all) => JSON.stringify(all.keys.map((k) => [hex(k.id), k.state, k.version, Boolean(k.certificate)]));

/* Somebody else may bring a key's certificate: the page looks while one is awaited, and half an hour at most. */
async function look() {
	if (document.hidden || document.querySelector('.busy, dialog[open]'))
		return;
	const now = await readAgain(), waiting = isPending();

	if (told(now) === told(account))
		return;
	account = now;
	showAccount();
	if (waiting && !isPending())
		tell('live.linked');
	rows = [];
	await moreUses();
}

function awaitCertificates() {
	clearTimeout(timer);
	if (!isPending() || polls++ >= POLLS_MAX)
		return;
	timer = setTimeout(() => look().then(awaitCertificates, (e) => failed(e, 'error')), POLL_MS);
}

async function create() {
	calm('create-error');
	await (await acts()).createKey({ api, config, account }, Number($('alg').value), Number($('level').value), waysOf(account)[Number($('way').value)]);
	$('create').open = false;
	polls = 0;
	await refresh();
	tell('live.created');
}

/* The way that is chosen, in the words of the button and of what is said above it. */
function sayWay() {
	const { word } = waysOf(account)[Number($('way').value)] ?? {}, byPasskey = word === 'passkey', byService = $('level').value === '1';

	say($('create-act'), byPasskey ? 'keys.create.act' : 'keys.create.approve');
	say($('create-hint'), byService ? 'keys.create.hint.1' : byPasskey ? 'keys.create.hint' : 'keys.create.hint.way');
}

/* Offered only where there is something else than passkeys: they alone need no choice. */
function offerWays() {
	const ways = waysOf(account);

	$('way').replaceChildren(...ways.map((w, i) => el('option', { value: i, t: [`keys.way.${w.word}`, { name: w.name }] })));
	show('way-field', ways.length > 1);
	sayWay();
}

/* SCAL1 only where the service says that it orders uses of such keys. */
async function offerLevels() {
	const { scal1 } = await api.propria('status');
	const offered = scal1 !== null && typeof scal1 === 'object';

	$('level').replaceChildren(...(offered ? [2, 1] : [2]).map((n) => el('option', { value: n, t: `keys.level.${n}` })));
	show('level-field', offered);
	if (offered)
		say($('level-hint'), 'keys.level.hint', { seconds: whole(scal1.seconds, 1, 86400), n: whole(scal1.signatures, 1, 1000) });
	$('level').addEventListener('change', () => {
		const byService = $('level').value === '1';

		show('level-hint', byService);
		sayWay();
	});
}

begin('keys', async () => {
	({ config, api } = await loggedIn('keys'));
	if (!api)
		return;
	const names = ['ecdsa-p256-sha256', 'ecdsa-p384-sha384', 'rsa3072-pss-sha256', 'rsa3072-pkcs1-sha256'];

	$('alg').replaceChildren(...names.map((n) => el('option', { value: algByName(n).number }, algOf(algByName(n).number).name)));
	await offerLevels();
	await refresh();
	$('way').addEventListener('change', sayWay);
	$('create-form').addEventListener('submit', (e) => {
		e.preventDefault();
		during($('create-act'), () => create().catch((x) => failed(x, 'create-error', $('create-act'))));
	});
	$('add-make').addEventListener('submit', (e) => {
		e.preventDefault();
		during($('make-act'), () => make().catch((x) => failed(x, 'add-error', $('make-act'))));
	});
	press($('approve-act'), 'add-error', add);
	press($('freeze-all'), 'error', () => freeze(SIGNER, account.signer, 'keys.freeze.signer'));
	press($('more'), 'error', moreUses);
	press($('logout'), 'error', async () => { await logout(config); location.assign('/'); });
	only('account');
});
