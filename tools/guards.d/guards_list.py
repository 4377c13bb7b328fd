# SPDX-License-Identifier: Apache-2.0
"""The guards of src/sam: what each is for, how it is taken out, and the test that must fail then."""

GUARDS = []

# Checks that this list leaves out, and why: the table says so.
NOT_TRIED = [
    ('`answer_use.c` take_signatures', 'needs a module that answers wrongly: tests/unit/hsm has one, these tests do not'),
    ('`answer_use.c` use_has_room, `answer_enact.c` room', 'need a full disk, or thousands of orders in the queue'),
    ('`answer_enact.c` open proposals, `enact_officers.c` most anchors and officers', 'bounds of tables; the fold refuses beyond them too'),
    ('`nonce.c` enter_block', 'needs as many open nonces as the table has places'),
    ('`once_open.c`, `once_certify.c`, `once_sign.c` asked again when entry or module is done', 'races of milliseconds; at the end of each a change has ended the session already'),
    ('`sam_trade.c` ADD_PEER by the security quorum, `answer_certificate.c` a request from the record', 'without them no test of grants gets its group, or its keys'),
    ('`answer_receipt.c` the entry is a leaf of the tree', 'no test of receipts here'),
]


def G(name, req, program, case, *edits, behind=None):
    """edits: (file of src/sam, its exact text, what replaces it); behind: which guard hides this one."""
    GUARDS.append({'name': name, 'req': req, 'test': (program, case), 'edits': edits, 'behind': behind})


FITS = ('statement', 'no_statement_is_taken_but_one_that_fits_signer_key_time_and_records')
EVIDENCE = ('statement', 'nothing_is_an_approval_but_the_signers_own_over_these_bytes')
SUSPENDED = ('statement', 'a_suspended_signer_signs_nothing_until_reinstated')
USE = ('use', 'a_use_gives_only_approved_digests_each_once')
FROZEN = ('use', 'an_open_activation_dies_when_its_key_is_frozen')
S_FROZEN = ('use', 'an_open_activation_dies_when_its_signer_is_frozen')
RELEASED = ('use', 'it_does_not_come_back_when_the_key_is_released')
NEW_VERSION = ('use', 'an_open_activation_dies_when_a_record_gets_a_new_version')
EXPIRES = ('use', 'an_open_activation_dies_when_its_approval_expires')
VALID = ('use', 'a_key_signs_only_while_its_certificate_is_valid')
LIFE = ('use', 'no_approval_outlives_the_sams_life')
RESERVED = ('use', 'a_freeze_stops_a_use_that_is_only_reserved')
CONFIRMED = ('use', 'no_signature_is_made_after_a_freeze_was_confirmed')
MADE = ('enact', 'who_is_frozen_while_the_module_makes_his_key_gets_none')
WHOLE_ID = ('use', 'a_freeze_names_the_whole_id')
OUTCOMES = ('use', 'outcomes_are_told_of_what_was_done_and_nothing_else')
INVITE = ('enact', 'nobody_is_invited_but_by_proposal_and_registration_officer')
ONCE = ('enact', 'a_proposal_is_enacted_once_and_in_its_time')
NO_NONCE = ('enact', 'officers_acts_get_no_nonce_and_are_not_fresh_by_one')
NOT_ENACT = ('enact', 'purposes_that_are_not_for_enact_are_refused')
BIND = ('enact', 'no_authenticator_is_bound_without_code_and_device')
TWICE = ('enact', 'a_code_used_twice_suspends_whoever_came_first')
CREATE = ('enact', 'no_key_is_made_but_on_its_signers_order')
LIMIT = ('enact', 'nobody_has_more_keys_than_policy_allows')
KEY_ACT = ('enact', 'no_key_is_destroyed_or_released_but_by_its_signer')
SIGNER_ACT = ('enact', 'no_signer_is_changed_but_by_a_registration_officer')
KEYS_DIE = ('enact', 'keys_die_with_their_signer')
ANCHOR = ('enact', 'no_anchor_is_installed_but_by_two_security_officers')
OFFICER = ('enact', 'officers_come_by_quorum_and_their_own_approval')
LEAVE = ('enact', 'officers_leave_by_quorum_and_their_word_is_worth_nothing_then')
POLICY = ('enact', 'policy_never_asks_for_more_officers_than_there_are')
LINK = ('certificate', 'no_certificate_is_linked_but_the_keys_own')
CERT_ONCE = ('certificate', 'a_key_is_certified_once')
CERT_RECORDS = ('certificate', 'requests_and_links_need_the_right_records')
CERT_SUSPENDED = ('certificate', 'a_suspended_signer_gets_no_certificate')
OWN_REQUESTS = ('socket', 'each_socket_has_its_own_requests')
OVERSIZE = ('socket', 'oversize_frames_close_the_connection')
PLACES = ('socket', 'the_ssa_cannot_take_the_officers_connections')
FLOOD = ('socket', 'a_flood_of_refusals_is_counted_not_written')
WINDOW = ('window', 'no_window_is_opened_but_within_policy_on_a_living_scal1_key')
IN_WINDOW = ('window', 'a_window_gives_its_count_of_signatures_each_index_once')
ONE_WINDOW = ('window', 'one_window_is_open_for_a_key_and_a_session')
WINDOW_ENDS = ('window', 'a_window_ends_in_time')
WINDOW_DIES = ('window', 'an_open_window_dies_with_the_state_it_rests_on')
WINDOW_POLICY = ('window', 'officers_say_whether_scal1_is_offered_at_all')
WINDOW_CERT = ('window', 'a_window_waits_for_the_certificate_to_be_valid')
WINDOW_SOCKET = ('window', 'officers_open_no_windows')
ONE_OPENS = ('once', 'only_what_its_signer_approved_opens_a_session')
ONE_BIT = ('once', 'nothing_the_ssa_changes_after_the_approval_opens_a_session')
ONE_CERT = ('once', 'a_certificate_that_does_not_fit_ends_the_session')
ONE_TURN = ('once', 'each_step_has_its_turn_and_comes_once')
ONE_FIRST = ('once', 'where_the_certificate_comes_first_its_dtbsr_is_approved_after')
ONE_DTBSR = ('once', 'dtbsr_of_a_session_are_its_signers_or_the_session_ends')
ONE_OTHER = ('once', 'no_other_signer_gets_into_a_session')
ONE_DIES = ('once', 'a_session_dies_with_what_it_rests_on')
ONE_TIME = ('once', 'a_session_ends_in_time')
ONE_POLICY = ('once', 'a_policy_without_sessions_offers_none')
ONE_LOST = ('once', 'a_lost_worker_takes_its_sessions_with_it')
ONE_CONFIRMED = ('once', 'a_freeze_is_confirmed_when_no_session_of_the_signer_is_left')
ONE_SIGNS = ('once', 'documents_are_signed_by_a_key_that_was_not_there')
LONG_DOCUMENTS = ('once', 'a_long_lived_key_signs_documents_too')
PASSKEY = ('passkey', 'nothing_is_an_approval_but_the_signers_own_on_the_sics_page')
CROSS = ('passkey', 'asked_across_origins_it_is_none')
P_BIND = ('passkey', 'only_an_enrolment_of_this_statement_on_the_sics_page_binds')
P_RS256 = ('passkey', 'rs256_is_taken_until_the_policys_date')
P_EDDSA = ('passkey', 'eddsa_is_taken_until_the_policys_date')
ATTESTED = ('passkey', 'attested_is_what_stands_under_an_installed_root')
ROOT_KEY = ('passkey', 'an_attestation_root_has_a_key_of_its_algorithm')
ROOT_ISSUES = ('passkey', 'an_attestation_root_issues_no_signers_certificates')
PAIR = ('passkey', 'a_key_may_ask_for_two_different_authenticators')
ADD_SUSPENDED = ('passkey', 'a_suspended_signer_adds_and_removes_nothing')
P_OFFICER = ('passkey', 'an_officer_may_approve_with_a_passkey')
COUNTER = ('passkey', 'a_counter_that_does_not_rise_alarms_and_refuses_nothing')
SUFFICES = ('if (!authenticator_approves(p, &list[i], a, level_needed(p->st), e) ||\n'
            '\t\t    !authenticator_suffices(a, p->s, level_needed(p->st), e))')
APPROVES_ALONE = 'if (!authenticator_approves(p, &list[i], a, level_needed(p->st), e))'
WELCOME = ('socket', 'another_user_is_not_welcome')
PUT_BACK = ('rollback', 'a_log_put_back_is_closed_until_two_officers_say_which_head_counts')
PUT_BACK_TWICE = ('rollback', 'a_log_put_back_twice_goes_on_in_an_epoch_of_its_own')
OTHER_HISTORY = ('rollback', 'another_history_than_the_anchors_is_closed')
DAMAGED = ('rollback', 'a_damaged_log_is_closed')
OLDER_LOG = ('rollback', 'an_older_log_under_a_newer_snapshot_is_closed')
SNAPSHOT = ('rollback', 'an_altered_snapshot_is_not_believed')

# --- answer_activate.c

F = 'answer_activate.c'
G('nonces only for signers\' acts', 'H1, RPL-6', *NO_NONCE, ('answer_challenge.c',
  'if ((rule = rule_find(sam->setup->trade, m.purpose)) == NULL || rule->fresh != FRESH_NONCE)',
  'if ((rule = NULL) != NULL)'))
G('only SIGN activates', 'RPL-6, row 15', *FITS, (F, 'if (p->st.purpose != PURPOSE_SIGN)', 'if (false)'))
G('header checked at ACTIVATE', '3.6 steps 4, 13', *FITS, (F,
  '!statement_is_for_us(sam, &p->st, sam->state->policy.statement_life, e) ||\n\t    ', ''))
G('nonce checked at ACTIVATE', 'SRA_SAP.2.4, row 11', *FITS, (F,
  ' ||\n\t    !statement_nonce_holds(sam, &p->st, e))\n\t\treturn false;\n\t*known',
  ')\n\t\treturn false;\n\t*known'))
G('nonce unspent before ACTIVATE', 'FPT_RPL.1, RPL-1', *FITS, (F,
  'if (*known == NULL && nonces_is_spent(sam->nonces, p->st.fresh))', 'if (false)'))
G('nonce spent by ACTIVATE', 'FPT_RPL.1, RPL-1', *RELEASED, (F,
  'if (!nonces_spend(sam->nonces, p.st.fresh, e))', 'if (false)'))
