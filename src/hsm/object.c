/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of a token. */
#include "hsm/object.h"

CK_BBOOL object_yes = CK_TRUE, object_no = CK_FALSE;

bool
object_search(struct token *t, CK_ATTRIBUTE *attrs, size_t n_attrs, CK_OBJECT_HANDLE *found,
    size_t max, size_t *n, struct err *e)
{
	CK_ULONG got = 0, all = 0;
	bool fine = true;

	if (!GATE(t->gate, e, C_FindObjectsInit, t->session, attrs, n_attrs))
		return false;
	while (fine && all < max) {
		fine = GATE(t->gate, e, C_FindObjects, t->session, found + all, max - all, &got);
		if (!fine || got == 0)
			break;
		all += got;
	}
	if (!GATE(t->gate, e, C_FindObjectsFinal, t->session) || !fine)
		return false;
	*n = all;
	return true;
}

bool
object_only(struct token *t, CK_ATTRIBUTE *attrs, size_t n_attrs, const char *what,
    CK_OBJECT_HANDLE *object, struct err *e)
{
	CK_OBJECT_HANDLE found[2];
	size_t n;

	if (!object_search(t, attrs, n_attrs, found, COUNT(found), &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_MISSING, "no '%s' on token '%s': another token, or one whose "
		    "ceremony is not done", what, t->wanted);
	if (n > 1)
		return err_set(e, ERR_DENIED,
		    "'%s' is on token '%s' more than once: somebody with the PIN "
		    "put a second one there",
		    what, t->wanted);
	*object = found[0];
	return true;
}

bool
object_by_id(struct token *t, CK_OBJECT_CLASS class, const uint8_t id[OBJECT_ID_LEN],
    const char *what, CK_OBJECT_HANDLE *object, struct err *e)
{
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_CLASS, class), ATTR_BYTES(CKA_ID, id, OBJECT_ID_LEN) };

	return object_only(t, attrs, COUNT(attrs), what, object, e);
}

bool
object_by_label(struct token *t, CK_OBJECT_CLASS class, const char *label, CK_OBJECT_HANDLE *object,
    struct err *e)
{
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_CLASS, class), ATTR_BYTES(CKA_LABEL, label, strlen(label)) };

	return object_only(t, attrs, COUNT(attrs), label, object, e);
}

bool
object_is(struct token *t, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL value = CK_FALSE;
	CK_ATTRIBUTE attr = ATTR(type, value);
	struct err ignored = {0};

	return GATE(t->gate, &ignored, C_GetAttributeValue, t->session, object, &attr, 1) &&
	    attr.ulValueLen == sizeof(value) && value == CK_TRUE;
}

bool
object_destroy(struct token *t, CK_OBJECT_HANDLE object, struct err *e)
{
	return GATE(t->gate, e, C_DestroyObject, t->session, object);
}

/* 04 || x || y, as the standard says in an OCTET STRING, or bare as some modules have it. */
static bool
point_of(CK_ATTRIBUTE *attr, size_t len, struct span *point)
{
	const uint8_t *p = attr->pValue;

	if (attr->ulValueLen == len + 2 && p[0] == 0x04 && p[1] == len)
		*point = span_of(p + 2, len);
	else if (attr->ulValueLen == len)
		*point = span_of(p, len);
	else
		return false;
	return true;
}

static bool
ec_spki(struct token *t, CK_OBJECT_HANDLE object, enum key_kind kind, uint8_t *spki, struct err *e)
{
	uint8_t value[128];
	CK_ATTRIBUTE attr = ATTR(CKA_EC_POINT, value);
	struct span point;

	if (!GATE(t->gate, e, C_GetAttributeValue, t->session, object, &attr, 1))
		return false;
	if (!point_of(&attr, kind == KEY_P256 ? 65 : 97, &point))
		return err_why(e, ERR_BACKEND, "backend",
		    "the module gives a public point of %lu bytes", attr.ulValueLen);
	spki_from_point(kind, point, spki);
	return true;
}

static bool
rsa_spki(struct token *t, CK_OBJECT_HANDLE object, uint8_t *spki, struct err *e)
{
	uint8_t n[384], exponent[8];
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_MODULUS, n), ATTR(CKA_PUBLIC_EXPONENT, exponent) };
	static const uint8_t f4[] = { 1, 0, 1 };

	if (!GATE(t->gate, e, C_GetAttributeValue, t->session, object, attrs, COUNT(attrs)))
		return false;
	if (attrs[0].ulValueLen != sizeof(n) || attrs[1].ulValueLen != sizeof(f4) ||
	    memcmp(exponent, f4, sizeof(f4)) != 0)
		return err_why(
		    e, ERR_BACKEND, "backend", "the module made another RSA key than asked for");
	spki_from_modulus(span_of(n, sizeof(n)), spki);
	return true;
}

bool
object_spki(struct token *t, CK_OBJECT_HANDLE object, enum key_kind kind, uint8_t spki[SPKI_MAX],
    struct err *e)
{
	uint8_t made[SPKI_MAX];
	size_t n = object_alg(kind)->spki_len;

	if (!(kind == KEY_RSA3072 ? rsa_spki(t, object, made, e) : ec_spki(t, object, kind, made, e)) ||
	    !spki_check(kind, span_of(made, n), e))
		return false;
	memcpy(spki, made, n);
	return true;
}

const struct alg *
object_alg(enum key_kind kind)
{
	const struct alg *a;

	for (size_t i = 0; (a = alg_at(i)) != NULL; i++)
		if (a->kind == kind)
			return a;
	bug("a key kind without an algorithm");
}
