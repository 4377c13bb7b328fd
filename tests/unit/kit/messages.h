/* SPDX-License-Identifier: Apache-2.0 */
/* Every message of PROTOCOL.sam 4 and 7: how to read and write it again, and one good example. */
#ifndef TESTS_KIT_MESSAGES_H
#define TESTS_KIT_MESSAGES_H

#include "base/err.h"
#include "base/span.h"
#include "base/writer.h"

struct message {
	const char	*name;
	bool		(*again)(struct span in, struct writer *out, struct err *);
	void		(*sample)(struct writer *);
};

extern const struct message messages[];
extern const size_t messages_count;

#endif
