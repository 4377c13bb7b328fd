/* SPDX-License-Identifier: Apache-2.0 */
/* Words of acts about other modules, identity providers, and persons of an authentication module. */
#ifndef CLI_WORDS_MODULE_H
#define CLI_WORDS_MODULE_H

#include "cli/words.h"

void	words_add_peer(FILE *, const struct statement *, const struct msg_roster *);
void	words_remove_peer(FILE *, const struct statement *, const struct msg_roster *);
void	words_add_provider(FILE *, const struct statement *, const struct msg_roster *);
void	words_remove_provider(FILE *, const struct statement *, const struct msg_roster *);
void	words_admit(FILE *, const struct statement *, const struct msg_roster *);
void	words_factors(FILE *, const struct statement *, const struct msg_roster *);
void	words_reason(FILE *, const struct statement *, const struct msg_roster *);

const char *peer_kind_name(unsigned kind);		/* NULL: none */
/* As JSON Web Algorithms name them: ES256, ..., EdDSA. */
const char *provider_alg_name(unsigned alg);		/* NULL: none */
uint8_t	    provider_alg_by_name(const char *);		/* 0: none */
const char *assurance_name(unsigned);			/* of a key, as declared; NULL: none */

#endif