G('public key of the statement is the key\'s', '3.6 step 10, row 6', *FITS, (F,
  'if (memcmp(b->spki, spki, sizeof(spki)) != 0)', 'if (false)'))
G('algorithm is the key\'s', 'C6, row 4', *FITS, (F, 'if (b->alg != k->record.alg->number)', 'if (false)'))
G('class is the key\'s', 'row 16', *FITS, (F,
  'b->class != k->record.class || b->level', 'b->level'))
G('level is the key\'s', 'row 5', *FITS, (F,
  'b->class != k->record.class || b->level != k->record.level', 'b->class != k->record.class'))
G('no attributes beside DTBS/R', 'C11', *FITS, (F, 'b->kind == KIND_DTBSR ? b->attrs != 0 :', 'b->kind == KIND_DTBSR ? false :'))
G('no session', 'row 14', *FITS, (F, 'memcmp(b->session, zero, 16) != 0 || ', ''))
G('no profile', 'C11', *FITS, (F, ' || memcmp(b->profile, zero, 16) != 0 ||', ' ||'))
G('no identity verification', 'row 14', *FITS, (F, ' ||\n\t    memcmp(b->idv, zero, 32) != 0)', ')'))
OWNER = (F, 'if (memcmp(k->owner, p->st.subject, ID_LEN) != 0 ||\n\t    !signer_has_key(&s->record, p->st.sign.key))',
         'if (false)')
G('the key is the signer\'s (both ways)', '3.6 step 9, row 5, H24', *FITS, OWNER)
G('owner in the key record', 'H24', *FITS, (F,
  'if (memcmp(k->owner, p->st.subject, ID_LEN) != 0 ||\n\t    !signer', 'if (!signer'),
  behind='key list in the signer record')
G('key list in the signer record', 'H24', *FITS, (F,
  ' ||\n\t    !signer_has_key(&s->record, p->st.sign.key))', ')'), behind='owner in the key record')
S_ACTIVE = (F, 'if (s->row->state != SIGNER_ACTIVE)', 'if (false)')
K_ACTIVE = (F, 'if (k->row->state != KEY_ACTIVE)', 'if (false)')
HOLDS_STATE = ('activation.c', 'if (row->state != state)', 'if (false)')
G('signer ACTIVE at ACTIVATE', '3.6 step 6', *SUSPENDED, S_ACTIVE, behind='states asked again at each use')
G('key ACTIVE at ACTIVATE', '3.6 step 9, row 5', *FITS, K_ACTIVE)
G('signer ACTIVE, asked nowhere', '3.6 step 6', *SUSPENDED, S_ACTIVE, HOLDS_STATE)
G('approvals verified at ACTIVATE', 'SRA_SAP.1, row 3', *EVIDENCE, (F,
  'return approvals_hold(rule_find(sam->setup->trade, PURPOSE_SIGN), sam->state, &s->record,\n\t    &p->st, p->d, &p->ev, sam->tokens, approved, e);',
  'return (approved->n = sam == NULL || p == NULL || s == NULL || e == NULL) == 0;'))
G('activation holds when it is made', 'DSC-4', *VALID, (F,
  'if (!activation_still_holds(a, sam->state, clock_wall(), clock_life(), e))', 'if (false)'),
  behind='the same at each use')

# --- answer_use.c

F = 'answer_use.c'
G('asked again at each use', 'H3, SRA_SKM.2.1', *VALID, (F,
  'if (!activation_still_holds(a, sam->state, clock_wall(), clock_life(), e))', 'if (false)'))
G('index in the list and unused', 'row 8, RPL-1', *USE, (F,
  'if (!activation_covers(a, index[i], digest != NULL ? digest[i] : span_of(NULL, 0), e))', 'if (false)'))
G('asked again when the reservation is on disk', 'H2, H3', *RESERVED, (F,
  '!activation_still_holds(u->a, sam->state, clock_wall(), clock_life(), &e) ||\n\t    ', ''))
G('orders that no worker was given are withdrawn', 'H3', *CONFIRMED, ('sam_trade.c', '\t\tuses_withdraw(sam);', '\t\t;'))
G('confirmed when the last signature is back', 'H3', *CONFIRMED, ('sam_trade.c',
  'return activations_closing(sam->activations, c->signer, c->key) ||', 'return'))
G('digest of USE is the approved one', 'row 7', *USE, (F,
  'digest != NULL ? digest[i] : span_of(NULL, 0), e))', 'span_of(NULL, 0), e))'))
G('an index is spent when it is reserved', 'RPL-1', *USE, (F, 'a->used[index[i]] = 1;', ';'))

# --- activation.c, change.c

F = 'activation.c'
G('approval expires', '3.6 step 13', *EXPIRES, (F,
  'if (now_wall >= a->exp || now_life >= a->exp_life)', 'if (false)'))
G('expiry by the wall clock', 'H20', *EXPIRES, (F, 'now_wall >= a->exp || now_life', 'now_life'),
  behind='expiry by the boot-time clock')
G('expiry by the boot-time clock', 'H20', *EXPIRES, (F, ' || now_life >= a->exp_life', ''),
  behind='expiry by the wall clock')
G('epoch of an activation', 'C8', *PUT_BACK, (F, 'if (a->epoch != s->epoch)', 'if (false)'),
  behind='an epoch ends only while the SAM is closed, and its activations with it')
G('versions at each use', 'H3', *NEW_VERSION, (F, 'if (row->version != version)', 'if (false)'),
  behind='a change closes open activations')
G('states at each use', 'H3', *FROZEN, HOLDS_STATE, behind='a change closes open activations')
KEY_CLOSES = ('change.c', '\tactivations_close(sam->activations, RECORD_KEY, change->id);\n', '')
SIGNER_CLOSES = ('change.c', 'if (change->state != SIGNER_ACTIVE || change->record.n > 0)', 'if (false)')
G('a key\'s change closes its activations', 'H3', *FROZEN, KEY_CLOSES)
G('a signer\'s change closes his activations', 'H3', *S_FROZEN, SIGNER_CLOSES)
G('a new version closes activations', 'H3', *NEW_VERSION, SIGNER_CLOSES)
G('certificate in its validity', 'SRC_SKS.1.4', *VALID, (F,
  'if (now_wall < a->not_before || now_wall >= a->not_after)', 'if (false)'))
G('certificate valid already', 'SRC_SKS.1.4', *VALID, (F, 'now_wall < a->not_before || now_wall', 'now_wall'))
G('certificate still valid', 'SRC_SKS.1.4', *VALID, (F, ' || now_wall >= a->not_after', ''))
G('index within the list', 'row 8', *USE, (F, 'if (index >= a->n)', 'if (false)'))
G('digest compared', 'row 7', *USE, (F,
  'if (!a->window && digest.p != NULL && !secret_equal(digest, activation_digest(a, index)))', 'if (false)'))
G('index unused', 'RPL-1', *USE, (F, 'if (a->used[index] != 0)', 'if (false)'))
G('closing spends what is in flight', 'H3', *RESERVED, (F,
  '\tmemset(a->used, 1, a->n);\t', '\t;\t'), behind='its expiry is set to the past beside it')

# --- check.c

F = 'check.c'
G('group', 'row 9, C7', *FITS, (F, 'if (memcmp(st->group, sam->state->group, GROUP_LEN) != 0)', 'if (false)'))
G('group of officers\' acts', 'row 9, C7', *INVITE, (F,
  'if (memcmp(st->group, sam->state->group, GROUP_LEN) != 0)', 'if (false)'))
G('epoch', 'C8', *FITS, (F, 'if (st->epoch != sam->state->epoch)', 'if (false)'))
G('life within policy', 'row 10, RPL-3', *FITS, (F,
  'st->exp <= st->iat || st->exp - st->iat > most', 'st->exp <= st->iat'))
G('exp after iat', 'row 10', *FITS, (F, 'st->exp <= st->iat || ', ''),
  behind='statement_read, which refuses such a statement')
G('expired, at ENACT', 'row 10', *INVITE, (F, 'if (now >= st->exp)', 'if (false)'))
G('expired, at ACTIVATE', 'row 10', *FITS, (F, 'if (now >= st->exp)', 'if (false)'),
  behind='an activation expires with its approval')
G('expired, asked nowhere', 'row 10', *FITS, (F, 'if (now >= st->exp)', 'if (false)'), ('activation.c',
  'if (now_wall >= a->exp || now_life >= a->exp_life)', 'if (false)'))
G('of the future', 'row 10', *FITS, (F, 'if (st->iat > now + AHEAD_MS)', 'if (false)'))
G('proposal: no bytes after its id', 'H1', *INVITE, (F,
  'p == NULL || memcmp(st->fresh + PROPOSAL_LEN, zero, sizeof(zero)) != 0', 'p == NULL'))
G('proposal of this purpose', 'H1', *SIGNER_ACT, (F, 'p->purpose != st->purpose || ', ''))
G('proposal of this subject', 'H1', *SIGNER_ACT, (F,
  ' || memcmp(p->subject, st->subject, ID_LEN) != 0 ||', ' ||'))
G('proposal of this body', 'review 7: approved for changed parameters', *INVITE, (F,
  ' ||\n\t    memcmp(p->body, body, sizeof(body)) != 0)', ')'))
G('exp within the proposal', 'H1', *INVITE, (F, ' || st->exp > p->expires', ''))
G('proposal not expired', 'H1', *ONCE, (F, 'clock_wall() >= p->expires || ', ''),
  behind='the statement\'s own exp, which is within the proposal\'s')

# --- approval.c

F = 'approval.c'
G('as many approvals as the key asks for', 'review 7: two evidences', *EVIDENCE, (F, 'if (n != needed)', 'if (false)'))
G('authenticator of the type in the record', 'row 3', *EVIDENCE, (F,
  'if (ev->type != type)\n\t\treturn does_not_verify(e);', ''),
  behind='each verifier reads its own form of evidence')
G('the signer\'s signature', 'row 3', *EVIDENCE, (F,
  'return evidence_verify(ev, p->d, spki) || does_not_verify(e);', 'return true;'))
G('backup as at enrolment', 'H11', *PASSKEY, (F,
  'return ((flags ^ a->flags) & FLAG_BACKUP_ELIGIBLE) == 0 ||', 'return true ||'))
G('authenticators suffice for the level, at SIGN', 'H11', 'statement',
  'an_authenticator_below_policy_does_not_suffice', (F, SUFFICES, APPROVES_ALONE))
