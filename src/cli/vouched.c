/* SPDX-License-Identifier: Apache-2.0 */
/* Grants and ID tokens in receipts. */
#include <jansson.h>
#include <stdlib.h>

#include "cli/encode.h"
#include "cli/vouched.h"
#include "statement/grant.h"

#define PAYLOAD_MAX	12288		/* PROTOCOL.sam 2.6 */

bool
approval_is_vouched(const struct evidence *ev)
{
	return ev->type == EVIDENCE_MODULE || ev->type == EVIDENCE_PROVIDER;
}

static bool
grant_fits(struct span body, const struct receipt_facts *f)
{
	struct err ignored = { 0 };
	struct grant g;

	return grant_read(body, &g, &ignored) && memcmp(g.group, f->group, HASH_LEN) == 0 &&
	    memcmp(g.d, f->d, HASH_LEN) == 0 && memcmp(g.signer, f->statement.subject, 16) == 0;
}

/* What stands between the two dots. */
static bool
token_payload(struct span token, struct writer *out)
{
	const uint8_t *first = memchr(token.p, '.', token.n), *second;

	if (first == NULL)
		return false;
	first++;
	second = memchr(first, '.', token.n - (size_t)(first - token.p));
	return second != NULL && base64url_read(span_of(first, (size_t)(second - first)), out);
}

static bool
token_fits(struct span token, const struct receipt_facts *f)
{
	AUTO_WRITER payload = writer_grow(PAYLOAD_MAX);
	char *d = base64url_new(span_of(f->d, HASH_LEN));
	const char *nonce;
	json_t *j = NULL;
	bool good;

	if (token_payload(token, &payload))
		j = json_loadb((const char *)payload.p, payload.n, JSON_REJECT_DUPLICATES, NULL);
	nonce = json_string_value(json_object_get(j, "nonce"));
	good = nonce != NULL && strcmp(nonce, d) == 0;
	json_decref(j);
	free(d);
	return good;
}

bool
vouched_fits(const struct evidence *ev, const struct attested *by, const struct receipt_facts *f,
    struct err *e)
{
	bool module = ev->type == EVIDENCE_MODULE;

	if (by->spki.n != 0 || by->protection != (module ? PROTECTION_MODULE : PROTECTION_PROVIDER))
		return err_set(e, ERR_DENIED, "the approval is of another kind than the attested authenticator");
	return (module ? grant_fits(ev->body, f) : token_fits(ev->body, f)) ||
	    err_set(e, ERR_DENIED, "the %s in the receipt is for another approval", module ? "grant" : "token");
}
