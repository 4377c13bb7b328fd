/* SPDX-License-Identifier: Apache-2.0 */
/* The officers' desk: status, roster, reading, approving and enacting acts, and resuming. */
#include <ctype.h>
#include <stdlib.h>

#include "audit/tree.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/explain.h"
#include "cli/file.h"
#include "cli/log_source.h"
#include "cli/officer.h"
#include "cli/officer_page.h"
#include "cli/words.h"
#include "cli/words_module.h"
#include "webauthn/assertion.h"

const struct option_row options_officer_status[] = { OPTION_SOCKET, { NULL, NULL, NULL } };
const struct option_row options_officer_roster[] = { OPTION_SOCKET, { NULL, NULL, NULL } };

static const char *
state_name(uint8_t state)
{
	return state == SAM_OPEN ? "open" : state == SAM_CLOSED ? "closed" : "starting";
}

bool
command_officer_status(struct call *c, struct err *e)
{
	struct msg_status m;
	AUTO_SAM sam = { .fd = -1 };
	char text[HEX_MAX(GROUP_LEN)], when[TIME_TEXT];

	if (!sam_open(&sam, c, e) || !sam_status(&sam, &m, e))
		return false;
	say(c, "The SAM is %s. %.*s\n", state_name(m.state), (int)m.why.n, (const char *)m.why.p);
	say(c, "  group            %s\n", hex(span_of(m.group, GROUP_LEN), text));
	say(c, "  epoch            %u\n", m.epoch);
	say(c, "  log entries      %llu, anchored up to %llu\n", (unsigned long long)m.size,
	    (unsigned long long)m.anchored);
	say(c, "  signers, keys    %llu, %llu\n", (unsigned long long)m.signers,
	    (unsigned long long)m.keys);
	say(c, "  signed, refused  %llu, %llu\n", (unsigned long long)m.signed_count,
	    (unsigned long long)m.refused);
	say(c, "  workers          %u, busy %u\n", m.workers, m.busy);
	say(c, "  one-time keys    %u in stock, %u in open sessions\n", m.stock, m.sessions);
	say(c, "  its clock        %s\n", time_text(m.now, when));
	put_text(c, "state", state_name(m.state));
	put_span(c, "why", m.why);
	put_text(c, "group", text);
	put_number(c, "epoch", m.epoch);
	put_number(c, "size", m.size);
	put_number(c, "anchored", m.anchored);
	put_number(c, "room", m.room);
	put_number(c, "now", m.now);
	put_span(c, "version", m.version);
	put_number(c, "workers", m.workers);
	put_number(c, "busy", m.busy);
	put_number(c, "activations", m.activations);
	put_number(c, "stock", m.stock);
	put_number(c, "sessions", m.sessions);
	put_number(c, "signers", m.signers);
	put_number(c, "keys", m.keys);
	put_number(c, "signed", m.signed_count);
	put_number(c, "refused", m.refused);
	put_number(c, "follower", m.follower);
	return true;
}

static json_t *
officer_json(const struct roster_officer *o)
{
	char id[HEX_MAX(ID_LEN)], print[HEX_MAX(HASH_LEN)];
	uint8_t digest[HASH_LEN];

	sha256(o->spki, digest);
	return json_pack("{s:s,s:s,s:s%,s:s}", "id", hex(span_of(o->id, ID_LEN), id), "role",
	    role_name(o->role) == NULL ? "?" : role_name(o->role), "person",
	    (const char *)o->person.p, o->person.n, "key",
	    hex(span_of(digest, sizeof(digest)), print));
}

static json_t *
provider_json(const struct roster_provider *p, const char *id)
{
	char print[HEX_MAX(HASH_LEN)];
	uint8_t digest[HASH_LEN];
	json_t *acrs = json_object();

	sha256(p->key, digest);
	for (size_t i = 0; i < p->acrs; i++) {
		char acr[129];

		snprintf(acr, sizeof(acr), "%.*s", (int)p->acr[i].acr.n, (const char *)p->acr[i].acr.p);
		json_object_set_new(acrs, acr, json_integer(p->acr[i].level));
	}
	return json_pack("{s:s,s:s%,s:s%,s:s%,s:s,s:s,s:s%,s:i,s:o}", "id", id, "label", p->label.p, p->label.n,
	    "issuer", p->issuer.p, p->issuer.n, "client", p->client.p, p->client.n, "algorithm",
	    provider_alg_name(p->alg) == NULL ? "?" : provider_alg_name(p->alg), "key",
	    hex(span_of(digest, sizeof(digest)), print), "transaction", p->transaction.p, p->transaction.n,
	    "assurance", (int)p->assurance, "acr", acrs);
}

