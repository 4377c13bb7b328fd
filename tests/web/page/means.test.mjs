/* SPDX-License-Identifier: Apache-2.0 */
/* What approves beside or without a passkey: PIN and code by the authentication module, an identity provider. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { codeText } from '../../../web/lib/code.js';
import { PURPOSE, encodeStatement } from '../../../web/lib/statement.js';
import { appCode, attestation, makeModule, makeProvider, nextCode, restart } from './module.mjs';
import { enrolled, openAs, openSign, ready, repage, rig, stateOf, until, withBrowser } from './rig.mjs';
import { hexOf } from './sam.mjs';

withBrowser();
const PIN = 'canary-PIN-73';
const GRANT = 'b3'.repeat(16), TOKEN = 'b4'.repeat(16), PASSKEY = 'a1'.repeat(16);
const clean = () => assert.deepEqual(rig.problems, []);
const troubled = (name, where = 'error') => rig.page.locator(`#${where}[data-name="${name}"]`).waitFor({ state: 'visible' });
const types = () => rig.world.approved.at(-1).evidences.map((e) => [e.type, hexOf(e.id)]);

/* All that the browser sent anywhere in this test, and what was typed that must not be in it. */
let sent, secrets;

function listen() {
	sent = [];
	secrets = new Set([PIN]);
	rig.context.on('request', (q) => sent.push(`${q.url()}\n${JSON.stringify(q.headers())}\n${q.postData() ?? ''}`));
}

async function nothingLeft(page = rig.page) {
	const kept = await page.evaluate(() => JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML,
		[...document.querySelectorAll('input')].map((i) => i.value)]));
	const all = [...sent, kept].join('\n');

	for (const secret of secrets)
		for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64').replace(/=+$/, '')])
			assert.ok(!all.includes(form), `${secret} was sent or kept as ${form}`);
}

const typed = (code) => (secrets.add(code), code);

async function withModule() {
	rig.world.module = await makeModule(rig.world);
	await repage({ module: hexOf(rig.world.module.id) });
	listen();
	return rig.world.module;
}

/* A person who has PIN and app, and whose key is used with them. */
async function setUp(more = {}) {
	const m = await withModule(), { world } = rig;

	Object.assign(m.person, { state: 2, version: 2, pin: PIN, seed: Buffer.alloc(20, 0x42) });
	world.authenticators.push({ id: GRANT, type: 3, protection: 8, label: 'PIN and code', module: hexOf(m.id), person: hexOf(m.person.id), bound: Date.now() });
	Object.assign(world.keys[0], { with: GRANT, ...more });
	return m;
}

async function withProvider(more) {
	const { world } = rig;

	world.provider = makeProvider(more);
	listen();
	world.authenticators.push({ id: TOKEN, type: 4, protection: 9, label: 'My company', issuer: world.provider.issuer, bound: Date.now() });
	Object.assign(world.keys[0], { with: TOKEN });
}

async function giveFactors(pin, code) {
	await rig.page.locator('#ask-pin').fill(pin);
	await rig.page.locator('#ask-otp').fill(typed(code));
	await rig.page.locator('#factors-act').click();
}

async function goToProvider() {
	const [other] = await Promise.all([rig.context.waitForEvent('page'), rig.page.locator('#provider-go').click()]);

	await other.locator('#id').waitFor();
	return other;
}

async function fillEnrol() {
	await rig.page.locator('#code').fill(codeText(new Uint8Array(rig.world.code)));
	await rig.page.locator('#name').fill('Alice Example');
	await rig.page.locator('#label').fill('My way');
	await rig.page.locator('#make').click();
}

/* The app takes the secret from the page. */
async function scan() {
	const text = (await rig.page.locator('#seed').innerText()).replace(/\s/g, ''), link = await rig.page.locator('#seed-link').getAttribute('href');
	const bits = [...text].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');

	assert.equal(new URL(link).searchParams.get('secret'), text);
	return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}

async function fillFactors(code, { pin = PIN, pin2 = pin, mcode = codeText(new Uint8Array(rig.world.module.person.code)) } = {}) {
	await rig.page.locator('#mcode').fill(mcode);
	await rig.page.locator('#pin').fill(pin);
	await rig.page.locator('#pin2').fill(pin2);
	await rig.page.locator('#otp').fill(typed(code));
	await rig.page.locator('#set').click();
}

