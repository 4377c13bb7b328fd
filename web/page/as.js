/* SPDX-License-Identifier: Apache-2.0 */
/* As whom something is signed: certificate, level, algorithm of a key; and the account that has it. */
import { algByName } from '../lib/alg.js';
import { hex, sha256, unbase64, unhex } from '../lib/bytes.js';
import { isOfKey, readCertificate } from '../lib/certificate.js';
import { mustBeOurGroup } from '../lib/group.js';
import { badge, facts } from './frame.js';
import { day, el } from './say.js';
import { clean, distinct, listed, readAuthenticators, stop, whole } from './touch.js';

export const ACTIVE = 3;

function certificateFacts(c) {
	if (!c)
		return [['as.certificate', el('span', { t: 'as.nocertificate' })]];
	const late = Date.now() > c.notAfter || Date.now() < c.notBefore;

	return [['as.subject', el('strong', {}, el('bdi', {}, c.commonName)), el('bdi', { class: 'line quiet' }, c.subjectText)],
		['as.issuer', c.issuerText],
		['as.valid', el('span', { t: ['as.until', { from: day(c.notBefore), to: day(c.notAfter) }] }),
			late ? badge('as.late', 'warn') : undefined]];
}

export function showAs(list, key, more = []) {
	facts(list, [...certificateFacts(key.certificate),
		['as.level', el('span', { t: `as.level.${key.level}` }), badge(`as.scal.${key.level}`, key.level === 2 ? '' : 'warn')],
		['as.bound', el('span', { t: `as.bound.${key.level}` })],
		['as.class', el('span', { t: `value.class.${key.class}` })], ['as.alg', el('code', {}, key.alg.name)], ...more]);
}

async function readKey(row) {
	const alg = algByName(row.algorithm), spki = row.spki === undefined ? undefined : await sha256(unbase64(row.spki));
	const certificate = row.certificate === undefined ? undefined : readCertificate(unbase64(row.certificate));

	if (!alg || (certificate && spki && !await isOfKey(certificate, spki)))
		throw stop('certificate');
	return { id: unhex(row.credentialID, 16), version: whole(row.version, 0, 0xffffffff), state: whole(row.state, 1, 5), alg,
		class: whole(row.class, 1, 2), level: whole(row.level, 1, 2), spki, certificate, uses: row.uses,
		evidences: whole(row.evidences ?? 1, 1, 2), with: row.with === undefined ? undefined : unhex(row.with, 16) };
}

/* The account as the SSA tells it, of our group. */
export async function readAccount(api, config) {
	const answer = await api.propria('account');

	mustBeOurGroup(config, answer.group);
	return {
		signer: unhex(answer.signer, 16), version: whole(answer.version, 0, 0xffffffff), state: whole(answer.state, 1, 5),
		name: clean(answer.name ?? '', 512), authenticators: readAuthenticators(answer.authenticators),
		keys: distinct(await Promise.all(listed(answer.keys, 0, 64).map(readKey)), (k) => hex(k.id)),
	};
}
