/* SPDX-License-Identifier: Apache-2.0 */
/* The real propria-sic with the pages of the build, in a browser: each page opens under the policy, and is small. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { serveSic } from './sic.mjs';

const LIMIT = 100 * 1024;
let server, browser, origin;

before(async () => {
	server = await serveSic({ group: 'ab'.repeat(32), ssa: 'http://sign.localhost:2', name: 'Example', shared: false });
	origin = server.origin;
	browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: [...process.getuid() === 0 ? ['--no-sandbox'] : [], '--disable-gpu'] });
});
after(async () => {
	await browser?.close();
	await server?.close();
});

for (const name of ['', 'sign', 'desk', 'keys', 'enrol', 'approve', 'callback'])
	test(`/${name} opens without a word from the policy, and is under ${LIMIT} bytes`, async () => {
		const page = await browser.newPage(), problems = [], bodies = [];
		page.on('pageerror', (e) => problems.push(String(e)));
		page.on('console', (m) => /Content Security Policy|Refused to|Trusted|MIME/.test(m.text()) && problems.push(m.text()));
		page.on('response', (r) => {
			if (!r.url().startsWith(origin))
				return;
			if (r.status() !== 200)
				problems.push(`${r.status()} ${r.url()}`);
			bodies.push(r.request().sizes().then((s) => [new URL(r.url()).pathname, s.responseBodySize], () => ['', 0]));
		});
		await page.goto(`${origin}/${name}`);
		await page.locator('body[data-ready="yes"]').waitFor({ timeout: 20000 });
		await page.waitForLoadState('load');
		const sizes = (await Promise.all(bodies)).filter(([path]) => !path.includes('/vendor/'));
		const total = sizes.reduce((n, [, size]) => n + size, 0);
		assert.deepEqual(problems, []);
		assert.ok(total > 5000 && total < LIMIT, `${total} bytes: ${sizes.map((s) => s.join(' ')).join(', ')}`);
		await page.close();
	});

test('pdf.js starts in its worker, and reads a document', async () => {
	const page = await browser.newPage(), problems = [];
	page.on('console', (m) => problems.push(m.text()));
	await page.goto(origin + '/');
	const release = await page.evaluate(() => document.querySelector('script').getAttribute('src').split('/')[1]);
	const bytes = [...readFileSync(new URL('../../../examples/contract.pdf', import.meta.url))];
	const got = await page.evaluate(async ([where, data]) => {
		const { PDF_OPTIONS, loadPdf } = await import(`/${where}/lib/pdf.js`);
		let pdf;
		try {
			pdf = await loadPdf();
		} catch {
			return { none: true };	/* built without npm */
		}
		const document_ = await pdf.getDocument({ data: Uint8Array.from(data), ...PDF_OPTIONS }).promise;
		return { pages: document_.numPages, worker: pdf.GlobalWorkerOptions.workerPort instanceof Worker };
	}, [release, bytes]);
	if (!got.none)
		assert.ok(got.pages > 0 && got.worker, JSON.stringify(got));
	assert.deepEqual(problems.filter((p) => /Policy|Trusted/.test(p)), []);
	await page.close();
});