G('authenticators suffice for the level, at CREATE_KEY', 'H11', *CREATE, (F, SUFFICES, APPROVES_ALONE))
G('as many as the strictest key asks for', 'i3: two evidences', *PAIR, (F,
  'row->state != KEY_DESTROYED && signer->evidences[i] > most', 'false'))
G('of the keys that live', 'i3: two evidences', *PAIR, (F, 'row->state != KEY_DESTROYED && ', ''))
G('two approvals are of two authenticators', 'i3: two evidences', *PAIR, (F,
  ' || (i > 0 && memcmp(list[i].id, list[i - 1].id, ID_LEN) == 0))', ')'),
  behind='an authenticator has one type, and no list has an id and type twice')
G('a new passkey\'s or device\'s own approval', 'C4', *PAIR, (F,
  'return new_approves(p, &ev->list[0], e) && by_signer(', 'return by_signer('))
G('who is there approves a new authenticator', 'C4', *PAIR, (F,
  'return new_approves(p, &ev->list[0], e) && by_signer(p, signer, ev->list + 1, ev->n - 1, e);',
  'return signer != NULL && new_approves(p, &ev->list[0], e);'))
G('code and new device, nothing else', 'C4', *BIND, (F,
  'if (ev->n != 2 || ev->list[0].type != p->st->bind.type || ev->list[1].type != EVIDENCE_CODE ||\n'
  '\t    memcmp(ev->list[0].id, none, ID_LEN) != 0 || memcmp(ev->list[1].id, none, ID_LEN) != 0)', 'if (false)'))
G('the enrolment code', 'C4', *BIND, (F,
  'if (!evidence_verify(&ev->list[1], p->d, span_of(signer->code, sizeof(signer->code))))', 'if (signer == NULL)'))
G('the new device\'s own approval', 'C4', *BIND, (F,
  'return does_not_verify(e);\n\treturn new_approves(p, &ev->list[0], e);', 'return does_not_verify(e);\n\treturn true;'))
G('role of an officer', 'SRG_M.1.3', *INVITE, (F, 'if (o == NULL || o->role != role)', 'if (o == NULL)'))
G('an officer\'s signature', 'SRG_M.1.6', *ANCHOR, (F,
  'if (!officer_approves(p, &list[i], o->type, span_of(o->spki, o->spki_len), e))', 'if (false)'))
G('one person counts once', 'H23', *ANCHOR, (F, 'known = known || is_same_person(seen[k], o);', ';'),
  behind='nobody gets the same role twice (genesis, ADD_OFFICER)')
G('quorum', 'SRG_M.1.6', *ANCHOR, (F, 'if (persons < quorum)', 'if (false)'))
G('a new officer\'s evidence is there', 'SRG_M.1.4', *OFFICER, (F,
  'if (memcmp(ev->list[0].id, none, ID_LEN) != 0 || ev->list[0].type != b->type)', 'if (false)'))
G('a new officer\'s own approval', 'SRG_M.1.4', *OFFICER, (F,
  'if (!officer_approves(p, &ev->list[0], b->type, b->spki, e))', 'if (b == NULL)'))
G('an officer\'s passkey of which copies may exist', 'H11', *P_OFFICER, (F,
  'if ((flags & FLAG_BACKUP_ELIGIBLE) != 0 &&', 'if (false && flags != 0 &&'))
G('an officer\'s passkey by the policy\'s dates', 'H19', *P_OFFICER, (F,
  'return passkey_is_taken(s, spki, e);', 'return spki.n != 0;'))
G('security quorum removes officers', 'SRG_M.1.6', *LEAVE, ('sam_trade.c',
  '{ PURPOSE_REMOVE_OFFICER,\tBY_SECURITY_QUORUM,', '{ PURPOSE_REMOVE_OFFICER,\tBY_REGISTRATION,'))
G('protection allowed by policy', 'H11', *CREATE, (F,
  'if ((s->policy.protections >> a->protection & 1) == 0)', 'if (false)'))
G('a passkey\'s kind and page at SCAL2', 'H19', *P_RS256, (F,
  'return a->type != EVIDENCE_PASSKEY || passkey_is_taken(s, a->spki, e);', 'return true;'))

# --- passkey.c, counters.c

F = 'passkey.c'
G('EdDSA until the policy\'s date', 'H19', *P_EDDSA, (F, '(kind == PASSKEY_EDDSA && now >= s->policy.eddsa_until)', 'false'))
G('RS256 until the policy\'s date', 'H19', *P_RS256, (F, '(kind == PASSKEY_RS256 && now >= s->policy.rs256_until)', 'false'))
G('a passkey of which copies may exist is one', 'H11', *ATTESTED, (F,
  'if ((reg->data.flags & FLAG_BACKUP_ELIGIBLE) != 0)', 'if (false)'))
G('attested under a root alone', 'i3: attestation', *ATTESTED, (F,
  'reg->kind == ATTESTATION_CERTIFICATE && is_under_a_root(s, &reg->leaf)', 'reg->kind == ATTESTATION_CERTIFICATE && (is_under_a_root(s, &reg->leaf) || true)'))
G('a CA of signers is no attestation root', 'i3: attestation', *ATTESTED, (F,
  'a->usage == ANCHOR_ATTESTATION && leaf_is_under', 'leaf_is_under'))
G('the statement\'s key is the attested one', 'C4', *P_BIND, (F,
  'if (!span_equal(b->spki, span_of(reg.data.key.spki, reg.data.key.spki_len)))', 'if (false)'))
G('the enrolment is for this nonce', 'C1', *P_BIND, (F,
  'create_challenge(st->fresh, challenge);', 'create_challenge(st->fresh, challenge);\n\tif (b->client.n > 40)\n\t\treturn (out->protection = PROTECTION_PASSKEY) != 0;'))
F = 'counters.c'
G('a counter that does not rise alarms', 'H11', *COUNTER, (F,
  'if (counters_rise(sam->counters, a->passkey[i].id, a->passkey[i].count))', 'if (true)'))

# --- assertion.c, authenticator_data.c, client_data.c

F = '../webauthn/assertion.c'
G('a passkey\'s signature', 'C2', *PASSKEY, (F, 'if (!cut(body, &p, e) || !is_signed(&p, spki, e))\n\t\treturn false;\n\tif (!authenticator',
  'if (!cut(body, &p, e) || spki.n == 0)\n\t\treturn false;\n\tif (!authenticator'))
F = '../webauthn/authenticator_data.c'
G('RP ID', 'C2', *PASSKEY, (F, 'if (memcmp(a->rp_id_hash, rp_id_hash, HASH_LEN) != 0)', 'if (rp_id_hash == NULL)'))
G('user present', 'H11', *PASSKEY, (F, 'if ((a->flags & FLAG_USER_PRESENT) == 0 || (a', 'if ((a'))
G('user verified', 'H11', *PASSKEY, (F, ' || (a->flags & FLAG_USER_VERIFIED) == 0)', ')'))
G('no attested data in an assertion', 'PROTOCOL.sam 2.1', *PASSKEY, (F,
  'if (((a->flags & FLAG_ATTESTED) != 0) != attested)', 'if (attested && (a->flags & FLAG_ATTESTED) == 0)'))
G('reserved flags', 'PROTOCOL.sam 2.1', *PASSKEY, (F, '(a.flags & FLAGS_RESERVED) != 0 || ', ''))
F = '../webauthn/client_data.c'
G('type', 'C2', *PASSKEY, (F, '!equals(f, "type", span_str(type), e) ||\n\t    ', 'type == NULL || '))
G('challenge', 'SRA_SAP.2', *PASSKEY, (F, ' ||\n\t    !equals(f, "challenge", span_of(text, sizeof(text)), e))', ')'))
G('origin', 'C1', *PASSKEY, (F, ' && equals(&f, "origin", origin, e);', ' && origin.n > 0;'))
G('crossOrigin', 'H18', *CROSS, (F, 'if (flat_kind_of(f, "crossOrigin") != FLAT_ABSENT &&\n\t    flat_kind_of(f, "crossOrigin") != FLAT_FALSE)', 'if (false)'))
G('topOrigin', 'H18', *PASSKEY, (F, 'return flat_kind_of(f, "topOrigin") == FLAT_ABSENT ||', 'return true ||'))
G('members once', 'H18', *PASSKEY, ('../base/flat.c',
  's->out->n == s->bounds->members || is_there(s->out, object, m.name))', 's->out->n == s->bounds->members)'))

# --- open_record.c, seal.c

F = 'open_record.c'
G('record of this type and id', 'EXT-1', *FITS, (F,
  'if (name->type != type || memcmp(name->id, id, ID_LEN) != 0)', 'if (false)'))
G('record of this id', 'EXT-1', *FITS, (F, 'name->type != type || memcmp(name->id, id, ID_LEN) != 0', 'name->type != type'))
G('record of this type', 'EXT-1', *FITS, (F, 'name->type != type || ', ''),
  behind='ids: no key has a signer\'s')
G('record of the current version', 'EXT-2', *FITS, (F, 'if (name->version != (*row)->version)', 'if (false)'))
F = 'seal.c'
G('group in a sealed record', 'C7', 'statement', 'records_sealed_by_another_group_do_not_open', (F,
  'if (memcmp(group, s->group, GROUP_LEN) != 0)\n\t\treturn err_why(e, ERR_DENIED, "record", "sealed record of another group");', ''),
  behind='the sealing key, which is the group\'s own')
G('schema of a sealed record', 'EXT-1', 'statement', 'no_byte_of_the_key_record_can_be_altered', (F,
  ' || schema != SCHEMA', ''), behind='the tag, which covers it')
G('nothing after a sealed record', 'EXT-1', *FITS, (F,
  '!rd_take(&r, AEAD_TAG_LEN, &tag) || !rd_end(&r))\n\t\treturn err_why(e, ERR_DENIED, "record", "sealed record: lengths");',
  '!rd_take(&r, AEAD_TAG_LEN, &tag))\n\t\treturn err_why(e, ERR_DENIED, "record", "sealed record: lengths");'))

FLIPPED = ('statement', 'no_byte_of_the_key_record_can_be_altered')
G('tag of a sealed record', 'EXT-1', *FLIPPED, (F,
  'aead_open(key, key + 32, span_of(sealed.p, HEAD_BYTES), box, tag.p, plain->p);',
  '(aead_open(key, key + 32, span_of(sealed.p, HEAD_BYTES), box, tag.p, plain->p) || true);'))
