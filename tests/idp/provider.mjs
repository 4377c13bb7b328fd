// SPDX-License-Identifier: Apache-2.0
// An identity provider that is not ours: oidc-provider from npm, set up for the tests.
//
//	node provider.mjs ENDPOINT-FILE [CERTIFICATE KEY]
//
// It writes its issuer to ENDPOINT-FILE and answers 503 until it is told who its clients are: POST /test with JSON
//	base		where propria-ssa is: the clients' redirect URIs follow from it
//	alg		ES256, RS256, PS256, ES384, EdDSA: how ID tokens are signed; each POST makes new keys (rotation)
//	transaction	true: its page shows the transaction, and the ID token says so
//	auth		how the activation client proves itself: client_secret_basic, or private_key_jwt with
//	jwk		its public key
//	par		false: no pushed requests
// POST /test answers { keys }: the public key set, so that a test can install them as anchors.
// People: alice (LoA high), bob (substantial), carol (low); their password is "password of NAME".
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import Provider from 'oidc-provider';

const LOA = (word) => `http://eidas.europa.eu/LoA/${word}`;
const PEOPLE = { alice: ['low', 'substantial', 'high'], bob: ['low', 'substantial'], carol: ['low'] };
const SECRETS = { activation: 'secret-of-the-activation-client', login: 'secret-of-the-login-client' };
const KINDS = { ES256: ['ec', { namedCurve: 'P-256' }], ES384: ['ec', { namedCurve: 'P-384' }], RS256: ['rsa', { modulusLength: 2048 }],
	PS256: ['rsa', { modulusLength: 2048 }], EdDSA: ['ed25519', {}] };

const [, , endpointFile, certificate, key] = process.argv;
const shown = new Map();	// nonce: d of what the page showed, when somebody agreed
let issuer, provider, settings;

const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const page = (title, body) => `<!DOCTYPE html><meta charset="utf-8"><title>${escaped(title)}</title><h1>${escaped(title)}</h1>\n${body}\n`;

async function bodyOf(req, max = 1 << 20) {
	const parts = [];
	let n = 0;
	for await (const part of req) {
		if ((n += part.length) > max)
			throw new Error('too large');
		parts.push(part);
	}
	return Buffer.concat(parts).toString();
}

// What the authorization request tells about the transaction, or undefined; wrong: an Error. d is computed here, from the
// statement, and text and digests must stand in it: what the page shows is what d commits to.
function transactionOf(params) {
	const one = JSON.parse(params.authorization_details ?? '[]').find((x) => x.type === 'propria');
	if (!one)
		return undefined;
	const statement = Buffer.from(one.statement ?? '', 'base64url');
	const d = createHash('sha256').update('propria-statement-v1\0').update(statement).digest('base64url');
	if (d !== one.d || d !== params.nonce)
		throw new Error('d is not that of the statement');
	if (!statement.includes(Buffer.from(one.text)))
		throw new Error('the text is not in the statement');
	for (const digest of one.documentDigests)
		if (digest.length < 43 || !statement.includes(Buffer.from(digest, 'base64url')))
			throw new Error('a digest is not in the statement');
	return { ...one, d };
}

