/* SPDX-License-Identifier: Apache-2.0 */
/* The report for `propria doctor`. */
#include "hsm/report.h"
#include "wire/hsm.h"

static const struct {
	CK_MECHANISM_TYPE	 mech;
	const char		*name;
	CK_FLAGS		 needed;
} used[] = {
	{ CKM_EC_KEY_PAIR_GEN, "EC_KEY_PAIR_GEN", CKF_GENERATE_KEY_PAIR },
	{ CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA_PKCS_KEY_PAIR_GEN", CKF_GENERATE_KEY_PAIR },
	{ CKM_ECDSA, "ECDSA", CKF_SIGN },
	{ CKM_RSA_PKCS, "RSA_PKCS", CKF_SIGN },
	{ CKM_RSA_PKCS_PSS, "RSA_PKCS_PSS", CKF_SIGN },
	{ CKM_SHA256_HMAC, "SHA256_HMAC", CKF_SIGN },
	{ CKM_AES_KEY_WRAP_PAD, "AES_KEY_WRAP_PAD", CKF_WRAP | CKF_UNWRAP },
	{ MECH_AES_KWP, "AES_KEY_WRAP_KWP", CKF_WRAP | CKF_UNWRAP },
};

static const struct {
	uint32_t	 flag;
	const char	*text;
} grants[] = {
	{ HSM_KEK_TRUSTED, "kek is trusted" },
	{ HSM_KEK_HAS_UNWRAP_TEMPLATE, "kek's unwrap template holds" },
	{ HSM_KEYS_WRAP_WITH_TRUSTED, "keys leave under trusted keys only" },
	{ HSM_KEK_NEVER_EXTRACTABLE, "kek was never extractable" },
};

static void
mechanisms(FILE *out, struct token *t)
{
	CK_MECHANISM_INFO info;
	struct err e = {0};

	for (size_t i = 0; i < COUNT(used); i++) {
		err_clear(&e);
		if (!GATE(t->gate, &e, C_GetMechanismInfo, t->slot, used[i].mech, &info))
			fprintf(out, "mechanism %s: no\n", used[i].name);
		else
			fprintf(out, "mechanism %s: %s\n", used[i].name,
			    (info.flags & used[i].needed) == used[i].needed ? "listed"
			    : "listed, but not for our use");
	}
}

void
report_token(FILE *out, struct token *t, const char *path)
{
	const CK_INFO *info = &t->gate->info;
	char model[sizeof(t->info.model) + 1];

	gate_text(t->info.model, sizeof(t->info.model), model);
	fprintf(out, "module: %s\nlibrary: %s\npkcs11: %u.%u\n", path, t->gate->library,
	    info->cryptokiVersion.major, info->cryptokiVersion.minor);
	fprintf(out, "token: %s\nserial: %s\nmodel: %s\n", t->wanted, t->serial, model);
	fprintf(out, "protection: %s\n", t->gate->quirk->software
	    ? "none, keys are files (software module)" : "as the vendor's certificate says");
	if (t->gate->quirk->note[0] != '\0')
		fprintf(out, "note: %s\n", t->gate->quirk->note);
	if (t->info.ulMaxSessionCount != CK_UNAVAILABLE_INFORMATION &&
	    t->info.ulMaxSessionCount != CK_EFFECTIVELY_INFINITE)
		fprintf(out, "sessions: at most %lu (each worker takes one or two)\n",
		    t->info.ulMaxSessionCount);
	mechanisms(out, t);
}

void
report_probe(FILE *out, const struct keys *k, const struct probe *p)
{
	const struct alg *alg;

	fprintf(out, "wrapping: 0x%lx\n", k->mech);
	for (size_t i = 0; i < COUNT(grants); i++)
		fprintf(out, "%s: %s\n", grants[i].text,
		    (p->flags & grants[i].flag) != 0 ? "yes" : "no");
	for (size_t i = 0; (alg = alg_at(i)) != NULL; i++) {
		bool works = false;

		for (size_t j = 0; j < p->n_algs; j++)
			works = works || p->algs[j] == alg->number;
		fprintf(out, "algorithm %s: %s\n", alg->name, works ? "works" : "not offered");
	}
}
