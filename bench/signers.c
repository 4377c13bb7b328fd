/* SPDX-License-Identifier: Apache-2.0 */
/* Signers of the trial. What is slow (key files, login) happens here, before anything is measured. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/key_file.h"
#include "cli/ssa.h"
#include "signers.h"

static bool
login(struct bench_signer *s, struct err *e)
{
	AUTO_JSON *answer = NULL;
	AUTO_SSA ssa = { 0 };
	const char *text;
	char path[PATH_LONG];

	profile_path(&s->profile, s->profile.login, path);
	if (!ssa_open(&ssa, s->profile.server, s->profile.cacert, e) ||
	    (s->login = key_open(path, span_of(NULL, 0), e)) == NULL ||
	    !ssa_login(&ssa, s->profile.signer, s->login, e) ||
	    (answer = ssa_post(&ssa, "/propria/v1/register", json_object(), e)) == NULL ||
	    !ssa_text(answer, "register", &text, e))
		return false;
	if ((s->token = strdup(ssa.token)) == NULL || (s->may_register = strdup(text)) == NULL)
		bug("out of memory");
	return true;
}

static bool
keys_known(struct bench_signer *s, struct err *e)
{
	struct known_key k;
	const char *id;
	json_t *ignored;

	json_object_foreach(s->profile.keys, id, ignored) {
		if (!profile_key(&s->profile, id, &k, e))
			return false;
		if (k.alg->kind == KEY_P256)
			s->p256 = k;
		else if (k.alg->kind == KEY_RSA3072)
			s->rsa = k;
	}
	return (s->p256.alg != NULL && s->rsa.alg != NULL) ||
	    err_set(e, ERR_MISSING, "a signer of the trial has not both kinds of keys");
}

static bool
approval_key(struct bench_signer *s, const char *passphrase_file, struct err *e)
{
	AUTO_WRITER passphrase = writer_grow(4096);
	char path[PATH_LONG];
	struct span text;

	profile_path(&s->profile, s->profile.approval, path);
	if (!file_read(passphrase_file, &passphrase, e))
		return false;
	text = writer_span(&passphrase);
	while (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	if ((s->key = key_file_open(path, text, e)) == NULL)
		return false;
	s->approve = EVP_PKEY_CTX_new_from_pkey(NULL, s->key, NULL);
	return (s->approve != NULL && EVP_PKEY_sign_init(s->approve) == 1) ||
	    err_set(e, ERR_BACKEND, "libcrypto cannot sign with an approval key");
}

bool
signer_open(struct bench_signer *s, const char *directory, const char *name,
    const char *passphrase_file, struct err *e)
{
	char home[PATH_LONG];

	snprintf(home, sizeof(home), "%s/%s/profile", directory, name);
	return profile_load(&s->profile, home, e) && keys_known(s, e) &&
	    approval_key(s, passphrase_file, e) && login(s, e);
}
