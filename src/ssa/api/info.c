/* SPDX-License-Identifier: Apache-2.0 */
/* CSC info: csc-api 6. Empty lists stand where clients insist on a list. */
#include <stdio.h>

#include "crypto/alg.h"
#include "json/emit.h"
#include "ssa/api/info.h"
#include "ssa/api/route.h"

/* Exactly the routes there are, so that no method is promised and none is hidden. */
static void
methods_write(struct emit *m, const struct config *c, unsigned version)
{
	const struct route *r;

	emit_array(m, "methods");
	for (size_t i = 0; (r = route_at(i)) != NULL; i++)
		if (route_version(r->path) == version && route_method(r) != NULL && route_is_offered(r, c))
			emit_text(m, NULL, route_method(r));
	emit_array_end(m);
}

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

/* csc-api 6: what both versions have. */
static void
members_write(struct emit *m, const struct config *c, const char *base_url, unsigned version)
{
	char oauth2[TEXT_MAX + 48];

	snprintf(oauth2, sizeof(oauth2), "%s%s", base_url, version == 1 ? "/csc/v1" : "");
	emit_text(m, "specs", version == 1 ? c->specs_v1 : c->specs);
	emit_text(m, "name", c->name);
	emit_text(m, "logo", c->logo);
	emit_text(m, "region", c->region);
	emit_text(m, "lang", c->lang);
	emit_text(m, "description", c->description);
	emit_array(m, "authType");
	emit_text(m, NULL, "oauth2code");
	emit_text(m, NULL, "oauth2client");
	if (c->basic)
		emit_text(m, NULL, "basic");
	emit_array_end(m);
	emit_text(m, "oauth2", oauth2);
	methods_write(m, c, version);
}

/* What signDoc makes. */
static void
formats_write(struct emit *m)
{
	emit_object(m, "signature_formats");
	emit_array(m, "formats");
	emit_text(m, NULL, "C");
	emit_text(m, NULL, "P");
	emit_array_end(m);
	emit_array(m, "envelope_properties");
	emit_array(m, NULL);
	emit_text(m, NULL, "Detached");
	emit_array_end(m);
	emit_array(m, NULL);
	emit_text(m, NULL, "Revision");
	emit_array_end(m);
	emit_array_end(m);
	emit_object_end(m);
	emit_array(m, "conformance_levels");
	emit_text(m, NULL, "AdES-B-B");
	emit_array_end(m);
}

static void
members_write_v2(struct emit *m, const struct config *c)
{
	bool once = ca_list_once(&c->cas, span_of("", 0)) != NULL;

	emit_flag(m, "supportsRar", true);
	emit_array(m, "supportedHashTypes");
	emit_text(m, NULL, "dtbsr");
	if (once)
		emit_text(m, NULL, "sodr");
	emit_array_end(m);
	emit_flag(m, "asynchronousOperationMode", false);
	emit_flag(m, "validationInfo", false);
	algorithms_write(m);
	formats_write(m);
}

void
info_write(struct writer *w, const struct config *c, const char *base_url, unsigned version)
{
	struct emit m = emit_into(w);

	writer_reset(w);
	emit_object(&m, NULL);
	members_write(&m, c, base_url, version);
	if (version == 2)
		members_write_v2(&m, c);
	emit_object_end(&m);
}

void
handle_info(struct call *c)
{
	c->x->status = 200;
	c->x->fixed = writer_span(&c->ssa->info[c->x->plain][call_version(c) - 1]);
}
