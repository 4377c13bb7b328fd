/* SPDX-License-Identifier: Apache-2.0 */
/* Attestation objects: none, packed, tpm. Each statement's own signature is verified here. */
#include "cbor/cbor.h"
#include "webauthn/attestation.h"
#include "webauthn/client_data.h"
#include "webauthn/tpm.h"

#define CERTIFICATES_MAX	8
#define LEAF_BYTES_MAX		4096

struct att_stmt {			/* members of attStmt; empty spans: not there */
	int64_t		alg;
	struct span	sig, leaf, ver, cert_info, pub_area;
	unsigned	seen;
};
enum { SEEN_ALG = 1, SEEN_SIG = 2, SEEN_X5C = 4, SEEN_VER = 8, SEEN_CERT_INFO = 16,
	SEEN_PUB_AREA = 32 };

struct object {
	struct span	fmt, data;
	struct att_stmt	stmt;
};

/* Only the first certificate is looked at; the others must be there in form. */
static bool
x5c_read(struct reader *r, struct span *leaf)
{
	struct span rest;
	size_t n;

	if (!cbor_array(r, CERTIFICATES_MAX, &n) || n == 0 || !cbor_bytes(r, 1, LEAF_BYTES_MAX, leaf))
		return false;
	for (size_t i = 1; i < n; i++)
		if (!cbor_bytes(r, 1, LEAF_BYTES_MAX, &rest))
			return false;
	return true;
}

static bool
stmt_member_read(struct reader *r, struct att_stmt *s)
{
	struct span name;
	unsigned now;
	bool good;

	if (!cbor_text(r, 1, 16, &name))
		return false;
	if (span_equal(name, span_str("alg"))) {
		now = SEEN_ALG;
		good = cbor_int(r, &s->alg);
	} else if (span_equal(name, span_str("sig"))) {
		now = SEEN_SIG;
		good = cbor_bytes(r, 1, 512, &s->sig);
	} else if (span_equal(name, span_str("x5c"))) {
		now = SEEN_X5C;
		good = x5c_read(r, &s->leaf);
	} else if (span_equal(name, span_str("ver"))) {
		now = SEEN_VER;
		good = cbor_text(r, 1, 16, &s->ver);
	} else if (span_equal(name, span_str("certInfo"))) {
		now = SEEN_CERT_INFO;
		good = cbor_bytes(r, 1, 1024, &s->cert_info);
	} else if (span_equal(name, span_str("pubArea"))) {
		now = SEEN_PUB_AREA;
		good = cbor_bytes(r, 1, 1024, &s->pub_area);
	} else {
		return false;
	}
	good = good && (s->seen & now) == 0;
	s->seen |= now;
	return good;
}

