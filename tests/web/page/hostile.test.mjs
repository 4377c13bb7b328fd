/* SPDX-License-Identifier: Apache-2.0 */
/* A service that lies in every field: no approval over anything that was not shown, no script, no broken page. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { decodeStatement } from '../../../web/lib/statement.js';
import { contract, dropFile, enrolled, openAs, openSign, ready, rig, stateOf, until, withBrowser } from './rig.mjs';

withBrowser({ viewport: { width: 360, height: 740 } });

const MARKUP = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'`{{7*7}}';
const BIDI = ['\u202egnp.exe', 'a\u2066b', 'a\u200fb', 'line\u2028two', 'nul\u0000l', 'tab\there', '\ud800'];
const LONG = 'W'.repeat(128);

const answersSent = () => rig.world.asked.filter((a) => a.path.endsWith('/answer'));

/* What the approval must say is what the page showed, and nothing came to life. */
async function sound(page = rig.page) {
	assert.deepEqual(rig.problems, []);
	assert.equal(await page.locator('main img, main script, main iframe').count(), 0);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

	assert.equal(wide, 0, 'the page is wider than its window');
}

test('markup in every text is text, and is what is approved', async () => {
	await enrolled();
	const { page, world } = rig;

	await openSign([{ digest: Buffer.alloc(32, 1).toString('base64'), label: MARKUP }], { requester: { id: 'c1'.repeat(16), name: MARKUP }, text: MARKUP + '{name}{n}' });
	assert.ok((await page.locator('#who').innerText()).includes(MARKUP));
	assert.ok((await page.locator('#items').innerText()).includes(MARKUP));
	assert.equal(await page.locator('#said').innerText(), MARKUP + '{name}{n}');
	await page.locator('#approve').click();
	await until(page, 'verdict');
	const { body } = world.approved[0].statement;

	assert.equal(body.name, MARKUP);
	assert.equal(body.items[0].label, MARKUP);
	await sound();
});

for (const [where, make] of [['label', (t) => [[{ digest: Buffer.alloc(32).toString('base64'), label: t }]]],
	['requester', (t) => [undefined, { requester: { id: 'c1'.repeat(16), name: t } }]], ['text', (t) => [undefined, { text: t }]]])
	test(`hidden characters in the ${where} stop the page`, async () => {
		await enrolled();
		for (const text of BIDI) {
			await rig.page.goto('about:blank');
			await openSign(...make(text));
			assert.equal(await stateOf(), 'halt.unreadable', JSON.stringify(text));
		}
		assert.deepEqual(answersSent(), []);
	});

test('a thousand long names keep the page in shape, all of them there and counted', async () => {
	await enrolled();
	const { page, world } = rig;
	const items = Array.from({ length: 1000 }, (_, i) => ({ digest: Buffer.alloc(32, i & 255).toString('base64'), label: `${i} ${LONG}` }));

	await openSign(items, { requester: { id: 'c1'.repeat(16), name: LONG }, text: 'W'.repeat(1000) });
	assert.equal(await page.locator('#items li').count(), 1000);
	assert.match(await page.locator('#what-title').innerText(), /1,000/);
	await sound();
	await page.locator('#approve').click();
	await until(page, 'verdict');
	assert.equal(world.approved[0].statement.body.items.length, 1000);
});

test('lists and values that are out of bounds stop the page', async () => {
	await enrolled();
	const digest = Buffer.alloc(32).toString('base64');
	const many = Array.from({ length: 1001 }, () => ({ digest, label: 'x' }));

	for (const items of [many, [], [{ digest: Buffer.alloc(31).toString('base64'), label: 'x' }], [{ digest, label: 'x'.repeat(201) }], [{ digest, label: 7 }],
		[{ digest: [1], label: 'x' }], { length: 1, 0: {} }]) {
		await rig.page.goto('about:blank');
		const ticket = await openSign([], { items: undefined });

		rig.world.tickets.get(ticket).items = items;
		await rig.page.reload();
		await ready();
		assert.equal(await stateOf(), 'halt.unreadable');
	}
	assert.deepEqual(answersSent(), []);
});

/* Each member of the answer, made wrong: either the page stops, or it asks for exactly what it shows. */
const LIES = {
	group: (a) => { a.group = '00'.repeat(32); }, 'no group': (a) => { delete a.group; }, now: (a) => { a.now = 'soon'; }, state: (a) => { a.state = 'signed'; },
	fresh: (a) => { a.fresh = 'AAAA'; }, life: (a) => { a.life = -1; }, epoch: (a) => { a.epoch = 2 ** 33; }, signer: (a) => { a.signer = '../' + a.signer; },
	'key missing': (a) => { delete a.key; }, spki: (a) => { a.key.spki = Buffer.from(contract.subarray(0, 91)).toString('base64'); }, class: (a) => { a.key.class = 'seal"'; },
	level: (a) => { a.key.level = '__proto__'; }, alg: (a) => { a.key.alg = 99; }, certificate: (a) => { a.key.certificate = 'AAAA'; },
	'authenticators': (a) => { a.authenticators = 'none'; }, requester: (a) => { a.requester = null; }, 'list for object': (a) => { a.key = [1]; },
	evidences: (a) => { a.key.evidences = 0; }, expires: (a) => { a.expires = {}; },
};

