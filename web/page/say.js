/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the page in the reader's language, and elements that can hold nothing but text. */

const languages = ['en', 'de', 'fr'];
let language = 'en';
let words = {};
const said = new WeakMap();

/* A placeholder: what stands there came from elsewhere, so it is text in an isolate of its own. */
function hole(value) {
	const e = document.createElement('bdi');

	if (value instanceof Node)
		e.append(value);
	else
		e.textContent = String(value);
	return e;
}

function pick(key, args) {
	if (typeof args?.n === 'number') {
		const form = new Intl.PluralRules(language).select(args.n);

		return words[key + '.' + form] ?? words[key + '.other'] ?? words[key] ?? key;
	}
	return words[key] ?? key;
}

/* The reader's own variant of the language: dates in English differ. */
function locale() {
	return navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
}

export function shown(value) {
	return typeof value === 'number' ? new Intl.NumberFormat(locale()).format(value)
	    : typeof value === 'function' ? value(locale()) : value;
}

/* The sentence as a string, for labels that are attributes. */
export function sentence(key, args) {
	return pick(key, args).replace(/\{(\w+)\}/g, (_, name) => String(shown(args?.[name] ?? '')));
}

function fill(node, key, args) {
	if (node instanceof HTMLOptionElement || node instanceof HTMLTitleElement) {
		node.textContent = sentence(key, args);
		return;
	}
	const parts = pick(key, args).split(/\{(\w+)\}/);

	node.replaceChildren(...parts.map((part, i) => i % 2 ? hole(shown(args?.[part] ?? '')) : part)
	    .filter((part) => part !== ''));
}

/* Says a sentence in a node, and says it again when the language changes. */
export function say(node, key, args) {
	said.set(node, { key, args });
	node.dataset.t = key;
	fill(node, key, args);
	return node;
}

/* A moment as the reader writes it. */
export function moment(ms) {
	const format = (tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(ms));

	return Math.abs(ms) < 8.64e15 ? format : '-';
}

export function day(ms) {
	const format = (tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'long' }).format(new Date(ms));

	return Math.abs(ms) < 8.64e15 ? format : '-';
}

/*
 * An element: children are nodes or text, never markup. Props: class, id and so on as attributes;
 * t: the key of its words, or [key, args]; on: listeners.
 */
export function el(tag, props, ...children) {
	const node = document.createElement(tag);

	for (const [name, value] of Object.entries(props ?? {})) {
		if (name === 't')
			say(node, ...[value].flat());
		else if (name === 'on')
			for (const [event, act] of Object.entries(value))
				node.addEventListener(event, act);
		else if (value !== undefined && value !== false)
			node.setAttribute(name, value === true ? '' : value);
	}
	node.append(...children.filter((child) => child !== undefined && child !== null));
	return node;
}

const listeners = [];

/* For what cannot be said again by its key. */
export function onLanguage(act) {
	listeners.push(act);
}

function sayAll() {
	document.documentElement.lang = language;
	for (const node of document.querySelectorAll('[data-t]')) {
		const { key, args } = said.get(node) ?? { key: node.dataset.t };

		fill(node, key, args);
	}
	for (const node of document.querySelectorAll('[data-t-label]'))
		node.setAttribute('aria-label', sentence(node.dataset.tLabel));
	const title = document.querySelector('title');

	document.title = sentence(title.dataset.t);
}

function wished() {
	const kept = localStorage.getItem('language');

	return [kept, ...navigator.languages].map((tag) => String(tag).slice(0, 2))
	    .find((tag) => languages.includes(tag)) ?? 'en';
}

async function dictionary(name) {
	const answer = await fetch(`/i18n/${name}.json`);

	if (!answer.ok)
		throw new Error(`/i18n/${name}.json: ${answer.status}`);
	return answer.json();
}

/* The sentences of every page, and those of this one. */
export async function speak(page, tag) {
	const wanted = languages.includes(tag) ? tag : wished();
	const [all, own] = await Promise.all([dictionary(wanted), dictionary(`${wanted}-${page}`)]);

	words = { ...all, ...own };
	language = wanted;
	if (tag)
		localStorage.setItem('language', tag);
	sayAll();
	listeners.forEach((act) => act());
	return language;
}