static json_t *
providers_print(struct call *c, const struct msg_roster *m)
{
	json_t *list = json_array();
	char id[HEX_MAX(32)];

	if (m->providers > 0)
		say(c, "Trusted identity providers\n");
	for (size_t i = 0; i < m->providers; i++) {
		const struct roster_provider *p = &m->provider[i];

		say(c, "  %s  %.*s: %.*s, as client %.*s, %s, %s\n", hex(span_of(p->id, 32), id), (int)p->label.n,
		    (const char *)p->label.p, (int)p->issuer.n, (const char *)p->issuer.p, (int)p->client.n,
		    (const char *)p->client.p, provider_alg_name(p->alg), p->transaction.n > 0
		    ? "shows what is approved" : "shows nothing");
		json_array_append_new(list, provider_json(p, id));
	}
	return list;
}

static void
roster_print(struct call *c, const struct msg_roster *m)
{
	json_t *officers = json_array(), *anchors = json_array(), *peers = json_array();
	char id[HEX_MAX(32)], policy[HEX_MAX(POLICY_LEN)];

	say(c, "Officers\n");
	for (size_t i = 0; i < m->officers; i++) {
		const struct roster_officer *o = &m->officer[i];

		say(c, "  %s  %-21s %.*s\n", hex(span_of(o->id, ID_LEN), id), role_name(o->role),
		    (int)o->person.n, (const char *)o->person.p);
		json_array_append_new(officers, officer_json(o));
	}
	say(c, "Trusted certification authorities\n");
	for (size_t i = 0; i < m->anchors; i++) {
		const struct roster_anchor *a = &m->anchor[i];
		char profile[17];

		snprintf(profile, sizeof(profile), "%.16s", (const char *)a->profile);
		say(c, "  %s  %.*s%s%s\n", hex(span_of(a->id, 32), id), (int)a->label.n,
		    (const char *)a->label.p, *profile == '\0' ? "" : ", for keys of profile ", profile);
		json_array_append_new(anchors, json_pack("{s:s,s:s%,s:s}", "id", id, "label",
		    (const char *)a->label.p, a->label.n, "profile", profile));
	}
	if (m->peers > 0)
		say(c, "Trusted modules\n");
	for (size_t i = 0; i < m->peers; i++) {
		const struct roster_peer *p = &m->peer[i];
		char group[HEX_MAX(GROUP_LEN)];

		say(c, "  %s  %.*s, %s\n", hex(span_of(p->id, 32), id), (int)p->label.n,
		    (const char *)p->label.p, peer_kind_name(p->kind) == NULL ? "?" : peer_kind_name(p->kind));
		json_array_append_new(peers, json_pack("{s:s,s:i,s:s,s:s%}", "id", id, "kind", (int)p->kind,
		    "group", hex(span_of(p->peer, GROUP_LEN), group), "label", (const char *)p->label.p,
		    p->label.n));
	}
	put_json(c, "officers", officers);
	put_json(c, "peers", peers);
	put_json(c, "providers", providers_print(c, m));
	put_json(c, "anchors", anchors);
	put_text(c, "policy", hex(span_of(m->policy, POLICY_LEN), policy));
	if (!c->json) {
		fprintf(c->out, "Policy\n");
		words_policy(c->out, m->policy);
	}
}

bool
command_officer_roster(struct call *c, struct err *e)
{
	struct msg_roster m;
	AUTO_SAM sam = { .fd = -1 };

	if (!sam_open(&sam, c, e) || !sam_roster(&sam, &m, e))
		return false;
	roster_print(c, &m);
	return true;
}

#define OPTION_SOCKET_MAYBE \
	{ "socket", "PATH", "ask the SAM there for names and ids of officers" }

const struct option_row options_officer_show[] = { OPTION_SOCKET_MAYBE, { NULL, NULL, NULL } };

/* The roster, if a socket is named: an act can be read and approved on a machine without one. */
static bool
roster_maybe(struct call *c, struct sam *sam, struct msg_roster *m, bool *have, struct err *e)
{
	*have = option(c, "socket") != NULL;
	return !*have || (sam_open(sam, c, e) && sam_roster(sam, m, e));
}

/* Of a passkey's approval the SAM alone knows the page it must be from. */
static bool
approval_holds(const struct evidence *ev, const uint8_t d[HASH_LEN], struct span spki)
{
	return ev->type == EVIDENCE_PASSKEY ? assertion_answers(ev->body, d, spki, NULL)
					    : evidence_verify(ev, d, spki);
}

