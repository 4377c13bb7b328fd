/* SPDX-License-Identifier: Apache-2.0 */
/* Signers' statements and their approvals. */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/encode.h"
#include "cli/sic.h"

void
approved_init(struct approved *a)
{
	a->statement = writer_grow(STATEMENT_MAX);
	a->evidences = writer_grow(EVIDENCES_BYTES_MAX);
}

void
approved_wipe(struct approved *a)
{
	if (a->statement.max > 0)
		writer_wipe(&a->statement);
	if (a->evidences.max > 0)
		writer_wipe(&a->evidences);
}

bool
sic_clock_agrees(uint64_t ours, uint64_t theirs, struct err *e)
{
	uint64_t off = ours > theirs ? ours - theirs : theirs - ours;

	return off <= SKEW_MS || err_exit(e, EXIT_FAILED, "this computer's clock is %llu s %s the "
	    "server's, and approvals carry the time: set the clock, then try again",
	    (unsigned long long)(off / 1000), ours > theirs ? "ahead of" : "behind");
}

bool
sic_challenge_read(const char *text, struct challenge *out, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(256);
	struct challenge c = { .life = 0 };
	struct reader r;

	if (!base64url_read(span_str(text), &bytes))
		return err_exit(e, EXIT_UNREACHABLE, "the server's challenge is not base64url");
	r = reader_over(writer_span(&bytes));
	if (!rd_bytes(&r, c.fresh, sizeof(c.fresh)) || !rd_u32(&r, &c.epoch) || !rd_u64(&r, &c.now) ||
	    !rd_end(&r))
		return err_exit(e, EXIT_UNREACHABLE, "the server's challenge has a wrong length");
	*out = c;
	return sic_clock_agrees(clock_wall(), c.now, e);
}

bool
sic_challenge_take(const json_t *j, const struct profile *p, struct challenge *out, struct err *e)
{
	AUTO_WRITER fresh = writer_grow(64);
	uint8_t group[HASH_LEN];
	uint64_t epoch, now;

	if (!ssa_base64url(j, "fresh", &fresh, e) || !ssa_number(j, "epoch", UINT32_MAX, &epoch, e) ||
	    !ssa_number(j, "now", INT64_MAX, &now, e) || !ssa_hex(j, "group", group, sizeof(group), e))
		return false;
	if (fresh.n != FRESH_LEN)
		return err_exit(e, EXIT_UNREACHABLE, "the server's challenge has a wrong length");
	if (memcmp(group, p->group, sizeof(group)) != 0)
		return err_exit(e, EXIT_REFUSED, "this server is of another group than the one you "
		    "enrolled in: do not go on before you know why");
	memcpy(out->fresh, fresh.p, FRESH_LEN);
	out->epoch = (uint32_t)epoch;
	out->now = now;
	out->life = 0;
	return sic_clock_agrees(clock_wall(), now, e);
}

bool
sic_challenge(struct ssa *s, const struct profile *p, uint16_t purpose, struct challenge *out,
    struct err *e)
{
	char signer[HEX_MAX(16)];
	AUTO_JSON *j = ssa_post(s, "/propria/v1/challenge", json_pack("{s:s,s:i}", "signer",
	    hex(span_of(p->signer, 16), signer), "purpose", (int)purpose), e);

	return j != NULL && sic_challenge_take(j, p, out, e);
}

bool
sic_statement(struct approved *a, struct statement *s, const struct profile *p,
    const struct challenge *c, uint64_t now, struct err *e)
{
	struct statement *again;
	bool good;

	memcpy(s->group, p->group, sizeof(s->group));
	memcpy(s->subject, p->signer, sizeof(s->subject));
	memcpy(s->fresh, c->fresh, sizeof(s->fresh));
	s->epoch = c->epoch;
	s->iat = now;
	s->exp = now + (c->life > 0 ? c->life : p->life > 0 && p->life < LIFE_MAX_MS ? p->life : LIFE_MAX_MS);
	writer_reset(&a->statement);
	statement_write(&a->statement, s);
	if ((again = malloc(sizeof(*again))) == NULL)
		bug("out of memory");
	good = writer_ok(&a->statement) && statement_read(writer_span(&a->statement), again, e);
	free(again);
	if (!good) {
		err_clear(e);
		return err_exit(e, EXIT_USAGE, "what you gave makes no statement: a text is too long, "
		    "or a file's name or text has characters that cannot be shown safely");
	}
	statement_digest(writer_span(&a->statement), a->d);
	return true;
}

bool
sic_approve(struct approved *a, const uint8_t authenticator[16], struct key *key, struct err *e)
{
	struct evidences list = { 0 };
	uint8_t sig[APPROVAL_LEN];

	if (!key_approve(key, a->d, sig, e))
		return false;
	if (!evidences_add(&list, EVIDENCE_DEVICE, authenticator, span_of(sig, sizeof(sig))))
		bug("one approval");
	writer_reset(&a->evidences);
	evidences_write(&a->evidences, &list);
	return writer_ok(&a->evidences) || err_set(e, ERR_BUG, "evidences");
}

bool
sic_approve_second(struct approved *a, const uint8_t authenticator[16], struct key *key,
    struct key *second, struct err *e)
{
	static const uint8_t zero[16];
	uint8_t by_first[APPROVAL_LEN], by_second[APPROVAL_LEN];
	struct evidences list = { 0 };

	if (!key_approve(key, a->d, by_first, e) || !key_approve(second, a->d, by_second, e))
		return false;
	if (!evidences_add(&list, EVIDENCE_DEVICE, zero, span_of(by_second, sizeof(by_second))) ||
	    !evidences_add(&list, EVIDENCE_DEVICE, authenticator, span_of(by_first, sizeof(by_first))))
		bug("two approvals");
	writer_reset(&a->evidences);
	evidences_write(&a->evidences, &list);
	return writer_ok(&a->evidences) || err_set(e, ERR_BUG, "evidences");
}

bool
sic_approve_bind(struct approved *a, struct key *key, const uint8_t code[CODE_LEN],
    const uint8_t group[32], struct err *e)
{
	static const uint8_t zero[16];
	uint8_t seed[32], by_code[APPROVAL_LEN], by_key[APPROVAL_LEN];
	struct evidences list = { 0 };

	if (!key_approve(key, a->d, by_key, e))
		return false;
	code_seed(code, group, seed);
	code_sign(seed, a->d, by_code);
	explicit_bzero(seed, sizeof(seed));
	if (!evidences_add(&list, EVIDENCE_DEVICE, zero, span_of(by_key, sizeof(by_key))) ||
	    !evidences_add(&list, EVIDENCE_CODE, zero, span_of(by_code, sizeof(by_code))))
		bug("two approvals");
	writer_reset(&a->evidences);
	evidences_write(&a->evidences, &list);
	return writer_ok(&a->evidences) || err_set(e, ERR_BUG, "evidences");
}

void
sic_package(const struct approved *a, struct writer *w)
{
	wr_span32(w, writer_span(&a->statement));
	wr_span32(w, writer_span(&a->evidences));
}

json_t *
sic_json(const struct approved *a)
{
	json_t *j = json_object();

	ssa_put_base64(j, "statement", writer_span(&a->statement));
	ssa_put_base64(j, "evidence", writer_span(&a->evidences));
	return j;
}