async function openEnrol(more) {
	await rig.page.goto('about:blank');
	await rig.page.goto(`${rig.pages.origin}/enrol#s=${rig.world.signer}${more}`);
	await ready();
}

test('enrolment with the module: PIN and app are set, and the same code approves at once', async () => {
	const m = await withModule(), { page, world } = rig;

	await openEnrol(`&m=${hexOf(m.person.id)}`);
	assert.equal(await stateOf(), 'factors-state');
	const seed = await scan();

	secrets.add(seed.toString('base64url'));
	await fillFactors(appCode(m, seed), { pin: 'short' });
	await page.locator('#pin-wrong').waitFor({ state: 'visible' });
	await fillFactors(appCode(m, seed), { pin2: `${PIN}x` });
	await page.locator('#pin2-wrong').waitFor({ state: 'visible' });
	await fillFactors(appCode(m, seed), { mcode: codeText(new Uint8Array(16)) });
	await troubled('refused', 'factors-error');
	assert.deepEqual(await page.locator('#pin, #pin2, #otp').evaluateAll((all) => all.map((i) => i.value)), ['', '', '']);
	assert.equal(m.person.state, 1);
	await fillFactors(appCode(m, seed));
	await until(page, 'code-state');
	assert.equal(m.person.pin, PIN);
	assert.deepEqual(m.person.seed, seed);
	assert.match(await page.locator('#live').innerText(), /present code works once more/);
	assert.equal(await page.locator('#seed').evaluate((n) => n.textContent), '');
	await fillEnrol();
	await giveFactors(PIN, appCode(m));
	await until(page, 'login-state');
	assert.deepEqual(world.authenticators.map((a) => [a.type, a.protection, a.module, a.person]), [[3, 8, hexOf(m.id), hexOf(m.person.id)]]);
	assert.ok(!(await page.locator('#bound').innerText()).includes('Kept'));
	await nothingLeft();
	clean();
});

test('whoever has factors already, and who is nobody there, is told so', async () => {
	const m = await withModule();

	m.person.state = 2;
	await openEnrol(`&m=${hexOf(m.person.id)}`);
	await fillFactors('000000');
	await troubled('enrolled', 'factors-error');
	await openEnrol(`&m=${'0'.repeat(31)}`);
	assert.equal(await stateOf(), 'halt.other');
});

test('enrolment with a provider: its token introduces itself', async () => {
	rig.world.provider = makeProvider();
	listen();
	await openEnrol('&p=example');
	assert.equal(await rig.page.locator('#make').innerText(), 'Make this account mine');
	await fillEnrol();
	await (await goToProvider()).close();
	await until(rig.page, 'login-state');
	assert.deepEqual(rig.world.authenticators.map((a) => [a.type, a.protection, a.issuer]), [[4, 9, 'https://id.example']]);
	await openEnrol('&p=another');
	assert.equal(await stateOf(), 'halt.unreadable');
	clean();
});

test('a signature is approved with PIN and code, sealed; wrong ones are asked for again in the same place', async () => {
	const m = await setUp(), { page } = rig;

	await openSign();
	assert.equal(await page.locator('#approve').innerText(), 'Approve with PIN and code');
	await page.locator('#approve').click();
	await page.locator('#factors-act').click();
	assert.equal(await page.locator('#ask-pin').getAttribute('aria-invalid'), 'true');
	assert.equal(await page.locator('#factors .print').innerText(), await page.locator('#print').innerText());
	await giveFactors('wrong-PIN-1', appCode(m));
	await troubled('factors', 'factors-wrong');
	assert.deepEqual(await page.locator('#factors input').evaluateAll((all) => all.map((i) => i.value)), ['', '']);
	assert.equal(await page.evaluate(() => document.activeElement.id), 'ask-pin');
	await nothingLeft();
	await giveFactors(PIN, '000000');
	await troubled('factors', 'factors-wrong');
	await giveFactors(PIN, nextCode(m));
	await until(page, 'verdict');
	assert.deepEqual(types(), [[3, GRANT]]);
	assert.deepEqual(m.tried, ['pin', 'code', 'yes']);
	assert.equal(await page.locator('#factors').count(), 0);
	await nothingLeft();
	clean();
});

