/* SPDX-License-Identifier: Apache-2.0 */
/* What every page has: its language, one live region, panels for what went wrong, downloads. */
import { hex } from '../lib/bytes.js';
import { el, moment, say, sentence, speak } from './say.js';

/* Each has error.NAME and error.NAME.do among the words. */
export const ERRORS = ['again', 'answer', 'busy', 'ca', 'cancelled', 'closed', 'declined', 'device', 'done', 'enrolled', 'expired', 'factors', 'group',
	'level', 'limited', 'locked', 'login', 'lost', 'nomodule', 'nopasskey', 'offline', 'origin', 'provider', 'refused', 'state', 'token', 'two',
	'unticked', 'version'];
/* Each has halt.NAME, halt.NAME.why and halt.NAME.do. */
export const HALTS = ['certificate', 'changed', 'clock', 'closed', 'declined', 'denied', 'device', 'done', 'expired', 'group',
	'login', 'nokey', 'noticket', 'offline', 'other', 'statement', 'token', 'unreadable'];

export const $ = (id) => document.getElementById(id);

/* Progress, spoken once and shown in one line. */
export function tell(key, args) {
	say($('live'), key, args);
}

export function show(id, yes = true) {
	$(id).hidden = !yes;
}

/* One of several: the sections of a page are its states. */
export function only(id) {
	for (const section of document.querySelectorAll('main > [data-state]'))
		section.hidden = section.id !== id;
	const heading = $(id).querySelector('h1, h2');

	if (heading) {
		heading.tabIndex = -1;
		heading.focus({ preventScroll: true });
	}
	scrollTo(0, 0);
}

/* What stops the page: a title, what happened, what to do; details are the server's words as text. */
export function halt(name, args, detail) {
	const box = $('halt');

	box.dataset.name = name;
	box.replaceChildren(el('h1', { t: [`halt.${name}`, args], id: 'halt-title' }),
	    el('p', { t: [`halt.${name}.why`, args] }), el('p', { t: [`halt.${name}.do`, args] }));
	if (detail)
		box.append(el('details', {}, el('summary', { t: 'detail' }), el('p', { class: 'quiet' }, detail)));
	tell('live.none');
	only('halt');
}

/* Which of our sentences explains an error: by api.js's word, the browser's name, or our own word. */
export function cause(e) {
	const same = { session: 'expired', stock: 'busy', time: 'expired', nonce: 'expired', replay: 'done', epoch: 'group', room: 'closed', backend: 'busy',
		server: 'busy', unreachable: 'closed', timeout: 'lost', partial: 'lost', cert: 'state', auth: 'refused',
		owner: 'refused', quorum: 'refused', record: 'refused', parse: 'refused', purpose: 'refused', class: 'refused',
		alg: 'refused', svd: 'refused', dtbs: 'refused', kind: 'refused', limit: 'refused', proposal: 'refused',
		unknown: 'refused', peer: 'refused', share: 'refused', idp_sig: 'provider', idp_iss: 'provider', idp_aud: 'provider',
		idp_sub: 'provider', idp_nonce: 'provider', idp_acr: 'provider', idp_time: 'provider', idp_parse: 'provider',
		idp_header: 'provider', idp_shown: 'provider', request: 'refused', missing: 'refused', NotAllowedError: 'cancelled', AbortError: 'cancelled',
		SecurityError: 'origin', InvalidStateError: 'again', NotSupportedError: 'device', OtherGroupError: 'group',
		FormatError: 'answer' };
	const word = e?.word ?? e?.name ?? 'refused';
	const name = same[word] ?? word;

	return ERRORS.includes(name) ? name : 'refused';
}

/* An error beside the act that met it, tied to it; the act stays possible. */
export function trouble(e, where = 'error', near) {
	const box = $(where), name = cause(e);

	box.replaceChildren(el('strong', { t: `error.${name}` }), ' ', el('span', { t: `error.${name}.do` }));
	if (e?.text || e?.name === 'FormatError')
		box.append(el('details', {}, el('summary', { t: 'detail' }),
		    el('p', { class: 'quiet' }, [e.word, e.text || e.message].filter(Boolean).join(': '))));
	box.dataset.name = name;
	box.hidden = false;
	near?.setAttribute('aria-describedby', where);
	tell('live.none');
}

export function calm(where = 'error') {
	$(where).hidden = true;
}

/* Runs an act: its button rests meanwhile, so nothing happens twice. */
export async function during(button, act) {
	if (button.getAttribute('aria-disabled') === 'true')
		return undefined;
	button.setAttribute('aria-disabled', 'true');
	button.classList.add('busy');
	try {
		return await act();
	} finally {
		button.removeAttribute('aria-disabled');
		button.classList.remove('busy');
	}
}

export function download(name, bytes, type = 'application/octet-stream') {
	const url = URL.createObjectURL(new Blob([bytes], { type }));
	const a = el('a', { href: url, download: name.replace(/[^\w.\- ]+/g, '_') });

	document.body.append(a);
	a.click();
	a.remove();
	setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/* A list of pairs: what is said of it, and what it is. */
export function facts(list, pairs) {
	list.replaceChildren(...pairs.filter(([, value]) => value !== undefined && value !== null)
	    .map(([key, ...values]) => el('div', {}, el('dt', { t: key }),
		el('dd', {}, ...values.filter((v) => v !== undefined).map((v) => v instanceof Node ? v : el('bdi', {}, String(v)))))));
}

export function badge(key, kind = '') {
	return el('span', { class: `badge ${kind}`, t: key });
}

/* Asks before something that is felt at once; true if the person said yes. */
export function asked(dialog) {
	return new Promise((done) => {
		dialog.returnValue = 'no';
		dialog.addEventListener('close', () => done(dialog.returnValue === 'yes'), { once: true });
		dialog.showModal();
	});
}

/* Whose pages these are, at the foot of each. */
export function about(config) {
	say($('about'), config.shared ? 'about.shared' : 'about', { name: config.name, group: hex(config.group).slice(0, 16) });
}

function switchLanguage(name, language) {
	const select = $('language');

	select.value = language;
	select.addEventListener('change', () => speak(name, select.value));
}

/* The page begins: words first, so that even a failure is said in the reader's language. */
export async function begin(name, page) {
	switchLanguage(name, await speak(name));
	document.body.dataset.ready = 'words';
	try {
		await page();
	} catch (e) {
		const why = HALTS.includes(e?.word) ? e.word : cause(e);

		halt(HALTS.includes(why) ? why : 'other', { now: moment(e?.now ?? 0) }, e?.text || e?.message);
	}
	document.body.dataset.ready = 'yes';
}
