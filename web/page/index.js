/* SPDX-License-Identifier: Apache-2.0 */
/* The way in: what can be done here, and whose installation this is. */
import { hex } from '../lib/bytes.js';
import { loadConfig } from '../lib/group.js';
import { $, about, begin, facts, only } from './frame.js';
import { el } from './say.js';

begin('index', async () => {
	const config = await loadConfig();

	about(config);
	facts($('facts'), [['home.name', config.name], ['home.service', config.ssa], ['home.pages', location.origin],
		['home.group', el('code', {}, hex(config.group))],
		['home.host', el('span', { t: config.shared ? 'home.shared' : 'home.own' })]]);
	only('home');
});