test('locked is said, cancelled sends nothing, and a code that was used is wrong', async () => {
	const m = await setUp(), { page } = rig;

	await openSign();
	await page.locator('#approve').click();
	await page.locator('#factors').waitFor();
	await page.keyboard.press('Escape');
	await troubled('cancelled');
	await page.locator('#approve').click();
	await page.locator('#factors-no').click();
	await troubled('cancelled');
	assert.deepEqual(m.tried, []);
	assert.equal(sent.filter((s) => s.includes('module/grant')).length, 0);
	m.person.step = 2 ** 40;
	await page.locator('#approve').click();
	await giveFactors(PIN, appCode(m));
	await troubled('factors', 'factors-wrong');
	m.person.pins = 10;
	await giveFactors(PIN, nextCode(m));
	await troubled('locked');
	assert.equal(await page.locator('#factors').count(), 0);
	assert.equal(rig.world.approved.length, 0);
	await nothingLeft();
});

test('PIN, code and a passkey approve together', async () => {
	const device = await enrolled(), m = await setUp({ evidences: 2 });

	assert.ok(device);
	await openSign();
	await rig.page.locator('#approve').click();
	await giveFactors(PIN, appCode(m));
	await until(rig.page, 'verdict');
	assert.deepEqual(types(), [[2, PASSKEY], [3, GRANT]]);
	clean();
});

test('a key is made for the module, and for a provider with a passkey: what it will need approves the making', async () => {
	await enrolled();
	const m = await setUp(), { page, world } = rig;

	delete world.keys[0].with;
	world.provider = makeProvider();
	world.authenticators.push({ id: TOKEN, type: 4, protection: 9, label: 'My company', issuer: world.provider.issuer, bound: Date.now() });
	await openAs('keys');
	assert.match(await page.locator('#passkeys').innerText(), /PIN and code[\s\S]*My company/);
	assert.equal(await page.locator('#ways').innerText(), 'What you approve with');
	await page.locator('#create summary').click();
	assert.deepEqual(await page.locator('#way option').allInnerTexts(), ['With a passkey', 'With PIN and code', 'With PIN and code, and a passkey',
		'With My company', 'With My company, and a passkey']);
	await page.locator('#way').selectOption('1');
	assert.equal(await page.locator('#create-act').innerText(), 'Create and approve');
	await page.locator('#create-act').click();
	await giveFactors(PIN, appCode(m));
	await page.locator('#keys article').nth(1).waitFor();
	assert.deepEqual([world.keys[1].with, world.keys[1].evidences], [GRANT, 1]);
	await page.locator('#create summary').click();
	await page.locator('#way').selectOption('4');
	await page.locator('#create-act').click();
	await (await goToProvider()).close();
	await page.locator('#keys article').nth(2).waitFor();
	assert.deepEqual([world.keys[2].with, world.keys[2].evidences], [TOKEN, 2]);
	assert.match(await page.locator('#keys article').nth(2).innerText(), /Each use needs\s*With My company, and a passkey/);
	clean();
});

test('a provider approves in a window of its own, alone and with a passkey', async () => {
	await enrolled();
	await withProvider();
	const { page, world } = rig;

	await openSign();
	assert.equal(await page.locator('#approve').innerText(), 'Approve with your identity provider');
	await page.locator('#approve').click();
	assert.equal(await page.locator('#provider-go').innerText(), 'Go to Example ID');
	await (await goToProvider()).close();
	await until(page, 'verdict');
	assert.deepEqual(types(), [[4, TOKEN]]);
	world.keys[0].evidences = 2;
	await page.goto('about:blank');
	await openSign();
	await page.locator('#approve').click();
	await (await goToProvider()).close();
	await until(page, 'verdict');
	assert.deepEqual(types(), [[2, PASSKEY], [4, TOKEN]]);
	clean();
});

test('a provider that fails, a person who gives up, a window that is closed and opened again', async () => {
	await withProvider({ mode: 'failed' });
	const { page, world } = rig;

	await openSign();
	await page.locator('#approve').click();
	await (await goToProvider()).close();
	await troubled('provider');
	await page.locator('#error summary').click();
	assert.match(await page.locator('#error').innerText(), /access_denied: no/);
	world.provider.mode = 'waiting';
	await page.locator('#approve').click();
	await (await goToProvider()).close();
	await page.locator('#provider [role=status]').waitFor({ state: 'visible' });
	world.provider.mode = 'done';
	await (await goToProvider()).close();
	await until(page, 'verdict');
	assert.equal(world.provider.gone, 3);
	await page.goto('about:blank');
	await openSign();
	await page.locator('#approve').click();
	await page.locator('#provider-no').click();
	await troubled('cancelled');
	assert.equal(await page.locator('#provider').count(), 0);
	assert.equal(world.approved.length, 1);
	clean();
});

