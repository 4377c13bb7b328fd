/* SPDX-License-Identifier: Apache-2.0 */
/* Enrol: the officer's code, a passkey made here, two touches, and the person has an account. */
import { Api } from '../lib/api.js';
import { base64, base64url, hex, unhex } from '../lib/bytes.js';
import { codeKey, readCode } from '../lib/code.js';
import { codeEvidence, encodeEvidences, passkeyEvidence } from '../lib/evidence.js';
import { fingerprint } from '../lib/fingerprint.js';
import { loadConfig } from '../lib/group.js';
import { beginLogin } from '../lib/oauth.js';
import { approveWithPasskey, bindChallenge, createPasskey, passkeysWork } from '../lib/passkey.js';
import { PURPOSE, encodeStatement, statementDigest } from '../lib/statement.js';
import { $, about, begin, calm, during, facts, halt, only, tell, trouble } from './frame.js';
import { lineOf, plainId, readFields } from './form.js';
import { el } from './say.js';
import { challenge, remember, statementOf, stop, whole } from './touch.js';

const INVITED = 1;
const PASSKEY = 2;

let config, api;

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

async function bind({ signer, code, name, label }) {
	const invitation = await api.propria('invitation', { signer: hex(signer) });

	if (whole(invitation.state, 1, 5) !== INVITED)
		throw stop('enrolled');
	const once = await codeKey(code, config.group);
	const nonce = await challenge(api, config, signer, PURPOSE.BIND);

	tell('live.make');
	const made = await createPasskey({ challenge: await bindChallenge(nonce.fresh), user: signer, name, service: config.name });
	const encoded = encodeStatement(statementOf(config, PURPOSE.BIND, signer, nonce, {
		from: whole(invitation.version, 0, 0xffffffff), type: PASSKEY, protection: 0, spki: made.spki, label,
		attestation: made.attestation, client: made.client,
	}));
	const d = await statementDigest(encoded);

	tell('live.again');
	const touched = await approveWithPasskey(d, [made.credential]);

	tell('live.sam');
	const evidence = encodeEvidences([codeEvidence(await once.sign(d)), passkeyEvidence(null, touched)]);
	const answer = await api.propria('enrol', { statement: base64(encoded), evidence: base64(evidence),
		credential: base64url(made.credential) }, { timeout: 90000 });

	return { answer, made, d };
}

function registration(token) {
	if (typeof token !== 'string' || !/^[A-Za-z0-9_-]{16,512}$/.test(token))
		throw stop('answer');
	return `${config.ssa}/login/register#${token}`;
}

async function enrol() {
	const form = readForm();

	calm();
	if (!form)
		return;
	const { answer, made, d } = await bind(form);

	$('code').value = '';
	remember(form.signer, form.name, [{ id: unhex(answer.authenticator, 16), label: form.label, credential: made.credential }]);
	$('register').href = registration(answer.register);
	facts($('bound'), [['enrol.name', form.name], ['enrol.signer', el('code', {}, hex(form.signer))],
		['enrol.label', form.label], ['enrol.kind', el('span', { t: made.backupEligible ? 'enrol.synced' : 'enrol.here' })],
		['sign.print', el('span', { class: 'print', translate: 'no' }, fingerprint(d))]]);
	step(2);
	only('login-state');
	tell('live.none');
}

begin('enrol', async () => {
	config = await loadConfig();
	about(config);
	api = new Api(config);
	if (!passkeysWork())
		return halt('device');
	const signer = new URLSearchParams(location.hash.slice(1)).get('s');

	if (signer && /^[0-9a-f]{32}$/.test(signer))
		$('signer').value = signer;
	$('form').addEventListener('submit', (e) => {
		e.preventDefault();
		during($('make'), () => enrol().catch((x) => { console.error(x); trouble(x, 'error', $('make')); }));
	});
	$('key-act').addEventListener('click', () => during($('key-act'), () => beginLogin(config, 'keys')));
	only('code-state');
});
