/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys for one signature, as the decider sees them: it tells each worker how many to keep ready,
 * hears how many there are, and takes one where there is one. PROTOCOL.sam 7
 */
#ifndef SAM_SUPPLY_H
#define SAM_SUPPLY_H

#include "crypto/alg.h"
#include "sam/sam.h"
#include "wire/hsm.h"

struct supply;

struct supply	*supply_new(const struct decider_onetime *, size_t workers, struct err *) MUST_USE;
void		 supply_free(struct supply *);
AUTO_FREE(supply)

/* The marks go to each worker that came, and again every few seconds. */
void		 supply_tick(struct sam *, uint64_t now);
uint32_t	 supply_count(const struct sam *);	/* keys without an owner, as told last */

/*
 * A key of this algorithm under this id, wherever there is one: `done` hears HSM_TAKE's answer, and
 * pool_place then says where the key lives. Where none is ready the configuration decides whether
 * one is made or `done` hears "stock" (ERR_NOT_NOW). Other reasons: "busy", "state", "alg", "lost".
 */
bool		 supply_take(struct sam *, const struct alg *, const uint8_t id[ID_LEN], pool_done,
		    void *job, struct err *) MUST_USE;

#endif