const liesOf = (end, change) => { rig.world.lie = (path, a) => path.endsWith(end) ? change(a) : a; };

test('no script, no other scheme and no plain HTTP is where the person is sent', async () => {
	await withProvider();
	await openSign();
	for (const url of ['javascript:alert(1)', 'data:text/html,x', 'http://id.example/', 'blob:https://id.example/1', 'file:///etc/passwd', '/relative', 'https:', '']) {
		liesOf('/idp/begin', (a) => ({ ...a, url }));
		await rig.page.locator('#approve').click();
		await rig.page.locator('#error').waitFor({ state: 'visible' });
		assert.equal(await rig.page.locator('#provider').count(), 0, url);
		assert.equal(await rig.page.locator('a[href^="javascript"]').count(), 0);
	}
	clean();
});

test('markup and controls in what a provider is called stay text or stop it; what is no token is none', async () => {
	await withProvider({ text: '<img src=x onerror=alert(1)>' });
	const { page } = rig;

	await openSign();
	await page.locator('#approve').click();
	assert.match(await page.locator('#provider').innerText(), /<img src=x onerror=alert\(1\)>/);
	assert.equal(await page.locator('#provider img').count(), 0);
	await page.locator('#provider-no').click();
	await troubled('cancelled');
	for (const token of ['a.b', 'a.b.c d', `a.b.${'c'.repeat(17000)}`, 7]) {
		liesOf('/idp/result', (a) => ({ ...a, state: 'done', token }));
		await page.locator('#approve').click();
		await troubled('answer');
	}
	rig.world.provider.text = 'a\u202eb';
	rig.world.lie = (path, a) => a;
	await page.locator('#approve').click();
	await page.locator('#provider').waitFor({ state: 'detached' });
	await until(page, 'halt.unreadable');
	assert.equal(rig.world.approved.length, 0);
});

test('a token or a grant for another statement is refused by who decides', async () => {
	await withProvider();
	await openSign();
	const other = Buffer.alloc(32, 5);

	rig.world.lie = (path, a) => {
		if (path.endsWith('/idp/begin'))
			rig.world.provider.flows.get(a.flow).d = other;
		return a;
	};
	await rig.page.locator('#approve').click();
	await (await goToProvider()).close();
	await troubled('provider');
	assert.equal(rig.world.approved.length, 0);
	rig.world.authenticators = [];
	const m = await setUp();
	let first;

	rig.world.lie = (path, a) => {
		if (path.endsWith('/module/grant'))
			first ??= a.grant;
		return path.endsWith('/module/grant') ? { grant: first } : a;
	};
	await openSign();
	await rig.page.locator('#approve').click();
	await giveFactors(PIN, appCode(m));
	await until(rig.page, 'verdict');
	await rig.page.goto('about:blank');
	await openSign();
	await rig.page.locator('#approve').click();
	await giveFactors(PIN, nextCode(m));
	await troubled('refused');
	assert.equal(rig.world.approved.length, 1);
});

test('a key to seal to that the pinned module did not sign is not sealed to: no PIN is asked for', async () => {
	const m = await setUp(), other = await makeModule(rig.world), { page } = rig;
	const stolen = other.life.point;

	await openSign();
	for (const lie of [{ factorKey: attestation(m, { token: other.token }) }, { factorKey: attestation(m, { point: stolen, token: other.token }) },
		{ factorKey: attestation(m, { group: other.id }) }, { factorKey: attestation(m, { what: 6 }) }, { factorKey: attestation(other) },
		{ factorKey: attestation(other), genesis: other.genesis.toString('base64') }, { genesis: Buffer.from(rig.world.genesis).toString('base64') },
		{ factorKey: '' }, { factorKey: 7 }, { genesis: undefined }]) {
		liesOf('/module', (a) => ({ ...a, ...lie }));
		await page.locator('#approve').click();
		await troubled('answer');
		assert.equal(await page.locator('#factors').count(), 0);
		await page.evaluate(() => { document.getElementById('error').hidden = true; });
	}
	assert.equal(sent.filter((s) => s.includes('module/grant')).length, 0);
	clean();
});

