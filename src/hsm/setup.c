/* SPDX-License-Identifier: Apache-2.0 */
/* The ceremony's objects. */
#include "base/clock.h"
#include "base/log.h"
#include "hsm/anchor.h"
#include "hsm/keys.h"
#include "hsm/setup.h"

#define OBJECTS_MAX	4096

static bool
is_ours(struct token *t, CK_OBJECT_HANDLE object)
{
	char label[1024];
	CK_ATTRIBUTE attr = ATTR(CKA_LABEL, label);
	struct err ignored = {0};
	size_t n = strlen(LABEL_PREFIX);

	return GATE(t->gate, &ignored, C_GetAttributeValue, t->session, object, &attr, 1) &&
	    attr.ulValueLen >= n && attr.ulValueLen <= sizeof(label) &&
	    memcmp(label, LABEL_PREFIX, n) == 0;
}

/* Token objects with a label of ours that this login can see. */
static bool
list_ours(struct token *t, CK_OBJECT_HANDLE *ours, size_t *n, struct err *e)
{
	CK_ATTRIBUTE attrs[] = { ATTR_YES(CKA_TOKEN) };
	size_t all, kept = 0;

	if (!object_search(t, attrs, COUNT(attrs), ours, OBJECTS_MAX, &all, e))
		return false;
	for (size_t i = 0; i < all; i++)
		if (is_ours(t, ours[i]))
			ours[kept++] = ours[i];
	*n = kept;
	return true;
}

static bool
token_is_free(struct token *t, struct err *e)
{
	CK_OBJECT_HANDLE ours[OBJECTS_MAX];
	size_t n;

	if (!list_ours(t, ours, &n, e))
		return false;
	return n == 0 || err_set(e, ERR_DENIED, "token '%s' carries %zu objects of a propria group: "
	    "another group lives on it, or a ceremony was cut short; it must be wiped first "
	    "(propria-hsm --wipe), which ends that group for ever", t->wanted, n);
}

/* What an unwrapped key must be, whatever the template of the call says. */
static CK_OBJECT_CLASS class_private = CKO_PRIVATE_KEY;
static CK_ATTRIBUTE unwrap_template[] = { ATTR(CKA_CLASS, class_private), ATTR_NO(CKA_TOKEN),
	ATTR_YES(CKA_PRIVATE), ATTR_YES(CKA_SENSITIVE), ATTR_NO(CKA_EXTRACTABLE), ATTR_YES(CKA_SIGN) };

static bool
make_kek(struct token *t, const uint8_t id[OBJECT_ID_LEN], struct err *e)
{
	CK_MECHANISM mech = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_ULONG len = 32;
	CK_OBJECT_HANDLE made;
	/* Public, as an officer can make no private objects; its value is sensitive all the same. */
	CK_ATTRIBUTE attrs[] = {ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, type),
	    ATTR(CKA_VALUE_LEN, len), ATTR_YES(CKA_TOKEN), ATTR_NO(CKA_PRIVATE),
	    ATTR_YES(CKA_TRUSTED), ATTR_YES(CKA_SENSITIVE), ATTR_NO(CKA_EXTRACTABLE),
	    ATTR_YES(CKA_WRAP), ATTR_YES(CKA_UNWRAP), ATTR_NO(CKA_ENCRYPT), ATTR_NO(CKA_DECRYPT),
	    ATTR_NO(CKA_SIGN), ATTR_NO(CKA_VERIFY), ATTR_NO(CKA_DERIVE),
	    ATTR_BYTES(CKA_ID, id, OBJECT_ID_LEN),
	    ATTR_BYTES(CKA_LABEL, LABEL_KEK, strlen(LABEL_KEK)),
	    ATTR(CKA_UNWRAP_TEMPLATE, unwrap_template)};

	return GATE(t->gate, e, C_GenerateKey, t->session, &mech, attrs, COUNT(attrs), &made);
}

