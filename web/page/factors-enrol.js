/* SPDX-License-Identifier: Apache-2.0 */
/* The authentication module's side of an enrolment: a PIN and an app for codes, set with the module's own code. */
import { base64, hex, sha256, unbase64url } from '../lib/bytes.js';
import { codeKey, readCode } from '../lib/code.js';
import { codeEvidence, encodeEvidences } from '../lib/evidence.js';
import { PIN_MAX, PIN_MIN, SEED_LEN, sealFactors, seedLink, seedText, setFactorsBinding } from '../lib/factors.js';
import { PURPOSE, encodeStatement, statementDigest } from '../lib/statement.js';
import { fetchModule } from './factors.js';
import { $, calm, tell } from './frame.js';
import { readFields } from './form.js';
import { el } from './say.js';
import { stop, whole } from './touch.js';

const ADMITTED = 1;
const LIFE = 120000;

let seed;

/* The seed is made here, and leaves this device for the app and for the module only. */
export function showSeed(config) {
	seed = crypto.getRandomValues(new Uint8Array(SEED_LEN));
	$('seed').replaceChildren(el('code', {}, seedText(seed).match(/.{4}/g).join(' ')));
	$('seed-link').href = seedLink(seed, config.name, config.name);
}

/* As it is typed: a space may belong to it. */
function pinOf() {
	const { value } = $('pin');

	if (value.length < PIN_MIN || new TextEncoder().encode(value).length > PIN_MAX)
		throw new RangeError('pin');
	return value;
}
function samePin() {
	if ($('pin2').value !== $('pin').value)
		throw new RangeError('pin');
}
const codeOf = (value) => {
	if (!/^[0-9]{6}$/.test(value))
		throw new RangeError('code');
	return value;
};

const readForm = () => readFields({ mcode: readCode, pin: pinOf, pin2: samePin, otp: codeOf });

const forget = (...ids) => ids.forEach((id) => { $(id).value = ''; });

/* Sets them; false: a field is wrong, and said so. PIN and code leave the page whatever comes of it. */
export async function setFactors(where, person) {
	const form = readForm();

	if (!form)
		return false;
	forget('pin', 'pin2', 'otp');
	calm('factors-error');
	await send(where, person, form);
	forget('mcode');
	seed.fill(0);
	$('seed').replaceChildren();
	$('seed-link').removeAttribute('href');
	return true;
}

async function send(where, person, form) {
	const module = await fetchModule(where), { api } = where;
	const nonce = await api.propria('module/challenge', { person: hex(person), purpose: PURPOSE.SET_FACTORS });

	if (whole(nonce.state, 1, 4) !== ADMITTED)
		throw stop('enrolled');
	const iat = Date.now(), fresh = unbase64url(nonce.fresh);
	const sealed = await sealFactors(module, await setFactorsBinding(fresh), person, { newPin: form.pin, newSeed: seed, code: form.otp });
	const encoded = encodeStatement({ purpose: PURPOSE.SET_FACTORS, group: module.id, epoch: whole(nonce.epoch, 0, 0xffffffff), subject: person,
		fresh, iat, exp: iat + LIFE, body: { from: whole(nonce.version, 0, 0xffffffff), sealed: await sha256(sealed) } });
	const d = await statementDigest(encoded), once = await codeKey(form.mcode, module.id);

	tell('live.sam');
	await api.propria('module/enact', { statement: base64(encoded), evidence: base64(encodeEvidences([codeEvidence(await once.sign(d))])),
		sealed: base64(sealed) }, { timeout: 60000 });
}