test('a lie in any member of the answer stops the page', async () => {
	for (const [name, lie] of Object.entries(LIES)) {
		rig.world.lie = (path, a) => { if (path.endsWith('/approval')) lie(a); return a; };
		await rig.page.goto('about:blank');
		await openSign();
		assert.match(await stateOf(), /^halt\.(unreadable|certificate|group|other|clock)$/, name);
		assert.equal(await rig.page.locator('#approve').isVisible(), false);
	}
	assert.deepEqual(answersSent(), []);
	await sound();
});

test('an answer that is no JSON, too deep or a list stops the page', async () => {
	for (const answer of [[1, 2], 'text', null, 5]) {
		rig.world.lie = (path, a) => path.endsWith('/approval') ? answer : a;
		await rig.page.goto('about:blank');
		await openSign();
		assert.match(await stateOf(), /^halt\./);
	}
	await sound();
});

test('what changes between showing and touching is not approved', async () => {
	await enrolled();
	const { page, world } = rig, ticket = await openSign(undefined, {});

	await page.evaluate(() => { const real = Date.now; Date.now = () => real() + 280000; });
	world.skew = 280000;
	world.tickets.get(ticket).items = [{ digest: Buffer.alloc(32, 9).toString('base64'), label: 'contract.pdf' }];
	await page.locator('#approve').click();
	await until(page, 'halt.changed');
	assert.deepEqual(answersSent(), []);
});

test('a request read for long is approved with a new nonce, its new fingerprint shown', async () => {
	await enrolled();
	const { page, world } = rig;

	await openSign();
	const print = await page.locator('#print').innerText();

	await page.evaluate(() => { const real = Date.now; Date.now = () => real() + 280000; });
	world.skew = 280000;
	await page.locator('#approve').click();
	await until(page, 'verdict');
	assert.notEqual(await page.locator('#verdict-facts .print').innerText(), print);
});

test('the approval that leaves is over what was shown, whatever the service says after', async () => {
	await enrolled();
	const { page, world } = rig;

	await openSign();
	world.tickets.forEach((t) => { t.items = [{ digest: Buffer.alloc(32, 5).toString('base64'), label: 'other' }]; });
	await page.locator('#approve').click();
	await until(page, 'verdict');
	const sent = decodeStatement(new Uint8Array(Buffer.from(answersSent()[0].body.statement, 'base64')));

	assert.equal(sent.body.items[0].label, await page.evaluate(() => document.querySelector('#items .name').textContent));
});

test('a way on that is not the continuation of this service is refused', async () => {
	await enrolled();
	for (const url of ['javascript:alert(1)', 'https://evil.example/oauth2/continue', '//evil.example/oauth2/continue', 'data:text/html,x', 7,
		`${rig.world.ssa}/oauth2/continue/../../evil`, rig.world.ssa.replace('//', '//x@') + '/oauth2/continue', `${rig.world.ssa}/other`]) {
		await rig.page.goto('about:blank');
		await openSign(undefined, { continue: url });
		await rig.page.locator('#approve').click();
		await until(rig.page, 'verdict');
		assert.equal(await rig.page.locator('#continue').isVisible(), false, String(url));
		assert.match(await rig.page.locator('#verdict-text').innerText(), /does not go there/);
	}
	await sound();
});

test('an error full of markup is text', async () => {
	await enrolled();
	await openSign();
	rig.world.words = MARKUP;
	rig.world.tickets.clear();
	await rig.page.locator('#approve').click();
	await rig.page.locator('#error').waitFor({ state: 'visible' });
	await rig.page.locator('#error summary').click();
	assert.ok((await rig.page.locator('#error').innerText()).includes(MARKUP));
	await sound();
});

test('the account: markup and long names are text in shape, hidden characters stop the page', async () => {
	await enrolled();
	rig.world.name = MARKUP;
	delete rig.world.keys[0].certificate;
	rig.world.authenticators[0].label = '<b>'.repeat(20);
	rig.world.lie = (path, a) => path.endsWith('/history') && a.uses ? { more: true, uses: [{ d: '0'.repeat(64), index: 0, place: 3, time: 5, digest: '', label: MARKUP,
		text: MARKUP, requester: { id: '', name: LONG }, seen: 1 }] } : a;
	await openAs('keys');
	await until(rig.page, 'account');
	assert.ok((await rig.page.locator('#person').innerText()).includes(MARKUP));
	await sound();
	rig.world.name = '\u202ealice';
	await rig.page.reload();
	await ready();
	assert.equal(await stateOf(), 'halt.unreadable');
});

