/* SPDX-License-Identifier: Apache-2.0 */
/* How the pages look and read: no finding of axe in either colour scheme, pictures of each state, words complete, sizes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { ERROR_WORDS } from '../../../web/lib/api.js';
import { PURPOSE, encodeStatement } from '../../../web/lib/statement.js';
import { WORD_KEYS } from '../../../web/lib/words.js';
import { vectors } from '../vectors.mjs';
import { makeModule, makeProvider } from './module.mjs';
import { authenticator, contract, dropFile, enrolled, newPage, openAs, openSign, pictures, ready, repage, rig, until, withBrowser } from './rig.mjs';

const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const WEB = new URL('../../../web/', import.meta.url);
const PAGES = ['index', 'sign', 'desk', 'keys', 'enrol', 'approve', 'callback'];
const PAGE_MAX = 100 * 1024;
/* As tools/web-manifest leaves them out of what is served. */
const COMMENT = /^[ \t]*\/\*(?![^\n]*SPDX)(?:(?!\*\/)[^])*\*\/[ \t]*\n/gm;

withBrowser();

/* axe in a world of its own, as the pages' policy lets no other script in. */
async function findings(page) {
	const cdp = await rig.context.newCDPSession(page);
	const { frameTree } = await cdp.send('Page.getFrameTree');
	const { executionContextId } = await cdp.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'axe', grantUniveralAccess: false });
	const run = async (expression) => {
		const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true });

		assert.equal(exceptionDetails?.exception?.description, undefined);
		return result.value;
	};

	await run(axe);
	return run(`axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.map((v) =>
	    v.id + ': ' + v.nodes.map((n) => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join('; ')))`);
}

/* A page that asked for words it has not got shows their key. */
const nameless = (page) => page.evaluate(() => [...document.querySelectorAll('[data-t]')].filter((n) => n.textContent === n.dataset.t && n.dataset.t.includes('.'))
    .map((n) => n.dataset.t));

/* One state of a page: axe dark and light, wide and narrow, and its pictures. */
async function look(name, page = rig.page) {
	for (const [scheme, width] of [['light', 1280], ['dark', 1280], ['dark', 360], ['light', 360]]) {
		await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
		await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
		if (width === 1280 || scheme === 'light')
			assert.deepEqual(await findings(page), [], `${name}, ${scheme}, ${width}`);
		const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

		assert.equal(over, 0, `${name} is wider than ${width}`);
		await page.screenshot({ path: `${pictures()}${name}-${width}-${scheme}.png`, fullPage: true });
	}
	assert.deepEqual(await nameless(page), []);
	assert.deepEqual(rig.problems, []);
}

test('axe finds what is wrong', async () => {
	await rig.page.goto(rig.pages.origin + '/');
	await ready();
	await rig.page.evaluate(() => { document.querySelector('h1').style.color = '#ddd'; document.querySelector('.brand img').removeAttribute('alt'); });
	assert.deepEqual((await findings(rig.page)).map((f) => f.split(':')[0]).sort(), ['color-contrast', 'image-alt']);
});

test('index, callback', async () => {
	const { page } = rig;

	await page.goto(rig.pages.origin + '/');
	await ready();
	await look('index');
	await page.goto(rig.pages.origin + '/callback');
	await ready();
	await look('callback');
});

test('sign', async () => {
	await enrolled();
	const { page } = rig;

	await openSign([contract, { digest: Buffer.alloc(32, 3).toString('base64'), label: 'Appendix A, rules of the house.pdf' }].map((x) => x instanceof Buffer ? new Uint8Array(x) : x));
	await dropFile(page, 'contract.pdf', contract);
	await page.locator('#match .note').waitFor();
	await look('sign');
	await page.locator('#approve').click();
	await until(page, 'verdict');
	await look('sign-verdict');
});

