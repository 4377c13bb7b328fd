/* SPDX-License-Identifier: Apache-2.0 */
/* The signer's identity provider, in a window of its own: the page with what is approved stays where it is. */
import { base64, utf8 } from '../lib/bytes.js';
import { fingerprint } from '../lib/fingerprint.js';
import { el } from './say.js';
import { clean, listed, stop } from './touch.js';

const POLL_MS = 1000;
const WAIT_MS = 240000;

/* Where the service sends the person: https, or a provider on this machine. */
function readUrl(text) {
	const url = new URL(text), local = url.hostname === 'localhost' || url.hostname.endsWith('.localhost') || url.hostname === '127.0.0.1';

	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local))
		throw stop('answer');
	return url.href;
}

/* A window opens only by a person's own act, so it is a link that is pressed. */
function askToGo(name, url, d) {
	const link = el('a', { id: 'provider-go', class: 'button act', href: url, target: '_blank', rel: 'noopener noreferrer' }, el('span', { t: ['provider.go', { name }] }));
	const waiting = el('p', { class: 'quiet', role: 'status', hidden: true, t: ['provider.waiting', { name }] });
	const cancel = el('button', { type: 'button', id: 'provider-no', t: 'cancel' });
	const dialog = el('dialog', { id: 'provider', 'aria-labelledby': 'provider-title' }, el('div', { class: 'stack' },
	    el('h2', { id: 'provider-title', t: ['provider.title', { name }] }), el('p', { t: ['provider.text', { name }] }),
	    el('p', { class: 'quiet' }, el('span', { t: 'sign.print' }), ' ', el('span', { class: 'print line', translate: 'no' }, fingerprint(d))), waiting,
	    el('div', { class: 'acts' }, link, cancel)));

	link.addEventListener('click', () => { waiting.hidden = false; });
	cancel.addEventListener('click', () => dialog.close());
	document.body.append(dialog);
	dialog.showModal();
	return dialog;
}

async function resultOf(api, flow, dialog) {
	const until = Date.now() + WAIT_MS;
	let closed = false;

	dialog.addEventListener('close', () => { closed = true; }, { once: true });
	while (!closed && Date.now() < until) {
		const answer = await api.propria('idp/result', { flow });

		if (answer.state === 'done')
			return answer.token;
		if (answer.state === 'failed')
			throw stop('provider', clean(answer.why ?? '', 300));
		await new Promise((go) => { setTimeout(go, POLL_MS); });
	}
	throw stop(closed ? 'cancelled' : 'expired');
}

/* The service's name for a way to the issuer of this authenticator. */
async function wayTo(api, issuer) {
	const { providers } = await api.propria('providers'), way = listed(providers, 0, 16).find((p) => p.issuer === issuer);

	if (!way || typeof way.name !== 'string')
		throw stop('provider', issuer);
	return way;
}

/* The provider's ID token whose nonce is d. It is read by the SAM, not here. */
export async function approval({ api }, { encoded, d }, authenticator) {
	const { name, text } = await wayTo(api, authenticator.issuer);
	const { flow, url } = await api.propria('idp/begin', { provider: name, statement: base64(encoded), return: 'page' }, { timeout: 60000 });
	const dialog = askToGo(clean(text ?? name, 128), readUrl(url), d);

	try {
		const token = await resultOf(api, flow, dialog);

		if (typeof token !== 'string' || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) || token.length > 16384)
			throw stop('answer');
		return utf8(token);
	} finally {
		dialog.close();
		dialog.remove();
	}
}
