/* SPDX-License-Identifier: Apache-2.0 */
/* PIN and code: asked for in a dialog of ours, sealed to the authentication module and this one statement. */
import { base64, unbase64, unbase64url, unhex } from '../lib/bytes.js';
import { PIN_MAX, PIN_MIN, readModule, sealFactors } from '../lib/factors.js';
import { fingerprint } from '../lib/fingerprint.js';
import { $, during, trouble } from './frame.js';
import { el } from './say.js';
import { stop } from './touch.js';

/* The module that our own server pins, and the key of its present life. */
export async function fetchModule({ api, config }) {
	if (config.module === undefined)
		throw stop('nomodule');
	const answer = await api.propria('module');

	return readModule(config.module, unbase64(answer.genesis), unbase64url(answer.factorKey));
}

const INPUTS = {
	pin: { type: 'password', autocomplete: 'off', maxlength: PIN_MAX, minlength: PIN_MIN },
	otp: { inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 8, pattern: '[0-9]{6,8}' },
};

const field = (name) => el('div', { class: 'field' }, el('label', { for: `ask-${name}`, t: `factors.${name}` }),
    el('input', { id: `ask-${name}`, class: 'mono', 'aria-describedby': `ask-${name}-wrong`, autocapitalize: 'off', spellcheck: 'false',
	required: true, ...INPUTS[name] }),
    el('p', { class: 'wrong', id: `ask-${name}-wrong`, hidden: true }, el('span', { t: `wrong.${name}` })));

function makeDialog(d) {
	return el('dialog', { id: 'factors', 'aria-labelledby': 'factors-title' }, el('form', { novalidate: true },
	    el('h2', { id: 'factors-title', t: 'factors.title' }), el('p', { t: 'factors.text' }),
	    el('p', { class: 'quiet' }, el('span', { t: 'sign.print' }), ' ', el('span', { class: 'print line', translate: 'no' }, fingerprint(d))),
	    field('pin'), field('otp'), el('div', { class: 'note bad', id: 'factors-wrong', role: 'alert', hidden: true }),
	    el('div', { class: 'acts' }, el('button', { class: 'act', id: 'factors-act', t: 'factors.act' }),
		el('button', { type: 'button', id: 'factors-no', t: 'cancel' }))));
}

/* {pin, code}, or undefined if one of them cannot be it; what is taken is gone from the page. */
function takeFactors() {
	const inputs = [$('ask-pin'), $('ask-otp')], bad = inputs.filter((i) => !i.checkValidity());

	for (const i of inputs) {
		i.setAttribute('aria-invalid', String(bad.includes(i)));
		$(`${i.id}-wrong`).hidden = !bad.includes(i);
	}
	if (bad.length > 0) {
		bad[0].focus();
		return undefined;
	}
	const [pin, code] = inputs.map((i) => i.value);

	inputs.forEach((i) => { i.value = ''; });
	return { pin, code };
}

/* Asks until `send` takes what is given, and resolves to its answer. Wrong ones are asked for again in the same place. */
function askFactors(d, send) {
	const dialog = makeDialog(d);

	return new Promise((done, fail) => {
		let end = () => fail(stop('cancelled'));
		const closeWith = (how) => { end = how; dialog.close(); };

		async function attempt() {
			const given = takeFactors();

			if (!given)
				return;
			$('factors-wrong').hidden = true;
			await send(given).then((answer) => closeWith(() => done(answer)), (e) => {
				if (e.word !== 'factors' || !dialog.open)
					return closeWith(() => fail(e));
				trouble(e, 'factors-wrong', $('factors-act'));
				return $('ask-pin').focus();
			});
		}

		document.body.append(dialog);
		dialog.querySelector('form').addEventListener('submit', (e) => {
			e.preventDefault();
			during($('factors-act'), attempt);
		});
		$('factors-no').addEventListener('click', () => dialog.close());
		dialog.addEventListener('close', () => { dialog.remove(); end(); }, { once: true });
		dialog.showModal();
	});
}

/* What a refusal by the module is to the person: which factor was wrong is nobody's business, how to go on is. */
function judged(e) {
	throw e.word === 'auth' ? stop('factors') : e;
}

/* A grant of the module over d. */
export async function approval(where, { encoded, d }, authenticator) {
	const person = unhex(authenticator.person, 16);

	await fetchModule(where);	/* what is wrong with it is better known before a PIN is typed */
	return askFactors(d, async (given) => {
		/* Asked again for each attempt: the module may have begun another life. */
		const sealed = await sealFactors(await fetchModule(where), d, person, given);
		const { grant } = await where.api.propria('module/grant', { statement: base64(encoded), sealed: base64(sealed) },
		    { timeout: 60000 }).catch(judged);

		return unbase64(grant);
	});
}
