/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of statements, one pair of functions each; used by statement.c alone. */
#ifndef STATEMENT_BODY_H
#define STATEMENT_BODY_H

#include "statement/statement.h"

bool	body_sign_read(struct reader *, struct statement *);
void	body_sign_write(struct writer *, const struct statement *);
bool	body_invite_read(struct reader *, struct statement *);
void	body_invite_write(struct writer *, const struct statement *);
bool	body_bind_read(struct reader *, struct statement *);
void	body_bind_write(struct writer *, const struct statement *);
bool	body_remove_authenticator_read(struct reader *, struct statement *);
void	body_remove_authenticator_write(struct writer *, const struct statement *);
bool	body_signer_read(struct reader *, struct statement *);
void	body_signer_write(struct writer *, const struct statement *);
bool	body_create_key_read(struct reader *, struct statement *);
void	body_create_key_write(struct writer *, const struct statement *);
bool	body_key_read(struct reader *, struct statement *);
void	body_key_write(struct writer *, const struct statement *);
bool	body_found_read(struct reader *, struct statement *);
void	body_found_write(struct writer *, const struct statement *);
bool	body_add_anchor_read(struct reader *, struct statement *);
void	body_add_anchor_write(struct writer *, const struct statement *);
bool	body_remove_anchor_read(struct reader *, struct statement *);
void	body_remove_anchor_write(struct writer *, const struct statement *);
bool	body_add_officer_read(struct reader *, struct statement *);
void	body_add_officer_write(struct writer *, const struct statement *);
bool	body_remove_officer_read(struct reader *, struct statement *);
void	body_remove_officer_write(struct writer *, const struct statement *);
bool	body_policy_read(struct reader *, struct statement *);
void	body_policy_write(struct writer *, const struct statement *);
bool	body_resume_read(struct reader *, struct statement *);
void	body_resume_write(struct writer *, const struct statement *);

#endif
