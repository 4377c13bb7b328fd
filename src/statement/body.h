/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of statements, each a table of fields of struct statement; used by statement.c alone. */
#ifndef STATEMENT_BODY_H
#define STATEMENT_BODY_H

#include "base/fields.h"
#include "statement/statement.h"

extern const struct field body_sign[], body_sign_once[], body_open_session[], body_invite[], body_bind[], body_remove_authenticator[],
    body_signer[], body_create_key[], body_key[], body_found[], body_add_anchor[],
    body_remove_anchor[], body_add_officer[], body_remove_officer[], body_policy[], body_resume[],
    body_add_peer[], body_remove_peer[], body_add_provider[], body_remove_provider[],
    body_admit[], body_set_factors[], body_change_factors[], body_reason[], body_check[];

#endif
