/* SPDX-License-Identifier: Apache-2.0 */
/* Enrol, My keys, Approve. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { codeText } from '../../../web/lib/code.js';
import { PURPOSE, encodeStatement } from '../../../web/lib/statement.js';
import { vectors } from '../vectors.mjs';
import { checkPasskey, sha256 } from './sam.mjs';
import { authenticator, contract, dropFile, enrolled, openAs, ready, rig, saved, stateOf, until, withBrowser } from './rig.mjs';

withBrowser();

async function fillEnrol(code = codeText(new Uint8Array(rig.world.code))) {
	const { page } = rig;

	await page.locator('#code').fill(code);
	await page.locator('#name').fill('Alice Example');
	await page.locator('#label').fill('My laptop');
	await page.locator('#make').click();
}

test('enrolment: code, passkey, second touch, login link, and this device remembers who', async () => {
	const device = await authenticator(rig.page);
	const { page, world } = rig;

	await page.goto(`${rig.pages.origin}/enrol#s=${world.signer}`);
	await ready();
	assert.equal(await page.locator('#signer').inputValue(), world.signer);
	await fillEnrol(codeText(new Uint8Array(world.code)).toLowerCase());
	await until(page, 'login-state');
	assert.equal(world.authenticators.length, 1);
	assert.equal((await device.credentials()).length, 1);
	assert.match(await page.locator('#register').getAttribute('href'), new RegExp(`^${world.ssa}/login/register#[A-Za-z0-9_-]{43}$`));
	const kept = JSON.parse(await page.evaluate(() => localStorage.getItem('propria.me')));

	assert.equal(kept[0].signer, world.signer);
	assert.equal(kept[0].authenticators[0].id, world.authenticators[0].id);
	assert.equal(await page.locator('#code').inputValue(), '');
	await page.locator('#key-act').click();
	await page.waitForURL(rig.pages.origin + '/keys');
	await until(page, 'account');
	assert.deepEqual(rig.problems, []);
});

test('wrong fields are named, tied to their lines, and nothing is sent', async () => {
	const { page } = rig;

	await page.goto(rig.pages.origin + '/enrol');
	await ready();
	await page.locator('#make').click();
	assert.equal(await page.locator('.wrong:visible').count(), 4);
	assert.equal(await page.locator('#signer').getAttribute('aria-invalid'), 'true');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'signer');
	assert.deepEqual(rig.world.asked, []);
});

test('a wrong code, an unverified person, a spent invitation: nobody is enrolled', async () => {
	const device = await authenticator(rig.page);
	const { page, world } = rig;

	await page.goto(`${rig.pages.origin}/enrol#s=${world.signer}`);
	await ready();
	await fillEnrol(codeText(new Uint8Array(16)));
	await page.locator('#error[data-name="refused"]').waitFor({ state: 'visible' });
	await device.set(false);
	await fillEnrol();
	await page.locator('#error[data-name="cancelled"]').waitFor({ state: 'visible' });
	assert.equal(world.authenticators.length, 0);
	world.authenticators.push({});
	await fillEnrol();
	await page.locator('#error[data-name="enrolled"]').waitFor({ state: 'visible' });
});

test('a register token that is no token makes no link', async () => {
	await authenticator(rig.page);
	rig.world.lie = (path, a) => path.endsWith('/enrol') ? { ...a, register: '/../@evil.example' } : a;
	await rig.page.goto(`${rig.pages.origin}/enrol#s=${rig.world.signer}`);
	await ready();
	await fillEnrol();
	await rig.page.locator('#error[data-name="answer"]').waitFor({ state: 'visible' });
});

test('my keys: each use with its receipt, a new key, and the brake after a question', async () => {
	await enrolled();
	const { page, world } = rig;

	await openAs('desk');
	await dropFile(page, 'contract.pdf', contract);
	await page.locator('#print:not(:empty)').waitFor();
	await page.locator('#sign').click();
	await until(page, 'result');
	await page.goto(rig.pages.origin + '/keys');
	await until(page, 'account');
	assert.match(await page.locator('#uses').innerText(), /contract\.pdf/);
	const receipt = await saved(page, () => page.locator('#uses button').click());

	assert.equal(receipt.name, 'contract.pdf.receipt');
	await page.locator('#create summary').click();
	await page.locator('#create-act').click();
	await page.locator('#keys article').nth(1).waitFor();
	const request = await saved(page, () => page.getByText('Download certificate request').click());

	assert.equal(request.name, `${world.keys[1].credentialID}.csr`);
	await page.locator('#keys article').nth(1).locator('input[type=file]').setInputFiles({ name: 'c.pem', mimeType: 'text/plain',
		buffer: Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n') });
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'live.linked');
	assert.deepEqual(world.linked[0].certificate, 'AAAA');
	await page.locator('#freeze-all').click();
	await page.locator('#freeze-no').click();
	assert.deepEqual(world.frozen, []);
	await page.locator('#freeze-all').click();
	await page.keyboard.press('Escape');
	await page.locator('#freeze').waitFor({ state: 'hidden' });
	assert.deepEqual(world.frozen, []);
	await page.locator('#freeze-all').click();
	await page.locator('#freeze-yes').click();
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'live.frozen');
	assert.deepEqual(world.frozen, [{ type: 1, id: world.signer }]);
	await page.locator('#logout').click();
	await page.waitForURL(rig.pages.origin + '/');
	assert.equal(world.revoked, 1);
	assert.deepEqual(rig.problems, []);
});

test('my keys: another passkey comes and the first one goes, each with the approval of one that is there', async () => {
	const device = await enrolled(), { page, world } = rig;

	await openAs('keys');
	assert.equal(await page.locator('#passkeys button').count(), 0);
	await page.locator('#add summary').click();
	await page.locator('#make-act').click();
	assert.equal(await page.locator('#label').getAttribute('aria-invalid'), 'true');
	await page.locator('#label').fill('Key on my ring');
	await page.locator('#make-act').click();
	await page.locator('#add-error[data-name="again"]').waitFor({ state: 'visible' });	/* it is on this device already */
	const [first] = await device.credentials();

	await device.cdp.send('WebAuthn.clearCredentials', { authenticatorId: device.id });	/* another device */
	await page.locator('#make-act').click();
	await page.locator('#approve-act').click();
	await page.locator('#add-error[data-name="cancelled"]').waitFor({ state: 'visible' });	/* the old one is not here */
	assert.equal(world.authenticators.length, 1);
	await device.cdp.send('WebAuthn.clearCredentials', { authenticatorId: device.id });
	await page.locator('#make-act').click();
	await page.locator('#approve-act').waitFor({ state: 'visible' });
	await device.add(first);
	await page.locator('#approve-act').click();
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'keys.added');
	assert.deepEqual(world.authenticators.map((a) => a.label), ['My phone', 'Key on my ring']);
	assert.equal(await page.locator('#passkeys li').count(), 2);
	await page.locator('#passkeys button').first().click();
	await page.locator('#remove-no').click();
	assert.equal(world.authenticators.length, 2);
	await page.locator('#passkeys button').first().click();
	assert.match(await page.locator('#remove-text').innerText(), /My phone/);
	await page.locator('#remove-yes').click();
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'keys.removed');
	assert.deepEqual(world.authenticators.map((a) => a.label), ['Key on my ring']);
	assert.equal(await page.locator('#passkeys button').count(), 0);
	assert.deepEqual(rig.problems, []);
});

