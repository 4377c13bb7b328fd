/* SPDX-License-Identifier: Apache-2.0 */
/* A person before the pages of real daemons: a browser with a virtual authenticator, and what people do with it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const PASSWORD = 'correct horse battery staple 7';

export const SOURCE = fileURLToPath(new URL('../../../', import.meta.url));
export const BUILD = process.env.BUILD ?? SOURCE + 'build';
export const contract = readFileSync(SOURCE + 'examples/contract.pdf');

export class Person {
	/* login: under which name at the service; origin: of the pages. */
	constructor(name, login, origin) {
		Object.assign(this, { name, login, origin });
	}

	/* more: options of the virtual authenticator. */
	async start(more = {}) {
		this.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: [...process.getuid() === 0 ? ['--no-sandbox'] : [], '--disable-gpu'] });
		this.context = await this.browser.newContext({ locale: 'en-GB', acceptDownloads: true });
		this.context.setDefaultTimeout(60000);
		this.page = await this.context.newPage();
		this.page.on('console', (m) => m.type() === 'error' && console.log('# ' + m.text()));
		const cdp = await this.context.newCDPSession(this.page);

		await cdp.send('WebAuthn.enable');
		await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true,
			hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...more } });
		return this;
	}

	stop() {
		return this.browser?.close();
	}

	visible(id) {
		return this.page.locator('#' + id).waitFor({ state: 'visible' });
	}

	async saved(id) {
		const [download] = await Promise.all([this.page.waitForEvent('download'), this.page.locator(id).click()]);

		return readFileSync(await download.path());
	}

	async enrol(link, code) {
		const { page } = this;

		await page.goto(link);
		await page.locator('body[data-ready="yes"]').waitFor();
		await page.locator('#code').fill(code);
		await page.locator('#name').fill(this.name);
		await page.locator('#label').fill('My laptop');
		await page.locator('#make').click();
		await this.visible('login-state');
		await page.locator('#register').click();
		await page.locator('#again').fill(PASSWORD);
		await page.locator('#name').fill(this.login);
		await page.locator('#password').fill(PASSWORD);
		await page.locator('form:has(#again) button').first().click();
		await page.waitForLoadState('networkidle');
	}

	/* What the service asks on the way to `there`: a login if there is none yet, and whether this program may. */
	async pass(there) {
		const { page } = this;
		const any = page.locator(`${there}, #password, button[value="allow"]`).filter({ visible: true }).first();

		await any.waitFor();
		if (await page.locator('#password').isVisible()) {
			await page.locator('#name').fill(this.login);
			await page.locator('#password').fill(PASSWORD);
			await page.locator('form:has(#password) button').first().click();
			await page.locator('#password').waitFor({ state: 'detached' });
			await any.waitFor();
		}
		if (await page.locator('button[value="allow"]').isVisible())
			await page.locator('button[value="allow"]').click();
		await page.locator(there).waitFor({ state: 'visible' });
	}

	/* One of the pages that want a login; `there` is in it once it is logged in. */
	async open(name, there) {
		const { page } = this;

		await page.goto(`${this.origin}/${name}`);
		await page.locator(`#login-act, ${there}`).filter({ visible: true }).first().waitFor();
		if (!await page.locator('#login-act').isVisible())
			return;
		await page.locator('#login-act').click();
		await page.waitForURL((url) => url.origin !== this.origin || url.pathname === `/${name}`);
		await this.pass(there);
	}

	async makeKey() {
		await this.open('keys', '#account');
		await this.page.locator('#create-act').click();
		await this.page.locator('#keys article').waitFor();
	}

	/* Until somebody's CA has certified all keys, as the page tells whoever loads it again. */
	async certified() {
		for (let i = 0; i < 300; i++) {
			await this.page.reload();
			await this.visible('account');
			if (await this.page.locator('#keys article:has(.badge.off)').count() === 0)
				return;
			await this.page.waitForTimeout(200);
		}
		assert.fail('a key has no certificate');
	}

	/* The contract, signed at the Desk, checked by openssl, its receipt by propria; the files go into dir. */
	async signAtDesk(dir, ca, group) {
		const { page } = this;
		const at = (name, bytes) => { writeFileSync(join(dir, name), bytes); return join(dir, name); };

		await this.open('desk', '#desk');
		await page.locator('#file').setInputFiles({ name: 'contract.pdf', mimeType: 'application/pdf', buffer: contract });
		await page.locator('#print:not(:empty)').waitFor();
		await page.locator('#sign').click();
		await this.visible('result');
		const p7s = at('contract.pdf.p7s', await this.saved('#get-p7s')), pdf = at('contract.pdf', contract);

		execFileSync('openssl', ['cms', '-verify', '-binary', '-inform', 'DER', '-in', p7s, '-content', pdf, '-CAfile', ca, '-out', '/dev/null'],
			{ stdio: 'pipe' });
		const receipt = at('contract.receipt', await this.saved('#get-receipt'));

		execFileSync(join(BUILD, 'src/cli/propria'), ['verify', pdf, p7s, '--ca', ca, '--receipt', receipt, '--group', group], { stdio: 'pipe' });
		await this.open('keys', '#account');
		await page.locator('#uses tbody tr').first().waitFor();
		assert.match(await page.locator('#uses').innerText(), /contract\.pdf/);
	}
}
