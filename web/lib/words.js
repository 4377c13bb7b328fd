/* SPDX-License-Identifier: Apache-2.0 */
/* A decoded statement in words, one fact a line, from our own decoder: what a person reads before approving. */
import { algOf } from './alg.js';
import { FormatError, cleanText, hex, sha256 } from './bytes.js';
import { OF_MODULE, PURPOSE, oidsOf } from './statement.js';
import { DerReader, TAG, der } from './der.js';
import { nameText } from './name.js';

/**
 * @typedef {object} Line
 * @property {string} key    of the label: "label.KEY" for the translations
 * @property {string} label  translated
 * @property {string} text   the value, to be put into the page as textContent
 * @property {'text'|'hex'|'time'|'bad'} kind  hex: show in a fixed-width face; bad: a warning
 */

/** Every message that words() asks its translation function for. */
export const WORD_KEYS = Object.freeze([
	...Object.keys(PURPOSE).map((name) => 'purpose.' + name),
	...['group', 'epoch', 'until', 'signer', 'key', 'class', 'level', 'alg', 'requester', 'seen', 'text', 'count', 'kind', 'commitment', 'profile', 'sessionSeconds',
		'loa', 'proofing', 'proofingFile', 'subject', 'codeKey', 'from', 'authenticator', 'authenticatorId', 'kept', 'authKey', 'reason',
		'approvals', 'issuer', 'signsWith', 'caKey', 'maxDays', 'caLabel', 'usage', 'anchorProfile', 'rule', 'policyOid', 'mayAdd', 'keyProfile', 'anchor', 'officer', 'person', 'role',
		'officerKey', 'officerType', 'life', 'minLoa', 'protections', 'roQuorum', 'soQuorum', 'keysPerSigner',
		'follower', 'eddsaUntil', 'rs256Until', 'sharedSic', 'scal1Seconds', 'scal1Count', 'anchorEpoch', 'anchorSize', 'anchorRoot', 'logSize',
		'logRoot', 'lost', 'issuerUrl', 'module', 'modulePerson', 'with', 'peer', 'peerKind', 'peerGroup', 'peerKey', 'peerLabel',
		'provider', 'providerLabel', 'providerIssuer', 'providerClient', 'providerAlg', 'providerKey', 'providerAssurance', 'providerAcr1',
		'providerAcr2', 'providerShows', 'providerAge', 'providerBasis', 'peerSigner', 'admitFile', 'sealed', 'session'].map((k) => 'label.' + k),
	...['class.1', 'class.2', 'level.1', 'level.2', 'seen.1', 'seen.2', 'kind.1', 'kind.2', 'kind.3', 'commitment.1', 'commitment.2', 'loa.1', 'loa.2', 'loa.3', 'role.1', 'role.2',
		'role.3', 'role.4', 'role.5', 'type.1', 'type.2', 'usage.1', 'usage.2', 'rule.0', 'rule.1', 'rule.2', 'rule.3', 'follower.0', 'follower.1', 'follower.2', 'yes', 'no', 'never',
		'none', 'unknown', 'badName', 'lost', 'seconds', 'days', 'peer.1', 'peer.2'].map((k) => 'value.' + k),
	...Array.from({ length: 10 }, (_, i) => 'value.protection.' + i),
]);

/** Collects lines; t translates, when writes a time. */
class Page {
	lines = [];

	constructor(t, when) {
		this.t = t;
		this.when = when;
	}

	line(key, text, kind = 'text') {
		this.lines.push({ key, label: this.t('label.' + key), text: String(text), kind });
	}

	hex(key, bytes) { this.line(key, hex(bytes), 'hex'); }
	time(key, ms) { this.line(key, ms === 0 ? this.t('value.never') : this.when(ms), 'time'); }
	/** A number of a closed list, as its word. */
	word(key, group, n) { this.line(key, this.t(`value.${group}.${n}`)); }
	alg(key, n) { this.line(key, algOf(n)?.name ?? this.t('value.unknown')); }
	async print(key, spki) { this.hex(key, await sha256(spki)); }

	name(key, der) {
		try {
			this.line(key, nameText(der));
		} catch (e) {
			if (!(e instanceof FormatError))
				throw e;
			this.line(key, this.t('value.badName'), 'bad');
		}
	}
}

function signer(p, b) {
	p.line('from', b.from);
	p.line('reason', b.reason);
}