test('my keys: a frozen key is released by a touch', async () => {
	await enrolled();
	const { page, world } = rig;

	await openAs('keys');
	assert.equal(await page.getByText('Release with your passkey').count(), 0);
	await page.locator('#keys article').getByText('Freeze this key').click();
	await page.locator('#freeze-yes').click();
	await page.getByText('Release with your passkey').click();
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'live.released');
	assert.equal(world.keys[0].state, 3);
	assert.match(await page.locator('#keys article').innerText(), /Ready/);
	world.keys[0].evidences = 2;	/* now each act takes two, and there is one passkey */
	world.keys[0].state = 4;
	await page.reload();
	await until(page, 'account');
	await page.getByText('Release with your passkey').click();
	await page.locator('#error[data-name="two"]').waitFor({ state: 'visible' });
	assert.equal(world.keys[0].state, 4);
	world.state = 4;		/* the whole account: only the office can */
	await page.reload();
	await until(page, 'account');
	assert.equal(await page.getByText('Release with your passkey').count(), 0);
	assert.deepEqual(rig.problems, []);
});

test('my keys: the page looks for a certificate while one is awaited, and not afterwards', async () => {
	await enrolled();
	const { page, world } = rig, [done] = world.keys, asked = () => world.asked.filter((a) => a.path.endsWith('/account')).length;

	await openAs('keys');
	const before = asked();

	await page.locator('#create summary').click();
	await page.locator('#create-act').click();
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'live.created');
	assert.match(await page.locator('#keys article').nth(1).innerText(), /New/);
	Object.assign(world.keys[1], { state: 3, version: 3, spki: done.spki, certificate: done.certificate });
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'live.linked');
	assert.doesNotMatch(await page.locator('#keys').innerText(), /New/);
	assert.ok(asked() > before + 1);
	assert.deepEqual(rig.problems, []);
});

