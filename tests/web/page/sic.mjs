/* SPDX-License-Identifier: Apache-2.0 */
/* The pages as propria-sic serves them: the program itself, on a port of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/* Its URL, once it is written; or why the program ended. */
function endpoint(child, dir, said) {
	return new Promise((done, fail) => {
		const look = () => {
			try {
				const text = readFileSync(join(dir, 'endpoint'), 'utf8').trim();

				if (/:\d+\/?$/.test(text)) {
					watcher.close();
					done(new URL(text).port);
				}
			} catch { /* not yet */ }
		};
		const watcher = watch(dir, look);

		child.on('exit', () => { watcher.close(); fail(new Error('propria-sic ended: ' + said.join(''))); });
		look();
	});
}

/* As serve() of serve.mjs; what is shared follows from the hosts. */
export async function serveSic({ group, ssa, name, shared, module }) {
	const dir = mkdtempSync(join(tmpdir(), 'propria-sic-')), said = [];
	const host = shared ? 'sign.localhost' : 'approve.localhost';

	writeFileSync(join(dir, 'conf'), `[http]
listen = 127.0.0.1:0
plain = yes
endpoint_file = ${join(dir, 'endpoint')}
[sic]
group = ${group}
origin = http://${host}
ssa = ${ssa}
name = ${name}${module ? `\nmodule = ${module}` : ''}
directory = ${process.env.PROPRIA_WEB}
`);
	const child = spawn(process.env.PROPRIA_SIC, ['-c', join(dir, 'conf')], { stdio: ['ignore', 'ignore', 'pipe'] });

	child.stderr.on('data', (text) => said.push(text));
	const port = await endpoint(child, dir, said);

	return { port, origin: `http://${host}:${port}`, close: () => new Promise((done) => {
		child.removeAllListeners('exit');
		child.on('exit', () => { rmSync(dir, { recursive: true }); done(); });
		child.kill();
	}) };
}
