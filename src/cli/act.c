/* SPDX-License-Identifier: Apache-2.0 */
/* Act files, and the statements in them. */
#include "cli/act.h"

static const uint16_t officers[] = {
	PURPOSE_INVITE, PURPOSE_SUSPEND, PURPOSE_REINSTATE, PURPOSE_CLOSE, PURPOSE_REVOKE_KEY, PURPOSE_ADD_ANCHOR,
	PURPOSE_REMOVE_ANCHOR, PURPOSE_ADD_OFFICER, PURPOSE_REMOVE_OFFICER, PURPOSE_SET_POLICY,
	PURPOSE_RESUME, PURPOSE_ADD_PEER, PURPOSE_REMOVE_PEER, PURPOSE_ADD_PROVIDER, PURPOSE_REMOVE_PROVIDER,
	PURPOSE_ADMIT, PURPOSE_UNLOCK, PURPOSE_DISMISS, PURPOSE_NEW_GRANT_KEY,
};

bool
act_is_officers(uint16_t purpose)
{
	for (size_t i = 0; i < COUNT(officers); i++)
		if (officers[i] == purpose)
			return true;
	return false;
}

bool
act_read(struct span bytes, struct act *a, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct span evidences;
	uint8_t magic[4];

	if (!rd_bytes(&r, magic, sizeof(magic)) || memcmp(magic, "PRX1", 4) != 0 ||
	    !rd_span32(&r, 1, STATEMENT_MAX, &a->bytes) ||
	    !rd_span32(&r, 0, EVIDENCES_BYTES_MAX, &evidences) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "this is no act file, or it is cut or damaged");
	memset(&a->evidences, 0, sizeof(a->evidences));
	if (!statement_read(a->bytes, &a->statement, e) ||
	    (evidences.n > 0 && !evidences_read(evidences, &a->evidences, e)))
		return false;
	if (!act_is_officers(a->statement.purpose))
		return err_set(e, ERR_DENIED, "this file holds an act of a signer, not of officers: "
		    "do not approve it, and ask who gave it to you");
	statement_digest(a->bytes, a->d);
	return true;
}

void
act_write(struct writer *w, const struct act *a)
{
	AUTO_WRITER evidences = writer_grow(EVIDENCES_BYTES_MAX);

	if (a->evidences.n > 0)
		evidences_write(&evidences, &a->evidences);
	wr_bytes(w, "PRX1", 4);
	wr_span32(w, a->bytes);
	wr_span32(w, writer_span(&evidences));
	if (!writer_ok(&evidences))
		w->bad = true;
}

void
act_body_digest(const struct statement *s, uint8_t digest[HASH_LEN])
{
	AUTO_WRITER body = writer_grow(STATEMENT_MAX);

	statement_body_write(&body, s);
	sha256(writer_span(&body), digest);
}

void
act_resume_fresh(const struct statement *s, uint8_t fresh[PROPOSAL_LEN])
{
	static const char tag[] = "propria-resume-v1";		/* with its zero byte */
	AUTO_WRITER body = writer_grow(256);
	struct span parts[2];

	statement_body_write(&body, s);
	parts[0] = span_of(tag, sizeof(tag));
	parts[1] = writer_span(&body);
	sha256_parts(parts, COUNT(parts), fresh);
}

void
act_statement_write(struct writer *w, struct statement *s, const uint8_t group[32], uint32_t epoch,
    const uint8_t proposal[PROPOSAL_LEN], uint64_t now, uint64_t exp)
{
	memcpy(s->group, group, sizeof(s->group));
	s->epoch = epoch;
	memset(s->fresh, 0, sizeof(s->fresh));
	if (s->purpose == PURPOSE_RESUME)
		act_resume_fresh(s, s->fresh);
	else
		memcpy(s->fresh, proposal, PROPOSAL_LEN);
	s->iat = now;
	s->exp = exp;
	statement_write(w, s);
}
