/* SPDX-License-Identifier: Apache-2.0 */
/* Operational messages on stderr, one line each; the audit trail is another thing (src/audit). */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"

void	log_open(const char *program);	/* the name in front of each line */
void	log_info(const char *fmt, ...) PRINTF(1, 2);
void	log_warn(const char *fmt, ...) PRINTF(1, 2);
void	log_error(const char *fmt, ...) PRINTF(1, 2);

#endif
