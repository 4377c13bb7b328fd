/* SPDX-License-Identifier: Apache-2.0 */
/* The authentication module, as the server sees it. */
#include "base/log.h"
#include "audit/genesis.h"
#include "ssa/module.h"
#include "statement/evidence.h"
#include "wire/enact.h"

#define KIND_AT	(4 + 8 + 32)	/* in a genesis: PROTOCOL.sam 6 */

bool
module_open(struct module *m, const struct config *c, struct err *e)
{
	m->genesis = writer_grow(GENESIS_BYTES_MAX);
	if (c->auth_socket[0] == '\0')
		return true;
	if (!genesis_file_read(c->auth_genesis, &m->genesis, m->id, e))
		return false;
	if (m->genesis.n <= KIND_AT || m->genesis.p[KIND_AT] != GROUP_AUTH)
		return err_set(e, ERR_FORMAT, "[auth] genesis: %s is not an authentication module's",
		    c->auth_genesis);
	return (m->sam = sam_open_as("the authentication module", c->auth_socket, c->deadline_ms, e)) != NULL;
}

void
module_stop(struct module *m)
{
	if (m->sam != NULL)
		sam_stop(m->sam);
}

void
module_close(struct module *m)
{
	sam_free(m->sam);
	writer_wipe(&m->genesis);
}

bool
module_is_link(const struct module *m, struct span attestation)
{
	return m->sam != NULL && attestation.n == MODULE_LINK_LEN &&
	    memcmp(attestation.p, m->id, HASH_LEN) == 0;
}

struct looking {
	const struct module	*module;
	struct module_link	*link;
};

static bool
link_seen(void *arg, const struct authenticator_row *a)
{
	struct looking *l = arg;

	if (a->type == EVIDENCE_MODULE && module_is_link(l->module, a->credential)) {
		memcpy(l->link->person, a->credential.p + HASH_LEN, 16);
		l->link->n++;
	}
	return true;
}

bool
module_links(struct ssa *s, const uint8_t account[16], struct module_link *link, struct err *e)
{
	struct looking l = { &s->module, link };

	*link = (struct module_link){ .n = 0 };
	return s->module.sam == NULL ||
	    s->store->ops->authenticators_of(s->store, account, link_seen, &l, e);
}

struct span
module_record(struct ssa *s, const uint8_t person[16])
{
	struct err ignored = { 0 };
	struct record r;

	return s->store->ops->record_get(s->store, RECORD_PERSON, person, &r, &ignored) ? r.sealed :
	    span_of("", 0);
}

void
module_record_keep(struct ssa *s, const uint8_t person[16], struct span record)
{
	struct err e = { 0 };

	if (record.n > 0 && !vault_records(s->vault, person, &record, 1, &e))
		log_warn("a person's record was not kept: %s", e.text);
}

/* The provider's name in our configuration: by it the page asks for a token. */
static void
issuer_write(const struct ways *w, struct span issuer)
{
	const struct idp_list *idps = &w->ssa->config.idps;

	emit_span(w->m, "issuer", issuer);
	for (size_t i = 0; i < idps->n; i++)
		if (span_equal(issuer, span_str(idps->idp[i].issuer)) && idps->idp[i].client_id[0] != '\0') {
			emit_text(w->m, "provider", idps->idp[i].name);
			return;
		}
}

void
module_way_write(const struct ways *w, const struct authenticator_row *a)
{
	struct emit *m = w->m;

	if (a->type == EVIDENCE_MODULE && a->credential.n == MODULE_LINK_LEN) {
		emit_hex(m, "module", span_of(a->credential.p, HASH_LEN));
		emit_hex(m, "person", span_of(a->credential.p + HASH_LEN, 16));
	} else if (a->type == EVIDENCE_PROVIDER) {
		issuer_write(w, a->credential);
	} else if (a->credential.n > 0) {
		emit_base64url(m, "credential", a->credential);
	}
}

void
module_with_write(struct emit *m, const struct key_row *k)
{
	static const uint8_t any[16];

	if (memcmp(k->with, any, sizeof(any)) != 0)
		emit_hex(m, "with", span_of(k->with, sizeof(k->with)));
}
