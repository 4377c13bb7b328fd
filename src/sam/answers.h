/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in the log the outcomes of recent statements lie, so that an answer that got lost is read
 * again and never signed again. A ring: the oldest are forgotten.
 */
#ifndef SAM_ANSWERS_H
#define SAM_ANSWERS_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

#define ANSWERS_MAX	65536		/* outcome entries remembered */

struct answers;

struct answers	*answers_new(struct err *) MUST_USE;	/* yours */
void		 answers_free(struct answers *);
AUTO_FREE(answers)
void		 answers_add(struct answers *, const uint8_t d[32], uint64_t position);
/* The youngest outcome of d before `cursor` (start with 0). False after the oldest. */
bool		 answers_next(const struct answers *, const uint8_t d[32], uint64_t *cursor,
		    uint64_t *position);
void		 answers_write(struct writer *, const struct answers *);	/* for the snapshot */
bool		 answers_read(struct reader *, struct answers *) MUST_USE;

#endif
