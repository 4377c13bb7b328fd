/* SPDX-License-Identifier: Apache-2.0 */
/* A card for somebody who is to become an officer: a passkey made here, and its word for role and name. */
import { base64url, hex, sha256 } from '../lib/bytes.js';
import { fingerprint } from '../lib/fingerprint.js';
import { officerCard, officerChallenge } from '../lib/officer.js';
import { createPasskey } from '../lib/newpasskey.js';
import { approveWithPasskey } from '../lib/passkey.js';
import { $, badge, calm, download, facts, only, tell } from './frame.js';
import { lineOf, readFields } from './form.js';
import { el } from './say.js';

const MADE = 'propria.card';

const random = (n) => crypto.getRandomValues(new Uint8Array(n));

/* The credential id of a card's passkey, if it was made in this browser. */
export async function ourCard(spki) {
	const [key, credential] = (localStorage.getItem(MADE) ?? '').split(' ');

	return key === hex(await sha256(spki)) ? credential : undefined;
}

/* Of the form of the page's `open` state. */
export async function makeCard(config) {
	const form = readFields({ person: lineOf(64) }), role = Number($('role').value);

	calm('card-error');
	if (!form)
		return;
	tell('live.make');
	const made = await createPasskey({ challenge: random(32), user: random(16), name: form.person, service: config.name, resident: 'required' });
	const d = await officerChallenge(role, form.person, made.spki);

	tell('live.again');
	const card = officerCard(role, form.person, made.spki, await approveWithPasskey(d, [made.credential]));
	const key = hex(await sha256(made.spki));

	localStorage.setItem(MADE, `${key} ${base64url(made.credential)}`);
	facts($('card-facts'), [['label.person', form.person], ['label.role', el('span', { t: `value.role.${role}` })],
		['label.officerKey', el('code', {}, key)],
		['card.kept', el('span', { t: made.backupEligible ? 'value.protection.7' : 'value.protection.5' }), made.backupEligible ? badge('card.copies', 'warn') : undefined]]);
	$('card-get').onclick = () => download(`officer-${fingerprint(d).slice(0, 4)}.card`, card);
	only('carded');
	tell('live.none');
}
