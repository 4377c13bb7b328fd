/* SPDX-License-Identifier: Apache-2.0 */
/* A certification authority for one test run, by the openssl program. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });

export function makeCa() {
	const dir = mkdtempSync(join(tmpdir(), 'propria-pages-'));
	const at = (name) => join(dir, name);

	run('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj', '/CN=Trial issuing CA/O=Propria trial/C=SE',
	    '-keyout', at('ca.key'), '-out', at('ca.pem'));
	writeFileSync(at('ext'), 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,nonRepudiation\n');
	/* A signer's certificate: made by force, as only the security module has the private key. */
	const issue = (spki, subject) => {
		writeFileSync(at('spki.pem'), `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`);
		const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;	/* of the request only */

		writeFileSync(at('req.key'), key.export({ type: 'pkcs8', format: 'pem' }));
		run('req', '-new', '-key', at('req.key'), '-subj', subject, '-out', at('req.pem'));
		run('x509', '-req', '-in', at('req.pem'), '-force_pubkey', at('spki.pem'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial',
		    '-days', '20', '-extfile', at('ext'), '-outform', 'DER', '-out', at('cert.der'));
		return readFileSync(at('cert.der'));
	};
	/* Does openssl take this .p7s for a signature over the document? Its words if not. */
	const check = (p7s, document) => {
		writeFileSync(at('p7s'), p7s);
		writeFileSync(at('document'), document);
		return run('cms', '-verify', '-binary', '-inform', 'DER', '-in', at('p7s'), '-content', at('document'), '-CAfile', at('ca.pem'),
		    '-purpose', 'any', '-cades', '-out', at('out'));
	};

	/* ECDSA over a digest that is there already, which node cannot. */
	const signDigest = (key, digest) => {
		writeFileSync(at('sign.key'), key.export({ type: 'pkcs8', format: 'pem' }));
		return execFileSync('openssl', ['pkeyutl', '-sign', '-inkey', at('sign.key')], { input: digest, stdio: 'pipe' });
	};

	const certificate = run('x509', '-in', at('ca.pem'), '-outform', 'DER').toString('base64');

	return { issue, check, certificate, signDigest, remove: () => rmSync(dir, { recursive: true }) };
}