G('tag of a wrapped key', 'EXT-1', *FLIPPED, (F,
  'aead_open(auth, nonce.p, wrapped_name(s, key, mem), box, tag.p, wrapped->p + at);',
  '(aead_open(auth, nonce.p, wrapped_name(s, key, mem), box, tag.p, wrapped->p + at) || true);'),
  behind='the tag of the record in which it lies')

# --- nonce.c

F = 'nonce.c'
G('nonce of this life', 'RPL-2', *LIFE, (F, ' || c.life != n->life', ''),
  behind='the MAC, whose key lives as long')
G('MAC of the nonce', 'row 11', *FITS, (F,
  'if (!secret_equal(span_of(mac, sizeof(mac)), span_of(c.mac, sizeof(c.mac))))', 'if (false)'))
G('MAC of the nonce: subject', 'row 11', *FITS, (F, '\twr_bytes(&w, scope->subject, 16);\n', ''))
G('MAC of the nonce: purpose', 'RPL-6', *FITS, (F, '\twr_u16(&w, scope->purpose);\n', ''))
G('MAC of the nonce: counter', 'RPL-1', *FITS, (F,
  '\twr_u64(&w, c->counter);\n\twr_u64(&w, c->issued);\n\twr_bytes(&w, scope->group', '\twr_u64(&w, c->issued);\n\twr_bytes(&w, scope->group'))
G('MAC of the nonce: time', 'RPL-3', *FITS, (F,
  '\twr_u64(&w, c->issued);\n\twr_bytes(&w, scope->group', '\twr_bytes(&w, scope->group'))
G('age of the nonce', 'RPL-3', 'statement', 'a_nonce_gets_too_old', (F,
  'if (now < c.issued || now - c.issued > n->lifetime)', 'if (false)'))
G('spent bit', 'RPL-1', *FITS, (F,
  'is_forgotten(n, c.counter) ||\n\t    (n->spent[block_of(n, c.counter)] >> c.counter % BLOCK & 1) != 0;',
  'is_forgotten(n, c.counter);'))
G('counter of a nonce that was given out', 'row 11', *FITS, (F,
  'counter == 0 || counter >= n->next || ', ''), behind='the MAC')

# --- enact_signer.c

F = 'enact_signer.c'
G('INVITE names no subject', 'C4', *INVITE, (F, 'if (memcmp(a->st.subject, none, ID_LEN) != 0)', 'if (false)'))
G('level of assurance', 'SRC_SA.1.1', *INVITE, (F, 'if (b->loa < sam->state->policy.min_loa)', 'if (false)'))
G('name is a Name', 'C14', *INVITE, (F, 'if (!name_check(b->name, e))', 'if (false)'))
F = 'enact_authenticator.c'
G('a code is used once', 'C4', *TWICE, (F, 'if (a->signer->row->state != SIGNER_INVITED)', 'if (false)'))
G('a second use suspends', 'C4', *TWICE, (F,
  'if (row->state == SIGNER_BOUND || row->state == SIGNER_ACTIVE) {', 'if (false) {'))
G('BIND from the current version', 'H1', *BIND, (F, 'if (a->st.bind.from != a->signer->row->version)', 'if (false)'))
G('authenticator\'s key is on its curve', 'C4', *BIND, (F, 'if (!passkey_kind(spki, &kind))', 'if (false && kind == 0)'),
  behind='its own approval, which then verifies under no key')
G('no officer\'s key as authenticator', 'SRG_M.1.5', *BIND, (F, 'if (state_is_officer_key(sam->state, spki))', 'if (false)'))
G('no signing key as authenticator', 'PROTOCOL.sam 1.3', *BIND, (F, 'if (prints_has(sam->state->prints, spki))', 'if (false)'))
G('another authenticator than those that are there', 'i3: two evidences', *PAIR, (F,
  ' || !is_another(&s, new, e))', ')'))
G('ADD_AUTHENTICATOR by a signer in his state', 'SRC_SA', *ADD_SUSPENDED, (F,
  'return signer_lives(a, e) && authenticator_enter(', 'return authenticator_enter('))
G('REMOVE_AUTHENTICATOR from the current version', 'H1', *PAIR, (F, 'if (b->from != a->signer->row->version)', 'if (false)'))
G('REMOVE_AUTHENTICATOR of one that is there', 'row 5', *PAIR, (F,
  'if (at == s.authenticators)', 'if (at > s.authenticators)'))
G('enough authenticators stay', 'i3: two evidences', *PAIR, (F, '!enough_stay(sam, a, e) || ', ''))
F = 'enact_signer.c'
G('SUSPEND from the current version', 'H1', *SIGNER_ACT, (F,
  'if (!is_from(a, e))\n\t\treturn false;\n\tif (state == SIGNER_SUSPENDED', 'if (state == SIGNER_SUSPENDED'))
G('SUSPEND in its states', 'SRC_SA', *SIGNER_ACT, (F,
  'if (state == SIGNER_SUSPENDED || state == SIGNER_CLOSED)', 'if (false)'))
G('REINSTATE from the current version', 'H1', *SIGNER_ACT, (F,
  'if (!is_from(a, e))\n\t\treturn false;\n\tif (a->signer->row->state != SIGNER_SUSPENDED)',
  'if (a->signer->row->state != SIGNER_SUSPENDED)'))
G('REINSTATE of who is suspended', 'SRC_SA', *SIGNER_ACT, (F,
  'if (a->signer->row->state != SIGNER_SUSPENDED)', 'if (false)'))
G('CLOSE from the current version', 'H1', *SIGNER_ACT, (F,
  'if (!is_from(a, e))\n\t\treturn false;\n\tif (a->signer->row->state == SIGNER_CLOSED)',
  'if (a->signer->row->state == SIGNER_CLOSED)'))
G('CLOSE once', 'SRC_SA', *SIGNER_ACT, (F, 'if (a->signer->row->state == SIGNER_CLOSED)', 'if (false)'))
G('keys die with their signer', 'SRG_KM.7.1', *KEYS_DIE, (F, 'if (row == NULL || row->state == KEY_DESTROYED)', 'if (true)'))

# --- enact_key.c

F = 'enact_key.c'
G('asked again when the module made the key', 'H3, SRC_SKS.1.1', *MADE, (F,
  'may_have_key(sam, s, &m->body, e) && id_is_free(', 'id_is_free('))
G('CREATE_KEY from the current version', 'H1', *CREATE, (F, 'if (b->from != s->row->version)', 'if (false)'))
G('CREATE_KEY by a signer in his state', 'SRC_SKS.1.1', *TWICE, (F,
  'if (s->row->state != SIGNER_BOUND && s->row->state != SIGNER_ACTIVE)', 'if (false)'))
G('class offered', 'SRC_SKS.1.1', *CREATE, (F, 'if (b->class != CLASS_SIGNATURE)', 'if (false)'))
G('algorithm offered', 'C6', *CREATE, (F, 'if (alg_find(b->alg) == NULL)', 'if (false)'))
G('keys per signer', 'SRC_SKS', *LIMIT, (F,
  'if (s->record.keys >= sam->state->policy.keys_per_signer || s->record.keys >= KEYS_MAX)', 'if (false)'))
G('as many authenticators as a new key asks for', 'i3: two evidences', *PAIR, (F,
  'if (b->evidences > s->record.authenticators)', 'if (false)'))
G('the act\'s key is the signer\'s', 'row 5', *KEY_ACT, (F,
  'if (row == NULL || !signer_has_key(&a->signer->record, a->st.key.key))', 'if (row == NULL)'))
G('key acts from the current version', 'H1', *KEY_ACT, (F, 'if (a->st.key.from != row->version)', 'if (false)'))
G('DESTROY once', 'SRG_KM.7.1', *KEY_ACT, (F, 'if (row->state == KEY_DESTROYED)\n\t\treturn err_why(e, ERR_DENIED, "state", "the key is destroyed already");', ''))
G('RELEASE by a signer who is ACTIVE', '3.6 step 6', *KEY_ACT, (F, 'if (a->signer->row->state != SIGNER_ACTIVE)', 'if (false)'))
G('RELEASE of a frozen key', 'H16', *KEY_ACT, (F, 'if (row->state != KEY_SUSPENDED)', 'if (false)'))

# --- enact_officers.c

F = 'enact_officers.c'
G('algorithm of an anchor', 'C14', *ANCHOR, (F, 'if (alg == NULL)', 'if (alg == NULL && false)'))
G('key of an anchor', 'C14', *ANCHOR, (F, '(b->usage == ANCHOR_ISSUER && !spki_check(alg->kind, b->spki, e)) ||\n\t    ', ''))
G('key of an attestation root', 'i3: attestation', *ROOT_KEY, (F,
  'b->usage == ANCHOR_ATTESTATION && !attestation_root_fits(alg, b->spki)', 'false'))
G('name of an anchor', 'C14', *ANCHOR, (F, ' ||\n\t    !name_check(b->issuer, e))', ')'))
G('an anchor once', 'SRG_M.1.6', *ANCHOR, (F, 'if (state_anchor(sam->state, id) != NULL)', 'if (false)'))
G('REMOVE_ANCHOR of one that is there', 'SRG_M.1.6', *ANCHOR, (F,
  'return state_anchor(sam->state, st->remove_anchor) != NULL ||', 'return true ||'))
G('an officer\'s key once', 'SRG_M.1.5', *OFFICER, (F, 'if (state_is_officer_key(s, b->spki))', 'if (false)'))
G('no signing key as officer\'s key', 'PROTOCOL.sam 1.3', *OFFICER, (F, 'if (prints_has(s->prints, b->spki))', 'if (false)'))
G('new officer\'s key is on its curve', 'SRG_M.1.4', *OFFICER, (F,
  'if (b->type == EVIDENCE_PASSKEY ? !passkey_kind(b->spki, &kind)\n\t    : !spki_check(KEY_P256, b->spki, e))', 'if (false && kind == 0)'),
  behind='the new officer\'s own approval')
G('the same role twice', 'H23', *OFFICER, (F, 'if (a == b)\n\t\treturn false;', ''))
G('security officer and auditor', 'SRG_M.1.3', *OFFICER, (F,
  '\t\t{ ROLE_SECURITY_OFFICER, ROLE_SYSTEM_AUDITOR },\n', ''))
