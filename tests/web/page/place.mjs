/* SPDX-License-Identifier: Apache-2.0 */
/* A PDF that waits for its signature, as programs that make PAdES prepare one. */
const ROOM = 8192;	/* bytes of the longest signature */

/* Adds one revision: a field whose place holds nothing yet. */
export function withPlace(pdf, filling = '0') {
	const text = pdf.toString('latin1'), of = (pattern) => text.match(pattern)[1];
	const size = Number(of(/\/Size (\d+)/)), root = of(/\/Root (\d+) 0 R/), before = text.match(/startxref\s+(\d+)\s+%%EOF\s*$/)[1];
	const catalog = text.match(new RegExp(`(?:^|\n)${root} 0 obj\\s*<<([\\s\\S]*?)>>\\s*endobj`))[1];
	const range = '/ByteRange [0 0000000000 0000000000 0000000000]';
	const objects = [[root, `<<${catalog}/AcroForm <</Fields [${size} 0 R] /SigFlags 3>> >>`],
		[size, `<</FT /Sig /T (Signature) /V ${size + 1} 0 R>>`],
		[size + 1, `<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached ${range} /Contents <${filling.repeat(2 * ROOM)}>>>`]];
	let out = text, table = 'xref\n';

	for (const [number, body] of objects) {
		table += `${number} 1\n${String(out.length).padStart(10, '0')} 00000 n \n`;
		out += `${number} 0 obj\n${body}\nendobj\n`;
	}
	out += `${table}trailer\n<</Root ${root} 0 R /Size ${size + 2} /Prev ${before}>>\nstartxref\n${out.length}\n%%EOF\n`;
	const to = out.indexOf('/Contents <') + 10, from = to + 2 * ROOM + 2, number = (n) => String(n).padStart(10, '0');

	return Buffer.from(out.replace(range, `/ByteRange [0 ${number(to)} ${number(from)} ${number(out.length - from)}]`), 'latin1');
}

/* What is signed: all but the place. */
export function rangeOf(pdf) {
	const [to, from] = pdf.toString('latin1').match(/\/ByteRange \[0 (\d+) (\d+) /).slice(1).map(Number);

	return Buffer.concat([pdf.subarray(0, to), pdf.subarray(from)]);
}
