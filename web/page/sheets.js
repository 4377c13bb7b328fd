/* SPDX-License-Identifier: Apache-2.0 */
/* PDFs on canvases, by pdf.js; and which of their bytes a signature in them is over. */
import { PDF_OPTIONS, loadPdf } from '../lib/pdf.js';
import { el } from './say.js';

const PAGES_AT_ONCE = 20;
const WIDTH_MIN = 672;
const WIDTH_MAX = 1400;
const PIXELS_MAX = 6e6;
const TEXT_MAX = 20000;

/*
 * What a signature in a PDF is over: all but the place that its last ByteRange leaves, which may hold nothing but zeros in
 * hexadecimal. Nothing where that is not so.
 */
export function rangeOf(bytes) {
	const text = new TextDecoder('latin1').decode(bytes);
	const found = [...text.matchAll(/\/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)].at(-1);
	const [to, from, rest] = (found ?? []).slice(1).map(Number);

	if (!found || to > from || from + rest !== bytes.length || !/^<0*>$/.test(text.slice(to, from)))
		return new Uint8Array(0);
	const out = new Uint8Array(to + rest);

	out.set(bytes.subarray(0, to));
	out.set(bytes.subarray(from), to);
	return out;
}

async function drawPage(pdf, n, box) {
	const page = await pdf.getPage(n);
	const natural = page.getViewport({ scale: 1 });
	const wide = Math.min(WIDTH_MAX, Math.max(box.clientWidth, WIDTH_MIN) * Math.min(devicePixelRatio, 2));
	const scale = Math.min(wide / natural.width, Math.sqrt(PIXELS_MAX / (natural.width * natural.height)));
	const viewport = page.getViewport({ scale });
	const canvas = el('canvas', { width: Math.ceil(viewport.width), height: Math.ceil(viewport.height), role: 'img' });
	const { items } = await page.getTextContent();

	await page.render({ canvas, canvasContext: canvas.getContext('2d', { alpha: false }), viewport }).promise;
	canvas.dataset.tLabel = 'paper.page';
	canvas.setAttribute('aria-label', `${n} / ${pdf.numPages}`);
	box.append(canvas, el('p', { class: 'away' },
	    items.map((item) => item.str ?? '').join(' ').slice(0, TEXT_MAX)));
	page.cleanup();
}

async function drawPages(pdf, from, box, holder) {
	const to = Math.min(from + PAGES_AT_ONCE - 1, pdf.numPages);

	for (let n = from; n <= to; n++)
		await drawPage(pdf, n, box);
	if (to < pdf.numPages) {
		const more = el('button', { type: 'button', class: 'small', t: ['paper.more', { to, n: pdf.numPages }],
			on: { click: async () => { more.remove(); await drawPages(pdf, to + 1, box, holder); } } });
		holder.append(more);
	}
}

/*
 * Shows a PDF in `holder`. The copy goes to pdf.js, whose worker takes it away; the bytes stay as they were hashed.
 * Returns the count of pages; throws if it cannot be shown.
 */
export async function drawPdf(bytes, holder, name) {
	const lib = await loadPdf().catch((e) => { throw Object.assign(e, { word: 'file.noviewer' }); });
	const box = el('div', { class: 'pages', tabindex: 0, role: 'region', 'aria-label': name });
	const pdf = await lib.getDocument({ data: bytes.slice(), ...PDF_OPTIONS, useSystemFonts: false }).promise;

	holder.replaceChildren(box);
	await drawPages(pdf, 1, box, holder);
	return pdf.numPages;
}
