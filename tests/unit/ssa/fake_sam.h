/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SAM for tests: answers every message of the SSA's socket by its shape, checks no approval,
 * signs with constant bytes, spends each index once, and misbehaves on demand.
 */
#ifndef TESTS_FAKE_SAM_H
#define TESTS_FAKE_SAM_H

#include <openssl/evp.h>
#include <pthread.h>

#include "crypto/hpke.h"
#include "wire/activate.h"
#include "wire/enact.h"

#define FAKE_TYPES	56
#define FAKE_SPENT	65536

struct spent {
	uint8_t		d[32];
	uint32_t	index;
	uint64_t	sequence;
};

struct fake_sam {
	char		path[108];
	uint8_t		group[32];
	EVP_PKEY	*key;			/* of every signing key it makes */
	uint8_t		spki[91];

	pthread_t	thread;
	pthread_mutex_t	lock;
	int		listener, fd;
	_Atomic bool		stop;

	/* An authentication module: its group, and what its one person has. */
	struct hpke_key	*factor_key;		/* NULL: a SAM */
	const char	*pin, *code;
	uint8_t		 last_statement[512];	/* that came with factors */
	size_t		 last_n;
	bool		 last_record;		/* a person's record came along */
	const char	*refused;		/* by an answer in the making */

	/* On demand. */
	const char	*refuse[FAKE_TYPES];	/* a reason, so many times: */
	int		 refusals[FAKE_TYPES];
	_Atomic int		 delay_ms;
	_Atomic bool		 garbage, odd_answer, fail_items, forgets;
	_Atomic int		 close_at;		/* a type: closes instead of answering */
	_Atomic int		 hold;			/* gathers so many requests, then answers backwards */

	int		 asked[FAKE_TYPES];
	_Atomic int		 most_held;
	uint64_t	 sequence;
	uint32_t	 version;
	uint8_t		 state;
	uint8_t		 activations[4096][32];	/* d of each */
	size_t		 n_activations, n_spent;
	struct spent	 spent[FAKE_SPENT];
};

void	fake_sam_start(struct fake_sam *);	/* path, group and key are set */
void	fake_sam_stop(struct fake_sam *);
int	fake_sam_asked(struct fake_sam *, uint8_t type);
void	record_make(struct writer *, uint8_t type, const uint8_t owner[16], const uint8_t id[16],
	    uint32_t version);

#endif
