/* SPDX-License-Identifier: Apache-2.0 */
/* A small log with everything in it, made with keys of its own. */
#ifndef TESTS_AUDIT_FIXTURE_H
#define TESTS_AUDIT_FIXTURE_H

#include "audit/genesis.h"
#include "audit/scan.h"
#include "tests/test.h"

struct test_key;
struct test_key	*test_key(size_t i);			/* the i-th of a few; lives for ever */
struct span	 test_spki(const struct test_key *);
void		 test_sign(const struct test_key *, const uint8_t digest[32], uint8_t sig[64]);

#define TEST_BATCHES	64

struct test_log {
	struct writer	bytes, nodes;
	struct tree	tree;
	struct batch	batch;
	uint64_t	time;
	uint8_t		group[HASH_LEN];
	size_t		n;			/* batches */
	size_t		at[TEST_BATCHES + 1];	/* where each begins, then the end */
	uint64_t	first[TEST_BATCHES + 1];
	uint8_t		root[TEST_BATCHES + 1][HASH_LEN];	/* after the i-th */
	uint32_t	uses;
	bool		bad_proof;		/* of the last officer in the genesis */
	uint8_t		kind;			/* of the genesis; 0: GROUP_SAM */
};

extern const struct span test_log_key;		/* 32 bytes */

void	test_genesis(struct writer *, uint8_t group[HASH_LEN]);
void	test_genesis_of(struct writer *, uint8_t kind, uint8_t group[HASH_LEN]);
void	test_id(uint8_t id[16], uint8_t fill);

void	test_log_init(struct test_log *);
void	test_log_free(struct test_log *);
void	test_begin(struct test_log *);			/* a batch */
void	test_end(struct test_log *);
void	test_add_genesis(struct test_log *);
void	test_add_alarm(struct test_log *, const char *what, const char *detail);
void	test_add_head(struct test_log *, size_t batch);	/* signed, of the size after that batch */
uint64_t test_add_reserved(struct test_log *, const char *d, size_t n, uint32_t from);
void	test_add_outcome(struct test_log *, const char *d, uint64_t reserved, size_t n, uint32_t from);
void	test_add_start(struct test_log *);
/* genesis | start | reserved, outcome | head, alarm | reserved of 3 | outcome, signer, key | ... */
void	test_log_small(struct test_log *);
/* The batches as they are, for tests that compose. */
struct span test_batch(const struct test_log *, size_t i);

int	test_file(struct span);				/* an unlinked file with these bytes; close it */
int	test_directory(void);				/* empty, new; its path in test_path */
extern char test_path[64];
void	test_directory_remove(int fd);			/* with the files of a log in it */

#endif
