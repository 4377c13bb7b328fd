/* SPDX-License-Identifier: Apache-2.0 */
/* PIN and code: asked for in a dialog of ours, sealed to the authentication module and this one statement. */
import { base64, unbase64, unbase64url, unhex } from '../lib/bytes.js';
import { PIN_MIN, readModule, sealFactors } from '../lib/factors.js';
import { el } from './say.js';
import { stop, whole } from './touch.js';

const ACTIVE = 2;

/* The module that our own server pins, and the key of its present life. */
export async function fetchModule({ api, config }) {
	if (config.module === undefined)
		throw stop('nomodule');
	const answer = await api.propria('module');

	return readModule(config.module, unbase64(answer.genesis), unbase64url(answer.factorKey));
}

function field(id, extra) {
	const wrong = el('p', { class: 'wrong', id: `${id}-wrong`, hidden: true });

	return [el('div', { class: 'field' }, el('label', { for: id, t: `factors.${id}` }),
	    el('input', { id, class: 'mono', 'aria-describedby': `${id}-wrong`, autocapitalize: 'off', spellcheck: 'false', ...extra }), wrong), wrong];
}

const INPUTS = {
	pin: { type: 'password', autocomplete: 'off', maxlength: 64, minlength: PIN_MIN },
	otp: { inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 8, pattern: '[0-9]{6,8}' },
};

/* {pin, otp}: those that are asked for; nothing of them stays in the page. */
export function askFactors(names) {
	const fields = names.map((name) => field(name, { ...INPUTS[name], required: true }));
	const form = el('form', { class: 'stack', novalidate: true }, el('h2', { t: 'factors.title' }), el('p', { t: 'factors.text' }),
	    ...fields.map(([row]) => row), el('div', { class: 'acts' }, el('button', { class: 'act', t: 'factors.act' }),
		el('button', { type: 'button', t: 'cancel', on: { click: () => dialog.close() } })));
	const dialog = el('dialog', { id: 'factors', 'aria-labelledby': 'factors-title' }, form);

	form.querySelector('h2').id = 'factors-title';
	return new Promise((done, fail) => {
		let given;

		form.addEventListener('submit', (e) => {
			e.preventDefault();
			const inputs = [...form.querySelectorAll('input')], bad = inputs.filter((i) => !i.checkValidity());

			inputs.forEach((i) => {
				const line = form.querySelector(`#${i.id}-wrong`);

				i.setAttribute('aria-invalid', String(bad.includes(i)));
				line.hidden = !bad.includes(i);
				line.replaceChildren(el('span', { t: `wrong.${i.id}` }));
			});
			if (bad.length > 0)
				return bad[0].focus();
			given = Object.fromEntries(inputs.map((i) => [i.id, i.value]));
			return dialog.close();
		});
		dialog.addEventListener('close', () => {
			dialog.remove();
			return given ? done(given) : fail(stop('cancelled'));
		}, { once: true });
		document.body.append(dialog);
		dialog.showModal();
	});
}

/* What a refusal by the module is to the person: which factor was wrong is nobody's business, how to go on is. */
function judged(e) {
	throw e.word === 'auth' ? stop('factors') : e;
}

/* A grant of the module over d. */
export async function approval(where, { encoded, d }, authenticator) {
	const module = await fetchModule(where);
	const person = unhex(authenticator.person, 16), given = await askFactors(authenticator.kinds ?? ['pin', 'otp']);
	const sealed = await sealFactors(module, d, person, { pin: given.pin, code: given.otp });
	const { grant } = await where.api.propria('module/grant', { statement: base64(encoded), sealed: base64(sealed) },
	    { timeout: 60000 }).catch(judged);

	return unbase64(grant);
}

/* A nonce of the module for an act of the person. */
export async function moduleChallenge({ api }, person, purpose) {
	const answer = await api.propria('module/challenge', { person, purpose });

	return { fresh: unbase64url(answer.fresh), epoch: whole(answer.epoch, 0, 0xffffffff), version: whole(answer.version, 0, 0xffffffff),
		state: whole(answer.state, 1, ACTIVE + 2) };
}
