/* SPDX-License-Identifier: Apache-2.0 */
/* Enrol: the officer's code, a passkey made here, two touches, and the person has an account. */
import { Api } from '../lib/api.js';
import { base64, base64url, concat, hex, unhex, utf8 } from '../lib/bytes.js';
import { codeKey, readCode } from '../lib/code.js';
import { codeEvidence, encodeEvidences, passkeyEvidence } from '../lib/evidence.js';
import { fingerprint } from '../lib/fingerprint.js';
import { loadConfig } from '../lib/group.js';
import { beginLogin } from '../lib/oauth.js';
import { bindChallenge, createPasskey } from '../lib/newpasskey.js';
import { approveWithPasskey, passkeysWork } from '../lib/passkey.js';
import { PURPOSE, encodeStatement, statementDigest } from '../lib/statement.js';
import { $, about, begin, calm, during, facts, halt, only, tell, trouble } from './frame.js';
import { lineOf, plainId, readFields } from './form.js';
import { el, say } from './say.js';
import { ME, challenge, listed, people, statementOf, stop, whole } from './touch.js';

const INVITED = 1;
const PASSKEY = 2;
const GRANT = 3;
const TOKEN = 4;
const ZERO = new Uint8Array(16);
const PEOPLE_MAX = 16;

let config, api;
let person, provider;	/* who approves beside or without a passkey: the link says it */

function step(n) {
	for (let i = 1; i <= 3; i++) {
		const item = $(`step${i}`);

		item.classList.toggle('done', i < n);
		if (i === n)
			item.setAttribute('aria-current', 'step');
		else
			item.removeAttribute('aria-current');
	}
}

const readForm = () => readFields({ signer: plainId, code: readCode, name: lineOf(64), label: lineOf(64) });

/* What the statement says of a new authenticator that is not made here, and its own approval. */
async function bindElsewhere({ signer, label }, nonce, from) {
	const attestation = person ? concat(config.module, person) : utf8(provider.issuer);
	const type = person ? GRANT : TOKEN, where = { api, config };
	const encoded = encodeStatement(statementOf(config, PURPOSE.BIND, signer, nonce, { from, type, protection: person ? 8 : 9,
		spki: new Uint8Array(0), label, attestation, client: new Uint8Array(0) }));
	const d = await statementDigest(encoded), means = await (person ? import('./factors.js') : import('./provider.js'));
	const body = await means.approval(where, { encoded, d }, person ? { person: hex(person) } : { issuer: provider.issuer });

	return { encoded, d, own: { type, id: ZERO, body } };
}

async function bindPasskey({ signer, name, label }, nonce, from) {
	tell('live.make');
	const made = await createPasskey({ challenge: await bindChallenge(nonce.fresh), user: signer, name, service: config.name });
	const encoded = encodeStatement(statementOf(config, PURPOSE.BIND, signer, nonce, {
		from, type: PASSKEY, protection: 0, spki: made.spki, label,
		attestation: made.attestation, client: made.client,
	}));
	const d = await statementDigest(encoded);

	tell('live.again');
	const touched = await approveWithPasskey(d, [made.credential]);

	return { encoded, d, made, own: passkeyEvidence(null, touched) };
}

async function bind(form) {
	const invitation = await api.propria('invitation', { signer: hex(form.signer) });

	if (whole(invitation.state, 1, 5) !== INVITED)
		throw stop('enrolled');
	const once = await codeKey(form.code, config.group), from = whole(invitation.version, 0, 0xffffffff);
	const nonce = await challenge(api, config, form.signer, PURPOSE.BIND);
	const { encoded, d, made, own } = await (person || provider ? bindElsewhere : bindPasskey)(form, nonce, from);

	tell('live.sam');
	const evidence = encodeEvidences([codeEvidence(await once.sign(d)), own]);
	const answer = await api.propria('enrol', { statement: base64(encoded), evidence: base64(evidence),
		...made && { credential: base64url(made.credential) } }, { timeout: 90000 });

	return { answer, made, d };
}

function registration(token) {
	if (typeof token !== 'string' || !/^[A-Za-z0-9_-]{16,512}$/.test(token))
		throw stop('answer');
	return `${config.ssa}/login/register#${token}`;
}

/* A memory of this device, so that another signer is noticed. */
function remember(signer, name, authenticators) {
	const row = { signer: hex(signer), name, authenticators: authenticators.map((a) => ({ id: hex(a.id),
		label: a.label, credential: a.credential && base64url(a.credential) })) };

	localStorage.setItem(ME, JSON.stringify([row, ...people().filter((p) => p.signer !== row.signer)].slice(0, PEOPLE_MAX)));
}

async function enrol() {
	const form = readForm();

	calm();
	if (!form)
		return;
	const { answer, made, d } = await bind(form);

	$('code').value = '';
	remember(form.signer, form.name, [{ id: unhex(answer.authenticator, 16), label: form.label, credential: made?.credential }]);
	$('register').href = registration(answer.register);
	facts($('bound'), [['enrol.name', form.name], ['enrol.signer', el('code', {}, hex(form.signer))],
		['enrol.label', form.label], ['enrol.kind', made && el('span', { t: made.backupEligible ? 'enrol.synced' : 'enrol.here' })],
		['sign.print', el('span', { class: 'print', translate: 'no' }, fingerprint(d))]]);
	step(2);
	only('login-state');
	tell('live.none');
}

/* The module takes the same code once more: nobody has to wait for the next. */
function afterFactors(set) {
	if (!set)
		return;
	only('code-state');
	tell('factors.done');
}

/* m: a person whom the authentication module admitted; p: an identity provider. */
async function means(link) {
	if (link.has('m')) {
		if (!/^[0-9a-f]{32}$/.test(link.get('m')) || config.module === undefined)
			throw stop('nomodule');
		person = unhex(link.get('m'), 16);
	} else if (link.has('p')) {
		const { providers } = await api.propria('providers');

		provider = listed(providers, 1, 16).find((p) => p.name === link.get('p'));
		if (!provider || typeof provider.issuer !== 'string')
			throw stop('unreadable');
	}
	$('make').dataset.t = person || provider ? 'enrol.act.bind' : 'enrol.act';
	say($('make'), $('make').dataset.t);
	say($('label').labels[0], person || provider ? 'enrol.label.means' : 'enrol.label');
}

begin('enrol', async () => {
	config = await loadConfig();
	about(config);
	api = new Api(config);
	const link = new URLSearchParams(location.hash.slice(1)), signer = link.get('s');

	await means(link);
	if (!person && !provider && !passkeysWork())
		return halt('device');

	if (signer && /^[0-9a-f]{32}$/.test(signer))
		$('signer').value = signer;
	$('form').addEventListener('submit', (e) => {
		e.preventDefault();
		during($('make'), () => enrol().catch((x) => { console.error(x); trouble(x, 'error', $('make')); }));
	});
	$('key-act').addEventListener('click', () => during($('key-act'), () => beginLogin(config, 'keys')));
	if (!person)
		return only('code-state');
	const { setFactors, showSeed } = await import('./factors-enrol.js');

	showSeed(config);
	$('factors-form').addEventListener('submit', (e) => {
		e.preventDefault();
		during($('set'), () => setFactors({ api, config }, person).then(afterFactors)
		    .catch((x) => { console.error(x); trouble(x, 'factors-error', $('set')); }));
	});
	return only('factors-state');
});
