/* SPDX-License-Identifier: Apache-2.0 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { ERROR_WORDS } from '../../web/lib/api.js';
import { WORD_KEYS, words } from '../../web/lib/words.js';
import { decodeStatement } from '../../web/lib/statement.js';
import { cause, ERRORS } from '../../web/page/frame.js';
import { vectors } from './vectors.mjs';

const where = new URL('../../web/i18n/', import.meta.url);
const files = readdirSync(where);
const read = (name) => JSON.parse(readFileSync(new URL(name, where), 'utf8'));
const has = (all, key) => key in all || (`${key}.one` in all && `${key}.other` in all);

for (const language of ['en', 'de', 'fr']) {
	test(`${language} has each word in which officers are told a statement`, () => {
		const all = { ...read(`${language}.json`), ...read(`${language}-approve.json`) };
		assert.deepEqual(WORD_KEYS.filter((k) => !has(all, k)), []);
	});

	test(`${language} has the words that English has`, () => {
		for (const f of files.filter((name) => /^en[.-]/.test(name)))
			assert.deepEqual(Object.keys(read(f.replace('en', language))).sort(), Object.keys(read(f)).sort());
	});
}

test('each word of an error leads to a sentence of the pages', () => {
	for (const word of ERROR_WORDS)
		assert.ok(ERRORS.includes(cause({ word })), word);
});

test('a signature is told with who asks, how it was seen, class and level in words', async () => {
	const s = decodeStatement(vectors('statements').get('statement.SIGN'));
	const { lines } = await words(s, (k) => k);
	const told = Object.fromEntries(lines.map((l) => [l.key, l.text]));
	assert.equal(told.requester, 'Example bank');
	assert.equal(told.class, 'value.class.1');
	assert.equal(told.seen, `value.seen.${s.body.seen}`);
	assert.equal(told.count, String(s.body.items.length));
});