static void
approvals_print(struct call *c, const struct act *a, const struct msg_roster *roster)
{
	json_t *list = json_array();
	char id[HEX_MAX(16)];

	for (size_t i = 0; i < a->evidences.n; i++) {
		const struct evidence *ev = &a->evidences.list[i];
		const struct roster_officer *o = roster_find(roster, ev->id);

		hex(span_of(ev->id, 16), id);
		say(c, "  approval         %s%s%.*s%s\n", id, o == NULL ? "" : " ",
		    o == NULL ? 0 : (int)o->person.n, o == NULL ? "" : (const char *)o->person.p,
		    o == NULL ? "" : approval_holds(ev, a->d, o->spki) ? "" : ": DOES NOT VERIFY");
		json_array_append_new(list, json_string(id));
	}
	put_json(c, "approvals", list);
}

static bool
act_open(struct call *c, struct writer *bytes, struct act *a, struct err *e)
{
	*bytes = writer_grow(ACT_MAX);
	if (!file_read(c->operand[0], bytes, e) || !act_read(writer_span(bytes), a, e)) {
		e->reason[0] = '\0';
		return false;
	}
	return true;
}

bool
command_officer_show(struct call *c, struct err *e)
{
	AUTO_SAM sam = { .fd = -1 };
	AUTO_WRITER bytes = { 0 };
	struct msg_roster roster;
	struct act a;
	bool have;

	if (!act_open(c, &bytes, &a, e) || !roster_maybe(c, &sam, &roster, &have, e))
		return false;
	officer_words(c, &a.statement, have ? &roster : NULL);
	approvals_print(c, &a, have ? &roster : NULL);
	return true;
}

const struct option_row options_officer_approve[] = {
	{ "key", "KEY", "your key: a file, or pkcs11:MODULE:TOKEN:LABEL" },
	OPTION_SOCKET_MAYBE,
	{ "officer", "ID", "your id in the roster, where there is no socket" },
	{ "group", "HEX", "refuse acts of other groups" },
	{ "out", "FILE", "write the act here; else in place" },
	{ "qr", NULL, "take approvals that officers give on the Approve page with their passkeys" },
	{ "server", "URL", "with --qr: the server, https://HOST[:PORT]" },
	{ "cacert", "FILE", "with --qr: trust the CAs in this PEM file for the server's TLS" },
	{ "no-qr", NULL, "with --qr: show the link alone" },
	{ "yes", NULL, "do not ask: the words were read elsewhere" },
	OPTIONS_KEY_SECRETS,
	{ NULL, NULL, NULL },
};

static bool
group_fits(struct call *c, const struct act *a, struct err *e)
{
	uint8_t pin[GROUP_LEN];

	memcpy(pin, a->statement.group, sizeof(pin));
	return option_hex(c, "group", pin, sizeof(pin), e) &&
	    (memcmp(pin, a->statement.group, sizeof(pin)) == 0 ||
	    err_set(e, ERR_DENIED, "this act is for another group than the one you named: "
	    "do not approve it, and ask who gave it to you"));
}

static bool
approved(struct call *c, const struct act *a)
{
	say(c, "Approved; %zu approvals are in the act.\n", a->evidences.n);
	put_number(c, "count", a->evidences.n);
	return true;
}

/* Whoever reaches the server can leave approvals there: the roster tells which are any officer's. */
static bool
approve_on_page(struct call *c, struct err *e)
{
	const char *out = option(c, "out");
	AUTO_SAM sam = { .fd = -1 };
	AUTO_WRITER bytes = { 0 };
	struct msg_roster roster;
	struct act a;
	bool have;

	if (option(c, "key") != NULL || option(c, "officer") != NULL)
		return err_exit(e, EXIT_USAGE, "with --qr passkeys approve: --key and --officer are not for it");
	if (option_needed(c, "socket", e) == NULL || option_needed(c, "server", e) == NULL ||
	    !act_open(c, &bytes, &a, e) || !group_fits(c, &a, e) || !roster_maybe(c, &sam, &roster, &have, e))
		return false;
	officer_words(c, &a.statement, &roster);
	approvals_print(c, &a, &roster);
	return officer_page_gather(c, &a, &roster, out == NULL ? c->operand[0] : out, e) && approved(c, &a);
}

