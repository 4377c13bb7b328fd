/* SPDX-License-Identifier: Apache-2.0 */
/* Approve: an officers' act in words of our own decoder, approved by the officer's passkey. */
import { Api } from '../lib/api.js';
import { Reader, base64, base64url, cleanText, equal, hex, unbase64url } from '../lib/bytes.js';
import { encodeEvidences, passkeyEvidence } from '../lib/evidence.js';
import { fingerprint } from '../lib/fingerprint.js';
import { loadConfig, mustBeOurGroup } from '../lib/group.js';
import { approveWithPasskey, passkeysWork } from '../lib/passkey.js';
import { decodeStatement, statementDigest } from '../lib/statement.js';
import { words } from '../lib/words.js';
import { $, about, begin, calm, download, during, facts, halt, only, tell, trouble } from './frame.js';
import { onFiles, readFile } from './paper.js';
import { plainId, readFields } from './form.js';
import { el, moment, onLanguage, say, sentence, shown } from './say.js';
import { stop } from './touch.js';

/* A signer's own acts are none of an officer's: a link must not get a signer's passkey to approve one here. */
const OFFICERS = ['INVITE', 'SUSPEND', 'REINSTATE', 'CLOSE', 'ADD_ANCHOR', 'REMOVE_ANCHOR', 'ADD_OFFICER', 'REMOVE_OFFICER', 'SET_POLICY', 'RESUME',
	'ADD_PEER', 'REMOVE_PEER', 'ADD_PROVIDER', 'REMOVE_PROVIDER'];
/* What the authentication module enacts: these, and the acts by which each module is kept. */
const MODULES = ['ADMIT', 'UNLOCK', 'DISMISS', 'NEW_GRANT_KEY', 'ADD_OFFICER', 'REMOVE_OFFICER', 'SET_POLICY', 'RESUME', 'ADD_PEER', 'REMOVE_PEER'];
const NEW = 'ADD_OFFICER';
const OFFICER = 'propria.officer';
const PASSKEY = 'propria.officer.passkey';
const ZERO = new Uint8Array(16);

let config, api, statement, d, card;

async function showWords() {
	const told = await words(statement, sentence, (ms) => shown(moment(ms)));
	const value = ({ text, kind }) => kind === 'hex' ? el('code', {}, text)
	    : kind === 'bad' ? el('strong', { class: 'wrong' }, text) : el('bdi', {}, text);

	say($('what'), `purpose.${statement.name}`);
	$('words').replaceChildren(el('dl', { class: 'facts' }, ...told.lines.map((line) => el('div', { class: line.kind },
	    el('dt', {}, line.label), el('dd', {}, value(line))))));
}

/* An act file of the officers' program has the statement in it, and approvals that the page does not need. */
function statementIn(bytes) {
	const r = new Reader(bytes);

	return bytes.length > 8 && bytes[0] === 0x50 && cleanText(r.bytes(4)) === 'PRX1' ? r.v32() : bytes;
}

async function take(given) {
	let bytes;

	try {
		bytes = statementIn(given);
		statement = decodeStatement(bytes);
	} catch (e) {
		throw stop('statement', e.message);
	}
	const ofModule = config.module !== undefined && equal(statement.group, config.module);

	if (!ofModule)
		mustBeOurGroup(config, statement.group);
	if (!(ofModule ? MODULES : OFFICERS).includes(statement.name))
		throw stop('statement', statement.name);
	if (statement.exp <= Date.now())
		throw stop('expired');
	d = await statementDigest(bytes);
	await showWords();
	$('print').textContent = fingerprint(d);
	card = statement.name === NEW ? await (await import('./card.js')).ourCard(statement.body.spki) : undefined;
	$('officer').value = card ? '0' : localStorage.getItem(OFFICER) ?? '';
	only('ask');
}

const readOfficer = () => readFields({ officer: (value) => {
	const id = statement.name === NEW && value === '0' ? ZERO : plainId(value);

	return id;
} });

/* Who also signs has several passkeys here: the one that this officer used before, or made the card with. */
async function touch(officer) {
	const again = localStorage.getItem(OFFICER) === hex(officer) ? localStorage.getItem(PASSKEY) : undefined;
	const known = officer === ZERO ? card : again;

	try {
		const given = await approveWithPasskey(d, known ? [unbase64url(known)] : []);

		if (officer !== ZERO) {
			localStorage.setItem(OFFICER, hex(officer));
			localStorage.setItem(PASSKEY, base64url(given.credential));
		}
		return given;
	} catch (e) {
		localStorage.removeItem(PASSKEY);	/* the browser asks which, the next time */
		throw e;
	}
}

async function approve() {
	const form = readOfficer();

	calm();
	if (!form)
		return;
	if (statement.exp <= Date.now())
		throw stop('expired');
	tell('live.touch');
	const given = await touch(form.officer), evidence = encodeEvidences([passkeyEvidence(form.officer, given)]);

	$('get').onclick = () => download(`${fingerprint(d)}.approval`, evidence);
	tell('live.sam');
	const kept = await api.propria('evidence', { d: hex(d), evidence: base64(evidence) }).then(() => true, (e) => (console.error(e), false));

	say($('done-text'), kept ? 'approve.kept' : 'approve.notkept');
	only('done');
	tell('live.none');
}

function failed(e) {
	console.error(e);
	halt(['statement', 'expired', 'device'].includes(e.word) ? e.word : e.name === 'OtherGroupError' ? 'group' : 'statement', {}, e.text);
}

function fromFragment() {
	const plain = location.hash.slice(1);
	const text = plain === 'card' ? '' : new URLSearchParams(plain).get('s') ?? plain;

	$('card').open = plain === 'card';

	return text === '' ? undefined : unbase64url(text);
}

begin('approve', async () => {
	config = await loadConfig();
	about(config);
	api = new Api(config);
	if (!passkeysWork())
		return halt('device');
	onLanguage(() => statement && showWords());
	$('form').addEventListener('submit', (e) => {
		e.preventDefault();
		during($('approve'), () => approve().catch((x) => { console.error(x); trouble(x, 'error', $('approve')); }));
	});
	$('card-form').addEventListener('submit', (e) => {
		e.preventDefault();
		during($('card-act'), () => import('./card.js').then(({ makeCard }) => makeCard(config))
		    .catch((x) => { console.error(x); trouble(x, 'card-error', $('card-act')); }));
	});
	onFiles(([file]) => readFile(file).then(take).catch(failed));
	try {
		const bytes = fromFragment();

		if (bytes)
			await take(bytes);
		else
			only('open');
	} catch (e) {
		failed(e);
	}
});
addEventListener('hashchange', () => location.reload());
