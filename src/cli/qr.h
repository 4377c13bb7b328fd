/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes for terminals. */
#ifndef CLI_QR_H
#define CLI_QR_H

#include <stdio.h>

#include "base/err.h"

#define QR_QUIET	4	/* modules of margin that ISO/IEC 18004 wants on each side */

/*
 * The text as a QR code of half blocks in UTF-8: two rows of modules to a line. Dark on light
 * whatever the terminal's own colours are, by escape sequences around each line.
 */
bool	qr_write(FILE *, const char *text, struct err *) MUST_USE;

#endif
