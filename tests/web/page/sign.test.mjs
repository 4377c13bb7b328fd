/* SPDX-License-Identifier: Apache-2.0 */
/* Sign: approve, decline, and the states in which nothing must be approved. */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import { contract, dropFile, enrolled, newPage, openSign, ready, repage, rig, saved, stateOf, until, withBrowser } from './rig.mjs';

withBrowser();
const approved = () => rig.world.approved.length;
const clean = () => assert.deepEqual(rig.problems, []);

async function troubled(name, page = rig.page) {
	await page.locator(`#error[data-name="${name}"]`).waitFor({ state: 'visible' });
}

test('what is asked is shown, approved with one touch, and the verdict is there before the way on', async () => {
	await enrolled();
	const ticket = await openSign();
	const { page, world } = rig;

	assert.equal(await stateOf(), 'ask');
	assert.match(await page.locator('#who').innerText(), /Example Contracts asks for your signature/);
	assert.match(await page.locator('#as').innerText(), /Alice Example[\s\S]*Trial issuing CA[\s\S]*SCAL2/);
	assert.match(await page.locator('#print').innerText(), /^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
	const print = await page.locator('#print').innerText();

	await page.locator('#approve').click();
	await until(page, 'verdict');
	assert.equal(world.tickets.get(ticket).state, 'approved');
	const { statement } = world.approved[0];

	assert.equal(statement.body.seen, 2);
	assert.equal(statement.body.items[0].label, 'contract.pdf');
	assert.equal(statement.body.name, 'Example Contracts');
	assert.match(await page.locator('#verdict-facts').innerText(), new RegExp(print));
	assert.equal(await page.locator('#continue').getAttribute('href'), `${world.ssa}/oauth2/continue?r=1`);
	const kept = await saved(page, () => page.locator('#keep').click());

	assert.equal(kept.name, `approval-${print}.prs1`);
	assert.ok(kept.bytes.includes(Buffer.from('PRS1')));
	clean();
});

test('a document that is dropped is shown and makes seen 1', async () => {
	await enrolled();
	await openSign();
	const { page, world } = rig;
	const before = await page.locator('#print').innerText();

	await dropFile(page, 'contract.pdf', contract);
	await page.locator('#match .note').waitFor();
	assert.match(await page.locator('#match').innerText(), /is the document to be signed/);
	assert.equal(await page.locator('#paper canvas').count(), 2);
	assert.notEqual(await page.locator('#print').innerText(), before);
	await page.locator('#approve').click();
	await until(page, 'verdict');
	assert.equal(world.approved[0].statement.body.seen, 1);
	clean();
});

test('another document is named as such, and nothing is seen', async () => {
	await enrolled();
	await openSign();
	const { page, world } = rig;

	await dropFile(page, 'other.pdf', Buffer.concat([contract, Buffer.from('\n')]));
	await page.locator('#match .note.bad').waitFor();
	assert.match(await page.locator('#match').innerText(), /is another document/);
	assert.equal(await page.locator('#paper canvas').count(), 0);
	await page.locator('#approve').click();
	await until(page, 'verdict');
	assert.equal(world.approved[0].statement.body.seen, 2);
});

const passed = (bytes, label = 'contract.pdf', wanted = bytes) => ({ digest: createHash('sha256').update(wanted).digest('base64'), label, bytes });

test('the document that the asker passed is shown by itself and makes seen 1', async () => {
	await enrolled();
	await openSign([passed(contract)]);
	const { page, world } = rig;

	await page.locator('#match .note').waitFor();
	assert.match(await page.locator('#match').innerText(), /contract.pdf is the document to be signed/);
	assert.equal(await page.locator('#paper canvas').count(), 2);
	assert.equal(await page.locator('#drop').isVisible(), false);
	await page.locator('#approve').click();
	await until(page, 'verdict');
	assert.equal(world.approved[0].statement.body.seen, 1);
	clean();
});

test('a document of several parts comes whole', async () => {
	const large = Buffer.concat([contract, Buffer.alloc((2 << 20) + 5, 0x20)]);

	await enrolled();
	await openSign([passed(large)]);
	await rig.page.locator('#match .note').waitFor();
	assert.equal(await rig.page.locator('#item0 .badge').count(), 1);
	assert.deepEqual(rig.world.asked.filter((a) => a.path.endsWith('/document')).map((a) => a.body.at), [0, 1 << 20, 2 << 20]);
	clean();
});

test('another document than the one to be signed is not shown, is named as such, and is not seen', async () => {
	await enrolled();
	await openSign([passed(contract, 'contract.pdf', Buffer.from('another'))]);
	const { page, world } = rig;

	await page.locator('#match .note.bad').waitFor();
	assert.match(await page.locator('#match').innerText(), /The document that was passed is another one: contract.pdf/);
	assert.equal(await page.locator('#paper canvas').count(), 0);
	await page.locator('#approve').click();
	await until(page, 'verdict');
	assert.equal(world.approved[0].statement.body.seen, 2);
});

test('of several documents each is shown when asked for, and all must be seen', async () => {
	const second = Buffer.concat([contract, Buffer.from('\n')]);

	await enrolled();
	await openSign([passed(contract, 'same.pdf'), passed(second, 'same.pdf')]);
	const { page, world } = rig;

	assert.equal(await page.locator('#paper canvas').count(), 0);
	await page.locator('#item1 button').click();
	await page.locator('#item1 .badge').waitFor();
	await dropFile(page, 'mine.pdf', contract);
	await page.locator('#item0 .badge').waitFor();
	assert.equal(await page.locator('#items button').count(), 0);
	await page.locator('#approve').click();
	await until(page, 'verdict');
	assert.equal(world.approved[0].statement.body.seen, 1);
	clean();
});

test('a document that is gone, or not as long as was said, is not shown', async () => {
	await enrolled();
	rig.world.lie = (path, a) => path.endsWith('/document') ? { ...a, bytes: Buffer.alloc(7).toString('base64') } : a;
	await openSign([passed(contract)]);
	await rig.page.locator('#match .note.warn').waitFor();
	assert.match(await rig.page.locator('#match').innerText(), /cannot be fetched: contract.pdf/);
	assert.equal(await rig.page.locator('#drop').isVisible(), true);
	await dropFile(rig.page, 'mine.pdf', contract);
	await rig.page.locator('#item0 .badge').waitFor();
	clean();
});

test('a service that offers more than a document can be is not believed', async () => {
	await openSign([{ ...passed(contract), bytes: undefined, document: 1 << 30 }]);
	assert.equal(await stateOf(), 'halt.unreadable');
});

test('what is shown during the touch changes nothing of what was touched', async () => {
	await enrolled();
	await openSign();
	const { page, world } = rig;

	await page.evaluate(() => {
		const real = navigator.credentials.get.bind(navigator.credentials);

		navigator.credentials.get = async (o) => {
			globalThis.touching = true;
			await new Promise((done) => { globalThis.touch = done; });
			return real(o);
		};
	});
	await page.locator('#approve').click();
	await page.waitForFunction(() => globalThis.touching);
	await dropFile(page, 'contract.pdf', contract);
	await page.locator('#match .note').waitFor();
	await page.evaluate(() => globalThis.touch());
	await until(page, 'verdict');
	assert.equal(world.approved[0].statement.body.seen, 2);
});

test('the signer\'s own program has no name of another', async () => {
	await enrolled();
	await openSign(undefined, { requester: { id: rig.world.signer, name: '' } });
	assert.match(await rig.page.locator('#who').innerText(), /^Your own program asks for your signature/);
	await rig.page.goto('about:blank');
	await openSign(undefined, { requester: { id: 'c2'.repeat(16), name: '' } });
	assert.match(await rig.page.locator('#who').innerText(), /^A program without a name asks/);
});

test('declined is declined', async () => {
	await enrolled();
	const ticket = await openSign();

	await rig.page.locator('#decline').click();
	await until(rig.page, 'declined');
	assert.equal(rig.world.tickets.get(ticket).state, 'declined');
	assert.equal(approved(), 0);
	await rig.page.reload();
	await until(rig.page, 'halt.declined');
	clean();
});

test('a cancelled touch sends nothing, and can be repeated', async () => {
	const device = await enrolled();
	await openSign();
	const { page, world } = rig;

	await page.evaluate(() => {
		const real = navigator.credentials.get.bind(navigator.credentials);

		navigator.credentials.get = () => {
			navigator.credentials.get = real;
			return Promise.reject(new DOMException('cancelled', 'NotAllowedError'));
		};
	});
	await page.locator('#approve').click();
	await troubled('cancelled');
	assert.equal(await page.locator('#approve').getAttribute('aria-describedby'), 'error');
	assert.ok(!world.asked.some((a) => a.path.endsWith('/answer')));
	await page.locator('#approve').click();
	await until(page, 'verdict');
	assert.equal((await device.credentials())[0].signCount > 0, true);
});

test('without user verification nothing is sent', async () => {
	const device = await enrolled();

	await openSign();
	await device.set(false);
	await rig.page.locator('#approve').click();
	await troubled('cancelled');
	assert.equal(approved(), 0);
	assert.ok(!rig.world.asked.some((a) => a.path.endsWith('/answer')));
});

test('a passkey of another device approves nothing', async () => {
	await enrolled();
	rig.world.authenticators[0].credential = Buffer.alloc(32, 7).toString('base64url');
	await openSign();
	await rig.page.locator('#approve').click();
	await troubled('cancelled');
	assert.equal(approved(), 0);
});

test('a signer without passkeys is told so', async () => {
	await openSign();
	await rig.page.locator('#approve').click();
	await troubled('nopasskey');
});

test('two approvals come from two passkeys', async () => {
	const device = await enrolled();
	const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' }), credentialId = Buffer.alloc(20, 9);

	rig.world.keys[0].evidences = 2;
	await openSign();
	await rig.page.locator('#approve').click();
	await troubled('two');
	await device.add({ credentialId: credentialId.toString('base64'), isResidentCredential: false, rpId: 'approve.localhost', signCount: 0,
		privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64') });
	rig.world.authenticators.push({ id: '0b'.repeat(16), type: 2, label: 'Second', credential: credentialId.toString('base64url'),
		spki: keys.publicKey.export({ type: 'spki', format: 'der' }) });
	await rig.page.reload();
	await ready();
	await rig.page.locator('#approve').click();
	await until(rig.page, 'verdict');
	assert.deepEqual(rig.world.approved[0].evidences.map((e) => Buffer.from(e.id).toString('hex')), ['0b'.repeat(16), 'a1'.repeat(16)]);
});

test('a request that is decided or late says so and asks nothing', async () => {
	for (const [state, said] of [['expired', 'expired'], ['declined', 'declined'], ['approved', 'done'], ['done', 'done']]) {
		await rig.page.goto('about:blank');
		await openSign(undefined, { state });
		assert.equal(await stateOf(), `halt.${said}`);
		assert.equal(await rig.page.locator('#approve').isVisible(), false);
	}
});

test('two tabs: the second learns that it is done', async () => {
	await enrolled();
	const { page } = rig, ticket = await openSign(), second = await newPage();

	await second.goto(`${rig.pages.origin}/sign#t=${ticket}`);
	await ready(second);
	await page.bringToFront();
	await page.locator('#approve').click();
	await until(page, 'verdict');
	await second.bringToFront();
	await second.locator('#decline').click();
	await until(second, 'halt.done');
	assert.equal(approved(), 1);
});

test('a clock that is wrong is said before the touch', async () => {
	await enrolled();
	rig.world.skew = 3600000;
	await openSign();
	assert.equal(await stateOf(), 'halt.clock');
});

test('another group is refused', async () => {
	await repage({ group: '0'.repeat(64) });
	await openSign();
	assert.equal(await stateOf(), 'halt.group');
});

test('another signer on this device must be confirmed first', async () => {
	await enrolled();
	await rig.page.evaluate(() => localStorage.setItem('propria.me', JSON.stringify([{ signer: '7'.repeat(32), name: 'Bob', authenticators: [] }])));
	await openSign();
	await rig.page.locator('#approve').click();
	await troubled('unticked');
	assert.equal(approved(), 0);
	await rig.page.locator('#other-yes').check();
	await rig.page.locator('#approve').click();
	await until(rig.page, 'verdict');
});

test('at another origin the passkey is not to be had', async () => {
	await enrolled();
	const ticket = await openSign(), { port } = rig.pages;

	rig.world.origin = `http://other.localhost:${port}`;
	await rig.page.goto(`http://other.localhost:${port}/sign#t=${ticket}`);
	await ready();
	await rig.page.locator('#approve').click();
	await troubled('cancelled');
	assert.equal(approved(), 0);
});

test('a refusal of the security module is shown with its word', async () => {
	await enrolled();
	await openSign();
	rig.world.authenticators[0].spki = rig.world.authenticators[0].spki.slice();
	rig.world.lie = (path, a) => {
		if (path.endsWith('/answer'))
			throw Object.assign(new Error('level'), { reason: 'level', status: 400 });
		return a;
	};
	await rig.page.locator('#approve').click();
	await troubled('level');
	assert.equal(await stateOf(), 'ask');
});

test('a link without a ticket is not complete', async () => {
	await rig.page.goto(rig.pages.origin + '/sign');
	await ready();
	assert.equal(await stateOf(), 'halt.noticket');
});

test('the page speaks German and French, and keeps the choice', async () => {
	await enrolled();
	await openSign();
	const { page } = rig;

	await page.locator('#language').selectOption('de');
	await page.locator('html[lang="de"]').waitFor();
	assert.match(await page.locator('#who').innerText(), /Example Contracts/);
	assert.match(await page.locator('#approve').innerText(), /Passkey/);
	await page.reload();
	await ready();
	assert.equal(await page.locator('html').getAttribute('lang'), 'de');
	await page.locator('#language').selectOption('fr');
	await page.locator('html[lang="fr"]').waitFor();
});
