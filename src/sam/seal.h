/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing: what the SSA keeps and can't read. The store root needs two sources, an HMAC by a key
 * of the module and a secret of this host; neither alone opens anything. PROTOCOL.sam 3;
 * EN 419 241-1 SRG_KM.1.3; EN 419 241-2 FDP_UCT.1, FDP_UIT.1.
 */
#ifndef SAM_SEAL_H
#define SAM_SEAL_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"
#include "crypto/hpke.h"
#include "wire/enact.h"

#define SEAL_SALT_LEN	32
#define BOX_MAX		16384

struct seal;	/* the store root of one group */

/* module_mac: HMAC in the module over seal_question; local: the host's secret. */
struct seal	*seal_new(struct span module_mac, struct span local, const uint8_t group[GROUP_LEN],
		    struct err *) MUST_USE;	/* yours */
void		 seal_free(struct seal *);
AUTO_FREE(seal)
/* What the module is asked to MAC. */
void		 seal_question(struct writer *, const uint8_t group[GROUP_LEN]);
void		 seal_log_key(const struct seal *, uint8_t key[32]);
/* What an authentication module derives its shares from: of no epoch, they are for ever. 9.5 */
void		 seal_share_root(const struct seal *, uint8_t root[32]);
/* To which authentication modules seal shares: the same in each life. */
struct hpke_key	*seal_transport(const struct seal *, struct err *) MUST_USE;	/* yours */

struct record_name {		/* everything that identifies a record: its associated data */
	uint8_t		type;
	uint32_t	epoch;
	uint8_t		owner[ID_LEN], id[ID_LEN];
	uint32_t	version;
};

/* salt: 32 bytes never used before (kernel and module randomness mixed). */
bool	seal_record(const struct seal *, const struct record_name *, const uint8_t salt[SEAL_SALT_LEN],
	    struct span plain, struct writer *out, struct err *) MUST_USE;
/* Reads the name and opens the box into *plain (a growing writer, wiped by its owner). */
bool	seal_open(const struct seal *, struct span sealed, struct record_name *, struct writer *plain,
	    struct err *) MUST_USE;

/* The wrapped key once more under its authorisation data; share: empty, or its module's. */
bool	seal_wrapped(const struct seal *, uint32_t epoch, const uint8_t key[ID_LEN], struct span share,
	    const uint8_t nonce[12], struct span wrapped, struct writer *out, struct err *) MUST_USE;
bool	seal_unwrapped(const struct seal *, uint32_t epoch, const uint8_t key[ID_LEN],
	    struct span share, struct span sealed, struct writer *wrapped, struct err *) MUST_USE;

/* Snapshots: PROTOCOL.sam 5.6. */
void	seal_snapshot(const struct seal *, const uint8_t salt[SEAL_SALT_LEN], struct span plain,
	    struct writer *out);
bool	seal_snapshot_open(const struct seal *, struct span sealed, struct writer *plain,
	    struct err *) MUST_USE;

#endif