test('sign and desk, with a key that is to be made', async () => {
	await enrolled();
	await openSign([contract], { once: true });
	await look('sign-once');
	await rig.page.locator('#approve').click();
	await until(rig.page, 'verdict');
	await look('sign-once-verdict');
	rig.world.once = true;
	rig.world.keys = [];
	await openAs('desk');
	await dropFile(rig.page, 'contract.pdf', contract);
	await rig.page.locator('#print:not(:empty)').waitFor();
	await look('desk-once');
});

test('sign: what the asker passed', async () => {
	await enrolled();
	const item = (bytes, label) => ({ digest: createHash('sha256').update(bytes).digest('base64'), label, bytes: contract });

	await openSign([item(contract, 'Lease of the flat in Storgatan 5, with the rules of the house.pdf'), item('x', 'Appendix A.pdf'), item('y', 'Appendix B.pdf')]);
	await rig.page.locator('#item0 button').click();
	await rig.page.locator('#item0 .badge').waitFor();
	await rig.page.locator('#item1 button').click();
	await rig.page.locator('#match .note.bad').waitFor();
	await look('sign-passed');
});

test('sign: warnings, errors, declined, stopped', async () => {
	await repage({ shared: true });
	await enrolled();
	const { page } = rig;

	await page.evaluate(() => localStorage.setItem('propria.me', JSON.stringify([{ signer: '7'.repeat(32), name: 'Bob Builder', authenticators: [] }])));
	await openSign();
	await dropFile(page, 'other.pdf', Buffer.from('x'));
	await page.locator('#match .note').waitFor();
	await page.locator('#approve').click();
	await page.locator('#error').waitFor();
	await look('sign-warnings');
	await page.locator('#decline').click();
	await until(page, 'declined');
	await look('sign-declined');
	await openSign(undefined, { state: 'expired' });
	await page.reload();
	await until(page, 'halt.expired');
	await look('sign-expired');
});

test('desk', async () => {
	await enrolled();
	const { page } = rig, other = await newPage();

	await other.goto(rig.pages.origin + '/desk');
	await until(other, 'login');
	await look('desk-login', other);
	await other.close();
	await openAs('desk');
	await until(page, 'desk');
	await look('desk');
	await dropFile(page, 'contract.pdf', contract);
	await page.locator('#print:not(:empty)').waitFor();
	await look('desk-document');
	await page.locator('#sign').click();
	await until(page, 'result');
	await look('desk-signed');
	rig.world.scal1 = { seconds: 300, signatures: 100 };
	rig.world.keys.push({ ...rig.world.keys[0], credentialID: 'f0'.repeat(16), level: 1, state: 4 });
	await page.goto(rig.pages.origin + '/keys');
	await until(page, 'account');
	await page.locator('#create summary').click();
	await look('keys');
	rig.world.keys.pop();
	await page.reload();
	await until(page, 'account');
	await page.locator('#create summary').click();
	await page.locator('#create-act').click();
	await page.locator('#keys article').nth(1).waitFor();
	await page.locator('#freeze-all').click();
	await page.locator('#freeze').waitFor();
	await look('keys-freeze');
});

test('enrol', async () => {
	const { page, world } = rig;

	await authenticator(page);
	await page.goto(`${rig.pages.origin}/enrol#s=${world.signer}`);
	await ready();
	await page.locator('#make').click();
	await look('enrol');
	const { codeText } = await import('../../../web/lib/code.js');

	await page.locator('#code').fill(codeText(new Uint8Array(world.code)));
	await page.locator('#name').fill('Alice Example');
	await page.locator('#label').fill('My laptop');
	await page.locator('#make').click();
	await until(page, 'login-state');
	await look('enrol-login');
});

