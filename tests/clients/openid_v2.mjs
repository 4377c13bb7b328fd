// SPDX-License-Identifier: Apache-2.0
// CSC v2 as its text has it, with the OAuth of openid-client (npm), unchanged: discovery, pushed requests, PKCE,
// `iss`, authorization details; the credential token is the bearer of signHash.
//
//	openid_v2.mjs SSA-URL DIRECTORY APPROVER KEY SIGNER	(NODE_EXTRA_CA_CERTS: the server's certificate)
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes, verify, X509Certificate, createPublicKey } from 'node:crypto'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as oauth from 'openid-client'

const [ssa, ...rest] = process.argv.slice(2)
const redirect_uri = 'https://app.example/cb'
const SHA256 = '2.16.840.1.101.3.4.2.1', ECDSA = '1.2.840.10045.4.3.2'
const TYPE = 'https://cloudsignatureconsortium.org/2025/credential'
const browser = (url) => new URL(execFileSync('python3',
	[dirname(fileURLToPath(import.meta.url)) + '/browser.py', 'open', ssa, ...rest, url.href]).toString().trim())

async function ask(method, body, token) {
	const headers = { 'Content-Type': 'application/json' }
	if (token)
		headers.Authorization = `Bearer ${token}`
	const r = await fetch(`${ssa}/csc/v2/${method}`, { method: 'POST', headers, body: JSON.stringify(body) })
	assert.ok(r.ok, `${method}: ${r.status} ${r.ok ? '' : await r.text()}`)
	return r.json()
}

const info = await ask('info', {})
const config = await oauth.discovery(new URL(info.oauth2), 'app', {}, oauth.None(), { algorithm: 'oauth2' })

async function token(parameters) {
	const verifier = oauth.randomPKCECodeVerifier(), state = oauth.randomState()
	const url = await oauth.buildAuthorizationUrlWithPAR(config, { redirect_uri, state, code_challenge_method: 'S256',
		code_challenge: await oauth.calculatePKCECodeChallenge(verifier), ...parameters })
	const { authorization_details } = parameters
	return oauth.authorizationCodeGrant(config, browser(url), { pkceCodeVerifier: verifier, expectedState: state },
		authorization_details ? { authorization_details } : undefined)
}

const service = await token({ scope: 'service' })
const list = await ask('credentials/list', { credentialInfo: true, certificates: 'chain', certInfo: true, authInfo: true },
	service.access_token)
const key = list.credentialInfos[0]
assert.equal(key.auth.mode, 'oauth2code')
assert.deepEqual(key.auth.objects, [])
const documents = [randomBytes(40), randomBytes(50)]
const hashes = documents.map((d) => createHash('sha256').update(d).digest('base64'))
const credential = await token({ scope: 'credential', authorization_details: JSON.stringify([{ type: TYPE,
	credentialID: key.credentialID, numSignatures: 2, hashAlgorithmOID: SHA256,
	documentDigests: hashes.map((hash, i) => ({ hash, label: `Contract ${i + 1}`, hashType: 'DTBSR' })) }]) })
const [detail] = credential.authorization_details
assert.equal(detail.documentDigests[0].hashType, 'DTBSR')
assert.equal(detail.credentialID, key.credentialID)
// By the credential token alone, and one call for each hash.
await ask('credentials/info', { credentialID: key.credentialID, certificates: 'chain' }, credential.access_token)
for (const [i, hash] of hashes.entries()) {
	const { signatures } = await ask('signatures/signHash', { credentialID: key.credentialID, hashes: [hash],
		hashAlgorithmOID: SHA256, signAlgo: ECDSA, signAlgoParams: null, operationMode: 'S' }, credential.access_token)
	const publicKey = createPublicKey(new X509Certificate(Buffer.from(key.cert.certificates[0], 'base64')).publicKey
		.export({ type: 'spki', format: 'pem' }))
	assert.ok(verify('sha256', documents[i], publicKey, Buffer.from(signatures[0], 'base64')), 'signature')
}
await assert.rejects(ask('credentials/list', {}, credential.access_token), /403/)
const renewed = await oauth.refreshTokenGrant(config, service.refresh_token)
await oauth.tokenRevocation(config, renewed.refresh_token)
await assert.rejects(ask('credentials/list', {}, renewed.access_token), /401/)
console.log(`v2: ${hashes.length} signatures hold`)
