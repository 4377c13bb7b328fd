/* SPDX-License-Identifier: Apache-2.0 */
/* The pages from web/ on a port of their own, with the policy that propria-sic sends. For tests only. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = fileURLToPath(new URL('../../../web/', import.meta.url));
const PDFJS = fileURLToPath(new URL('../../../web/node_modules/pdfjs-dist/', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
	'.mjs': 'text/javascript; charset=utf-8', '.json': 'application/json', '.svg': 'image/svg+xml' };

/* Where a path of vendor/ comes from in the npm package. */
async function vendor(name) {
	for (const dir of ['legacy/build/', 'standard_fonts/', 'cmaps/', 'wasm/'])
		try {
			return await readFile(PDFJS + dir + name);
		} catch { /* the next */ }
	throw new Error(name);
}

function policy(ssa) {
	return `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; worker-src 'self'; connect-src 'self' ${ssa}; ` +
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types propria";
}

/* @returns {{origin, port, close, config}} config: what config.json says, changeable */
export async function serve(config) {
	const server = createServer(async (q, a) => {
		const path = normalize(decodeURIComponent(new URL(q.url, 'http://x').pathname)).replace(/^\/+/, '');
		const name = path === '' ? 'index.html' : extname(path) === '' ? path + '.html' : path;

		a.setHeader('Content-Security-Policy', policy(config.ssa));
		a.setHeader('X-Content-Type-Options', 'nosniff');
		a.setHeader('Referrer-Policy', 'no-referrer');
		a.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
		try {
			const body = name === 'config.json' ? JSON.stringify(config) : name.startsWith('vendor/') ? await vendor(name.slice(7))
			    : await readFile(WEB + name);

			a.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
			a.end(body);
		} catch {
			a.statusCode = 404;
			a.end('not here');
		}
	});

	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const { port } = server.address();

	return { port, config, origin: `http://approve.localhost:${port}`,
		close: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }) };
}
