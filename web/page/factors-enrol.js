/* SPDX-License-Identifier: Apache-2.0 */
/* The authentication module's side of an enrolment: a PIN and an app for codes, set with the module's own code. */
import { base64, hex, sha256, unbase64url } from '../lib/bytes.js';
import { codeKey, readCode } from '../lib/code.js';
import { codeEvidence, encodeEvidences } from '../lib/evidence.js';
import { SEED_LEN, sealFactors, seedLink, seedText, setFactorsBinding } from '../lib/factors.js';
import { PURPOSE, encodeStatement, statementDigest } from '../lib/statement.js';
import { fetchModule } from './factors.js';
import { $, tell } from './frame.js';
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

const pinOf = (value) => {
	if (value.length < 6 || new TextEncoder().encode(value).length > 64)
		throw new RangeError('pin');
	return value;
};
const sameAs = (id) => (value) => {
	if (value !== $(id).value.trim())
		throw new RangeError('pin');
	return value;
};
const codeOf = (value) => {
	if (!/^[0-9]{6}$/.test(value))
		throw new RangeError('code');
	return value;
};

const readForm = () => readFields({ mcode: readCode, pin: pinOf, pin2: sameAs('pin'), otp: codeOf });

/* Sets them; false: a field is wrong, and said so. */
export async function setFactors(where, person) {
	const form = readForm();

	if (!form)
		return false;
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
	for (const id of ['mcode', 'pin', 'pin2', 'otp'])
		$(id).value = '';
	seed.fill(0);
	return true;
}

