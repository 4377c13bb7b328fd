/* SPDX-License-Identifier: Apache-2.0 */
/* A public OAuth client that wants signatures, as RFC 6749 and CSC v2 have it. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer, request as send } from 'node:http';

const SHA256 = '2.16.840.1.101.3.4.2.1', ECDSA = '1.2.840.10045.4.3.2';
const random = () => randomBytes(32).toString('base64url');

export class Application {
	/* Where browsers come back to, which is to be registered. */
	async start() {
		this.server = createServer((q, a) => a.writeHead(200, { 'Content-Type': 'text/html' })
			.end('<!doctype html><title>Example Contracts</title><p id="app">Back at the application'));
		await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
		this.redirect = `http://app.localhost:${this.server.address().port}/cb`;
		return this;
	}

	stop() {
		this.server.close();
		this.server.closeAllConnections();
	}

	/* Not every resolver knows the names under localhost, so the name goes into the header. */
	post(path, body, type, headers = {}) {
		const { host, port } = new URL(this.ssa);

		return new Promise((done, fail) => {
			const q = send({ host: '127.0.0.1', port, path, method: 'POST', headers: { Host: host, 'Content-Type': type, ...headers } }, (r) => {
				const parts = [];

				r.on('data', (part) => parts.push(part));
				r.on('end', () => done({ status: r.statusCode, json: JSON.parse(Buffer.concat(parts).toString()) }));
			});

			q.on('error', fail);
			q.end(body);
		});
	}

	csc(method, token, body) {
		return this.post(`/csc/v2/${method}`, JSON.stringify(body), 'application/json', { Authorization: `Bearer ${token}` });
	}

	authorization(parameters) {
		const state = random(), verifier = random();
		const url = `${this.ssa}/oauth2/authorize?${new URLSearchParams({ response_type: 'code', client_id: 'app', redirect_uri: this.redirect, state,
			code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...parameters })}`;

		return { url, state, verifier };
	}

	/* What the browser brought back. */
	async answer(page) {
		await page.locator('#app').waitFor();
		return new URL(page.url()).searchParams;
	}

	async token(code, { verifier }) {
		const { status, json } = await this.post('/oauth2/token', new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: this.redirect,
			client_id: 'app', code_verifier: verifier }).toString(), 'application/x-www-form-urlencoded');

		assert.equal(status, 200, JSON.stringify(json));
		return json;
	}

	/* Scope service, with the person's consent: which key there is, and its certificate. */
	async learn(person) {
		const asked = this.authorization({ scope: 'service' });

		await person.page.goto(asked.url);
		await person.pass('#app');
		const answer = await this.answer(person.page);

		assert.equal(answer.get('state'), asked.state);
		const { access_token: token } = await this.token(answer.get('code'), asked);
		this.service = token;
		const list = await this.csc('credentials/list', token, {});

		[this.credentialID] = list.json.credentialIDs;
		const info = await this.csc('credentials/info', token, { credentialID: this.credentialID, certificates: 'single' });

		[this.certificate] = info.json.cert.certificates;
	}

	/* So that the signing page can show it; its name for the request. */
	async handOver(bytes) {
		let answer;

		for (let at = 0; at < bytes.length; at += 1 << 18) {
			const more = at ? { document: answer.json.document, at } : { size: bytes.length };

			answer = await this.post('/propria/v1/documents', JSON.stringify({ ...more, bytes: bytes.subarray(at, at + (1 << 18)).toString('base64') }),
				'application/json', { Authorization: `Bearer ${this.service}` });
			assert.equal(answer.status, 200, JSON.stringify(answer.json));
		}
		return answer.json.document;
	}

	/* The same by RFC 9396, with a document. */
	requestShowing(hash, document, description) {
		return { hashes: [hash], ...this.authorization({ scope: 'credential', description, authorization_details: JSON.stringify([{ type: 'credential',
			credentialID: this.credentialID, hashAlgorithmOID: SHA256, documentDigests: [{ hash, label: 'contract.pdf', document }] }]) }) };
	}

	/* Scope credential, for these hashes. */
	request(hashes, description) {
		return { hashes, ...this.authorization({ scope: 'credential', credentialID: this.credentialID, numSignatures: String(hashes.length),
			hashes: hashes.join(','), hashAlgorithmOID: SHA256, description }) };
	}

	/* Documents, with a key that is made for them. */
	requestOnce(documents, description, format = 'C') {
		const hashes = documents.map((d) => createHash('sha256').update(d).digest('base64'));

		return { hashes, ...this.authorization({ scope: 'credential', description, authorization_details: JSON.stringify([{ type: 'credential',
			signatureQualifier: 'eu_eidas_aes', signatureFormat: format, hashAlgorithmOID: SHA256,
			documentDigests: hashes.map((hash, i) => ({ hash, label: `contract ${i + 1}.pdf`, hashType: 'sodr' })) }]) }) };
	}

	signDoc(token, hashes, format = 'C') {
		return this.csc('signatures/signDoc', token, { signatureQualifier: 'eu_eidas_aes', documentDigests: [{ hashes, hashAlgorithmOID: SHA256,
			signAlgo: ECDSA, signature_format: format, conformance_level: 'AdES-B-B', signed_envelope_property: format === 'P' ? 'Revision' : 'Detached' }] });
	}

	sign(token, hashes) {
		return this.csc('signatures/signHash', token, { credentialID: this.credentialID, hashes, hashAlgorithmOID: SHA256, signAlgo: ECDSA });
	}
}
