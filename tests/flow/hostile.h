/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hostile SSA tries, and how it is judged: the answer's reason, then the log: every refusal
 * is in it with its reason, and it holds no signature more than the positive controls made.
 */
#ifndef FLOW_HOSTILE_H
#define FLOW_HOSTILE_H

#include "tests/sic/ca.h"
#include "tests/sic/people.h"
#include "tests/sic/tally.h"
#include "tests/test.h"

struct hostile {
	struct group	*group;
	struct tally	 at_first;
	struct tally	 wanted;	/* only .reason, .refused, .signatures count */
	uint64_t	 any;		/* refusals whose reason does not matter */
	unsigned	 wrong;
};

void	hostile_begin(struct hostile *, struct group *);
/* want: a reason; NULL: any refusal will do; "" a positive control that must not be refused. */
void	hostile_expect(struct hostile *, const char *row, const char *want, const char *got);
/* So many signatures came back, and should have. */
void	hostile_signed(struct hostile *, const char *row, uint64_t want, uint64_t got);
/* Judges by the log; fails the test if anything was not as it should be. */
void	hostile_end(struct hostile *);

/* ACTIVATE with all its indexes. A control's signatures are verified under the key. */
void	hostile_activate(struct hostile *, const char *row, const char *want, struct act *,
	    const struct key *);
bool	is_signature_of(const struct act *, const struct key *, size_t i, const uint8_t sig[64]);

/* Runs what cmocka should run: all, or those that argv[1] names. */
#define HOSTILE_MAIN(tests, setup, teardown)						\
	int										\
	main(int argc, char **argv)							\
	{										\
		if (argc > 1)								\
			cmocka_set_test_filter(argv[1]);				\
		return cmocka_run_group_tests(tests, setup, teardown);			\
	}

#endif
