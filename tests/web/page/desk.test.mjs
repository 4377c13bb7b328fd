/* SPDX-License-Identifier: Apache-2.0 */
/* Desk: a PDF goes in, its signature file comes out, and openssl agrees. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { contract, dropFile, enrolled, openAs, ready, rig, saved, stateOf, until, withBrowser } from './rig.mjs';

withBrowser();

async function signContract(name = 'contract.pdf', bytes = contract) {
	const { page } = rig;

	await openAs('desk');
	await dropFile(page, name, bytes);
	await page.locator('#print:not(:empty)').waitFor();
	await page.locator('#sign').click();
}

test('through the login and back, a PDF is shown, signed, and openssl verifies the file', async () => {
	await enrolled();
	const { page, world, ca } = rig;

	await page.goto(rig.pages.origin + '/desk');
	await until(page, 'login');
	await page.locator('#login-act').click();
	await page.waitForURL(rig.pages.origin + '/desk');
	await until(page, 'desk');
	await dropFile(page, 'contract.pdf', contract);
	await page.locator('#print:not(:empty)').waitFor();
	assert.equal(await page.locator('#paper canvas').count(), 2);
	assert.match(await page.locator('#as').innerText(), /Alice Example/);
	const print = await page.locator('#print').innerText();

	await page.locator('#sign').click();
	await until(page, 'result');
	assert.match(await page.locator('#result-facts').innerText(), new RegExp(print));
	const p7s = await saved(page, () => page.locator('#get-p7s').click());
	const receipt = await saved(page, () => page.locator('#get-receipt').click());

	assert.equal(p7s.name, 'contract.pdf.p7s');
	assert.equal(receipt.name, 'contract.pdf.receipt');
	ca.check(p7s.bytes, contract);
	assert.throws(() => ca.check(p7s.bytes, Buffer.concat([contract, Buffer.from(' ')])));
	assert.equal(world.approved[0].statement.body.seen, 1);
	assert.ok(receipt.bytes.includes(Buffer.from('PRT1')));
	assert.deepEqual(rig.problems, []);
});

test('what is no PDF is refused beside the box', async () => {
	await enrolled();
	await openAs('desk');
	await dropFile(rig.page, 'letter.pdf', Buffer.from('Dear Alice'));
	await rig.page.locator('#file-error').waitFor({ state: 'visible' });
	assert.equal(await rig.page.locator('#chosen').isVisible(), false);
});

test('where pdf.js is not installed the page says so, and signs nothing', async () => {
	await enrolled();
	await rig.context.route('**/vendor/**', (route) => route.fulfill({ status: 404, body: 'not here' }));
	await openAs('desk');
	await dropFile(rig.page, 'contract.pdf', contract);
	await rig.page.locator('#file-error').waitFor({ state: 'visible' });
	assert.match(await rig.page.locator('#file-error').innerText(), /pdf\.js/);
	assert.equal(await rig.page.locator('#chosen').isVisible(), false);
	assert.deepEqual(rig.world.approved, []);
});

test('a PDF that cannot be shown is not signed', async () => {
	await enrolled();
	await openAs('desk');
	await dropFile(rig.page, 'broken.pdf', Buffer.from('%PDF-1.7\nbroken'));
	await rig.page.locator('#file-error').waitFor({ state: 'visible' });
	assert.equal(await rig.page.locator('#sign').isVisible(), false);
});

test('a signature that is not one over this document is thrown away', async () => {
	await enrolled();
	rig.world.lie = (path, a) => path.endsWith('signHash') ? { signatures: [Buffer.alloc(70, 48).toString('base64')] } : a;
	await signContract();
	await rig.page.locator('#error[data-name="answer"]').waitFor({ state: 'visible' });
	assert.equal(await stateOf(), 'desk');
});

test('a receipt of another approval is not given out', async () => {
	await enrolled();
	await signContract();
	await until(rig.page, 'result');
	const first = rig.world.uses[0];

	await rig.page.locator('#again').click();
	await dropFile(rig.page, 'contract.pdf', contract);
	await rig.page.locator('#print:not(:empty)').waitFor();
	await rig.page.locator('#sign').click();
	await until(rig.page, 'result');
	rig.world.uses[0].encoded = first.encoded;
	await rig.page.locator('#get-receipt').click();
	await rig.page.locator('#receipt-error[data-name="answer"]').waitFor({ state: 'visible' });
});

test('a name with directions in it becomes a label without them', async () => {
	await enrolled();
	await signContract('invoice\u202efdp.pdf');
	await until(rig.page, 'result');
	assert.equal(rig.world.approved[0].statement.body.items[0].label, 'invoice_fdp.pdf');
});

test('cancelled: nothing is sent', async () => {
	const device = await enrolled();

	await device.set(false);
	await signContract();
	await rig.page.locator('#error[data-name="cancelled"]').waitFor({ state: 'visible' });
	assert.ok(!rig.world.asked.some((a) => a.path.endsWith('signHash')));
});

test('without a certificate there is nothing to sign with', async () => {
	await enrolled();
	delete rig.world.keys[0].certificate;
	await openAs('desk');
	assert.equal(await stateOf(), 'halt.nokey');
});

test('a login that was not begun here, or is of another issuer, gives no token', async () => {
	const { page } = rig;

	await page.goto(rig.pages.origin + '/callback?code=x&state=y&iss=' + encodeURIComponent(rig.world.ssa));
	await ready();
	assert.equal(await stateOf(), 'halt.login');
	rig.world.iss = 'https://evil.example';
	await page.goto(rig.pages.origin + '/desk');
	await until(page, 'login');
	await page.locator('#login-act').click();
	await until(page, 'halt.login');
	assert.ok(!rig.world.asked.some((a) => a.path === '/oauth2/token'));
});

test('a login that was denied says so', async () => {
	rig.world.denied = true;
	await rig.page.goto(rig.pages.origin + '/desk');
	await until(rig.page, 'login');
	await rig.page.locator('#login-act').click();
	await until(rig.page, 'halt.denied');
});