test('PIN and code, and a provider: set, asked for, refused, in three languages', async () => {
	const { page, world } = rig, m = await makeModule(world);

	world.module = m;
	world.provider = makeProvider();
	await enrolled();
	await repage({ module: m.id.toString('hex') });
	await page.goto(`${rig.pages.origin}/enrol#s=${world.signer}&m=${m.person.id.toString('hex')}`);
	await ready();
	await page.locator('#set').click();
	await look('enrol-factors');
	Object.assign(m.person, { state: 2, pin: '123456', seed: Buffer.alloc(20, 7) });
	world.authenticators.push({ id: 'b3'.repeat(16), type: 3, protection: 8, label: 'PIN and code', module: m.id.toString('hex'), person: m.person.id.toString('hex'), bound: Date.now() },
		{ id: 'b4'.repeat(16), type: 4, protection: 9, label: 'My company', issuer: world.provider.issuer, bound: Date.now() });
	world.keys[0].with = 'b3'.repeat(16);
	await openSign();
	await page.locator('#approve').click();
	await page.locator('#factors').waitFor();
	await page.locator('#factors-act').click();
	await look('factors');
	await page.locator('#ask-pin').fill('654321');
	await page.locator('#ask-otp').fill('000000');
	await page.locator('#factors-act').click();
	await page.locator('#factors-wrong').waitFor();
	await look('factors-wrong');
	await page.keyboard.press('Escape');
	await page.locator('#language').selectOption('de');
	await page.locator('html[lang="de"]').waitFor();
	await page.locator('#approve').click();
	await page.locator('#factors').waitFor();
	await look('factors-de');
	await page.keyboard.press('Escape');
	world.keys[0].with = 'b4'.repeat(16);
	await page.goto('about:blank');
	await openSign();
	await page.locator('#language').selectOption('fr');
	await page.locator('html[lang="fr"]').waitFor();
	await page.locator('#approve').click();
	await page.locator('#provider').waitFor();
	await look('provider-fr');
	await page.locator('#provider-no').click();
	await page.locator('#language').selectOption('en');
	await openAs('keys');
	await page.locator('#create summary').click();
	await page.locator('#way').selectOption('2');
	await look('keys-ways');
	await page.goto(`${rig.pages.origin}/callback#flow=${'A'.repeat(43)}`);
	await ready();
	await look('callback-back');
});

test('approve, in German and French too', async () => {
	await enrolled();
	const { page } = rig;
	const act = encodeStatement({ purpose: PURPOSE.SET_POLICY, group: vectors('genesis').get('group'), epoch: 1, subject: new Uint8Array(16), fresh: new Uint8Array(40),
		iat: Date.now(), exp: Date.now() + 3600000, body: { statementLife: 300000, minLoa: 2, protections: 0x60, roQuorum: 1, soQuorum: 2, keysPerSigner: 8, follower: 1,
			eddsaUntil: 0, rs256Until: 0, sharedSic: 0, scal1Seconds: 300, scal1Count: 100, sessionSeconds: 600 } });

	await page.goto(rig.pages.origin + '/approve#card');
	await ready();
	await look('approve-open');
	await page.locator('#person').fill('Olga Office');
	await page.locator('#card-act').click();
	await until(page, 'carded');
	await look('approve-card');
	await page.goto('about:blank');
	await page.goto(`${rig.pages.origin}/approve#${Buffer.from(act).toString('base64url')}`);
	await ready();
	await look('approve');
	await page.locator('#language').selectOption('de');
	await page.locator('html[lang="de"]').waitFor();
	await look('approve-de');
	await page.locator('#officer').fill('0a'.repeat(16));
	await page.locator('#approve').click();
	await until(page, 'done');
	await page.locator('#language').selectOption('fr');
	await page.locator('html[lang="fr"]').waitFor();
	await look('approve-done-fr');
});

test('the keyboard alone reaches and does the one act', async () => {
	await enrolled();
	await openSign();
	const { page } = rig;

	for (let i = 0; i < 30 && await page.evaluate(() => document.activeElement.id) !== 'approve'; i++)
		await page.keyboard.press('Tab');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'approve');
	assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
	await page.keyboard.press('Enter');
	await until(page, 'verdict');
	assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Approved');
});