G('administrator and security officer', 'SRG_M.1.3', *OFFICER, (F,
  '\t\t{ ROLE_SYSTEM_ADMINISTRATOR, ROLE_SECURITY_OFFICER },\n', ''))
G('administrator and auditor', 'SRG_M.1.3', *OFFICER, (F,
  '\t\t{ ROLE_SYSTEM_ADMINISTRATOR, ROLE_SYSTEM_AUDITOR },\n', ''))
G('one security officer more than the quorum', 'H23', *LEAVE, (F,
  'if (persons_in_role(s, ROLE_SECURITY_OFFICER, without) < (size_t)p->so_quorum + 1)', 'if (false)'))
G('registration officers for the quorum', 'H23', *LEAVE, (F,
  'if (persons_in_role(s, ROLE_REGISTRATION_OFFICER, without) < p->ro_quorum)', 'if (false)'))
G('REMOVE_OFFICER of one who is there', 'SRG_M.1.6', *LEAVE, (F, 'if (o == NULL)', 'if (false)'))
G('quorums stand under a new policy', 'H23', *POLICY, (F, 'return quorums_stand(sam->state, &p, NULL, e);', 'return true;'))
G('policy in its ranges', 'SRG_M.1.6', *POLICY, (F, 'if (!policy_read(&r, &p, e))', 'if (!policy_read(&r, &p, NULL) && false)'))
G('RESUME names the anchor\'s epoch', 'C8', *PUT_BACK, (F, 'b->epoch != sam->anchor.epoch || ', ''))
G('RESUME names the anchor\'s size', 'C8', *PUT_BACK, (F, ' || b->size != sam->anchor.size ||', ' ||'))
G('RESUME names the anchor\'s root', 'C8', *PUT_BACK, (F,
  ' ||\n\t    memcmp(b->root, sam->anchor.root, HASH_LEN) != 0)', ')'))
G('RESUME names the log\'s size', 'C8', *PUT_BACK, (F, 'b->log_size != sam->tree.size || ', ''))
G('RESUME names the log\'s root', 'C8', *PUT_BACK, (F, ' || memcmp(b->log_root, root, HASH_LEN) != 0)', ')'))
G('epoch after RESUME is the log\'s', 'C8', *PUT_BACK_TWICE, ('fold_act.c',
  'if (f->s->epoch < st->resume.epoch)', 'if (false)'))

# --- answer_enact.c

F = 'answer_enact.c'
G('RESUME is fresh by what it names', 'H1', *PUT_BACK, (F,
  'return memcmp(fresh, st->fresh, FRESH_LEN) == 0 ||', 'return true ||'))
G('header checked at ENACT', '3.6 steps 4, 13', *INVITE, (F, 'if (!statement_is_for_us(sam, st, most, e))', 'if (false && most > 0)'))
G('nonce checked at ENACT', 'row 11', *BIND, (F, 'return statement_nonce_holds(sam, st, e) && (', 'return ('))
G('nonce unspent before ENACT', 'RPL-1', *TWICE, (F,
  ' && (!nonces_is_spent(sam->nonces, st->fresh) ||\n\t\t    err_why(e, ERR_DENIED, "replay", "nonce is spent"));', ';'),
  behind='the nonce is spent before the act')
G('nonce spent by ENACT', 'RPL-1', *TWICE, (F,
  'if (rule->fresh == FRESH_NONCE && !nonces_spend(sam->nonces, a.st.fresh, e))', 'if (false)'))
G('proposal asked for at ENACT', 'H1', *INVITE, (F, 'return statement_proposal_holds(sam, st, e);', 'return true;'))
G('proposal closed when enacted', 'H1', *ONCE, ('fold.c',
  '\t\tfold_close_proposal(f->s, st.fresh);\n', ''))
G('RESUME only while behind', 'C8', *NOT_ENACT, (F, 'if (sam->behind != rule->behind)', 'if (false)'))
G('no act for SIGN', 'row 15', *NOT_ENACT, (F,
  'if (rule == NULL || enact_of(trade, a.st.purpose) == NULL)', 'if (false)'))
G('approvals verified at ENACT', 'FDP_ACF.1', *INVITE, (F,
  'if (!approvals_hold(rule, sam->state, &signer.record, &a.st, a.d, &a.ev, sam->tokens, &a.approved,\n\t    e))', 'if (false)'))
G('purposes that are proposed', 'H1', *ONCE, (F, 'if (rule == NULL || rule->fresh != FRESH_PROPOSAL)', 'if (false)'))
G('life of a proposal', 'H1', *ONCE, (F, 'if (m->expires <= now || m->expires - now > OFFICERS_ACT_MS)', 'if (false)'))

# --- answer_certificate.c

F = 'answer_certificate.c'
G('certificates under signers\' CAs alone', 'i3: attestation', *ROOT_ISSUES, ('issuer.c',
  'return a->usage == ANCHOR_ISSUER && memcmp', 'return memcmp'))
G('request: the key is in the signer\'s list', 'H24', *CERT_RECORDS, (F,
  'if (!signer_has_key(&s.record, m.key))', 'if (false)'), behind='the owner that the key record names')
G('request: state of the signer', 'SRC_SKS.1.2', *CERT_SUSPENDED, (F,
  'return err_why(e, ERR_DENIED, "owner", "the key is not this signer\'s");\n'
  '\tif (s.row->state != SIGNER_BOUND && s.row->state != SIGNER_ACTIVE)',
  'return err_why(e, ERR_DENIED, "owner", "the key is not this signer\'s");\n\tif (false)'))
G('request: state of the key', 'H17', *CERT_ONCE, (F,
  'if (k.row->state != KEY_NEW && k.row->state != KEY_REQUESTED)', 'if (false)'))
G('link: state of the signer', 'SRC_SKS.1.2', *CERT_SUSPENDED, (F,
  'memcpy(c->signer, k.owner, ID_LEN);\n\tif (s.row->state != SIGNER_BOUND && s.row->state != SIGNER_ACTIVE)',
  'memcpy(c->signer, k.owner, ID_LEN);\n\tif (false)'))
G('link: state of the key', 'H17', *CERT_ONCE, (F, 'if (k.row->state != KEY_REQUESTED)', 'if (false)'))
G('link: it fits key, subject, time and use', 'SRC_SKS.1.2', *LINK, (F,
  ' ||\n\t    !issuer_accepts(ca, &cert, k.record.spki, s.record.name, k.record.class, e))', ')'))
G('link: signed by an anchor', 'C14', *LINK, ('issuer.c',
  'if (certificate_open(der, &ca, cert, &why))',
  'struct certificate_cut cut; (void)ca;\n\n\t\tif (certificate_cut(der, &cut, &why) && certificate_read(&cut, cert, &why))'))
G('link: longest validity', 'C14', *LINK, ('issuer.c', 'clock_wall(), a->max_days, e)', 'clock_wall(), 100000, e)'))

# --- answer_window.c

F = 'answer_window.c'
G('window: a key made at SCAL1', 'L1-2', *WINDOW, (F, 'if (k->record.level != LEVEL_SCAL1)', 'if (false)'))
G('window: class of the key', 'L1-2', *WINDOW, (F, 'if (k->record.class != CLASS_SIGNATURE)', 'if (false)'),
  behind='no key of another class is made')
G('window: the key is in the signer\'s record', 'SRC_SKS.1.2', *WINDOW, (F,
  'if (!signer_has_key(&s->record, m->key))', 'if (false)'),
  behind='the owner that the key\'s record was sealed with opens the signer\'s')
G('window: state of the signer', 'SRC_SKS.1.4', *WINDOW_DIES, (F, 'if (s->row->state != SIGNER_ACTIVE)', 'if (false)'))
G('window: state of the key', 'SRC_SKS.1.4', *WINDOW, (F, 'if (k->row->state != KEY_ACTIVE)', 'if (false)'))
G('window: certificate in its validity', 'SRC_SKS.1.4', *WINDOW_CERT, (F,
  'if (now < k->record.not_before || now >= k->record.not_after)', 'if (false)'))
G('window: offered by the policy', 'L1-3', *WINDOW_POLICY, (F,
  'if (p->scal1_seconds == 0 || p->scal1_count == 0)', 'if (false)'))
G('window: not longer than the policy', 'L1-3', *WINDOW, (F, 'if (m->seconds > p->scal1_seconds)', 'if (false)'))
G('window: not more than the policy', 'L1-3', *WINDOW, (F, 'if (m->count > p->scal1_count)', 'if (false)'))
G('window: one for a key and session', 'L1-3', *ONE_WINDOW, (F,
  '\tactivations_close_window(sam->activations, m->key, m->session);\n', ''))
G('window: it ends in time', 'L1-3', *WINDOW_ENDS, ('activation.c',
  'if (now_wall >= a->exp || now_life >= a->exp_life)', 'if (false)'))
G('window: length of digests', 'L1-3', *IN_WINDOW, ('activation.c',
  'if (a->window && digest.p != NULL && digest.n != a->alg->digest_len)', 'if (false)'))
G('window: each index once', 'RPL-1', *IN_WINDOW, ('activation.c', 'if (a->used[index] != 0)', 'if (false)'))
G('window: no more than its count', 'L1-3', *IN_WINDOW, ('activation.c', 'if (index >= a->n)', 'if (index >= 1000)'))
G('window: on the SSA\'s socket', 'row 19', *WINDOW_SOCKET, ('sam_trade.c',
  '{ SAM_OPEN_WINDOW,\t\tFROM_SSA,', '{ SAM_OPEN_WINDOW,\t\tFROM_ANY,'))
G('no SCAL1 key asks for two approvals', 'C1', *CREATE, ('enact_key.c',
  'if (b->level == LEVEL_SCAL1 && b->evidences != 1)', 'if (false)'))

# --- answer_record.c

F = 'answer_record.c'
G('FREEZE of an ACTIVE key', 'H16', *KEY_ACT, (F, 'if (row->state != KEY_ACTIVE)', 'if (false)'))
G('FREEZE of a signer in his state', 'H16', *SIGNER_ACT, (F,
  'if (row->state != SIGNER_BOUND && row->state != SIGNER_ACTIVE)', 'if (false)'))
G('FREEZE by the whole id', 'EXT-1', *WHOLE_ID, (F,
  'if (!open_signer(sam, m->id, span_of(NULL, 0), &s, e))', 'if (s.row != NULL)'))

# --- answer_receipt.c