bool
command_officer_approve(struct call *c, struct err *e)
{
	const char *where, *out = option(c, "out");
	uint8_t id[16], sig[APPROVAL_LEN];
	AUTO_SAM sam = { .fd = -1 };
	AUTO_WRITER bytes = { 0 };
	struct msg_roster roster;
	AUTO(key) *key = NULL;
	struct act a;
	bool have;

	if (option_is(c, "qr"))
		return approve_on_page(c, e);
	if ((where = option_needed(c, "key", e)) == NULL ||
	    !option_hex(c, "officer", id, sizeof(id), e) || !act_open(c, &bytes, &a, e) ||
	    !group_fits(c, &a, e) || !roster_maybe(c, &sam, &roster, &have, e))
		return false;
	officer_words(c, &a.statement, have ? &roster : NULL);
	approvals_print(c, &a, have ? &roster : NULL);
	if ((!option_is(c, "yes") && !confirm(c, "approve", e)) || (key = ask_key(c, where, e)) == NULL ||
	    !officer_approve(&a, have ? &roster : NULL, option(c, "officer") == NULL ? NULL : id, key,
	    sig, e) || !officer_act_save(out == NULL ? c->operand[0] : out, &a, e))
		return false;
	return approved(c, &a);
}

const struct option_row options_officer_enact[] = { OPTION_SOCKET, { NULL, NULL, NULL } };

bool
command_officer_enact(struct call *c, struct err *e)
{
	AUTO_WRITER evidences = writer_grow(EVIDENCES_BYTES_MAX);
	struct msg_enacted enacted;
	AUTO_SAM sam = { .fd = -1 };
	AUTO_WRITER bytes = { 0 };
	struct act a;

	if (!act_open(c, &bytes, &a, e))
		return false;
	if (a.evidences.n == 0)
		return err_set(e, ERR_DENIED, "nobody has approved this act yet: propria officer "
		    "approve does");
	evidences_write(&evidences, &a.evidences);
	if (!sam_open(&sam, c, e) ||
	    !sam_enact(&sam, a.bytes, writer_span(&evidences), &enacted, e))
		return false;
	officer_enacted(c, &enacted);
	return true;
}

const struct option_row options_officer_resume[] = {
	{ "anchor-root", "HEX", "root that the anchor names, if the SAM's reason does not say it" },
	{ "anchor-size", "N", "log size that the anchor names, if the SAM's status does not say it" },
	OPTIONS_ACT,
	{ NULL, NULL, NULL },
};

/* The anchor in the SAM's reason for being closed: "epoch 1, size 40, root" and 64 digits. */
static bool
anchor_in_words(struct span why, struct body_resume *b)
{
	char text[256], root[65];
	const char *at;
	unsigned long long size;

	snprintf(text, sizeof(text), "%.*s", (int)why.n, (const char *)why.p);
	if ((at = strstr(text, "(epoch ")) == NULL ||
	    sscanf(at, "(epoch %u, size %llu, root %64[0-9a-f]", &b->epoch, &size, root) != 3)
		return false;
	b->size = size;
	return hex_typed(root, b->root, sizeof(b->root));
}

static bool
grow_tree(void *tree, const struct entry *entry UNUSED, struct span bytes, struct err *e UNUSED)
{
	uint8_t leaf[HASH_LEN];

	tree_leaf(bytes, leaf);
	tree_append(tree, leaf, NULL);
	return true;
}

/* Of the log that is there, entry by entry: the last signed head may be older. */
static bool
log_root(struct call *c, struct body_resume *b, struct err *e)
{
	struct tree *tree = malloc(sizeof(*tree));
	bool good;

	if (tree == NULL)
		bug("out of memory");
	tree_init(tree);
	good = log_walk_sam(c, grow_tree, tree, e);
	b->log_size = tree->size;
	tree_root(tree, b->log_root);
	free(tree);
	return good;
}

static bool
resume_body(struct officer_act *o, struct call *c, struct body_resume *b, struct err *e)
{
	b->epoch = o->status.epoch;
	b->size = o->status.anchored;
	if (!anchor_in_words(o->status.why, b) && option(c, "anchor-root") == NULL)
		return err_exit(e, EXIT_USAGE, "the SAM does not say the anchor's root: give --anchor-root "
		    "and --anchor-size, as they are in the object \"propria anchor\" on the token");
	if (!option_number(c, "anchor-size", 1, UINT64_MAX, &b->size, e))
		return false;
	return option_hex(c, "anchor-root", b->root, sizeof(b->root), e) && log_root(c, b, e);
}

bool
command_officer_resume(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_RESUME };
	struct msg_enacted enacted;
	AUTO_OFFICER o = { 0 };
	bool done;

	if (!officer_begin(&o, c, e))
		return false;
	if (o.status.state != SAM_CLOSED)
		return err_set(e, ERR_NOT_NOW, "the SAM is %s: there is nothing to resume",
		    state_name(o.status.state));
	return resume_body(&o, c, &s.resume, e) && officer_act(&o, c, &s, &done, &enacted, e);
}
