/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the table: each command and its options. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command commands[];

extern const struct option_row options_ceremony_card[];
extern const struct option_row options_ceremony_show[];
extern const struct option_row options_ceremony_sign[];
extern const struct option_row options_officer_status[];
extern const struct option_row options_officer_roster[];
extern const struct option_row options_officer_show[];
extern const struct option_row options_officer_invite[];
extern const struct option_row options_officer_suspend[];
extern const struct option_row options_officer_revoke_key[];
extern const struct option_row options_officer_reinstate[];
extern const struct option_row options_officer_close[];
extern const struct option_row options_officer_add_anchor[];
extern const struct option_row options_officer_remove_anchor[];
extern const struct option_row options_officer_add_officer[];
extern const struct option_row options_officer_remove_officer[];
extern const struct option_row options_officer_policy[];
extern const struct option_row options_officer_add_peer[];
extern const struct option_row options_officer_remove_peer[];
extern const struct option_row options_officer_add_provider[];
extern const struct option_row options_officer_remove_provider[];
extern const struct option_row options_officer_provider_keys[];
extern const struct option_row options_officer_resume[];
extern const struct option_row options_officer_approve[];
extern const struct option_row options_officer_enact[];
extern const struct option_row options_officer_admit[];
extern const struct option_row options_officer_unlock[];
extern const struct option_row options_officer_dismiss[];
extern const struct option_row options_officer_new_grant_key[];
extern const struct option_row options_officer_grant_key[];
extern const struct option_row options_enrol[];
extern const struct option_row options_factors_set[];
extern const struct option_row options_factors_change[];
extern const struct option_row options_keys_list[];
extern const struct option_row options_keys_history[];
extern const struct option_row options_keys_create[];
extern const struct option_row options_keys_renew[];
extern const struct option_row options_keys_request[];
extern const struct option_row options_keys_link[];
extern const struct option_row options_keys_destroy[];
extern const struct option_row options_keys_release[];
extern const struct option_row options_authenticators_list[];
extern const struct option_row options_authenticators_add[];
extern const struct option_row options_authenticators_remove[];
extern const struct option_row options_sign[];
extern const struct option_row options_verify[];
extern const struct option_row options_receipt_show[];
extern const struct option_row options_log_show[];
extern const struct option_row options_log_verify[];
extern const struct option_row options_log_follow[];
extern const struct option_row options_reconcile[];
extern const struct option_row options_doctor[];

bool	command_ceremony_card(struct call *, struct err *) MUST_USE;
bool	command_ceremony_show(struct call *, struct err *) MUST_USE;
bool	command_ceremony_sign(struct call *, struct err *) MUST_USE;
bool	command_officer_status(struct call *, struct err *) MUST_USE;
bool	command_officer_roster(struct call *, struct err *) MUST_USE;
bool	command_officer_show(struct call *, struct err *) MUST_USE;
bool	command_officer_invite(struct call *, struct err *) MUST_USE;
bool	command_officer_suspend(struct call *, struct err *) MUST_USE;
bool	command_officer_revoke_key(struct call *, struct err *) MUST_USE;
bool	command_officer_reinstate(struct call *, struct err *) MUST_USE;
bool	command_officer_close(struct call *, struct err *) MUST_USE;
bool	command_officer_add_anchor(struct call *, struct err *) MUST_USE;
bool	command_officer_remove_anchor(struct call *, struct err *) MUST_USE;
bool	command_officer_add_officer(struct call *, struct err *) MUST_USE;
bool	command_officer_remove_officer(struct call *, struct err *) MUST_USE;
bool	command_officer_policy(struct call *, struct err *) MUST_USE;
bool	command_officer_add_peer(struct call *, struct err *) MUST_USE;
bool	command_officer_remove_peer(struct call *, struct err *) MUST_USE;
bool	command_officer_add_provider(struct call *, struct err *) MUST_USE;
bool	command_officer_remove_provider(struct call *, struct err *) MUST_USE;
bool	command_officer_provider_keys(struct call *, struct err *) MUST_USE;
bool	command_officer_resume(struct call *, struct err *) MUST_USE;
bool	command_officer_approve(struct call *, struct err *) MUST_USE;
bool	command_officer_enact(struct call *, struct err *) MUST_USE;
bool	command_officer_admit(struct call *, struct err *) MUST_USE;
bool	command_officer_unlock(struct call *, struct err *) MUST_USE;
bool	command_officer_dismiss(struct call *, struct err *) MUST_USE;
bool	command_officer_new_grant_key(struct call *, struct err *) MUST_USE;
bool	command_officer_grant_key(struct call *, struct err *) MUST_USE;
bool	command_enrol(struct call *, struct err *) MUST_USE;
bool	command_factors_set(struct call *, struct err *) MUST_USE;
bool	command_factors_change(struct call *, struct err *) MUST_USE;
bool	command_keys_list(struct call *, struct err *) MUST_USE;
bool	command_keys_history(struct call *, struct err *) MUST_USE;
bool	command_keys_create(struct call *, struct err *) MUST_USE;
bool	command_keys_renew(struct call *, struct err *) MUST_USE;
bool	command_keys_request(struct call *, struct err *) MUST_USE;
bool	command_keys_link(struct call *, struct err *) MUST_USE;
bool	command_keys_destroy(struct call *, struct err *) MUST_USE;
bool	command_keys_release(struct call *, struct err *) MUST_USE;
bool	command_authenticators_list(struct call *, struct err *) MUST_USE;
bool	command_authenticators_add(struct call *, struct err *) MUST_USE;
bool	command_authenticators_remove(struct call *, struct err *) MUST_USE;
bool	command_sign(struct call *, struct err *) MUST_USE;
bool	command_verify(struct call *, struct err *) MUST_USE;
bool	command_receipt_show(struct call *, struct err *) MUST_USE;
bool	command_log_show(struct call *, struct err *) MUST_USE;
bool	command_log_verify(struct call *, struct err *) MUST_USE;
bool	command_log_follow(struct call *, struct err *) MUST_USE;
bool	command_reconcile(struct call *, struct err *) MUST_USE;
bool	command_doctor(struct call *, struct err *) MUST_USE;

#endif
