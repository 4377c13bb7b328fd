/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token reader: a process that turns the JSON of a token into a fixed form, and may read and
 * write one socket and exit. It holds no key and no secret, remembers nothing, and asks nobody.
 */
#ifndef TOKEN_READER_H
#define TOKEN_READER_H

/* Called confined (sandbox_reader). Until the other end closes: 0; on anything unexpected: 1. */
int	token_reader_run(int fd);

#endif
