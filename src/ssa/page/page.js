// SPDX-License-Identifier: Apache-2.0
// Login passkeys, and the registration token that travels in the fragment. Without this file the
// password form still works.
'use strict';

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')),
	(c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
	.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const at = (id) => document.getElementById(id);

function say(words) {
	at('said').textContent = words;
	at('said').hidden = false;
}

async function send(path, body) {
	const answer = await fetch(path, { method: 'POST', credentials: 'same-origin',
		headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
	const said = await answer.json();
	if (answer.ok)
		location.assign(said.next);
	else
		say(said.error_description);
}

async function login(box) {
	const got = await navigator.credentials.get({ publicKey: {
		challenge: bytes(box.dataset.challenge), rpId: box.dataset.rp, userVerification: 'required',
		timeout: 120000 } });
	await send('/login/passkey', { csrf: box.dataset.csrf, r: box.dataset.r,
		challenge: box.dataset.challenge, id: text(got.rawId),
		authData: text(got.response.authenticatorData), client: text(got.response.clientDataJSON),
		signature: text(got.response.signature) });
}

async function register(box) {
	const name = at('name').value || 'login';
	const made = await navigator.credentials.create({ publicKey: {
		challenge: bytes(box.dataset.challenge), rp: { id: box.dataset.rp, name: box.dataset.name },
		user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
		pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
		attestation: 'none', timeout: 120000,
		authenticatorSelection: { residentKey: 'required', userVerification: 'required' } } });
	await send('/login/register/passkey', { csrf: box.dataset.csrf, token: at('token').value,
		challenge: box.dataset.challenge, attestation: text(made.response.attestationObject),
		client: text(made.response.clientDataJSON) });
}

function start() {
	const box = at('passkey');
	const token = at('token');
	if (token !== null && location.hash.length > 1) {
		token.value = location.hash.slice(1);
		history.replaceState(null, '', location.pathname);
	}
	if (box === null || !window.PublicKeyCredential)
		return;
	box.hidden = false;
	at('touch').addEventListener('click', async () => {
		try {
			await (box.dataset.act === 'register' ? register(box) : login(box));
		} catch (e) {
			say(e.name === 'NotAllowedError' ? 'Nothing was done: it was cancelled, or took too long.' :
				'The passkey could not be used: ' + e.message);
		}
	});
}

start();
