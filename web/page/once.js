/* SPDX-License-Identifier: Apache-2.0 */
/* A key that is made for one signature: what the SSA offers, read as hostile, told to people, and put into a statement. */
import { algOf } from '../lib/alg.js';
import { equal, unhex, utf8 } from '../lib/bytes.js';
import { sessionOf } from '../lib/statement.js';
import { facts } from './frame.js';
import { day, el, moment } from './say.js';
import { clean, stop, whole } from './touch.js';

const ZERO = new Uint8Array(32);
const SECONDS_MAX = 7200;
const LINE_MAX = 255;

/* Letters a-z, digits, hyphens, then zero bytes. */
function profileOf(text) {
	const profile = new Uint8Array(16);

	if (typeof text !== 'string' || !/^[a-z0-9-]{1,16}$/.test(text))
		throw stop('unreadable');
	profile.set(utf8(text));
	return profile;
}

/* The session must be of the nonce that the statement names: another one was not made for it. */
export async function readOffer(o, fresh, kind) {
	const alg = algOf(o.alg), session = unhex(o.session, 16);

	if (!alg || !equal(session, await sessionOf(fresh)))
		throw stop('unreadable');
	return { session, profile: profileOf(o.profile), named: o.profile, idv: unhex(o.idv, 32), life: whole(o.seconds, 1, SECONDS_MAX) * 1000,
		kind: whole(kind, 2, 3), alg, ca: clean(o.ca, LINE_MAX), qualifier: clean(o.qualifier ?? o.signatureQualifier, LINE_MAX),
		evidences: whole(o.evidences ?? 1, 1, 2) };
}

/* Body of SIGN_ONCE over documents. */
export function onceBody({ session, profile, idv, kind, alg }, { seen, requester, name, items, text }) {
	return { key: ZERO.slice(0, 16), spki: ZERO, class: 1, level: 2, alg: alg.number, kind, seen, requester, name, session, profile, idv,
		attrs: 0, items, text };
}

export function showOffer(list, { ca, named, kind, alg }, more = []) {
	facts(list, [['once.key', el('strong', { t: 'once.key.text' }), el('span', { class: 'line quiet', t: 'once.key.gone' })],
		['once.ca', ca], ['once.profile', el('code', {}, named)], ['once.format', el('span', { t: `once.format.${kind}` })],
		['as.level', el('span', { t: 'as.level.2' })], ['as.bound', el('span', { t: 'as.bound.2' })],
		['as.alg', el('code', {}, alg.name)], ...more]);
}

/* The certificate of a key that is gone already. */
export function certificateFacts(c) {
	return [['as.subject', el('strong', {}, el('bdi', {}, c.commonName)), el('bdi', { class: 'line quiet' }, c.subjectText)],
		['as.issuer', c.issuerText], ['as.valid', el('span', { t: ['as.until', { from: c.notAfter - c.notBefore < 172800000
			? moment(c.notBefore) : day(c.notBefore), to: c.notAfter - c.notBefore < 172800000 ? moment(c.notAfter) : day(c.notAfter) }] })]];
}
