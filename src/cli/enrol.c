/* SPDX-License-Identifier: Apache-2.0 */
/* propria enrol: keys of one's own, bound to the signer by the code of a registration officer. */
#include <stdlib.h>
#include <sys/stat.h>

#include "audit/genesis.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/enrol.h"
#include "cli/file.h"
#include "cli/newcomer.h"

const struct option_row options_enrol[] = {
	{ "server", "URL", "the server, https://HOST[:PORT]" },
	{ "cacert", "FILE", "trust the CAs in this PEM file for the server's TLS" },
	{ "group", "HEX", "group id, as your registration officer gave it to you" },
	{ "signer", "ID", "your signer id" },
	{ "code-fd", "N", "read the enrolment code from descriptor N" },
	OPTION_HOME,
	OPTIONS_NEWCOMER,
	OPTION_NO_QR,
	{ "label", "TEXT", "a name for this authenticator (\"propria\")" },
	{ "key", "KEY", "approval key; a new file in the profile if not given" },
	{ "make-key", NULL, "make the key on the token; else it is there already" },
	OPTIONS_KEY_SECRETS,
	{ NULL, NULL, NULL },
};

#define APPROVAL_FILE	"approval.pem"
#define LOGIN_FILE	"login.pem"

bool
genesis_take(const json_t *answer, const uint8_t group[HASH_LEN], struct writer *bytes,
    uint64_t *life, struct err *e)
{
	uint8_t found[HASH_LEN];
	struct genesis g;

	if (!ssa_base64(answer, "genesis", bytes, e))
		return false;
	genesis_group(writer_span(bytes), found);
	if (memcmp(found, group, sizeof(found)) != 0)
		return err_exit(e, EXIT_REFUSED, "this server is not of the group that you named: the "
		    "group id is wrong, or the server is. Ask your registration officer, do not go on");
	if (!genesis_read(writer_span(bytes), &g, e))
		return false;
	*life = g.policy.statement_life;
	return true;
}

static bool
profile_begin(struct profile *p, struct call *c, struct err *e)
{
	const char *server, *key = option(c, "key"), *cacert = option(c, "cacert");
	char path[PATH_LONG], *absolute = cacert == NULL ? NULL : realpath(cacert, NULL);

	if ((server = option_needed(c, "server", e)) == NULL || option_needed(c, "group", e) == NULL ||
	    option_needed(c, "signer", e) == NULL ||
	    !option_hex(c, "group", p->group, sizeof(p->group), e) ||
	    !option_hex(c, "signer", p->signer, sizeof(p->signer), e) ||
	    !profile_place(p, option(c, "home"), e)) {
		free(absolute);
		return false;
	}
	p->cacert = absolute;
	if (cacert != NULL && absolute == NULL)
		return err_exit(e, EXIT_USAGE, "--cacert: there is no file %.80s", cacert);
	profile_path(p, "profile.json", path);
	if (file_exists(path))
		return err_set(e, ERR_NOT_NOW, "%.100s is a profile already: name another folder with "
		    "--home", p->dir);
	p->server = strdup(server);
	p->approval = strdup(key == NULL ? APPROVAL_FILE : key);
	p->login = strdup(LOGIN_FILE);
	p->keys = json_object();
	if (p->server == NULL || p->approval == NULL || p->login == NULL || p->keys == NULL)
		bug("out of memory");
	return true;
}

static struct key *
approval_key(struct profile *p, struct call *c, struct err *e)
{
	char path[PATH_LONG];

	profile_path(p, p->approval, path);
	if (key_is_on_token(path) ? option_is(c, "make-key") : !file_exists(path))
		return ask_new_key(c, path, e);
	return ask_key(c, path, e);
}

/* Never the approval key: whoever can log in as somebody must not be able to approve as them. */
static struct key *
login_key(const struct profile *p, const struct key *approval, struct err *e)
{
	AUTO(key) *key = NULL;
	char path[PATH_LONG];

	profile_path(p, p->login, path);
	if ((!file_exists(path) && !key_make_login(path, e)) ||
	    (key = key_open(path, span_of(NULL, 0), e)) == NULL)
		return NULL;
	if (approval != NULL && span_equal(key_spki(key), key_spki(approval))) {
		err_set(e, ERR_DENIED, "the login key and the approval key are one; they must differ");
		return NULL;
	}
	return TAKE(key);
}

static bool
invitation(struct ssa *s, const struct profile *p, uint32_t *version, struct err *e)
{
	char signer[HEX_MAX(16)];
	AUTO_JSON *j = ssa_post(s, "/propria/v1/invitation", json_pack("{s:s}", "signer",
	    hex(span_of(p->signer, 16), signer)), e);
	uint64_t number;

	if (j == NULL || !ssa_number(j, "version", UINT32_MAX, &number, e))
		return false;
	*version = (uint32_t)number;
	return true;
}

bool
enrol_statement(struct approved *a, const struct profile *p, const struct challenge *challenge,
    uint32_t from, const char *label, struct key *key, const uint8_t code[CODE_LEN], uint64_t now,
    struct err *e)
{
	struct statement s = { .purpose = PURPOSE_BIND };

	s.bind = (struct body_bind){ .from = from, .type = EVIDENCE_DEVICE,
		.protection = key_protection(key), .spki = key_spki(key), .label = span_str(label) };
	return sic_statement(a, &s, p, challenge, now, e) && sic_approve_bind(a, key, code, p->group, e);
}

