/* SPDX-License-Identifier: Apache-2.0 */
/* The whole way with the real SAM, SSA and propria-sic: a code, a passkey, a login, keys, certificates, a signed PDF; an application's request. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { X509Certificate, createHash, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Application } from './application.mjs';
import { BUILD, Person, SOURCE, contract } from './person.mjs';
import { rangeOf, withPlace } from './place.mjs';

let dir, trial, lines, world, alice, page, app;

const said = async () => {
	const { value, done } = await lines.next();

	assert.ok(!done, 'the trial installation ended: ' + readFileSync(join(dir, 'log'), 'utf8').slice(-2000));
	return JSON.parse(value);
};

async function tell(line) {
	trial.stdin.write(line + '\n');
	await said();
}

before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'propria-whole-'));
	app = await new Application().start();
	trial = spawn('bash', ['-c', 'exec "$0" "$@" 2>"$1/log"', fileURLToPath(new URL('whole.sh', import.meta.url)), dir, join(BUILD, 'src'), SOURCE,
		app.redirect],
		{ stdio: ['pipe', 'pipe', 'inherit'] });
	lines = createInterface({ input: trial.stdout })[Symbol.asyncIterator]();
	world = await said();
	alice = await new Person('Alice Example', 'alice', world.sic).start();
	page = alice.page;
	app.ssa = world.ssa;
});

after(async () => {
	await alice?.stop();
	app?.stop();
	trial?.stdin.end();
	if (trial && trial.exitCode === null)
		await new Promise((done) => trial.on('exit', done));
	if (!process.env.PROPRIA_KEEP)
		rmSync(dir, { recursive: true, force: true });
});

test('Alice enrols with her code and a passkey, and makes a login', async () => {
	await alice.enrol(`${world.sic}/enrol#s=${world.signer}`, world.code);
});

test('without a key she signs a PDF at the Desk with a key that is made for it, and openssl and propria agree', async () => {
	await alice.signAtDesk(dir, join(dir, 'ca.pem'), world.group);
	assert.equal(await page.locator('#keys article').count(), 0);
	assert.match(await page.locator('#uses').innerText(), /Key for one signature/);
});

/* An application asks for a signature of this PDF by a key that is made for it; over `signed`, which a file of this name then holds. */
async function signedOnce(pdf, signed, name, format) {
	const at = (what) => join(dir, `${name}${what}`), request = app.requestOnce([signed], 'Lease of the flat', format);

	await page.goto(request.url);
	await alice.pass('#ask');
	assert.match(await page.locator('#as').innerText(), format === 'P' ? /Made for this signature only[\s\S]*PAdES/ : /Made for this signature only[\s\S]*CAdES/);
	await page.locator('#file').setInputFiles({ name: 'contract.pdf', mimeType: 'application/pdf', buffer: pdf });
	await page.locator('#item0 .badge').waitFor();
	await page.locator('#approve').click();
	await alice.visible('verdict');
	assert.match(await page.locator('#verdict-facts').innerText(), /Alice Example[\s\S]*Checked: its key signed/);
	await page.locator('#continue').click();
	const answer = await app.answer(page), { access_token: sad, credentialID } = await app.token(answer.get('code'), request);
	const { status, json } = await app.signDoc(sad, request.hashes, format);

	assert.equal(credentialID, undefined);
	assert.equal(status, 200, JSON.stringify(json));
	writeFileSync(at('.p7s'), Buffer.from(json.SignatureObject[0], 'base64'));
	writeFileSync(at(''), signed);
	execFileSync('openssl', ['cms', '-verify', '-binary', '-inform', 'DER', '-in', at('.p7s'), '-content', at(''), '-CAfile', join(dir, 'ca.pem'),
		'-out', '/dev/null'], { stdio: 'pipe' });
	execFileSync(join(BUILD, 'src/cli/propria'), ['verify', at(''), at('.p7s'), '--ca', join(dir, 'ca.pem')], { stdio: 'pipe' });
	return execFileSync('openssl', ['cms', '-cmsout', '-print', '-inform', 'DER', '-in', at('.p7s')], { encoding: 'utf8', maxBuffer: 1 << 20 });
}

test('an application asks for it too: she sees the document, approves, and it is signed before the application hears of it', async () => {
	assert.match(await signedOnce(contract, contract, 'app', 'C'), /object: signingTime/);
});

test('so it does for a PDF with a place for its signature: all but the place is signed, and no time is in it', async () => {
	const pdf = withPlace(contract);

	assert.doesNotMatch(await signedOnce(pdf, rangeOf(pdf), 'app-pdf', 'P'), /object: signingTime/);
});