test('my keys: a SCAL1 key is offered where the service says so, and told as what it is', async () => {
	await enrolled();
	const { page, world } = rig;

	await openAs('keys');
	await page.locator('#create summary').click();
	assert.equal(await page.locator('#level-field').isVisible(), false);
	world.scal1 = { seconds: 300, signatures: 100 };
	await page.reload();
	await until(page, 'account');
	await page.locator('#create summary').click();
	assert.equal(await page.locator('#level').inputValue(), '2');
	assert.equal(await page.locator('#level-hint').isVisible(), false);
	await page.locator('#level').selectOption('1');
	assert.match(await page.locator('#level-hint').innerText(), /300 seconds and 100 signatures, and nothing binds it/);
	assert.match(await page.locator('#create-hint').innerText(), /without your passkey/);
	await page.locator('#create-act').click();
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'live.created');
	assert.equal(world.keys[1].level, 1);
	assert.match(await page.locator('#keys article').nth(1).innerText(), /By the service, on its word\s*SCAL1[\s\S]*Documents\s*Not bound/);
	assert.match(await page.locator('#keys article').first().innerText(), /By you alone\s*SCAL2[\s\S]*Documents\s*Bound/);
	assert.deepEqual(rig.problems, []);
});

test('my keys: a use on the service\'s word is told as one, without a receipt', async () => {
	await enrolled();
	rig.world.lie = (path, a) => path.endsWith('/history') ? { more: false, uses: [{ d: '0a'.repeat(32), index: 0, place: 9, time: Date.now(), digest: '', label: '', text: '',
		requester: { id: 'c1'.repeat(16), name: 'Example Contracts' }, seen: 2, word: 'service' }] } : a;
	await openAs('keys');
	assert.match(await rig.page.locator('#uses').innerText(), /On the service's word[\s\S]*No approval, no receipt/);
	assert.equal(await rig.page.locator('#uses button').count(), 0);
});

test('a token that ended leads to the login again', async () => {
	await openAs('keys');
	rig.world.tokens.clear();
	await rig.page.reload();
	await until(rig.page, 'halt.token');
});

function policyAct(more = {}) {
	return encodeStatement({ purpose: PURPOSE.SUSPEND, group: vectors('genesis').get('group'), epoch: 1, subject: new Uint8Array(16).fill(3),
		fresh: new Uint8Array(40), iat: Date.now(), exp: Date.now() + 3600000, body: { from: 2, reason: 'Phone lost on the train' }, ...more });
}

const link = (statement) => `${rig.pages.origin}/approve#${Buffer.from(statement).toString('base64url')}`;

test('an officer reads the act in words, approves, and the mailbox has it', async () => {
	await enrolled();
	const { page, world } = rig, act = policyAct(), d = sha256('propria-statement-v1\0', act);

	await page.goto(link(act));
	await ready();
	assert.equal(await page.locator('#what').innerText(), 'Suspend a signer');
	assert.match(await page.locator('#words').innerText(), /Phone lost on the train/);
	await page.locator('#approve').click();
	assert.equal(await page.locator('#officer').getAttribute('aria-invalid'), 'true');
	await page.locator('#officer').fill('0A'.repeat(16));
	await page.locator('#approve').click();
	await until(page, 'done');
	assert.equal(world.mailbox[0].d, d.toString('hex'));
	const evidence = Buffer.from(world.mailbox[0].evidence, 'base64');

	assert.equal(evidence.subarray(2, 18).toString('hex'), '0a'.repeat(16));
	checkPasskey(evidence.subarray(20), d, world.authenticators[0].spki, rig.pages.origin);
	const kept = await saved(page, () => page.locator('#get').click());

	assert.deepEqual(kept.bytes, evidence);
	assert.deepEqual(rig.problems, []);
});

test('acts of another group, of a signer, expired or cut are not approved', async () => {
	const { page } = rig, { SIGN } = Object.fromEntries([...vectors('statements')].filter(([k]) => k === 'statement.SIGN').map(([, v]) => ['SIGN', v]));

	const release = policyAct({ purpose: PURPOSE.RELEASE_KEY, body: { key: new Uint8Array(16).fill(1), from: 3, reason: '' } });
	const remove = policyAct({ purpose: PURPOSE.REMOVE_AUTHENTICATOR, body: { from: 3, authenticator: new Uint8Array(16).fill(1) } });

	for (const [act, state] of [[policyAct({ group: new Uint8Array(32) }), 'halt.group'], [SIGN, 'halt.statement'], [release, 'halt.statement'], [remove, 'halt.statement'],
		[policyAct({ iat: 1, exp: 2 }), 'halt.expired'], [policyAct().subarray(0, 90), 'halt.statement']]) {
		await page.goto('about:blank');
		await page.goto(link(act));
		await ready();
		assert.equal(await stateOf(), state);
	}
});

test('an officer to be makes a card with a passkey, and approves the own act without a number', async () => {
	const device = await authenticator(rig.page), { page, world } = rig;

	await page.goto(`${rig.pages.origin}/approve#card`);
	await ready();
	await page.locator('#card-act').click();
	await page.locator('#person[aria-invalid=true]').waitFor();
	await page.locator('#person').fill('Olga Office');
	await page.locator('#role').selectOption('5');
	await page.locator('#card-act').click();
	await until(page, 'carded');
	const { bytes: card, name } = await saved(page, () => page.locator('#card-get').click());
	const spki = card.subarray(20, 20 + card.readUInt16BE(18));

	assert.match(name, /^officer-[0-9A-Z]{4}\.card$/);
	assert.deepEqual(card.subarray(0, 18), Buffer.from('PRO1\x05\x02\x0bOlga Office'));
	checkPasskey(card.subarray(22 + spki.length), sha256('propria-officer-v1\0', card.subarray(4, 20 + spki.length)), new Uint8Array(spki), rig.pages.origin);
	assert.match(await page.locator('#card-facts').innerText(), new RegExp(`Olga Office[\\s\\S]*Registration officer[\\s\\S]*${sha256(spki).toString('hex')}`));
	assert.equal((await device.credentials())[0].isResidentCredential, true);
	const act = policyAct({ purpose: PURPOSE.ADD_OFFICER, subject: new Uint8Array(16), body: { role: 5, type: 2, person: 'Olga Office', spki: new Uint8Array(spki) } });

	await page.goto('about:blank');
	await page.goto(link(act));
	await ready();
	assert.equal(await page.locator('#officer').inputValue(), '0');
	await page.locator('#approve').click();
	await until(page, 'done');
	const evidence = Buffer.from(world.mailbox[0].evidence, 'base64');

	assert.equal(evidence.subarray(2, 18).toString('hex'), '00'.repeat(16));
	checkPasskey(evidence.subarray(20), sha256('propria-statement-v1\0', act), new Uint8Array(spki), rig.pages.origin);
	assert.deepEqual(rig.problems, []);
});

test('an act file of the program shows its statement', async () => {
	const act = policyAct(), head = Buffer.from('PRX1\0\0\0\0');

	head.writeUInt32BE(act.length, 4);
	await rig.page.goto(rig.pages.origin + '/approve');
	await ready();
	await dropFile(rig.page, 'suspend.act', Buffer.concat([head, act, Buffer.alloc(4)]));
	await until(rig.page, 'ask');
	assert.match(await rig.page.locator('#words').innerText(), /Phone lost on the train/);
	await rig.page.goto(rig.pages.origin + '/approve');
	await ready();
	await dropFile(rig.page, 'cut.act', Buffer.concat([head, act.subarray(0, 50)]));
	await until(rig.page, 'halt.statement');
});

test('a statement file is as good as the link', async () => {
	await rig.page.goto(rig.pages.origin + '/approve');
	await ready();
	await dropFile(rig.page, 'act.bin', policyAct());
	await until(rig.page, 'ask');
});