const read = (name) => readFileSync(new URL(name, WEB), 'utf8');
const dictionary = (tag) => Object.assign(JSON.parse(read(`i18n/${tag}.json`)), ...PAGES.map((page) => JSON.parse(read(`i18n/${tag}-${page}.json`))));

test('the languages have the same sentences, with the same holes', () => {
	const en = dictionary('en'), holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).filter((n) => n !== 'n').sort();

	for (const tag of ['de', 'fr']) {
		const other = dictionary(tag);

		assert.deepEqual(Object.keys(other).sort(), Object.keys(en).sort());
		for (const key of Object.keys(en)) {
			assert.deepEqual(holes(other[key]), holes(en[key]), `${tag} ${key}`);
			assert.equal(other[key] === '', en[key] === '', `${tag} ${key}`);
		}
	}
});

test('every sentence that a page or module asks for is there', () => {
	const en = dictionary('en'), has = (key) => assert.ok(key in en || `${key}.other` in en, key);

	WORD_KEYS.forEach(has);
	for (const page of PAGES)
		for (const [, key, text] of read(`${page}.html`).matchAll(/data-t="([^"]+)"[^>]*>([^<]*)</g)) {
			has(key);
			assert.equal(text, en[key], `${page}.html says its English itself: ${key}`);
		}
	const frame = read('page/frame.js');
	const names = (which) => [...new RegExp(`export const ${which} = \\[([^\\]]+)\\]`).exec(frame)[1].matchAll(/'([a-z0-9]+)'/g)].map((m) => m[1]);
	const errors = names('ERRORS');

	for (const name of errors)
		[`error.${name}`, `error.${name}.do`].forEach(has);
	for (const name of names('HALTS'))
		[`halt.${name}`, `halt.${name}.why`, `halt.${name}.do`].forEach(has);
	const same = Object.fromEntries([.../const same = \{([^}]+)\}/.exec(frame)[1].matchAll(/(\w+): '(\w+)'/g)].map((m) => [m[1], m[2]]));

	for (const word of ERROR_WORDS)
		assert.ok(errors.includes(same[word] ?? word), `the word ${word} of the service has a sentence`);
});

test('nothing inline, no other host', () => {
	for (const page of PAGES) {
		const html = read(`${page}.html`);

		assert.doesNotMatch(html, /<script(?![^>]*src="\/page\/)|<style|\sstyle=|\son[a-z]+=|https?:/);
	}
	assert.doesNotMatch(read('style.css'), /url\(|@import/);
});

/* What one page loads with its longest language; and, as they would travel compressed, all files of all pages. */
test('each page is under 100 KB with all it loads; all pages together too, compressed', async () => {
	const seen = new Map();

	rig.page.on('response', async (r) => {
		if (r.url().startsWith(rig.pages.origin) && !r.url().includes('/vendor/') && r.ok())
			seen.set(new URL(r.url()).pathname, Buffer.from((await r.text()).replace(COMMENT, '')));
	});
	const all = new Map();

	for (const name of PAGES) {
		seen.clear();
		await rig.page.addInitScript(() => localStorage.setItem('language', 'de'));
		await rig.page.goto(`${rig.pages.origin}/${name === 'index' ? '' : name}`, { waitUntil: 'networkidle' });
		await ready();
		const size = [...seen.values()].reduce((n, body) => n + body.length, 0);

		console.log(`# ${name}: ${seen.size} files, ${(size / 1024).toFixed(1)} KB`);
		assert.ok(size < PAGE_MAX, `${name}: ${size} bytes: ${[...seen].map(([path, body]) => `${path} ${body.length}`).join(', ')}`);
		seen.forEach((body, path) => all.set(path, body));
	}
	const together = [...all.values()].reduce((n, body) => n + gzipSync(body).length, 0);

	console.log(`# together: ${all.size} files, ${(together / 1024).toFixed(1)} KB compressed, ` +
	    `${([...all.values()].reduce((n, b) => n + b.length, 0) / 1024).toFixed(1)} KB plain`);
	assert.ok(together < PAGE_MAX);
});