test('she logs in and makes a key, and its certificate is added', async () => {
	await alice.makeKey();
	writeFileSync(join(dir, 'key.csr'), await alice.saved('#keys article button >> nth=0'));
	await tell(`certificate ${join(dir, 'key.csr')} ${join(dir, 'key.pem')}`);
	await page.locator('#keys input[type=file]').setInputFiles(join(dir, 'key.pem'));
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'live.linked');
});

test('what she makes next is certified while she waits, as in the demo', async () => {
	await page.locator('#create summary').click();
	await page.locator('#create-act').click();
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'live.created');
	await tell('certify');
	await page.waitForFunction(() => document.getElementById('live').dataset.t === 'live.linked');
	assert.equal(await page.locator('#keys article').count(), 2);
	assert.equal(await page.locator('#keys article:has(.badge.off)').count(), 0);
});

test('she signs a PDF at the Desk, openssl agrees, and the receipt holds', async () => {
	await alice.signAtDesk(dir, join(dir, 'ca.pem'), world.group);
});

/* The application asks; Alice, who is not logged in, is sent to the Sign page and there is told of it. */
async function asked(document, passed) {
	await alice.context.clearCookies();
	const hash = createHash('sha256').update(document).digest('base64');
	const request = passed ? app.requestShowing(hash, await app.handOver(passed), 'Lease of the flat') : app.request([hash], 'Lease of the flat');

	await page.goto(request.url);
	await alice.pass('#ask');
	assert.match(page.url(), new RegExp(`^${world.sic}/sign#t=`));
	assert.match(await page.locator('#who').innerText(), /Example Contracts/);
	assert.equal(await page.locator('#said').innerText(), 'Lease of the flat');
	return request;
}

test('an application asks, Alice sees the document and approves, and it gets the signature over it and no other', async () => {
	await app.learn(alice);
	const request = await asked(contract);

	await page.locator('#file').setInputFiles({ name: 'contract.pdf', mimeType: 'application/pdf', buffer: contract });
	await page.locator('#item0 .badge').waitFor();
	await page.locator('#approve').click();
	await alice.visible('verdict');
	await page.locator('#continue').click();
	const answer = await app.answer(page);

	assert.equal(answer.get('state'), request.state);
	assert.equal(answer.get('error'), null);
	const { access_token: sad, scope } = await app.token(answer.get('code'), request);

	assert.equal(scope, 'credential');
	const other = await app.sign(sad, [createHash('sha256').update('another').digest('base64')]);

	assert.equal(other.status, 400);
	const { status, json } = await app.sign(sad, request.hashes);

	assert.equal(status, 200, JSON.stringify(json));
	const { publicKey } = new X509Certificate(Buffer.from(app.certificate, 'base64'));

	assert.ok(verify('sha256', contract, publicKey, Buffer.from(json.signatures[0], 'base64')));
});

test('what the application passes is shown to Alice, and another document is not', async () => {
	await asked(contract, contract);
	await page.locator('#item0 .badge').waitFor();
	assert.equal(await page.locator('#paper canvas').count(), 2);
	await page.locator('#approve').click();
	await alice.visible('verdict');
	const large = Buffer.concat([contract, Buffer.alloc(1500000, 0x20)]);

	await asked(contract, large);
	await page.locator('#match .note.bad').waitFor();
	assert.equal(await page.locator('#paper canvas').count(), 0);
	await page.locator('#decline').click();
	await alice.visible('declined');
});

test('an officer to be makes a card, approves by passkey on the page, and the program takes it from there', async () => {
	const at = (name) => join(dir, name);

	await page.goto(`${world.sic}/approve#card`);
	await page.locator('#person').fill('Olga Office');
	await page.locator('#role').selectOption('5');
	await page.locator('#card-act').click();
	await alice.visible('carded');
	writeFileSync(at('olga.card'), await alice.saved('#card-get'));
	await tell(`propose ${at('olga.card')} ${at('olga.act')}`);
	await page.goto('about:blank');
	await page.goto(readFileSync(at('olga.act.link'), 'utf8').trim());
	await alice.visible('ask');
	assert.match(await page.locator('#words').innerText(), /Olga Office/);
	assert.equal(await page.locator('#officer').inputValue(), '0');
	await page.locator('#approve').click();
	await alice.visible('done');
	await tell('enacted');
	assert.match(readFileSync(at('olga.act.roster'), 'utf8'), /registration officer +Olga Office/);
	assert.match(readFileSync(at('olga.act.out'), 'utf8'), /3 of 3 approvals are in/);
});

test('what she declines ends as access_denied', async () => {
	const request = await asked(randomBytes(40));

	await page.locator('#decline').click();
	await alice.visible('declined');
	await page.locator('#back').click();
	const answer = await app.answer(page);

	assert.equal(answer.get('error'), 'access_denied');
	assert.equal(answer.get('state'), request.state);
	assert.equal(answer.get('code'), null);
});