static bool
make_hmac(struct token *t, const uint8_t id[OBJECT_ID_LEN], struct err *e)
{
	CK_MECHANISM mech = { CKM_GENERIC_SECRET_KEY_GEN, NULL, 0 };
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	CK_ULONG len = 32;
	CK_OBJECT_HANDLE made;
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, type),
		ATTR(CKA_VALUE_LEN, len), ATTR_YES(CKA_TOKEN), ATTR_YES(CKA_PRIVATE),
		ATTR_YES(CKA_SENSITIVE), ATTR_NO(CKA_EXTRACTABLE), ATTR_YES(CKA_SIGN),
		ATTR_NO(CKA_VERIFY), ATTR_NO(CKA_ENCRYPT), ATTR_NO(CKA_DECRYPT), ATTR_NO(CKA_WRAP),
		ATTR_NO(CKA_UNWRAP), ATTR_NO(CKA_DERIVE), ATTR_BYTES(CKA_ID, id, OBJECT_ID_LEN),
		ATTR_BYTES(CKA_LABEL, LABEL_HMAC, strlen(LABEL_HMAC)) };

	return GATE(t->gate, e, C_GenerateKey, t->session, &mech, attrs, COUNT(attrs), &made);
}

static bool
make_user_objects(struct token *t, struct setup_made *m, struct err *e)
{
	const struct alg *p256 = alg_find(ALG_ECDSA_P256_SHA256);
	struct token_key log, attestation;

	if (!make_hmac(t, m->hmac, e) ||
	    !token_key_make(t, p256, LABEL_LOG, &log, e) ||
	    !token_key_make(t, p256, LABEL_ATTESTATION, &attestation, e) ||
	    !anchor_make(t, e))
		return false;
	memcpy(m->log, log.spki, sizeof(m->log));
	memcpy(m->attestation, attestation.spki, sizeof(m->attestation));
	return true;
}

/* The user's PIN first: it shows whether the token is free, and that both PINs are right. */
static bool
make_all(struct token *t, struct span officer_pin, struct span pin, bool *began,
    struct setup_made *m, struct err *e)
{
	if (!token_login(t, pin, e) || !token_is_free(t, e) || !token_logout(t, e) ||
	    !token_login_officer(t, officer_pin, e))
		return false;
	*began = true;
	return make_kek(t, m->kek, e) && token_logout(t, e) && token_login(t, pin, e) &&
	    make_user_objects(t, m, e);
}

/* The module's randomness over the kernel's: ids that neither alone decides. */
static bool
random_id(struct token *t, uint8_t id[OBJECT_ID_LEN], struct err *e)
{
	uint8_t other[OBJECT_ID_LEN];

	if (!token_random(t, id, OBJECT_ID_LEN, e))
		return false;
	random_bytes(other, sizeof(other));
	for (size_t i = 0; i < OBJECT_ID_LEN; i++)
		id[i] ^= other[i];
	return true;
}

bool
setup_make(struct token *t, struct span officer_pin, struct span pin, struct setup_made *out,
    struct err *e)
{
	struct setup_made m;
	struct err cleaning = {0};
	bool began = false;
	size_t n;

	if (!random_id(t, m.kek, e) || !random_id(t, m.hmac, e))
		return false;
	if (!make_all(t, officer_pin, pin, &began, &m, e)) {
		(void)t->gate->f->C_Logout(t->session);
		if (began && !setup_wipe(t, officer_pin, pin, &n, &cleaning))
			log_warn("what was made so far is still on the token (--wipe): %s",
			    cleaning.text);
		return false;
	}
	*out = m;
	return true;
}

static bool
destroy_visible(struct token *t, size_t *gone, size_t *left, struct err *e)
{
	CK_OBJECT_HANDLE ours[OBJECTS_MAX];
	struct err ignored = {0};
	size_t n;

	if (!list_ours(t, ours, &n, e))
		return false;
	*left = 0;
	for (size_t i = 0; i < n; i++)
		*(object_destroy(t, ours[i], &ignored) ? gone : left) += 1;
	return true;
}

bool
setup_wipe(struct token *t, struct span officer_pin, struct span pin, size_t *n, struct err *e)
{
	size_t gone = 0, left_user, left;

	if (!token_login(t, pin, e) || !destroy_visible(t, &gone, &left_user, e) ||
	    !token_logout(t, e) || !token_login_officer(t, officer_pin, e) ||
	    !destroy_visible(t, &gone, &left, e) || !token_logout(t, e) || !token_login(t, pin, e) ||
	    !destroy_visible(t, &gone, &left, e))
		return false;
	*n = gone;
	return left == 0 || err_set(e, ERR_BACKEND, "%zu objects can't be destroyed: initialise the "
	    "token anew with the vendor's tool", left);
}