/* An authenticator that is no key approves, and the code. */
static bool
newcomer_statement(struct newcomer *n, struct ssa *s, struct call *c, struct approved *a,
    const struct profile *p, const struct challenge *challenge, uint32_t from, const char *label,
    const uint8_t code[CODE_LEN], struct err *e)
{
	static const uint8_t zero[16];
	struct statement st = { .purpose = PURPOSE_BIND };
	uint8_t seed[32], by_code[APPROVAL_LEN];
	struct evidences list = { 0 };

	newcomer_body(n, label, &st.bind);
	st.bind.from = from;
	if (!sic_statement(a, &st, p, challenge, clock_wall(), e) || !newcomer_approve(n, s, c, a, &list, e))
		return false;
	code_seed(code, p->group, seed);
	code_sign(seed, a->d, by_code);
	explicit_bzero(seed, sizeof(seed));
	if (!evidences_add(&list, EVIDENCE_CODE, zero, span_of(by_code, sizeof(by_code))))
		bug("two approvals");
	writer_reset(&a->evidences);
	evidences_write(&a->evidences, &list);
	return writer_ok(&a->evidences) || err_set(e, ERR_BUG, "evidences");
}

static bool
bind(struct ssa *s, struct profile *p, struct call *c, struct key *key, struct newcomer *newcomer,
    const struct key *login, struct err *e)
{
	const char *label = option(c, "label") == NULL ? "propria" : option(c, "label");
	struct challenge challenge;
	uint8_t code[CODE_LEN];
	AUTO_APPROVED approved;
	AUTO_JSON *answer = NULL;
	uint32_t version;
	json_t *body;
	bool good;

	approved_init(&approved);
	if (!ask_enrolment_code(c, code, e) || !invitation(s, p, &version, e) ||
	    !sic_challenge(s, p, PURPOSE_BIND, &challenge, e))
		return false;
	good = key == NULL
	    ? newcomer_statement(newcomer, s, c, &approved, p, &challenge, version, label, code, e)
	    : enrol_statement(&approved, p, &challenge, version, label, key, code, clock_wall(), e);
	explicit_bzero(code, sizeof(code));
	if (!good)
		return false;
	body = sic_json(&approved);
	json_object_set_new(body, "login", ssa_login_jwk(login));
	return (answer = ssa_post_again(s, "/propria/v1/enrol", body, e)) != NULL &&
	    ssa_hex(answer, "authenticator", p->authenticator, sizeof(p->authenticator), e);
}

static bool
genesis_fetch(struct ssa *s, struct profile *p, struct writer *genesis, struct err *e)
{
	AUTO_JSON *j = ssa_get(s, "/propria/v1/genesis", e);

	return j != NULL && genesis_take(j, p->group, genesis, &p->life, e);
}

static void
tell(struct call *c, const struct profile *p)
{
	char id[HEX_MAX(16)];

	say(c, "Enrolled. Your profile is in %s; make a signing key with propria keys create.\n", p->dir);
	put_text(c, "home", p->dir);
	put_text(c, "signer", hex(span_of(p->signer, 16), id));
	put_text(c, "authenticator", hex(span_of(p->authenticator, 16), id));
}

/* What stands in the profile in the place of a key. */
static bool
newcomer_take(struct newcomer *n, struct ssa *s, struct profile *p, struct call *c, struct err *e)
{
	char where[128];

	if (option(c, "key") != NULL)
		return err_exit(e, EXIT_USAGE, "--key, --module, --idp: one at a time");
	if (!newcomer_open(n, s, c, e))
		return false;
	snprintf(where, sizeof(where), "%s%s", n->is_module ? APPROVAL_MODULE : APPROVAL_IDP,
	    n->is_module ? "" : n->idp);
	free(p->approval);
	if ((p->approval = strdup(where)) == NULL)
		bug("out of memory");
	p->has_module = n->is_module;
	memcpy(p->module, n->module.id, HASH_LEN);
	memcpy(p->person, n->module.person, 16);
	return true;
}

bool
command_enrol(struct call *c, struct err *e)
{
	AUTO_WRITER genesis = writer_grow(GENESIS_MAX);
	AUTO_PROFILE profile = { 0 };
	AUTO(key) *key = NULL, *login = NULL;
	AUTO_NEWCOMER newcomer = { 0 };
	AUTO_SSA ssa = { 0 };
	char path[PATH_LONG];

	if (!profile_begin(&profile, c, e) ||
	    !ssa_open(&ssa, profile.server, profile.cacert, e) ||
	    !genesis_fetch(&ssa, &profile, &genesis, e) || !profile_folder(&profile, e) ||
	    (newcomer_is_asked(c) ? !newcomer_take(&newcomer, &ssa, &profile, c, e)
	    : (key = approval_key(&profile, c, e)) == NULL) ||
	    (login = login_key(&profile, key, e)) == NULL)
		return false;
	profile_path(&profile, PROFILE_GENESIS, path);
	if (!file_write(path, 0644, writer_span(&genesis), e) ||
	    !bind(&ssa, &profile, c, key, &newcomer, login, e) || !profile_save(&profile, e))
		return false;
	tell(c, &profile);
	return true;
}