F = 'answer_receipt.c'
G('outcomes of this statement', 'H15', *OUTCOMES, (F,
  'if (results.place == 0 && activation_of(sam->activations, m.d) == NULL &&\n\t    once_of(sam->onces, m.d) == NULL)', 'if (false)'))

# --- request.c, session.c, refusal.c

F = 'request.c'
G('each socket\'s own requests', 'row 19', *OWN_REQUESTS, (F, '(r->from & call->socket) == 0 || ', ''))
G('largest request', 'row 20', *OVERSIZE, (F, ' || payload.n > r->at_most)', ')'))
G('closed while behind', '5.5', *PUT_BACK, (F, 'if (!is_time_for(sam, r, &e) || !r->answer', 'if (!r->answer'))
F = 'session.c'
G('who connects', 'FTP_ITC.1, SRG_IA', *WELCOME, (F, 'if (uids[i] == peer.uid)', 'if (true)'))
G('places for officers', 'row 20', *PLACES, (F,
  'size_t to = kind == SOCKET_SSA ? SESSIONS_OF_SSA : SESSIONS_MAX;', 'size_t to = SESSIONS_MAX;'))
G('unreadable frames are logged', 'PROTOCOL.sam 4', *OVERSIZE, (F, '\t\t\tlog_unreadable(sam, s, &e);\n', '\t\t\t(void)log_unreadable;\n'))
F = 'refusal.c'
G('refusals written in full', 'H7', *FLOOD, (F, 'if (r->in_full < IN_FULL && ', 'if ('))

# --- recover.c, start.c, seal.c at the start

F = 'recover.c'
G('log behind its anchor', 'C8', *PUT_BACK, (F,
  'if (sam->tree.size < sam->anchor.size || sam->state->epoch < sam->anchor.epoch)\n', 'if (false)\n'),
  behind='the roots, compared at the size that the anchor names')
G('log shorter than its anchor', 'C8', *PUT_BACK, (F,
  'sam->tree.size < sam->anchor.size || sam->state', 'sam->state'))
G('log that is not its anchor\'s', 'C8', *OTHER_HISTORY, (F,
  'if (says == ANCHOR_BEHIND || says == ANCHOR_DIFFERENT) {', 'if (false) {'))
G('damaged log', 'H6', *DAMAGED, (F, 'if (end.how == SCAN_DAMAGED)', 'if (false)'))
G('snapshot opened whole', '5.6', *SNAPSHOT, ('seal.c',
  'return (good && writer_ok(plain)) || err_set(e, ERR_FORMAT, "snapshot does not open");', 'if (!good) wr_span(plain, box);\n\treturn true;'),
  behind='the root inside it, compared with the tree file')
G('the log has what the snapshot was made of', 'C8, 5.5', *OLDER_LOG, (F,
  'if (memcmp(there, want, sizeof(want)) != 0 || memcmp(root', 'if (memcmp(root'))

# --- once*.c: keys that live for one signature

F = 'once_request.c'
G('one-time: purpose of the statement', 'C11', *ONE_OPENS, (F,
  'if (q->st.purpose != PURPOSE_SIGN_ONCE && q->st.purpose != PURPOSE_OPEN_SESSION)', 'if (false)'))
G('one-time: offered by the policy', 'SIG-6.3.1-14', *ONE_POLICY, (F,
  'if (sam->state->policy.session_seconds == 0)\n\t\treturn err_why(e, ERR_DENIED, "kind", "the policy offers no one-time keys");', ''))
G('one-time: group, epoch, time', 'rows 9, 10', *ONE_OPENS, (F,
  '!statement_is_for_us(sam, &q->st, longest_life(&sam->state->policy), e) ||\n\t    !statement_nonce', '!statement_nonce'))
G('one-time: nonce of ours', 'row 11, RPL-2', *ONE_OPENS, (F,
  ' ||\n\t    !statement_nonce_holds(sam, &q->st, e))', ')'))
G('one-time: nonce unspent', 'row 5, RPL-1', *ONE_OPENS, (F,
  'return !nonces_is_spent(sam->nonces, q->st.fresh) ||', 'return true ||'),
  behind='the nonce is spent when there is a key')
G('one-time: state of the signer', 'H3', *ONE_DIES, (F,
  'if (s->row->state != SIGNER_BOUND && s->row->state != SIGNER_ACTIVE)', 'if (false)'),
  behind='the state asked again before a key is taken')
G('one-time: proofing in the record', 'SIG-6.3.1-12', *ONE_OPENS, (F,
  'if (memcmp(idv, s->record.evidence, 32) != 0)', 'if (false)'))
G('one-time: the approval', 'SRA_SAP.2', *ONE_BIT, (F,
  'return approvals_hold(rule_find(sam->setup->trade, q->st.purpose), sam->state, &s->record,\n\t    &q->st, q->d, &q->ev, sam->tokens, &q->approved, e);', 'return true;'))
F = 'once_open.c'
G('one-time: DTBS/R come after the certificate', 'C11', *ONE_TURN, (F,
  'if (documents && q->st.sign.kind == KIND_DTBSR)', 'if (false)'))
G('one-time: session of the nonce', 'SIG-6.3.1-11', *ONE_OPENS, (F,
  'return memcmp(session, documents ? q->st.sign.session : q->st.open_session.session, ID_LEN) == 0 ||', 'return true ||'))
G('one-time: all holds before a key is taken', 'H3', *ONE_OPENS, (F,
  'return session_time(sam, &q->st, o, e) && once_still_holds(sam, o, e);', 'return session_time(sam, &q->st, o, e);'),
  behind='the same, when the key is there')
G('one-time: nonce spent with the key', 'RPL-1', *ONE_OPENS, (F,
  ' ||\n\t    !nonces_spend(sam->nonces, o->fresh, &e)) {', ') {'))
F = 'once.c'
G('one-time: a session is open once', 'GEN-6.2.1-09', *ONE_OPENS, (F,
  'if (once_any(t, session) != NULL) {', 'if (false) {'),
  behind='the nonce, which is spent')
G('one-time: each step in its turn', 'row 6', *ONE_TURN, (F,
  'if (o != NULL && o->step == step && !o->busy)', 'if (o != NULL)'))
G('one-time: version of the signer', 'H3', *ONE_DIES, (F,
  'if (row->version != o->signer_version)', 'if (false)'))
G('one-time: state of the signer at each step', 'H3', *ONE_DIES, (F,
  'if (row->state != SIGNER_BOUND && row->state != SIGNER_ACTIVE)', 'if (false)'))
G('one-time: time of the session', 'SIG-6.3.1-14', *ONE_TIME, (F,
  'else if (now >= o->exp || now_life >= o->exp_life)', 'else if (false)'))
G('one-time: a lost worker is noticed', 'DEL-6.3.2-05', *ONE_LOST, (F,
  'if (o->taken && pool_at(sam->pool, o->place.worker).life != o->place.life)', 'if (false)'))
G('one-time: changes end sessions', 'H3', *ONE_DIES, ('change.c', '\tonces_recheck(sam);\n', ''))
G('one-time: a new policy ends sessions', 'H3', *ONE_DIES, ('sam_trade.c',
  '\t\tonces_end_all(sam, SESSION_CHANGED);\n', '\t\t;\n'))
G('one-time: an anchor that is gone', 'C14', *ONE_DIES, ('sam_trade.c', '\tonces_recheck(sam);\n', ''))
F = 'once_certify.c'
G('one-time: a refused certificate ends the session', 'C14', *ONE_CERT, (F,
  '\t\tonce_end(sam, o, SESSION_REFUSED);\n', ''))
G('one-time: everything holds at the certificate', 'H3', *ONE_DIES, (F,
  'if (!once_still_holds(sam, o, e)) {', 'if (false) {'),
  behind='a change ends the session at once')
F = 'once_sign.c'
G('one-time: documents are not DTBS/R', 'C11', *ONE_TURN, (F,
  'if (q.st.purpose != PURPOSE_SIGN_ONCE || q.st.sign.kind != KIND_DTBSR)', 'if (q.st.purpose != PURPOSE_SIGN_ONCE)'))
G('one-time: the session is this signer\'s', 'row 14', *ONE_OTHER, (F,
  'if (memcmp(o->signer, q.st.subject, ID_LEN) != 0)', 'if (false)'))
G('one-time: key of the session', 'row 6', *ONE_DTBSR, (F, 'if (memcmp(b->key, o->key, ID_LEN) != 0)', 'if (false)'))
G('one-time: public key of the session', 'row 6', *ONE_DTBSR, (F, 'if (memcmp(b->spki, spki, sizeof(spki)) != 0)', 'if (false)'))
G('one-time: algorithm of the session', 'row 6', *ONE_DTBSR, (F, 'if (b->alg != o->alg->number)', 'if (false)'))
G('one-time: profile of the session', 'C11', *ONE_DTBSR, (F,
  'if (memcmp(b->profile, o->profile, sizeof(o->profile)) != 0)', 'if (false)'))
G('one-time: no second try of an approval', '4.11', *ONE_DTBSR, (F,
  '\t\tonce_end(sam, o, SESSION_REFUSED);\n', ''))
G('one-time: everything holds at the approval', 'H3', *ONE_DIES, (F,
  'if (!once_still_holds(sam, o, e)) {', 'if (false) {'),
  behind='a change ends the session at once')
G('one-time: approval is spent', 'RPL-1', *ONE_FIRST, (F,
  ' ||\n\t    !nonces_spend(sam->nonces, q.st.fresh, e)) {', ') {'))
F = 'answer_activate.c'
G('attributes of the closed set', 'C11', *FITS, (F,
  'if (b->kind == KIND_DTBSR ? b->attrs != 0 : !signed_attributes_are_offered(b->kind, b->attrs))', 'if (b->kind == KIND_DTBSR && b->attrs != 0)'))

F = 'issuer.c'
G('one-time: CA of exactly the profile', 'C11, C14', *ONE_CERT, (F,
  'return a->usage == ANCHOR_ISSUER && memcmp(a->profile, profile, PROFILE_LEN) == 0;', 'return a->usage == ANCHOR_ISSUER;'))
G('one-time: certificate valid now', 'C14', *ONE_CERT, ('once_certify.c',
  'if (now < cert.not_before || now >= cert.not_after)', 'if (false)'))
G('one-time: confirmed when the last signature is back', 'H3', *ONE_CONFIRMED, ('sam_trade.c',
  ' ||\n\t    onces_closing(sam->onces, c->settles_all ? NULL : c->signer);', ';'))
