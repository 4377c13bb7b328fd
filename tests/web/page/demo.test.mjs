/* SPDX-License-Identifier: Apache-2.0 */
/* What ./demo NAME prints at its end, followed by a person with a browser: enrol as Bob, a login, a key or none, the contract signed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { after, before } from 'node:test';
import { BUILD, Person, SOURCE } from './person.mjs';

const NAME = process.env.DEMO, DEMO = join(BUILD, 'demo', NAME);
const said = [];
let demo, ended, dir, bob;

/* All that it says until the servers stay up. */
before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'propria-demo-'));
	demo = spawn('bash', [`tools/demo-${NAME}`, '--stay'], { cwd: SOURCE, env: { ...process.env, BUILD }, stdio: ['ignore', 'pipe', 'inherit'] });
	ended = new Promise((done) => demo.on('exit', done));
	for await (const line of createInterface({ input: demo.stdout })) {
		said.push(line);
		if (/^The servers stay up/.test(line))
			return;
	}
	throw new Error('the demo ended:\n' + said.join('\n'));
});

after(async () => {
	await bob?.stop();
	demo?.kill();
	await ended;
	rmSync(dir, { recursive: true, force: true });
});

function printed(pattern) {
	const found = said.map((line) => pattern.exec(line)).find(Boolean);

	assert.ok(found, `${pattern} is not in:\n${said.join('\n')}`);
	return found[1];
}

test('a person with a passkey that is copied to a cloud follows the links that the demo prints, and signs the contract', async () => {
	const origin = readFileSync(join(DEMO, 'sic-endpoint'), 'utf8').trim();

	bob = await new Person('Bob Example', 'bob', origin).start({ defaultBackupEligibility: true, defaultBackupState: true });
	await bob.enrol(printed(/ (http:\S+\/enrol#s=[0-9a-f]{32})$/), printed(/with the code +(\S+)$/));
	assert.equal(printed(/make a login.* (http:\S+\/keys)/), `${origin}/keys`);
	if (NAME === 'long-lived') {
		await bob.makeKey();
		await bob.certified();
	}
	assert.equal(printed(/contract\.pdf (\S+)$/), `${origin}/desk`);
	await bob.signAtDesk(dir, join(DEMO, 'ca.pem'), readFileSync(join(DEMO, 'group'), 'utf8').trim());
});
