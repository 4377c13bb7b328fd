/* SPDX-License-Identifier: Apache-2.0 */
/* The way back from the SSA's login: a code for a token, then on to the page that wanted it. */
import { loadConfig } from '../lib/group.js';
import { finishLogin } from '../lib/oauth.js';
import { about, begin, halt } from './frame.js';

begin('callback', async () => {
	const config = await loadConfig();

	about(config);
	try {
		location.replace('/' + await finishLogin(config));
	} catch (e) {
		console.error(e);
		halt(e.word === 'denied' ? 'denied' : e.word === 'offline' ? 'offline' : 'login', {}, e.text || e.message);
	}
});
