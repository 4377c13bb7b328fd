/* SPDX-License-Identifier: Apache-2.0 */
/* The authentication module's client. */
#include "audit/genesis.h"
#include "cli/command.h"
#include "cli/encode.h"
#include "cli/module.h"
#include "statement/grant.h"

#define PLAIN_LEN	256		/* PROTOCOL.sam 9.3 */

static bool
genesis_open(const struct module *m, const json_t *answer, struct writer *bytes, struct genesis *g,
    struct err *e)
{
	uint8_t found[HASH_LEN];

	if (!ssa_base64(answer, "genesis", bytes, e))
		return false;
	genesis_group(writer_span(bytes), found);
	if (memcmp(found, m->id, sizeof(found)) != 0)
		return err_exit(e, EXIT_REFUSED, "the server shows another authentication module than the one you "
		    "know: do not give it a PIN or code before you know why");
	if (!genesis_read(writer_span(bytes), g, e))
		return false;
	return g->kind == GROUP_AUTH || err_exit(e, EXIT_REFUSED, "this genesis is none of an authentication "
	    "module");
}

bool
module_take(struct module *m, const json_t *answer, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(GENESIS_MAX), attestation = writer_grow(1024);
	struct attested_factor a;
	struct genesis g;

	if (!genesis_open(m, answer, &bytes, &g, e) || !ssa_base64url(answer, "factorKey", &attestation, e))
		return false;
	if (!attestation_factor_read(writer_span(&attestation), g.attest, &a, e))
		return err_mark(e, EXIT_INVALID);
	if (memcmp(a.group, m->id, sizeof(a.group)) != 0)
		return err_exit(e, EXIT_INVALID, "the factor key is attested for another module: give no PIN or code");
	memcpy(m->key, a.key, sizeof(m->key));
	m->life = g.policy.statement_life;
	return true;
}

bool
module_open(struct module *m, struct ssa *s, const uint8_t id[HASH_LEN], const uint8_t person[16],
    struct err *e)
{
	AUTO_JSON *j = ssa_get(s, "/propria/v1/module", e);

	memcpy(m->id, id, sizeof(m->id));
	memcpy(m->person, person, sizeof(m->person));
	return j != NULL && module_take(m, j, e);
}

static bool
fits(const struct factors_given *f, struct err *e)
{
	const struct span pins[] = { f->pin, f->new_pin };

	for (size_t i = 0; i < COUNT(pins); i++)
		if (pins[i].n != 0 && (pins[i].n < 6 || pins[i].n > 64 || !text_is_clean(pins[i])))
			return err_exit(e, EXIT_USAGE, "a PIN has 6 to 64 letters or digits");
	for (size_t i = 0; i < f->code.n; i++)
		if (f->code.p[i] < '0' || f->code.p[i] > '9')
			return err_exit(e, EXIT_USAGE, "a code has digits alone");
	return f->code.n == 0 || (f->code.n >= 6 && f->code.n <= 8) ||
	    err_exit(e, EXIT_USAGE, "a code has 6 digits");
}

bool
module_seal(const struct module *m, const uint8_t bound[HASH_LEN], const struct factors_given *f,
    uint8_t out[SEALED_FACTORS_LEN], struct err *e)
{
	static const char tag[] = "propria-factor-v1";		/* without its zero byte */
	uint8_t plain[PLAIN_LEN] = { 0 }, info[sizeof(tag) - 1 + HASH_LEN];
	struct writer w = writer_over(plain, sizeof(plain));
	bool good;

	if (!fits(f, e))
		return false;
	memcpy(info, tag, sizeof(tag) - 1);
	memcpy(info + sizeof(tag) - 1, m->id, HASH_LEN);
	wr_bytes(&w, "PRF1", 4);
	wr_bytes(&w, bound, HASH_LEN);
	wr_bytes(&w, m->person, sizeof(m->person));
	wr_span8(&w, f->pin);
	wr_span8(&w, f->code);
	wr_span8(&w, f->new_pin);
	wr_span8(&w, f->new_seed);
	good = writer_ok(&w) && hpke_seal(span_of(m->key, sizeof(m->key)), span_of(info, sizeof(info)),
	    span_of(bound, HASH_LEN), span_of(plain, sizeof(plain)), out, e);
	explicit_bzero(plain, sizeof(plain));
	return good;
}

/* What it returns is the SAM's to judge; but that it is for this statement and person is seen here. */
bool
module_grant(const struct module *m, struct ssa *s, const struct approved *a,
    const struct factors_given *f, struct writer *grant, struct err *e)
{
	uint8_t sealed[SEALED_FACTORS_LEN];
	AUTO_JSON *answer = NULL;
	json_t *body = json_object();
	struct grant g;

	if (!module_seal(m, a->d, f, sealed, e)) {
		json_decref(body);
		return false;
	}
	ssa_put_base64(body, "statement", writer_span(&a->statement));
	ssa_put_base64(body, "sealed", span_of(sealed, sizeof(sealed)));
	if ((answer = ssa_post(s, "/propria/v1/module/grant", body, e)) == NULL ||
	    !ssa_base64(answer, "grant", grant, e))
		return false;
	return (grant_read(writer_span(grant), &g, e) && memcmp(g.d, a->d, HASH_LEN) == 0 &&
	    memcmp(g.person, m->person, 16) == 0 && memcmp(g.module, m->id, HASH_LEN) == 0) ||
	    err_exit(e, EXIT_INVALID, "what the authentication module returned is no grant for this");
}