function key(p, b) {
	p.hex('key', b.key);
	signer(p, b);
}

async function authenticator(p, b) {
	p.line('authenticator', b.label);
	p.word('kept', 'protection', b.protection);
	if (b.spki.length > 0)
		await p.print('authKey', b.spki);
	if (b.type === 3) {
		p.hex('module', b.attestation.slice(0, 32));
		p.hex('modulePerson', b.attestation.slice(32));
	}
	if (b.type === 4)
		p.line('issuerUrl', cleanText(b.attestation));
	p.line('from', b.from);
}

function policy(p, b) {
	p.line('life', p.t('value.seconds', { n: b.statementLife / 1000 }));
	p.word('minLoa', 'loa', b.minLoa);
	const which = Array.from({ length: 16 }, (_, i) => i).filter((i) => b.protections >> i & 1);
	p.line('protections', which.map((i) => i < 10 ? p.t('value.protection.' + i) : String(i)).join(', ') || p.t('value.none'));
	p.line('roQuorum', b.roQuorum);
	p.line('soQuorum', b.soQuorum);
	p.line('keysPerSigner', b.keysPerSigner);
	p.word('follower', 'follower', b.follower);
	p.time('eddsaUntil', b.eddsaUntil);
	p.time('rs256Until', b.rs256Until);
	p.line('sharedSic', p.t(b.sharedSic ? 'value.yes' : 'value.no'));
	p.line('scal1Seconds', b.scal1Seconds);
	p.line('scal1Count', b.scal1Count);
	p.line('sessionSeconds', b.sessionSeconds);
}

const oidText = (content) => new DerReader(der(TAG.OID, content)).oid();

/** What officers ask of a CA's certificates: every fact that the statement has. */
function anchorRules(p, b) {
	const name = cleanText(b.profile.filter((x) => x !== 0));
	p.line('anchorProfile', name === '' ? p.t('value.none') : name);
	for (let i = 0; i < 4; i++)
		if ((b.rules >> i & 1) !== 0)
			p.word('rule', 'rule', i);
	if (b.policy.length > 0)
		p.line('policyOid', oidText(b.policy));
	for (const oid of oidsOf(b.added))
		p.line('mayAdd', oidText(oid));
}
const profile = (p, b) => p.line('profile', cleanText(b.profile.filter((x) => x !== 0)));

function sign(p, b) {
	p.line('requester', b.name);
	p.line('count', b.items.length);
	p.word('seen', 'seen', b.seen);
	p.word('kind', 'kind', b.kind);
	if (b.attrs)
		p.word('commitment', 'commitment', b.attrs);
	if (b.text !== '')
		p.line('text', b.text);
	if (b.key.some((x) => x !== 0))
		p.hex('key', b.key);
	p.word('class', 'class', b.class);
	p.word('level', 'level', b.level);
	p.alg('alg', b.alg);
}

