/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of a token: finding, attributes, public keys, destroying. For files of this folder. */
#ifndef HSM_OBJECT_H
#define HSM_OBJECT_H

#include "crypto/alg.h"
#include "hsm/session.h"

#define OBJECT_ID_LEN	16

/* Attribute rows of templates, over a variable that lives as long as the call. */
#define ATTR(type, variable)	{ (type), (void *)(uintptr_t)&(variable), sizeof(variable) }
#define ATTR_BYTES(type, p, n)	{ (type), (void *)(uintptr_t)(p), (n) }

extern CK_BBOOL object_yes, object_no;

#define ATTR_YES(type)		ATTR(type, object_yes)
#define ATTR_NO(type)		ATTR(type, object_no)

/* At most max handles; *n says how many. Slow with many token objects: not for the hot path. */
bool	object_search(struct token *, CK_ATTRIBUTE *, size_t n_attrs, CK_OBJECT_HANDLE *found,
	    size_t max, size_t *n, struct err *) MUST_USE;
/* Exactly one, or an error that names it: a twin is as bad as none. */
bool	object_only(struct token *, CK_ATTRIBUTE *, size_t n_attrs, const char *what,
	    CK_OBJECT_HANDLE *, struct err *) MUST_USE;
bool	object_by_id(struct token *, CK_OBJECT_CLASS, const uint8_t id[OBJECT_ID_LEN],
	    const char *what, CK_OBJECT_HANDLE *, struct err *) MUST_USE;
bool	object_by_label(struct token *, CK_OBJECT_CLASS, const char *label, CK_OBJECT_HANDLE *,
	    struct err *) MUST_USE;

/* A bool attribute; one that the module does not know counts as false. */
bool	object_is(struct token *, CK_OBJECT_HANDLE, CK_ATTRIBUTE_TYPE);
/* The spki of a public key object: alg->spki_len bytes, checked. */
bool	object_spki(struct token *, CK_OBJECT_HANDLE, enum key_kind, uint8_t spki[SPKI_MAX],
	    struct err *) MUST_USE;
bool	object_destroy(struct token *, CK_OBJECT_HANDLE, struct err *) MUST_USE;

/* One key pair of a kind; the templates come without the kind's own attributes. */
bool	object_make_pair(struct token *, enum key_kind, CK_ATTRIBUTE *pub, size_t n_pub,
	    CK_ATTRIBUTE *priv, size_t n_priv, CK_OBJECT_HANDLE made[2], struct err *) MUST_USE;
/* The kind's algorithm with the lowest number: for lengths that depend on the kind alone. */
const struct alg *object_alg(enum key_kind);
CK_KEY_TYPE object_key_type(enum key_kind);

/* Raw signature over a digest; sig has room for alg->signature_len bytes. Not verified here. */
bool	object_sign(struct token *, CK_OBJECT_HANDLE, const struct alg *, struct span digest,
	    uint8_t *sig, struct err *) MUST_USE;

#endif
