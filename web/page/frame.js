/* SPDX-License-Identifier: Apache-2.0 */
/* What every page has: its language, one live region, panels for what went wrong, downloads. */
import { el, say, sentence, speak } from './say.js';

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

/* A word that the SSA or the browser gave, as one of the causes that we have words for. */
export function cause(e) {
	const reasons = { time: 'expired', nonce: 'expired', replay: 'done', group: 'group', epoch: 'group',
		closed: 'closed', room: 'closed', busy: 'busy', backend: 'busy', unreachable: 'closed',
		lost: 'lost', version: 'version', state: 'state', level: 'level', auth: 'refused', owner: 'refused',
		quorum: 'refused', cert: 'state', partial: 'lost' };

	if (e?.name === 'NotAllowedError' || e?.name === 'AbortError')
		return 'cancelled';
	if (e?.name === 'SecurityError')
		return 'origin';
	if (e?.name === 'InvalidStateError')
		return 'again';
	if (e?.name === 'NotSupportedError')
		return 'device';
	if (e?.cause_name)
		return e.cause_name;
	if (reasons[e?.reason])
		return reasons[e.reason];
	if (e?.status === 401)
		return 'login';
	if (e?.status === 429)
		return 'limit';
	if (e?.status === 0 || e instanceof TypeError)
		return 'network';
	return 'refused';
}

/* An error beside the act that met it, tied to it; the act stays possible. */
export function trouble(e, where = 'error', near) {
	const box = $(where), name = cause(e);

	box.replaceChildren(el('strong', { t: `error.${name}` }), ' ', el('span', { t: `error.${name}.do` }));
	if (e?.message && !['cancelled', 'network'].includes(name))
		box.append(el('details', {}, el('summary', { t: 'detail' }),
		    el('p', { class: 'quiet' }, [e.reason, e.message].filter(Boolean).join(': '))));
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
		el('dd', {}, ...values.map((v) => v instanceof Node ? v : el('bdi', {}, String(v)))))));
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

function language_switch(language) {
	const select = $('language');

	select.value = language;
	select.addEventListener('change', () => speak(select.value));
}

/* The page begins: words first, so that even a failure is said in the reader's language. */
export async function begin(page) {
	language_switch(await speak());
	document.body.dataset.ready = 'words';
	try {
		await page();
	} catch (e) {
		console.error(e);
		halt(['closed', 'network', 'login', 'group', 'clock'].includes(cause(e)) ? cause(e) : 'other', {},
		    e?.message);
	}
	document.body.dataset.ready = 'yes';
}

export { el, say, sentence };
