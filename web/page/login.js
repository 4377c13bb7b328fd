/* SPDX-License-Identifier: Apache-2.0 */
/* The login that some pages need first. */
import { Api } from '../lib/api.js';
import { loadConfig } from '../lib/group.js';
import { beginLogin, storedToken } from '../lib/oauth.js';
import { $, about, during, only } from './frame.js';

/* With a token: an Api that has it. Without: the page's login section, and nothing else happens. */
export async function loggedIn(page) {
	const config = await loadConfig();
	const token = storedToken(config);

	about(config);
	if (token)
		return { config, api: new Api(config, { token }) };
	$('login-act').addEventListener('click', () => during($('login-act'), () => beginLogin(config, page)));
	only('login');
	return {};
}