test('a challenge of another group or a foreign genesis makes no statement', async () => {
	await enrolled();
	for (const [call, lie] of [['/challenge', { group: '00'.repeat(32) }], ['/genesis', { genesis: 'AAAA' }]]) {
		rig.world.lie = (path, a) => path.endsWith(call) ? { ...a, ...lie } : a;
		await rig.page.goto('about:blank');
		await openAs('keys');
		await until(rig.page, 'account');
		await rig.page.evaluate(() => { document.getElementById('create').open = true; });
		await rig.page.locator('#create-act').click();
		await until(rig.page, 'halt.group');
	}
	assert.ok(!rig.world.asked.some((a) => a.path.endsWith('/enact')));
});

test('a document that is made to be signed attributes of another is not taken for what is signed', async () => {
	const twoFaced = Buffer.concat([Buffer.from([0x31, 0x82, 0xff, 0xff]), contract]);	/* a SET for CMS, a PDF for a viewer */

	await enrolled();
	await openSign([{ digest: createHash('sha256').update(twoFaced).digest('base64'), label: 'contract.pdf', bytes: twoFaced }]);
	await rig.page.locator('#match .note.bad').waitFor();
	assert.equal(await rig.page.locator('#paper canvas').count(), 0);
	await dropFile(rig.page, 'contract.pdf', twoFaced);
	await rig.page.locator('#match .note.bad').waitFor();
	await rig.page.locator('#approve').click();
	await until(rig.page, 'verdict');
	assert.equal(rig.world.approved[0].statement.body.seen, 2);
	await sound();
});

test('one passkey under two names stops the page', async () => {
	await enrolled();
	const [first] = rig.world.authenticators;

	for (const more of [{ id: '0b'.repeat(16) }, { credential: undefined }, { id: '0c'.repeat(16), credential: 'A'.repeat(1500) + '!' }]) {
		rig.world.authenticators = [first, { ...first, ...more }];
		await rig.page.goto('about:blank');
		await openSign();
		assert.equal(await stateOf(), 'halt.unreadable');
	}
	assert.deepEqual(answersSent(), []);
});

test('names in which nothing can be seen are told as no names', async () => {
	await enrolled();
	await openSign([{ digest: Buffer.alloc(32, 1).toString('base64'), label: '\u200b\u2060\u3164' }], { requester: { id: 'c1'.repeat(16), name: '\u200d \ufeff' } });
	assert.match(await rig.page.locator('#who').innerText(), /^A program without a name asks/);
	assert.match(await rig.page.locator('#items').innerText(), /^No name given/);
	await sound();
});

test('hidden characters in an error are not shown', async () => {
	await enrolled();
	await openSign();
	rig.world.words = 'gpj.\u202etnemucod';
	rig.world.tickets.clear();
	await rig.page.locator('#approve').click();
	await rig.page.locator('#error').waitFor({ state: 'visible' });
	assert.doesNotMatch(await rig.page.locator('#error').innerText(), /gpj/);
});

test('letters that are piled up do not cover what is beside them', async () => {
	const pile = 'a' + '\u0300'.repeat(90);

	await enrolled();
	await openSign([{ digest: Buffer.alloc(32, 1).toString('base64'), label: pile }], { requester: { id: 'c1'.repeat(16), name: 'b' + '\u0301'.repeat(60) } });
	for (const id of ['#who', '#items .name'])
		assert.equal(await rig.page.locator(id).evaluate((e) => getComputedStyle(e).overflowY), 'clip');
	await sound();
});

test('an account that becomes another while the page waits stops it', async () => {
	await enrolled();
	rig.world.keys[0].state = 2;
	await openAs('keys');
	await until(rig.page, 'account');
	rig.world.signer = '0d'.repeat(16);
	await until(rig.page, 'halt.unreadable');
});

test('a receipt of another use than the one that was named is not kept', async () => {
	await enrolled();
	const { page, world } = rig;

	await openAs('desk');
	await dropFile(page, 'contract.pdf', contract);
	await page.locator('#print:not(:empty)').waitFor();
	await page.locator('#sign').click();
	await until(page, 'result');
	for (const lie of [{ label: 'lease.pdf' }, { requester: { id: 'c1'.repeat(16), name: 'Example Contracts' } }]) {
		world.lie = (path, a) => path.endsWith('/history') ? { ...a, uses: a.uses.map((use) => ({ ...use, ...lie })) } : a;
		await page.goto(rig.pages.origin + '/keys');
		await until(page, 'account');
		await page.locator('#uses button').click();
		await page.locator('#error[data-name="answer"]').waitFor({ state: 'visible' });
	}
});