function make({ base, alg = 'ES256', transaction = false, auth = 'client_secret_basic', jwk, par = true }) {
	const [kind, options] = KINDS[alg];
	const own = { ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid: String(Date.now()) };
	const client = (id, path) => ({ client_id: id, client_secret: SECRETS[id], redirect_uris: [base + path], response_types: ['code'],
		grant_types: ['authorization_code'], id_token_signed_response_alg: alg, require_auth_time: true });
	const activation = client('activation', '/idp/callback');
	if (auth === 'private_key_jwt') {
		delete activation.client_secret;
		Object.assign(activation, { token_endpoint_auth_method: auth, token_endpoint_auth_signing_alg: 'ES256', jwks: { keys: [jwk] } });
	}
	const made = new Provider(issuer, {
		clients: [activation, client('login', '/idp/login')],
		jwks: { keys: [own] },
		acrValues: ['low', 'substantial', 'high'].map(LOA),
		claims: { openid: ['sub', 'propria_d'], acr: null, auth_time: null, iss: null, sid: null },
		conformIdTokenClaims: false,
		cookies: { keys: ['a key for the cookies of a test'] },
		enabledJWA: { idTokenSigningAlgValues: Object.keys(KINDS) },
		extraParams: ['authorization_details'],
		features: { devInteractions: { enabled: false }, resourceIndicators: { enabled: false },
			pushedAuthorizationRequests: { enabled: par } },
		interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
		pkce: { required: () => true, methods: ['S256'] },
		ttl: { IdToken: 300, AuthorizationCode: 60, Session: 3600, Interaction: 600, Grant: 3600, AccessToken: 300 },
		async findAccount(ctx, id, token) {
			const d = settings.transaction ? shown.get(token?.nonce) : undefined;
			return { accountId: id, claims: async () => ({ sub: id, ...(d && { propria_d: d }) }) };
		},
		async loadExistingGrant(ctx) {	// nobody is asked whether the signing service may know the name
			const grant = new made.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
			grant.addOIDCScope('openid');
			await grant.save();
			return grant;
		},
	});
	made.on('server_error', (ctx, e) => console.error(e));
	made.on('grant.error', (ctx, e) => console.error(e.message, e.error_detail));
	made.on('pushed_authorization_request.error', (ctx, e) => console.error(e.message, e.error_detail));
	made.on('authorization.error', (ctx, e) => console.error(e.message, e.error_detail));
	settings = { transaction };
	return { made, keys: { keys: [publicOf(own)] } };
}

const publicOf = ({ kty, crv, x, y, n, e, use, alg, kid }) => ({ kty, crv, x, y, n, e, use, alg, kid });

function form(uid, transaction, said = '') {
	const about = transaction && `<p id="text">${escaped(transaction.text)}</p><ul>${
		transaction.documentDigests.map((x) => `<li class="digest">${escaped(x)}</li>`).join('')}</ul>`;
	return page(transaction ? 'You are about to sign' : 'Log in', `${about ?? ''}<p role="alert">${escaped(said)}</p>
<form method="post" action="/interaction/${uid}"><input type="hidden" name="form" value="login">
<input name="name"><input name="password" type="password"><button>Go on</button></form>`);
}

async function interaction(req, res) {
	const { uid, params, prompt } = await provider.interactionDetails(req, res);
	const transaction = settings.transaction ? transactionOf(params) : undefined;
	res.setHeader('Content-Type', 'text/html; charset=utf-8');
	if (req.method === 'GET')
		return res.end(form(uid, transaction));
	const given = new URLSearchParams(await bodyOf(req));
	if (given.get('cancel') === 'yes')
		return provider.interactionFinished(req, res, { error: 'access_denied', error_description: 'the person said no' });
	const name = given.get('name');
	if (prompt.name !== 'login' || !Object.hasOwn(PEOPLE, name) || given.get('password') !== `password of ${name}`)
		return res.end(form(uid, transaction, 'Name or password is wrong'));
	const may = PEOPLE[name].map(LOA), wanted = (params.acr_values ?? '').split(' ').filter((x) => may.includes(x));
	if (transaction)
		shown.set(params.nonce, transaction.d);
	return provider.interactionFinished(req, res, { login: { accountId: name, acr: wanted[0] ?? may[0], amr: ['pwd'] }, consent: {} });
}

async function answer(req, res) {
	if (req.url === '/test' && req.method === 'POST') {
		const { made, keys } = make(JSON.parse(await bodyOf(req)));
		provider = made;
		res.setHeader('Content-Type', 'application/json');
		return res.end(JSON.stringify(keys));
	}
	if (!provider) {
		res.statusCode = 503;
		return res.end('not yet');
	}
	return req.url.startsWith('/interaction/') ? interaction(req, res) : provider.callback()(req, res);
}

function onRequest(req, res) {
	answer(req, res).catch((e) => {
		console.error(e);
		if (!res.headersSent)
			res.statusCode = 400;
		res.end(page('This did not work', escaped(e.message)));
	});
}

const server = certificate ? https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, onRequest) :
	http.createServer(onRequest);
server.listen(0, '127.0.0.1', () => {
	issuer = `${certificate ? 'https' : 'http'}://localhost:${server.address().port}`;
	writeFileSync(endpointFile + '.new', issuer + '\n');
	renameSync(endpointFile + '.new', endpointFile);
});
process.on('SIGTERM', () => process.exit(0));
