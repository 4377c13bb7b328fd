/* SPDX-License-Identifier: Apache-2.0 */
/* Factors as the SIC seals them: a PIN, a code, and new ones. PROTOCOL.sam 9.3; finding C10. */
#ifndef AUTH_FACTORS_H
#define AUTH_FACTORS_H

#include "crypto/hpke.h"
#include "wire/auth.h"

#define FACTORS_LEN	256
#define PIN_LEAST	6
#define PIN_MOST	64
#define SEED_MIN	20
#define SEED_MAX	32

struct factors {		/* lent from the plaintext */
	uint8_t		d[32];		/* of the statement (SET_FACTORS: what stands for it) */
	uint8_t		person[ID_LEN];
	struct span	pin, code, new_pin, new_seed;	/* each may be empty */
};

/* Exactly FACTORS_LEN bytes, zeros at the end. */
bool	factors_read(struct span plain, struct factors *, struct err *) MUST_USE;
void	factors_write(struct writer *, const struct factors *);
/* "propria-factor-v1" || module: HPKE's info. */
#define FACTORS_INFO_LEN	(17 + 32)
void	factors_info(const uint8_t module[32], uint8_t info[FACTORS_INFO_LEN]);
/* Opens and reads; what it is bound to, in associated data and inside, is `bound`. plain is
 * FACTORS_LEN bytes of the caller, who wipes them. */
bool	factors_open(const struct hpke_key *, const uint8_t module[32], const uint8_t bound[32],
	    struct span sealed, uint8_t *plain, struct factors *, struct err *) MUST_USE;

#endif
