/* SPDX-License-Identifier: Apache-2.0 */
/* The way back from the SSA's login: a code for a token, then on to the page that wanted it. From a provider: done. */
import { loadConfig } from '../lib/group.js';
import { finishLogin } from '../lib/oauth.js';
import { about, begin, halt, only } from './frame.js';

begin('callback', async () => {
	const config = await loadConfig();

	about(config);
	if (new URLSearchParams(location.hash.slice(1)).has('flow'))
		return only('back');	/* from an identity provider, in a window of its own: the other one asks the service */
	try {
		return location.replace('/' + await finishLogin(config));
	} catch (e) {
		console.error(e);
		return halt(e.word === 'denied' ? 'denied' : e.word === 'offline' ? 'offline' : 'login', {}, e.text || e.message);
	}
});