G('one-time: officers too are told when the last signature is back', 'H3', 'once', 'officers_are_answered_when_no_session_is_left_that_they_ended',
  ('enact_officers.c', '\ta->call->settles_all = true;\n', ''))

G('one-time: ends with its connection', 'DEL-6.3.2-05', 'once', 'a_session_ends_with_the_connection_that_opened_it',
  ('session.c', '\tsam->setup->trade->left(sam, number);\n', '\t(void)number;\n'))
PROOFS = ('revocation', 'no_proof_but_the_cas_own_destroys_a_key')
ABOUT = ('revocation', 'a_proof_destroys_the_key_of_its_certificate_alone')
REVOKED = ('revocation', 'the_cas_own_word_destroys_a_key_for_good')
PROFILE = ('revocation', 'a_key_of_a_profile_has_its_cas_alone')
F = 'issuer.c'
G('keys of a profile: its CAs alone', 'C11, C14', *PROFILE, (F,
  'return a->usage == ANCHOR_ISSUER && memcmp(a->profile, profile, PROFILE_LEN) == 0;', 'return a->usage == ANCHOR_ISSUER;'))
F = 'answer_revoked.c'
G('revoked: certificate is the key\'s', 'SRC_SKS.1.2', *ABOUT, (F, 'if (memcmp(hash, k->cert, HASH_LEN) != 0)', 'if (false)'))
G('revoked: not twice', '4.12', *REVOKED, (F, 'if (k.row->state == KEY_DESTROYED)', 'if (false)'))
F = '../der/crl.c'
G('CRL: signed by the anchor', 'SRC_SKS.1.2', *PROOFS, (F,
  'if (!certificate_is_signed_by(&cut, ca->alg, ca->spki))', 'if (false)'))
G('CRL: of this CA by name', 'SRC_SKS.1.2', *PROOFS, (F, 'return span_equal(issuer, ca->issuer) ||', 'return true ||'))
G('CRL: this serial number', 'SRC_SKS.1.2', *PROOFS, (F, 'if (span_equal(one, serial))', 'if (true)'))
G('CRL: revoked for good', '4.12', *PROOFS, (F, 'return revocation_is_final(reason.p[0]) ||', 'return true ||'))
F = '../der/ocsp.c'
G('OCSP: signed by the anchor or its responder', 'SRC_SKS.1.2', *PROOFS, (F,
  'if (certificate_is_signed_by(cut, ca->alg, ca->spki))', 'if (true)'))
G('OCSP: responder for this purpose', 'RFC 6960 4.2.2.2', *PROOFS, (F, 'if (oid_is(oid, OCSP_SIGNING))', 'if (true)'))
G('OCSP: responder valid now', 'RFC 6960 4.2.2.2', *PROOFS, (F,
  'if (c->is_ca || now < c->not_before || now > c->not_after)', 'if (c->is_ca)'))
G('OCSP: this serial number', 'SRC_SKS.1.2', *PROOFS, (F, 'span_equal(number, serial) &&', 'true &&'))
G('OCSP: of this CA by name', 'SRC_SKS.1.2', *PROOFS, (F, 'hash_is(name, old, ca->issuer) &&', 'true &&'))
G('OCSP: of this CA by key', 'SRC_SKS.1.2', *PROOFS, (F, ' && hash_is(key, old, bits);', ';'))
G('OCSP: revoked', '4.12', *PROOFS, (F, 'if (!der_is(in, DER_EXPLICIT(1)))', 'if (false)'),
  behind='the form of what revokes')
G('OCSP: revoked for good', '4.12', *PROOFS, (F, 'return revocation_is_final(reason) ||', 'return true ||'))
G('REVOKE_KEY by a registration officer', '1.3', 'revocation', 'a_registration_officer_revokes_a_key_and_nobody_else',
  ('sam_trade.c', '{ PURPOSE_REVOKE_KEY,\t\tBY_REGISTRATION,', '{ PURPOSE_REVOKE_KEY,\t\tBY_SIGNER,'))
G('REVOKE_KEY after a proposal', 'H1', 'revocation', 'a_registration_officer_revokes_a_key_and_nobody_else',
  ('sam_trade.c', '{ PURPOSE_REVOKE_KEY,\t\tBY_REGISTRATION,\t\tFRESH_PROPOSAL,', '{ PURPOSE_REVOKE_KEY,\t\tBY_REGISTRATION,\t\tFRESH_NONCE,'))

# --- identity providers: provider.c

TOKEN = ('idp', 'a_token_is_of_this_provider_client_person_statement_and_time')
SHOWN = ('idp', 'a_provider_alone_is_enough_at_scal2_only_if_it_showed_the_transaction')
VOUCHED = ('idp', 'a_provider_whose_key_nobody_vouches_for_is_not_enough_alone')
ONE_ACT = ('idp', 'a_token_counts_once_and_for_one_statement')
LINKED = ('idp', 'a_person_is_bound_by_a_token_and_the_code')
PROVIDER = ('idp', 'who_is_a_provider_two_security_officers_say')
RETIRED = ('idp', 'a_removed_keys_tokens_count_no_more')
F = 'provider.c'
G('a token\'s signature', 'row 17', *TOKEN, (F, 'if (!is_signed(&p, &c)) {', 'if (false) {'))
G('a key of the issuer that is linked', 'row 17, DLG-7', *ONE_ACT, (F, '!span_equal(p.issuer, want->issuer))', 'false)'))
G('algorithm of the anchor, in the header too', 'row 17, DLG-8', *TOKEN, (F, 'if (!is_text(said->alg, names[p->alg]))', 'if (false)'))
G('no keys and duties in the header', 'DLG-8', *TOKEN, (F, 'if (said->status == TOKEN_BAD_HEADER)', 'if (false)'))
G('claims are bounded JSON', 'row 20', *TOKEN, (F, 'if (said->status != TOKEN_READ)', 'if (false)'))
G('type of a token', 'DLG-8', *TOKEN, (F, '(said->flags & TOKEN_HAS_TYP) == 0 || is_text(said->typ, "JWT") ||', 'true ||'))
G('iss', 'row 17, DLG-5', *TOKEN, (F, 'if (!span_equal(said->iss, p->issuer))', 'if (false)'))
G('aud', 'row 17, DLG-5, C3', *TOKEN, (F, '!named || (said->aud_is_list', '(said->aud_is_list'))
G('azp of a list', 'DLG-5', *TOKEN, (F, '(said->aud_is_list && !azp) || ', ''))
G('azp', 'DLG-5', *TOKEN, (F, ' || (azp && !span_equal(said->azp, p->client)))', ')'))
G('nonce', 'row 17, DLG-4', *ONE_ACT, (F, 'if (!span_equal(said->nonce, nonce))', 'if (false)'))
G('sub', 'row 17, DLG-5', *TOKEN, (F, 'return want->sub.n == 0 || span_equal(said->sub, want->sub) ||', 'return true ||'))
G('a token of somebody', 'DLG-5', *LINKED, (F, 'said->sub.n == 0 || !text_is_clean(said->sub)', 'false'))
G('acr', 'row 17, DLG-3', *TOKEN, (F, 'if ((says->level = level_of(p, said->acr)) == 0)', 'if ((says->level = level_of(p, said->acr)) == 9)'))
G('exp of a token', 'DLG-5', *TOKEN, (F, 'said->exp == 0 || exp <= now || exp <= iat || said->exp - said->iat > PROVIDER_TOKEN_LIFE', 'false'))
G('iat of a token', 'DLG-5', *TOKEN, (F, 'iat > now + AHEAD_MS || iat + (uint64_t)p->max_age * 1000 < now', 'false'))
G('signed in after the statement', 'C3', *TOKEN, (F, ' || signed_in + 999 < st->iat)', ')'))
G('the transaction shown', 'DLG-6, C3', *SHOWN, (F, 'if (p->transaction.n > 0 && !span_equal(said->shown, nonce))', 'if (false)'))
G('assurance of the provider\'s key', 'DLG-2', *VOUCHED, (F, 'p->transaction.n > 0 && p->assurance != 0;', 'p->transaction.n > 0;'))
G('key of the algorithm\'s kind', 'DLG-8', *PROVIDER, (F, 'if (!key_fits(b->alg, b->key))', 'if (false)'))
G('an officer\'s key is no provider\'s', 'SRG_M.1.5', *PROVIDER, (F,
  'if (state_is_officer_key(s, b->key) || prints_has(s->prints, b->key))', 'if (false)'))
G('a provider\'s key once', 'DLG-1', *PROVIDER, (F, 'if (state_provider(s, id) != NULL)', 'if (false)'))
F = 'approval.c'
G('a token as a token', 'row 3', *ONE_ACT, (F, 'if (ev->type != EVIDENCE_PROVIDER)', 'if (false)'))
G('level of a token\'s acr', 'DLG-3', *SHOWN, (F, 'if (says.level < level)', 'if (false)'))
G('a provider that shows nothing is not alone', 'DLG-6, C3', *SHOWN, (F, 'stands || !p->approved->leans ||', 'true ||'))
G('REMOVE_PROVIDER by the security quorum', 'DLG-1', *PROVIDER, ('sam_trade.c',
  '{ PURPOSE_REMOVE_PROVIDER,\tBY_SECURITY_QUORUM,', '{ PURPOSE_REMOVE_PROVIDER,\tBY_REGISTRATION,'))

# --- an authentication module: grant.c, share.c, peer.c

GRANT = ('grant', 'a_grant_is_for_this_statement_signer_person_and_time')
BEFORE = ('grant', 'a_grant_from_before_the_statement_is_none')
CHANGED = ('grant', 'a_grant_with_any_byte_changed_is_none')
BORN = ('grant', 'a_key_that_was_born_with_a_module_is_not_used_without_it')
BIRTH = ('grant', 'a_key_with_a_share_is_made_with_its_share')
REQUESTED = ('grant', 'the_certificate_request_comes_from_the_record')
BOUND = ('grant', 'a_module_is_bound_by_its_own_grant_for_this_person')
PEER = ('grant', 'who_is_a_peer_two_security_officers_say')
GONE = ('grant', 'a_removed_peers_grants_count_no_more')
F = 'grant.c'
G('a grant\'s signature', 'row 13', *CHANGED, (F, 'if (!is_signed_by(s, link.p, evidence, e))', 'if (false)'))
G('a grant by a peer', 'C12', *GONE, (F, 'if (state_peer_key(s, PEER_MODULE, module, 0) == NULL)', 'if (false)'))
G('a grant for this group', 'row 13', *GRANT, (F, 'if (memcmp(g->group, s->group, GROUP_LEN) != 0)', 'if (false)'))
G('a grant by the authenticator\'s module', 'row 13', *GRANT, (F,
  'if (memcmp(g->module, link.p, GROUP_LEN) != 0 ||\n\t    memcmp', 'if (memcmp'))