static bool
stmt_read(struct reader *r, struct att_stmt *s)
{
	size_t n;

	if (!cbor_map(r, 6, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!stmt_member_read(r, s))
			return false;
	return true;
}

/* Exactly fmt, attStmt and authData, each once. */
static bool
object_read(struct span bytes, struct object *o)
{
	struct reader r = reader_over(bytes);
	unsigned seen = 0, now;
	struct span name;
	size_t n;

	*o = (struct object){ .stmt = { .seen = 0 } };
	if (bytes.n > ATTESTATION_MAX || !cbor_map(&r, 3, &n) || n != 3)
		return false;
	for (size_t i = 0; i < n; i++, seen |= now) {
		if (!cbor_text(&r, 1, 16, &name))
			return false;
		if (span_equal(name, span_str("fmt")) && cbor_text(&r, 1, 32, &o->fmt))
			now = 1;
		else if (span_equal(name, span_str("attStmt")) && stmt_read(&r, &o->stmt))
			now = 2;
		else if (span_equal(name, span_str("authData")) &&
		    cbor_bytes(&r, AUTHENTICATOR_DATA_MIN, AUTHENTICATOR_DATA_MAX, &o->data))
			now = 4;
		else
			return false;
		if ((seen & now) != 0)
			return false;
	}
	return rd_end(&r);
}

static bool
does_not_verify(struct err *e)
{
	return err_why(e, ERR_DENIED, "auth", "passkey: its attestation does not verify");
}

/* The algorithm named is the key's: one key, one algorithm. */
static bool
alg_is_of(int64_t alg, struct span spki)
{
	enum passkey_kind kind;

	return passkey_kind(spki, &kind) && ((kind == PASSKEY_ES256 && alg == COSE_ES256) ||
	    (kind == PASSKEY_EDDSA && alg == COSE_EDDSA) || (kind == PASSKEY_RS256 && alg == COSE_RS256));
}

static bool
leaf_fits(const struct object *o, struct registration *reg)
{
	return leaf_read(o->stmt.leaf, &reg->leaf) && !reg->leaf.is_ca &&
	    alg_is_of(o->stmt.alg, reg->leaf.spki) && (reg->leaf.aaguid.n == 0 ||
	    span_equal(reg->leaf.aaguid, span_of(reg->data.aaguid, sizeof(reg->data.aaguid))));
}

static bool
packed_holds(const struct object *o, const uint8_t client_hash[HASH_LEN], struct registration *reg)
{
	struct span message[] = { o->data, { client_hash, HASH_LEN } };
	struct span key = span_of(reg->data.key.spki, reg->data.key.spki_len);

	if (o->stmt.seen == (SEEN_ALG | SEEN_SIG)) {
		reg->kind = ATTESTATION_SELF;
		return o->stmt.alg == reg->data.key.alg &&
		    passkey_signed(key, message, COUNT(message), o->stmt.sig);
	}
	reg->kind = ATTESTATION_CERTIFICATE;
	return o->stmt.seen == (SEEN_ALG | SEEN_SIG | SEEN_X5C) && leaf_fits(o, reg) &&
	    passkey_signed(reg->leaf.spki, message, COUNT(message), o->stmt.sig);
}

static bool
tpm_holds(const struct object *o, const uint8_t client_hash[HASH_LEN], struct registration *reg)
{
	struct span message[] = { o->data, { client_hash, HASH_LEN } };
	struct span key = span_of(reg->data.key.spki, reg->data.key.spki_len);
	uint8_t hash[HASH_LEN];

	reg->kind = ATTESTATION_CERTIFICATE;
	sha256_parts(message, COUNT(message), hash);
	return o->stmt.seen == (SEEN_ALG | SEEN_SIG | SEEN_X5C | SEEN_VER | SEEN_CERT_INFO |
	    SEEN_PUB_AREA) && span_equal(o->stmt.ver, span_str("2.0")) && leaf_fits(o, reg) &&
	    tpm_certifies(o->stmt.cert_info, o->stmt.pub_area, key, hash) &&
	    passkey_signed(reg->leaf.spki, &o->stmt.cert_info, 1, o->stmt.sig);
}

static bool
statement_holds(const struct object *o, struct span client, struct registration *reg, struct err *e)
{
	uint8_t client_hash[HASH_LEN];

	sha256(client, client_hash);
	if (span_equal(o->fmt, span_str("none"))) {
		reg->kind = ATTESTATION_NONE;
		return o->stmt.seen == 0 || does_not_verify(e);
	}
	if (span_equal(o->fmt, span_str("packed")))
		return packed_holds(o, client_hash, reg) || does_not_verify(e);
	if (span_equal(o->fmt, span_str("tpm")))
		return tpm_holds(o, client_hash, reg) || does_not_verify(e);
	return err_why(e, ERR_DENIED, "auth", "passkey: an attestation format that is not taken; ask "
	    "for none");
}

bool
registration_verify(struct span attestation, struct span client, const uint8_t challenge[HASH_LEN],
    const struct relying_party *rp, struct registration *out, struct err *e)
{
	struct registration reg = { .kind = ATTESTATION_NONE };
	struct object o;

	if (rp->origin_len == 0)
		return err_why(e, ERR_DENIED, "auth", "passkey: this group has no SIC origin");
	if (!object_read(attestation, &o) || !authenticator_data_read(o.data, &reg.data))
		return err_why(e, ERR_DENIED, "auth", "passkey: malformed attestation object");
	if (!authenticator_data_holds(&reg.data, rp->id_hash, true, e) ||
	    !statement_holds(&o, client, &reg, e) ||
	    !client_data_binds(client, CLIENT_DATA_CREATE, challenge,
	    span_of(rp->origin, rp->origin_len), e))
		return false;
	*out = reg;
	return true;
}
