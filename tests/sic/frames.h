/* SPDX-License-Identifier: Apache-2.0 */
/* Frames as no honest peer sends them. */
#ifndef SIC_FRAMES_H
#define SIC_FRAMES_H

#include "tests/sic/group.h"

/* Raw bytes onto a connection; false when the peer is gone. */
bool	frames_send(int fd, struct span bytes) MUST_USE;
/* A head that says `length`, whatever follows. */
void	frames_head(struct writer *, uint32_t length, uint8_t type, uint64_t number);
/* Does the peer close within this time? Answers that come are thrown away. */
bool	frames_peer_closes(int fd, int within_ms) MUST_USE;
/* Answers that come within this time. */
size_t	frames_answers(int fd, size_t wanted, int within_ms) MUST_USE;

#endif
