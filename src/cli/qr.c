/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes: libqrencode makes the modules, this draws them. */
#include <errno.h>
#include <qrencode.h>
#include <string.h>

#include "cli/qr.h"

#define BLACK_ON_WHITE	"\033[38;2;0;0;0m\033[48;2;255;255;255m"
#define AS_BEFORE	"\033[0m"

/* Outside of the symbol everything is light. */
static bool
is_dark(const QRcode *q, int x, int y)
{
	return x >= 0 && y >= 0 && x < q->width && y < q->width && (q->data[y * q->width + x] & 1) != 0;
}

static const char *
block(bool above, bool below)
{
	if (above)
		return below ? "\xe2\x96\x88" : "\xe2\x96\x80";		/* full, upper half */
	return below ? "\xe2\x96\x84" : " ";				/* lower half */
}

bool
qr_write(FILE *f, const char *text, struct err *e)
{
	QRcode *q = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

	if (q == NULL)
		return err_set(e, ERR_FORMAT, "a text of %zu bytes makes no QR code", strlen(text));
	for (int y = -QR_QUIET; y < q->width + QR_QUIET; y += 2) {
		fputs(BLACK_ON_WHITE, f);
		for (int x = -QR_QUIET; x < q->width + QR_QUIET; x++)
			fputs(block(is_dark(q, x, y), is_dark(q, x, y + 1)), f);
		fputs(AS_BEFORE "\n", f);
	}
	QRcode_free(q);
	return true;
}
