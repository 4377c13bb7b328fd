/* SPDX-License-Identifier: Apache-2.0 */
/* Documents at hand: read once, hashed and shown from the same bytes. */
import { say } from './say.js';

const BYTES_MAX = 100 << 20;

/* The file's bytes, read once: what is hashed and what is shown are these. */
export async function readFile(file) {
	if (file.size > BYTES_MAX)
		throw Object.assign(new Error(file.name), { word: 'file.large' });
	return new Uint8Array(await file.arrayBuffer());
}

export function isPdf(bytes) {
	return new TextDecoder('latin1').decode(bytes.subarray(0, 1024)).includes('%PDF-');
}

/* Drawn by modules that are fetched when there is something to show. */
export async function showPdf(bytes, holder, name) {
	const { drawPdf } = await import('./sheets.js');

	return drawPdf(bytes, holder, name);
}

/* The box that files are dropped on, which is a file field for everybody else. */
export function onFiles(take) {
	const drop = document.getElementById('drop'), field = document.getElementById('file');
	const given = (list) => { if (list.length) take([...list]); };

	field.addEventListener('change', () => { given(field.files); field.value = ''; });
	for (const target of [drop, document.body]) {
		target.addEventListener('dragover', (e) => { e.preventDefault(); drop.classList.add('over'); });
		target.addEventListener('dragleave', () => drop.classList.remove('over'));
	}
	document.body.addEventListener('drop', (e) => {
		e.preventDefault();
		drop.classList.remove('over');
		if (!drop.closest('[hidden]'))
			given(e.dataTransfer.files);
	});
}

export function fileTrouble(key) {
	const line = document.getElementById('file-error');

	line.hidden = !key;
	if (key)
		say(line, key);
}