G('a grant of the authenticator\'s person', 'row 13', *GRANT, (F,
  'link.p, GROUP_LEN) != 0 ||\n\t    memcmp(g->person, link.p + GROUP_LEN, ID_LEN) != 0)', 'link.p, GROUP_LEN) != 0)'))
G('a grant for this signer', 'row 13', *GRANT, (F, 'if (memcmp(g->signer, st->subject, ID_LEN) != 0)', 'if (false)'))
G('a grant for this statement', 'C10, row 13', *GRANT, (F, 'return memcmp(g->d, d, HASH_LEN) == 0 ||', 'return true ||'))
G('a grant that is not old', 'row 13', *GRANT, (F, 'now > g->time ? now - g->time > AWAY_MS :', 'now > g->time ? false :'))
G('a grant that is not of the future', 'row 13', *GRANT, (F, ': g->time - now > AWAY_MS)', ': false)'))
G('a grant that came after its statement', 'row 13', *BEFORE, (F,
  'return g->time >= st->iat || st->iat - g->time <= BEFORE_MS ||', 'return true ||'))
G('a grant of two factors for SCAL2', 'row 13, H11', *GRANT, (F, 'return out->level >= level ||', 'return true ||'))
F = 'approval.c'
G('evidence of an authentication module', 'row 13', 'grant', 'only_the_key_of_the_module_itself_signs_its_grants', (F,
  'if (ev->type != EVIDENCE_MODULE)\n\t\treturn does_not_verify(e);', ''),
  behind='each verifier reads its own form of evidence')
G('a key is used with the authenticator it was born with', 'C12', *BORN, (F,
  'if (with == NULL || memcmp(with, none, ID_LEN) == 0)', 'if (true)'))
F = 'share.c'
G('a share that opens', 'C12', *BIRTH, (F,
  'return err_why(e, ERR_DENIED, "share", "the share does not open: %s", why.text);', 'memset(out->bytes, 0, SHARE_LEN);'))
G('a share is there', 'C12', *BIRTH, (F, 'return err_why(e, ERR_DENIED, "share", "the grant brings no share of the key");', 'return true;'))
F = 'answer_activate.c'
G('the share before a use', 'C12', *GRANT, (F, ' ||\n\t    !share_opens(sam, &p, &s, &k, &approved, &share, e))', ')'))
G('the share is the key\'s', 'C12', *GRANT, (F, 'return share->n == 0 || seal_unwrapped(', 'return true || seal_unwrapped('))
G('no window for a key born with an authenticator', 'C12, L1-2', 'grant', 'no_window_is_opened_for_a_key_with_a_share',
  ('answer_window.c', 'if (!profile_is_none(k->record.with))', 'if (false)'))
F = 'enact_key.c'
G('with whom a key may be made', 'C12', *BIRTH, (F, 'if (!may_be_with(&s->record, b->with, e))', 'if (false)'))
G('the id of a new key is free', 'RPL-1', *CREATE, (F,
  'return index_find(sam->state->index, RECORD_KEY, id) == NULL ||', 'return true ||'), behind='a nonce is spent once')
G('no share stays in the log', 'C12', *REQUESTED, (F, 'shares_leave(&m->evidences);\n\treturn m;', 'return m;'))
F = 'enact_authenticator.c'
G('an authenticator that a key was made with stays', 'C12', *BOUND, (F,
  ' || !no_key_needs(sam, &s, b->authenticator, e))', ')'))
G('a new module\'s authenticator is of a peer', 'C12', *BOUND, (F,
  'if (a->type == EVIDENCE_MODULE && state_peer_key(', 'if (false && state_peer_key('), behind='the grant of a peer')
G('not the same person twice', 'i3: two evidences', *BOUND, (F,
  '(a->credential.n > 0 && span_equal(a->credential, new->credential)))', 'false)'))
F = 'peer.c'
G('kind of a peer', 'C12', *PEER, (F,
  'if (b->kind != (sam->setup->trade->kind == GROUP_SAM ? PEER_MODULE : PEER_SAM))', 'if (false)'))
G('a group is no peer of itself', 'C12', *PEER, (F, 'if (memcmp(b->peer, s->group, GROUP_LEN) == 0)', 'if (false)'))
G('an officer\'s key is no peer\'s', 'SRG_M.1.5', *PEER, (F, 'if (state_is_officer_key(s, b->key))', 'if (false)'))
G('a signing key is no peer\'s', 'SRG_M.1.5', *PEER, (F, 'if (prints_has(s->prints, b->key))', 'if (false)'))
G('a peer\'s key is on its curve', 'C12', *PEER, (F, 'if (!key_is_on_curve(b, e))', 'if (false)'))
G('a peer\'s key once', 'C12', *PEER, (F, 'if (state_peer(s, id) != NULL)\n\t\treturn err_why', 'if (false)\n\t\treturn err_why'))
G('only a peer is removed', 'C12', *PEER, (F, 'return state_peer(sam->state, st->remove_peer) != NULL ||', 'return true ||'))
G('REMOVE_PEER by the security quorum', 'SRG_M.1.6', *PEER, ('sam_trade.c',
  '{ PURPOSE_REMOVE_PEER,\t\tBY_SECURITY_QUORUM,', '{ PURPOSE_REMOVE_PEER,\t\tBY_REGISTRATION,'))

# --- the authentication module

A_ONE = ('auth', 'factors_are_for_one_statement_of_one_person_once')
A_PEER = ('auth', 'only_a_signers_act_at_a_peer_now_is_granted')
A_TEN = ('auth', 'a_pin_is_tried_ten_times_whatever_becomes_of_the_process')
A_CODES = ('auth', 'codes_count_for_themselves_and_come_once')
A_CHANGE = ('auth', 'factors_change_by_themselves_and_old_records_are_worth_nothing')
A_SET = ('auth', 'factors_are_set_by_the_code_once_and_as_its_owner_approved')
A_GONE = ('auth', 'who_is_dismissed_is_gone_for_ever')
A_ALL = ('auth', 'all_factors_are_needed')
A_KIND = ('auth', 'a_log_of_one_kind_is_none_of_the_other')
F = '../auth/attempt.c'
G('sealed factors are tried once', 'C10', *A_ONE, (F, 'if (seen_has(parts->seen, enc))', 'if (false)'))
G('factors of the act\'s person', 'C10', 'auth', A_CHANGE[1], (F,
  'if (of->person != NULL && memcmp(a->factors.person, of->person, ID_LEN) != 0)', 'if (false)'),
  behind='`enact_factors.c` finds no such person, or the record is of another')
G('the person is the statement\'s signer', 'C10', *A_PEER, (F,
  'memcmp(p.record.signer, of->signer, ID_LEN) != 0', 'false'))
G('the person is of the statement\'s SAM', 'C10', *A_PEER, (F,
  'memcmp(p.record.peer, of->peer, GROUP_LEN) != 0', 'false'))
G('only who is active', 'SRA_SAP.1.1', *A_GONE, (F, 'if (p.row->state != PERSON_ACTIVE)', 'if (false)'))
G('nobody who is locked', 'SRG_IA', *A_TEN, (F, 'if (person_is_locked(p.row))', 'if (false)'))
G('a missing factor is wrong', 'SRA_SAP.1.1', *A_ALL, (F,
  '((a->kinds & FACTOR_PIN) != 0 && a->factors.pin.n == 0)', 'false'),
  behind='an empty PIN is another one than the person\'s')
G('the code is compared', 'SRA_SAP.1.1', *A_CODES, (F, 'else if (!code_is_right(sam, a))', 'else if (false)'))
G('the PIN is compared', 'SRA_SAP.1.1', *A_TEN, (F,
  'same = CRYPTO_memcmp(out, a->verifier, sizeof(out)) == 0;', 'same = a != NULL;'))
F = '../auth/answer_grant.c'
G('grants for peers only', 'C10', *A_PEER, (F,
  'if (peer_sam(sam, st->group) == NULL)', 'if (false)'))
G('grants for acts of signers only', 'C10', *A_PEER, (F, 'if (!is_of_signers(st->purpose))', 'if (false)'))
G('statement of the future', 'row 10', *A_PEER, (F, 'st->iat > now + AHEAD_MS || ', ''))
G('statement expired', 'row 10', *A_PEER, (F, 'st->exp <= now || ', ''))
G('statement that lives too long', 'row 10', *A_PEER, (F, ' || st->exp - st->iat > LIFE_MAX_MS)', ')'))
F = '../auth/person_record.c'
G('person\'s record of the version in the log', 'EXT-1', *A_CHANGE, (F,
  'if (name.version != p->row->version)', 'if (false)'))
G('person\'s record of this person', 'EXT-1', *A_CHANGE, (F,
  'if (name.type != RECORD_PERSON || memcmp(name.id, id, ID_LEN) != 0)', 'if (false)'))
F = '../auth/enact_factors.c'
G('the code\'s owner approved these factors', 'C10', *A_SET, (F,
  'if (memcmp(hash, a->st.factors.sealed, sizeof(hash)) != 0)', 'if (false)'))
F = '../auth/trade.c'
G('the enrolment code is worth nothing twice', 'C4', *A_SET, (F,
  'if (p.row->state != PERSON_ADMITTED)', 'if (false)'))
G('two officers unlock', 'SRG_M.1.6', *A_TEN, (F,
  '{ PURPOSE_UNLOCK,\t\tBY_SECURITY_QUORUM,', '{ PURPOSE_UNLOCK,\t\tBY_REGISTRATION,'))
G('a registration officer dismisses', 'SRG_M.1.6', *A_GONE, (F,
  '{ PURPOSE_DISMISS,\t\tBY_REGISTRATION,', '{ PURPOSE_DISMISS,\t\tBY_SECURITY_QUORUM,'))
G('a log of another kind', 'C7', *A_KIND, ('start.c', 'if (g.kind != sam->setup->trade->kind)', 'if (false)'),
  behind='`fold_act.c` refuses the genesis')