const WORDS = {
	SIGN: sign,
	SIGN_ONCE: (p, b) => {
		profile(p, b);
		sign(p, b);
	},
	OPEN_SESSION: (p, b) => {
		profile(p, b);
		p.word('class', 'class', b.class);
		p.word('level', 'level', b.level);
		p.alg('alg', b.alg);
	},
	INVITE: (p, b) => {
		p.name('subject', b.name);
		p.word('loa', 'loa', b.loa);
		p.line('proofing', b.proofing);
		p.hex('proofingFile', b.evidence);
		p.hex('codeKey', b.code);
	},
	BIND: authenticator,
	ADD_AUTHENTICATOR: authenticator,
	REMOVE_AUTHENTICATOR: (p, b) => {
		p.hex('authenticatorId', b.authenticator);
		p.line('from', b.from);
	},
	SUSPEND: signer,
	REINSTATE: signer,
	CLOSE: signer,
	CREATE_KEY: (p, b) => {
		p.alg('alg', b.alg);
		p.word('class', 'class', b.class);
		p.word('level', 'level', b.level);
		p.line('approvals', b.evidences);
		if (b.profile.some((x) => x !== 0))
			p.line('keyProfile', cleanText(b.profile.filter((x) => x !== 0)));
		if (b.with.some((x) => x !== 0))
			p.hex('with', b.with);
	},
	DESTROY_KEY: key,
	RELEASE_KEY: key,
	REVOKE_KEY: key,
	FOUND: () => {},
	ADD_ANCHOR: async (p, b) => {
		p.line('caLabel', b.label);
		p.word('usage', 'usage', b.usage);
		p.name('issuer', b.issuer);
		p.alg('signsWith', b.alg);
		await p.print('caKey', b.spki);
		p.line('maxDays', p.t('value.days', { n: b.maxDays }));
		if (b.usage === 1)
			anchorRules(p, b);
	},
	REMOVE_ANCHOR: (p, b) => p.hex('anchor', b.anchor),
	ADD_OFFICER: async (p, b) => {
		p.line('person', b.person);
		p.word('role', 'role', b.role);
		p.word('officerType', 'type', b.type);
		await p.print('officerKey', b.spki);
	},
	REMOVE_OFFICER: (p, b) => p.hex('officer', b.officer),
	ADD_PEER: async (p, b) => {
		p.line('peerLabel', b.label);
		p.word('peerKind', 'peer', b.kind);
		p.hex('peerGroup', b.peer);
		await p.print('peerKey', b.key);
	},
	REMOVE_PEER: (p, b) => p.hex('peer', b.peer),
	ADD_PROVIDER: async (p, b) => {
		p.line('providerLabel', b.label);
		p.line('providerIssuer', b.issuer);
		p.line('providerClient', b.client);
		p.line('providerAlg', ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'][b.alg - 1]);
		await p.print('providerKey', b.key);
		p.line('providerAssurance', ['0', 'FIPS 140', 'EN 419 221-5'][b.assurance]);
		for (const a of b.acrs)
			p.line(a.level === 2 ? 'providerAcr2' : 'providerAcr1', a.acr);
		p.line('providerShows', b.transaction === '' ? '-' : b.transaction);
		p.line('providerAge', `${b.maxAge} s`);
		p.line('providerBasis', b.basis);
	},
	REMOVE_PROVIDER: (p, b) => p.hex('provider', b.provider),
	ADMIT: (p, b) => {
		p.line('person', b.person);
		p.hex('peerSigner', b.signer);
		p.hex('peerGroup', b.peer);
		p.hex('admitFile', b.evidence);
		p.hex('codeKey', b.code);
	},
	SET_FACTORS: (p, b) => {
		p.hex('sealed', b.sealed);
		p.line('from', b.from);
	},
	CHANGE_FACTORS: (p, b) => p.line('from', b.from),
	UNLOCK: signer,
	DISMISS: signer,
	NEW_GRANT_KEY: (p, b) => p.line('reason', b.reason),
	CHECK: (p, b) => p.hex('session', b.session),
	SET_POLICY: policy,
	RESUME: (p, b) => {
		p.line('anchorEpoch', b.epoch);
		p.line('anchorSize', b.size);
		p.hex('anchorRoot', b.root);
		p.line('logSize', b.logSize);
		p.hex('logRoot', b.logRoot);
		if (b.logSize < b.size)
			p.line('lost', p.t('value.lost', { n: b.size - b.logSize }), 'bad');
	},
};

/**
 * All that a person can judge; nonce, hash of the signing key and client id are for the page to compare.
 * @param {import('./statement.js').Statement} statement of decodeStatement
 * @param {(key: string, values?: object) => string} t  translation; all its keys are in WORD_KEYS
 * @param {(ms: number) => string} [when]  writes a time for people
 * @returns {Promise<{title: string, lines: Line[], items: {label: string, digest: string}[]}>} items: of SIGN, digest in
 *   hexadecimal; else empty. A number without a word of its own is a FormatError: nobody should approve it here.
 */
export async function words(statement, t, when = (ms) => new Date(ms).toISOString()) {
	const strict = (k, values) => {
		if (!WORD_KEYS.includes(k))
			throw new FormatError('statement: ' + k);
		return t(k, values);
	};
	const p = new Page(strict, when);
	if (statement.subject.some((b) => b !== 0))
		p.hex(statement.purpose >= OF_MODULE ? 'modulePerson' : 'signer', statement.subject);
	await WORDS[statement.name](p, statement.body);
	p.hex('group', statement.group);
	p.line('epoch', statement.epoch);
	p.time('until', statement.exp);
	const items = statement.body.items ?? [];
	return {
		title: strict('purpose.' + statement.name), lines: p.lines,
		items: items.map((i) => ({ label: i.label, digest: hex(i.digest) })),
	};
}
