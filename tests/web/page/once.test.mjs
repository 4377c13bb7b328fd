/* SPDX-License-Identifier: Apache-2.0 */
/* Sign, with a key that is to be made: told honestly, bound to its session, and nothing of a lie is approved. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { contract, dropFile, enrolled, openSign, rig, stateOf, until, withBrowser } from './rig.mjs';
import { rangeOf, withPlace } from './place.mjs';

withBrowser();
const DOCUMENT = [contract];
const lies = (change) => { rig.world.lie = (path, a) => { if (path.endsWith('/approval')) change(a); return a; }; };

test('a key that is to be made is told of, and the document itself is what is approved', async () => {
	await enrolled();
	await openSign(DOCUMENT, { once: true });
	const { page, world } = rig;

	assert.match(await page.locator('#as').innerText(), /Made for this signature only[\s\S]*Example CA[\s\S]*short-term[\s\S]*CAdES/);
	await dropFile(page, 'contract.pdf', contract);
	await page.locator('#item0 .badge').waitFor();
	await page.locator('#approve').click();
	await until(page, 'verdict');
	const { purpose, body } = world.approved[0].statement;

	assert.equal(purpose, 0x0102);
	assert.equal(body.seen, 1);
	assert.equal(body.kind, 2);
	assert.equal(Buffer.from(body.profile).toString('latin1').replace(/\0+$/, ''), 'short-term');
	assert.deepEqual(rig.problems, []);
});

test('of a PDF with a place for its signature all else is what is approved', async () => {
	const pdf = withPlace(contract), { page, world } = rig;

	await enrolled();
	await openSign([rangeOf(pdf)], { once: { kind: 3 } });
	assert.match(await page.locator('#as').innerText(), /PAdES/);
	for (const other of [contract, withPlace(contract, 'f')]) {	/* without a place; with something in it */
		await dropFile(page, 'contract.pdf', other);
		await page.locator('#match .note.bad').waitFor();
	}
	await dropFile(page, 'contract.pdf', pdf);
	await page.locator('#item0 .badge').waitFor();
	assert.equal(await page.locator('#paper canvas').count(), 2);
	await page.locator('#approve').click();
	await until(page, 'verdict');
	const { body } = world.approved[0].statement;

	assert.equal(body.kind, 3);
	assert.equal(body.seen, 1);
	assert.match(await page.locator('#verdict-facts').innerText(), /Alice Example[\s\S]*Checked: its key signed/);
	assert.deepEqual(rig.problems, []);
});

test('the certificate is shown as checked only if its key signed what was approved, and else as the service names it', async () => {
	const { page } = rig, verdict = page.locator('#verdict-facts');
	const answers = (change) => { rig.world.lie = (path, a) => { if (path.endsWith('/answer')) change(a); return a; }; };
	const approve = async () => {
		await page.goto('about:blank');
		await openSign([contract, new Uint8Array(100)], { once: true });
		await page.locator('#approve').click();
	};

	await enrolled();
	await approve();
	await until(page, 'verdict');
	assert.match(await verdict.innerText(), /Checked: its key signed/);
	answers((a) => { delete a.signatures; });
	await approve();
	await until(page, 'verdict');
	assert.match(await verdict.innerText(), /Alice Example[\s\S]*Not checked: the certificate is as the service names it/);
	for (const change of [(a) => { a.signatures.reverse(); }, (a) => { a.signatures.pop(); }, (a) => { a.signing += 1000; }, (a) => { delete a.signing; },
		(a) => { a.signatures[1] = 'AAAA'; }, (a) => { a.signatures = 'AAAA'; }, (a) => { a.certificate = 'AAAA'; }, (a) => { a.signatures[0] = 7; },
		(a) => { a.certificate = rig.ca.certificate; }]) {
		answers(change);
		await approve();
		await page.locator('#error[data-name="answer"]').waitFor({ state: 'visible' });
		assert.equal(await stateOf(), 'ask', String(change));
	}
});

test('markup in the name of a CA is text', async () => {
	await enrolled();
	rig.world.caName = '<img src=x onerror=alert(1)>';
	await openSign(DOCUMENT, { once: true });
	assert.match(await rig.page.locator('#as').innerText(), /<img src=x onerror=alert\(1\)>/);
	assert.equal(await rig.page.locator('#as img').count(), 0);
});

test('another session, profile, format or algorithm stops the page', async () => {
	await enrolled();
	for (const change of [(o) => { o.session = '22'.repeat(16); }, (o) => { o.profile = 'Short Term'; }, (o) => { o.profile = ''; }, (o) => { o.kind = 1; },
		(o) => { o.alg = 99; }, (o) => { o.ca = 'a\u202eb'; }, (o) => { o.seconds = 100000; }, (o) => { o.evidences = 0; }, (o) => { o.idv = '11'; }]) {
		lies((a) => change(a.once));
		await rig.page.goto('about:blank');
		await openSign(DOCUMENT, { once: true });
		assert.equal(await stateOf(), 'halt.unreadable', String(change));
	}
	lies((a) => { a.key = {}; });
	await rig.page.goto('about:blank');
	await openSign(DOCUMENT, { once: true });
	assert.equal(await stateOf(), 'halt.unreadable');
});

test('when no certificate comes the person reads so, and may try again', async () => {
	await enrolled();
	rig.world.caDown = true;
	await openSign(DOCUMENT, { once: true });
	const { page, world } = rig;

	await page.locator('#approve').click();
	await page.locator('#error[data-name="ca"]').waitFor({ state: 'visible' });
	assert.equal(await stateOf(), 'ask');
	assert.deepEqual(world.approved, []);
});
