/* SPDX-License-Identifier: Apache-2.0 */
/* CSC info: csc-api 6. Empty lists stand where clients insist on a list. */
#include "crypto/alg.h"
#include "json/emit.h"
#include "ssa/api/info.h"
#include "ssa/api/route.h"

static const char *const methods[] = { "credentials/list", "credentials/info",
	"credentials/getChallenge", "credentials/authorize", "signatures/signHash" };

static void
algorithms_write(struct emit *m)
{
	const struct alg *a;

	emit_object(m, "signAlgorithms");
	emit_array(m, "algos");
	for (size_t i = 0; (a = alg_at(i)) != NULL; i++)
		emit_text(m, NULL, a->oid);
	emit_array_end(m);
	emit_array(m, "algoParams");	/* parallel to algos; "" where there are none */
	for (size_t i = 0; (a = alg_at(i)) != NULL; i++)
		emit_text(m, NULL, a->number == ALG_RSA3072_PSS_SHA256 ? PSS_SHA256_PARAMS : "");
	emit_array_end(m);
	emit_object_end(m);
}

static void
members_write(struct emit *m, const struct config *c, const char *base_url)
{
	emit_text(m, "specs", c->specs);
	emit_text(m, "name", c->name);
	emit_text(m, "logo", c->logo);
	emit_text(m, "region", c->region);
	emit_text(m, "lang", c->lang);
	emit_text(m, "description", c->description);
	emit_array(m, "authType");
	emit_text(m, NULL, "oauth2client");
	emit_array_end(m);
	emit_text(m, "oauth2", base_url);
	emit_array(m, "supportedHashTypes");
	emit_text(m, NULL, "dtbsr");
	emit_array_end(m);
	emit_flag(m, "asynchronousOperationMode", false);
	emit_flag(m, "validationInfo", false);
	emit_array(m, "methods");
	for (size_t i = 0; i < COUNT(methods); i++)
		emit_text(m, NULL, methods[i]);
	emit_array_end(m);
	algorithms_write(m);
	emit_object(m, "signature_formats");
	emit_array(m, "formats");
	emit_array_end(m);
	emit_array(m, "envelope_properties");
	emit_array_end(m);
	emit_object_end(m);
	emit_array(m, "conformance_levels");
	emit_array_end(m);
}

void
info_write(struct writer *w, const struct config *c, const char *base_url)
{
	struct emit m = emit_into(w);

	writer_reset(w);
	emit_object(&m, NULL);
	members_write(&m, c, base_url);
	emit_object_end(&m);
}

void
handle_info(struct call *c)
{
	c->x->status = 200;
	c->x->fixed = writer_span(&c->ssa->info);
}
