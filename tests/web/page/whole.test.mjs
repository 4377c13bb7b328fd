/* SPDX-License-Identifier: Apache-2.0 */
/* The whole way with the real SAM, SSA and propria-sic: a code, a passkey, a login, a key, a certificate, a signed PDF. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const SOURCE = fileURLToPath(new URL('../../../', import.meta.url));
const BIN = join(process.env.BUILD ?? SOURCE + 'build', 'src');
const contract = readFileSync(SOURCE + 'examples/contract.pdf');
const PASSWORD = 'correct horse battery staple 7';
let dir, trial, lines, world, browser, page, origin;

const said = async () => {
	const { value, done } = await lines.next();

	assert.ok(!done, 'the trial installation ended: ' + readFileSync(join(dir, 'log'), 'utf8').slice(-2000));
	return JSON.parse(value);
};

before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'propria-whole-'));
	trial = spawn('bash', ['-c', 'exec "$0" "$@" 2>"$1/log"', fileURLToPath(new URL('whole.sh', import.meta.url)), dir, BIN, SOURCE],
		{ stdio: ['pipe', 'pipe', 'inherit'] });
	lines = createInterface({ input: trial.stdout })[Symbol.asyncIterator]();
	world = await said();
	origin = world.sic;
	browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: [...process.getuid() === 0 ? ['--no-sandbox'] : [], '--disable-gpu'] });
	const context = await browser.newContext({ locale: 'en-GB', acceptDownloads: true });

	context.setDefaultTimeout(60000);
	page = await context.newPage();
	page.on('console', (m) => m.type() === 'error' && console.log('# ' + m.text()));
	const cdp = await context.newCDPSession(page);

	await cdp.send('WebAuthn.enable');
	await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true,
		hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
});

after(async () => {
	await browser?.close();
	trial?.stdin.end();
	if (trial && trial.exitCode === null)
		await new Promise((done) => trial.on('exit', done));
	rmSync(dir, { recursive: true, force: true });
});

const visible = (id) => page.locator('#' + id).waitFor({ state: 'visible' });

async function saved(id) {
	const [download] = await Promise.all([page.waitForEvent('download'), page.locator(id).click()]);

	return readFileSync(await download.path());
}

/* The service asks for a login if there is none yet, and whether the pages may use it. */
async function login() {
	const there = page.locator('#account, #password, button[value="allow"]').filter({ visible: true }).first();

	await page.locator('#login-act').click();
	await page.waitForURL((url) => url.origin !== origin || url.pathname === '/keys');
	await there.waitFor();
	if (await page.locator('#password').isVisible()) {
		await page.locator('#name').fill('alice');
		await page.locator('#password').fill(PASSWORD);
		await page.locator('form:has(#password) button').first().click();
		await there.waitFor();
	}
	if (await page.locator('button[value="allow"]').isVisible())
		await page.locator('button[value="allow"]').click();
}

test('Alice enrols with her code and a passkey, and makes a login', async () => {
	await page.goto(`${origin}/enrol#s=${world.signer}`);
	await page.locator('body[data-ready="yes"]').waitFor();
	await page.locator('#code').fill(world.code);
	await page.locator('#name').fill('Alice Example');
	await page.locator('#label').fill('My laptop');
	await page.locator('#make').click();
	await visible('login-state');
	await page.locator('#register').click();
	await page.locator('#again').fill(PASSWORD);
	await page.locator('#name').fill('alice');
	await page.locator('#password').fill(PASSWORD);
	await page.locator('form:has(#again) button').first().click();
	await page.waitForLoadState('networkidle');
});

test('she logs in and makes a key, and its certificate is added', async () => {
	await page.goto(`${origin}/keys`);
	await visible('login');
	await login();
	await visible('account');
	await page.locator('#create-act').click();
	await page.locator('#keys article').waitFor();
	const csr = await saved('#keys article button >> nth=0');

	writeFileSync(join(dir, 'key.csr'), csr);
	trial.stdin.write(`certificate ${join(dir, 'key.csr')} ${join(dir, 'key.pem')}\n`);
	await said();
	await page.locator('#keys input[type=file]').setInputFiles(join(dir, 'key.pem'));
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'live.linked');
});

test('she signs a PDF at the Desk, openssl agrees, and the receipt holds', async () => {
	await page.goto(`${origin}/desk`);
	await visible('desk');
	await page.locator('#file').setInputFiles({ name: 'contract.pdf', mimeType: 'application/pdf', buffer: contract });
	await page.locator('#print:not(:empty)').waitFor();
	await page.locator('#sign').click();
	await visible('result');
	const at = (name, bytes) => { writeFileSync(join(dir, name), bytes); return join(dir, name); };
	const p7s = at('contract.pdf.p7s', await saved('#get-p7s')), pdf = at('contract.pdf', contract);

	execFileSync('openssl', ['cms', '-verify', '-binary', '-inform', 'DER', '-in', p7s, '-content', pdf, '-CAfile', join(dir, 'ca.pem'), '-out', '/dev/null'],
		{ stdio: 'pipe' });
	const receipt = at('contract.receipt', await saved('#get-receipt'));

	execFileSync(join(BIN, 'cli/propria'), ['verify', pdf, p7s, '--ca', join(dir, 'ca.pem'), '--receipt', receipt, '--group', world.group], { stdio: 'pipe' });
	await page.goto(`${origin}/keys`);
	await visible('account');
	assert.match(await page.locator('#uses').innerText(), /contract\.pdf/);
});
