/* SPDX-License-Identifier: Apache-2.0 */
/* pdf.js, where this installation has it, in its worker: the one place where a script is started by its name. */

let library;

async function load() {
	const pdf = await import('/vendor/pdf.min.mjs');
	const name = '/vendor/pdf.worker.min.mjs';
	const policy = globalThis.trustedTypes?.createPolicy('propria', {
		createScriptURL: (url) => {
			if (url !== name)
				throw new TypeError(url);
			return url;
		},
	});
	pdf.GlobalWorkerOptions.workerPort = new Worker(policy?.createScriptURL(name) ?? name, { type: 'module' });
	return pdf;
}

/** @returns {Promise<object>} pdf.js; rejects where it is not installed: then no page can say seen = 1 */
export function loadPdf() {
	library ??= load();
	return library;
}

/** What getDocument is to be given beside the data: nothing evaluated, no WebAssembly, all from our server. */
export const PDF_OPTIONS = Object.freeze({
	isEvalSupported: false, enableXfa: false, useWasm: false, wasmUrl: '/vendor/', standardFontDataUrl: '/vendor/',
	cMapUrl: '/vendor/', cMapPacked: true, verbosity: 0,
});
