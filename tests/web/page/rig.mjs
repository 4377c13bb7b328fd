/* SPDX-License-Identifier: Apache-2.0 */
/* A browser with a virtual authenticator, the pages, and the service behind them; each test begins anew. */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, beforeEach, afterEach } from 'node:test';
import { chromium } from 'playwright-core';
import { makeCa } from './ca.mjs';
import { serve } from './serve.mjs';
import { serveSic } from './sic.mjs';
import { login, makeTicket, makeWorld, serveSsa } from './ssa.mjs';

const TIMEOUT = 30000;
const SOURCE = fileURLToPath(new URL('../../../', import.meta.url));

export const contract = readFileSync(SOURCE + 'examples/contract.pdf');
export const rig = {};

async function start() {
	rig.ca = makeCa();
	rig.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: [...process.getuid() === 0 ? ['--no-sandbox'] : [], '--disable-gpu', '--lang=en'] });
}

async function stop() {
	await rig.browser?.close();
	rig.ca?.remove();
}

async function fresh(options = {}) {
	rig.world = makeWorld(rig.ca);
	rig.ssa = await serveSsa(rig.world);
	await repage();
	rig.context = await rig.browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
	rig.context.setDefaultTimeout(TIMEOUT);
	rig.problems = [];
	rig.page = await newPage();
}

/* The pages anew, pinned to something else than the service is: another group, a shared host. */
export async function repage(more = {}) {
	await rig.pages?.close();
	rig.pages = await (process.env.PROPRIA_SIC ? serveSic : serve)({ group: rig.world.group, ssa: rig.world.ssa,
		name: 'Example signing service', shared: false, ...more });
	rig.world.origin = rig.pages.origin;
}

/* A tab; scripts that the policy stopped and errors nobody caught are problems of the test. */
export async function newPage() {
	const page = await rig.context.newPage();

	page.on('pageerror', (e) => rig.problems.push(String(e)));
	page.on('console', (m) => {
		if (/Content Security Policy|Refused to/.test(m.text()))
			rig.problems.push(m.text());
	});
	page.on('dialog', (d) => { rig.problems.push('dialog: ' + d.message()); d.dismiss(); });
	return page;
}

export async function authenticator(page, options = {}) {
	const cdp = await rig.context.newCDPSession(page);

	await cdp.send('WebAuthn.enable');
	const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal',
		hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...options } });
	const set = (verified) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: verified });
	const credentials = async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
	const add = (credential) => cdp.send('WebAuthn.addCredential', { authenticatorId, credential });

	return { cdp, id: authenticatorId, set, credentials, add };
}

/* Alice has enrolled on this device: a passkey made by the browser, known to the service. */
export async function enrolled(page = rig.page) {
	const device = await authenticator(page);

	await page.goto(rig.pages.origin + '/');
	const made = await page.evaluate(async () => {
		const { rawId, response } = await navigator.credentials.create({ publicKey: { rp: { name: 'x' }, user: { id: new Uint8Array(16), name: 'a', displayName: 'a' },
			challenge: new Uint8Array(32), pubKeyCredParams: [{ type: 'public-key', alg: -7 }], authenticatorSelection: { userVerification: 'required', residentKey: 'required' } } });

		return { credential: [...new Uint8Array(rawId)], spki: [...new Uint8Array(response.getPublicKey())] };
	});

	rig.world.authenticators.push({ id: 'a1'.repeat(16), type: 2, protection: 5, label: 'My phone', bound: Date.now() - 86400000 * 20,
		credential: Buffer.from(made.credential).toString('base64url'), spki: new Uint8Array(made.spki) });
	return device;
}

export async function ready(page = rig.page) {
	await page.locator('body[data-ready="yes"]').waitFor();
}

export async function openSign(items = [new Uint8Array(contract)], more = {}, page = rig.page) {
	const ticket = makeTicket(rig.world, items, more);

	await page.goto(`${rig.pages.origin}/sign#t=${ticket}`);
	await ready(page);
	return ticket;
}

/* Logged in as Alice in this tab, without the walk through the login. */
export async function openAs(name, page = rig.page) {
	const token = login(rig.world);

	await page.addInitScript(({ ssa, token }) => {
		if (!sessionStorage.getItem('propria.token'))
			sessionStorage.setItem('propria.token', JSON.stringify({ ssa, token, until: Date.now() + 3600000 }));
	}, { ssa: rig.world.ssa, token });
	await page.goto(`${rig.pages.origin}/${name}`);
	await ready(page);
}

export async function dropFile(page, name, buffer) {
	await page.locator('#file').setInputFiles({ name, mimeType: 'application/pdf', buffer: Buffer.from(buffer) });
}

/* Which state the page is in: the one section that is shown, and of a halt which. */
export async function stateOf(page = rig.page) {
	return page.evaluate(() => {
		const section = document.querySelector('main > [data-state]:not([hidden])');

		return section?.id === 'halt' ? `halt.${section.dataset.name}` : section?.id;
	});
}

export async function until(page, state) {
	const selector = state.startsWith('halt.') ? `#halt[data-name="${state.slice(5)}"]` : `#${state}`;

	await page.locator(selector).waitFor({ state: 'visible' });
}

export async function saved(page, act) {
	const [download] = await Promise.all([page.waitForEvent('download'), act()]);

	return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

export function pictures() {
	const dir = (process.env.BUILD ?? SOURCE + 'build') + '/web-pictures/';

	mkdirSync(dir, { recursive: true });
	return dir;
}

export function withBrowser(options) {
	before(start);
	after(stop);
	beforeEach(() => fresh(options));
	afterEach(async () => {
		await rig.context.close();
		await rig.pages.close();
		delete rig.pages;
		await rig.ssa.close();
	});
}
