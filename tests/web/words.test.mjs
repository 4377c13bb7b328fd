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

/* Modules that a page loads, by their static imports. */
function modulesOf(page) {
	const root = new URL('../../web/', import.meta.url), seen = new Map(), open = [new URL(`page/${page}.js`, root)];

	while (open.length > 0) {
		const at = open.pop();

		if (seen.has(at.href))
			continue;
		const text = readFileSync(at, 'utf8');

		seen.set(at.href, text);
		for (const [, name] of text.matchAll(/^(?:import|export) [^;]*? from '(\.[^']+)';/gm))
			open.push(new URL(name, at));
	}
	return [...seen.values()].join('\n');
}

test('each page has the words that its own modules and its own markup name', () => {
	const pages = ['index', 'callback', 'sign', 'desk', 'keys', 'enrol', 'approve'];
	const everywhere = Object.assign({}, ...files.filter((f) => f.startsWith('en')).map(read));

	for (const page of pages) {
		const all = { ...read('en.json'), ...read(`en-${page}.json`) };
		const text = modulesOf(page) + readFileSync(new URL(`../${page}.html`, where), 'utf8');
		const named = [...text.matchAll(/['"]([a-z0-9]+(?:\.[A-Za-z0-9]+)+)['"]/g)].map((m) => m[1]).filter((key) => has(everywhere, key));

		assert.ok(named.length > 3, page);
		/* paper.js names one sentence for the Desk alone. */
		assert.deepEqual([...new Set(named)].filter((key) => !has(all, key) && key !== 'file.noviewer'), [], page);
		for (const [, word] of text.matchAll(/halt\('([a-z]+)'/g))
			assert.ok(has(all, `halt.${word}`), `${page}: halt.${word}`);
		for (const [, word] of readFileSync(new URL(`../page/${page}.js`, where), 'utf8').matchAll(/stop\('([a-z]+)'/g))
			assert.ok(has(all, `halt.${word}`) || has(all, `error.${word}`) || cause({ word }) === 'refused' || has(all, `error.${cause({ word })}`), `${page}: ${word}`);
	}
});