/* The page cannot know which life is the present one; the module opens nothing of another. */
test('an attestation of an earlier life is sealed to, and what is sealed is of no use to anybody', async () => {
	const m = await setUp(), old = attestation(m);

	await restart(m);
	liesOf('/module', (a) => ({ ...a, factorKey: old }));
	await openSign();
	await rig.page.locator('#approve').click();
	await giveFactors(PIN, appCode(m));
	await troubled('refused');
	assert.deepEqual(m.tried, []);
	await nothingLeft();
	rig.world.lie = (path, a) => a;
	await rig.page.locator('#approve').click();
	await giveFactors(PIN, nextCode(m));
	await until(rig.page, 'verdict');
});

test('the module begins another life while the PIN is typed: the next try is sealed to that', async () => {
	const m = await setUp();

	await openSign();
	await rig.page.locator('#approve').click();
	await rig.page.locator('#factors').waitFor();
	await restart(m);
	await giveFactors(PIN, appCode(m));
	await until(rig.page, 'verdict');
	clean();
});

test('pages that pin no module ask for no PIN', async () => {
	const m = await setUp();

	await repage();
	await openSign();
	await rig.page.locator('#approve').click();
	await troubled('nomodule');
	assert.equal(await rig.page.locator('#factors').count(), 0);
	await openEnrol(`&m=${hexOf(m.person.id)}`);
	assert.equal(await stateOf(), 'halt.other');
});

test('who needs no passkey can approve in a browser that has none', async () => {
	const m = await setUp();

	await rig.page.addInitScript(() => { delete globalThis.PublicKeyCredential; });
	await openSign();
	await rig.page.locator('#approve').click();
	await giveFactors(PIN, appCode(m));
	await until(rig.page, 'verdict');
	rig.world.authenticators.push({ id: PASSKEY, type: 2, label: 'My phone', credential: 'AAAA' });
	await rig.page.goto('about:blank');
	await openSign();
	assert.equal(await stateOf(), 'halt.device');
});

test('the window that a provider sends back says what to do', async () => {
	await rig.page.goto(`${rig.pages.origin}/callback#flow=${'A'.repeat(43)}`);
	await ready();
	assert.equal(await stateOf(), 'back');
	clean();
});

test('officers approve the acts of the pinned module, and of no other', async () => {
	const m = await withModule(), { page, world } = rig, bytes = (n, v) => new Uint8Array(n).fill(v);
	const act = (group, purpose, body, subject = bytes(16, 0)) => Buffer.from(encodeStatement({ purpose, group: new Uint8Array(group), epoch: 1, subject,
		fresh: bytes(40, 0), iat: Date.now(), exp: Date.now() + 3600000, body })).toString('base64url');
	const admit = { peer: bytes(32, 1), signer: bytes(16, 2), person: 'Alice Example', evidence: bytes(32, 3), code: bytes(32, 4) };
	const unlock = { from: 2, reason: 'Came with her passport' }, person = bytes(16, 5);

	for (const [statement, state] of [[act(m.id, PURPOSE.ADMIT, admit), 'ask'], [act(m.id, PURPOSE.UNLOCK, unlock, person), 'ask'],
		[act(bytes(32, 9), PURPOSE.ADMIT, admit), 'halt.group'], [act(Buffer.from(world.group, 'hex'), PURPOSE.ADMIT, admit), 'halt.statement'],
		[act(m.id, PURPOSE.CHECK, { session: bytes(16, 6) }, person), 'halt.statement'], [act(m.id, PURPOSE.SUSPEND, unlock, person), 'halt.statement'],
		[act(m.id, PURPOSE.CHANGE_FACTORS, { from: 2 }, person), 'halt.statement']]) {
		await page.goto('about:blank');
		await page.goto(`${rig.pages.origin}/approve#${statement}`);
		await ready();
		assert.equal(await stateOf(), state);
	}
	await page.goto('about:blank');
	await page.goto(`${rig.pages.origin}/approve#${act(m.id, PURPOSE.ADMIT, admit)}`);
	await ready();
	assert.match(await page.locator('#words').innerText(), /Person\s*Alice Example[\s\S]*Signer there\s*(02){16}/);
	clean();
});
