/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing: HKDF per sealing, AES-256-GCM, names as associated data. */
#include <stdlib.h>

#include "base/secret.h"
#include "crypto/hash.h"
#include "sam/seal.h"

#define HEAD_BYTES	(4 + 1 + 1 + 32 + 4 + 16 + 16 + 4 + SEAL_SALT_LEN)
#define SCHEMA		1
#define WRAPPED_MAX	4096

struct seal {
	struct secret	*root;
	struct secret	*kept;		/* epoch (4 bytes) and store secret of the epoch used last */
	uint8_t		 group[GROUP_LEN];
};

void
seal_question(struct writer *w, const uint8_t group[GROUP_LEN])
{
	static const char tag[] = "propria-store-v1";

	wr_bytes(w, tag, sizeof(tag));
	wr_bytes(w, group, GROUP_LEN);
}

struct seal *
seal_new(struct span module_mac, struct span local, const uint8_t group[GROUP_LEN], struct err *e)
{
	struct seal *s = calloc(1, sizeof(*s));
	uint8_t mem[64];
	struct writer info = writer_over(mem, sizeof(mem));

	if (s == NULL || (s->root = secret_new(32, e)) == NULL ||
	    (s->kept = secret_new(4 + 32, e)) == NULL) {
		seal_free(s);
		err_set(e, ERR_BACKEND, "no memory for the store root");
		return NULL;
	}
	memcpy(s->group, group, GROUP_LEN);
	wr_bytes(&info, "propria-root-v1", 15);
	wr_bytes(&info, group, GROUP_LEN);
	hkdf_sha256(module_mac, local, writer_span(&info), secret_room(s->root), 32);
	secret_set_length(s->root, 32);
	return s;
}

void
seal_free(struct seal *s)
{
	if (s == NULL)
		return;
	secret_free(s->root);
	secret_free(s->kept);
	free(s);
}

void
seal_log_key(const struct seal *s, uint8_t key[32])
{
	hkdf_sha256(secret_span(s->root), span_of(NULL, 0), span_str("propria-log-v1"), key, 32);
}

void
seal_share_root(const struct seal *s, uint8_t root[32])
{
	hkdf_sha256(secret_span(s->root), span_of(NULL, 0), span_str("propria-share-root-v1"), root, 32);
}

struct hpke_key *
seal_transport(const struct seal *s, struct err *e)
{
	uint8_t secret[32];
	struct hpke_key *key;

	hkdf_sha256(secret_span(s->root), span_of(NULL, 0), span_str("propria-transport-v1"), secret, 32);
	key = hpke_key_derive(span_of(secret, sizeof(secret)), e);
	explicit_bzero(secret, sizeof(secret));
	return key;
}

/* Derived once: nearly all records are of one epoch. */
static void
epoch_secret(const struct seal *s, uint32_t epoch, uint8_t out[32])
{
	uint8_t mem[32], *kept = secret_room(s->kept);
	struct writer info = writer_over(mem, sizeof(mem));

	if (secret_span(s->kept).n == 0 || memcmp(kept, &epoch, sizeof(epoch)) != 0) {
		wr_bytes(&info, "propria-epoch-v1", 16);
		wr_u32(&info, epoch);
		hkdf_sha256(secret_span(s->root), span_of(NULL, 0), writer_span(&info), kept + 4, 32);
		memcpy(kept, &epoch, sizeof(epoch));
		secret_set_length(s->kept, 4 + 32);
	}
	memcpy(out, kept + 4, 32);
}

/* 32 bytes of key, 12 of nonce: new for each sealing, as its salt is. */
static void
sealing_key(const struct seal *s, uint32_t epoch, struct span salt, const char *label,
    uint8_t out[44])
{
	uint8_t secret[32];

	epoch_secret(s, epoch, secret);
	hkdf_sha256(span_of(secret, sizeof(secret)), salt, span_str(label), out, 44);
	explicit_bzero(secret, sizeof(secret));
}

bool
seal_record(const struct seal *s, const struct record_name *name, const uint8_t salt[SEAL_SALT_LEN],
    struct span plain, struct writer *out, struct err *e)
{
	uint8_t key[44], box[BOX_MAX], tag[AEAD_TAG_LEN];
	size_t at = out->n;

	if (plain.n > sizeof(box))
		return err_why(e, ERR_DENIED, "limit", "record of %zu bytes", plain.n);
	wr_bytes(out, "PRR1", 4);
	wr_u8(out, name->type);
	wr_u8(out, SCHEMA);
	wr_bytes(out, s->group, GROUP_LEN);
	wr_u32(out, name->epoch);
	wr_bytes(out, name->owner, ID_LEN);
	wr_bytes(out, name->id, ID_LEN);
	wr_u32(out, name->version);
	wr_bytes(out, salt, SEAL_SALT_LEN);
	if (!writer_ok(out))
		return err_why(e, ERR_DENIED, "limit", "no room for a record");
	sealing_key(s, name->epoch, span_of(salt, SEAL_SALT_LEN), "propria-record-v1", key);
	aead_seal(key, key + 32, span_of(out->p + at, HEAD_BYTES), plain, box, tag);
	explicit_bzero(key, sizeof(key));
	wr_span32(out, span_of(box, plain.n));
	wr_bytes(out, tag, sizeof(tag));
	return writer_ok(out) || err_why(e, ERR_DENIED, "limit", "no room for a record");
}

static bool
record_head_read(const struct seal *s, struct reader *r, struct record_name *name, struct err *e)
{
	uint8_t magic[4], schema, group[GROUP_LEN];

	if (!rd_bytes(r, magic, 4) || memcmp(magic, "PRR1", 4) != 0 || !rd_u8(r, &name->type) ||
	    !rd_u8(r, &schema) || schema != SCHEMA || !rd_bytes(r, group, sizeof(group)) ||
	    !rd_u32(r, &name->epoch) || !rd_bytes(r, name->owner, ID_LEN) ||
	    !rd_bytes(r, name->id, ID_LEN) || !rd_u32(r, &name->version))
		return err_why(e, ERR_DENIED, "record", "sealed record: head");
	if (memcmp(group, s->group, GROUP_LEN) != 0)
		return err_why(e, ERR_DENIED, "record", "sealed record of another group");
	return true;
}

bool
seal_open(const struct seal *s, struct span sealed, struct record_name *name, struct writer *plain,
    struct err *e)
{
	struct reader r = reader_over(sealed);
	struct span salt, box, tag;
	uint8_t key[44];
	bool good;

	if (!record_head_read(s, &r, name, e))
		return false;
	if (!rd_take(&r, SEAL_SALT_LEN, &salt) || !rd_span32(&r, 0, BOX_MAX, &box) ||
	    !rd_take(&r, AEAD_TAG_LEN, &tag) || !rd_end(&r))
		return err_why(e, ERR_DENIED, "record", "sealed record: lengths");
	sealing_key(s, name->epoch, salt, "propria-record-v1", key);
	writer_reset(plain);
	wr_zero(plain, box.n);
	good = writer_ok(plain) &&
	    aead_open(key, key + 32, span_of(sealed.p, HEAD_BYTES), box, tag.p, plain->p);
	explicit_bzero(key, sizeof(key));
	if (!good)
		writer_reset(plain);
	return good || err_why(e, ERR_DENIED, "record", "sealed record does not open");
}

static void
authorisation_data(const struct seal *s, uint32_t epoch, const uint8_t key[ID_LEN],
    struct span share, uint8_t out[32])
{
	uint8_t secret[32], mem[128];
	struct writer info = writer_over(mem, sizeof(mem));

	epoch_secret(s, epoch, secret);
	wr_bytes(&info, "propria-authorisation-v1", 24);
	wr_span(&info, share);
	if (!writer_ok(&info))
		bug("share of the authorisation data is too long");
	hkdf_sha256(span_of(secret, sizeof(secret)), span_of(key, ID_LEN), writer_span(&info), out, 32);
	explicit_bzero(secret, sizeof(secret));
	writer_wipe(&info);
}

static struct span
wrapped_name(const struct seal *s, const uint8_t key[ID_LEN], uint8_t mem[GROUP_LEN + ID_LEN])
{
	memcpy(mem, s->group, GROUP_LEN);
	memcpy(mem + GROUP_LEN, key, ID_LEN);
	return span_of(mem, GROUP_LEN + ID_LEN);
}

bool
seal_wrapped(const struct seal *s, uint32_t epoch, const uint8_t key[ID_LEN], struct span share,
    const uint8_t nonce[12], struct span wrapped, struct writer *out, struct err *e)
{
	uint8_t auth[32], mem[GROUP_LEN + ID_LEN], box[WRAPPED_MAX], tag[AEAD_TAG_LEN];

	if (wrapped.n > sizeof(box))
		return err_set(e, ERR_BACKEND, "wrapped key of %zu bytes", wrapped.n);
	authorisation_data(s, epoch, key, share, auth);
	aead_seal(auth, nonce, wrapped_name(s, key, mem), wrapped, box, tag);
	explicit_bzero(auth, sizeof(auth));
	wr_bytes(out, nonce, AEAD_NONCE_LEN);
	wr_bytes(out, box, wrapped.n);
	wr_bytes(out, tag, sizeof(tag));
	return writer_ok(out) || err_set(e, ERR_BUG, "no room for a wrapped key");
}

bool
seal_unwrapped(const struct seal *s, uint32_t epoch, const uint8_t key[ID_LEN], struct span share,
    struct span sealed, struct writer *wrapped, struct err *e)
{
	uint8_t auth[32], mem[GROUP_LEN + ID_LEN];
	struct span nonce, box, tag;
	struct reader r = reader_over(sealed);
	size_t at = wrapped->n;
	bool good;

	if (sealed.n < AEAD_NONCE_LEN + AEAD_TAG_LEN ||
	    sealed.n > WRAPPED_MAX + AEAD_NONCE_LEN + AEAD_TAG_LEN ||
	    !rd_take(&r, AEAD_NONCE_LEN, &nonce) || !rd_take(&r, r.n - AEAD_TAG_LEN, &box) ||
	    !rd_take(&r, AEAD_TAG_LEN, &tag))
		return err_why(e, ERR_DENIED, "record", "wrapped key: length");
	authorisation_data(s, epoch, key, share, auth);
	wr_zero(wrapped, box.n);
	good = writer_ok(wrapped) &&
	    aead_open(auth, nonce.p, wrapped_name(s, key, mem), box, tag.p, wrapped->p + at);
	explicit_bzero(auth, sizeof(auth));
	if (!good && writer_ok(wrapped))
		wrapped->n = at;
	return good || err_why(e, ERR_DENIED, "record", "wrapped key does not open");
}

void
seal_snapshot(const struct seal *s, const uint8_t salt[SEAL_SALT_LEN], struct span plain,
    struct writer *out)
{
	uint8_t key[44], tag[AEAD_TAG_LEN];
	uint8_t *box = malloc(plain.n > 0 ? plain.n : 1);

	if (box == NULL)
		bug("no memory for a snapshot");
	sealing_key(s, 0, span_of(salt, SEAL_SALT_LEN), "propria-snapshot-v1", key);
	wr_bytes(out, "PRN1", 4);
	wr_bytes(out, s->group, GROUP_LEN);
	wr_bytes(out, salt, SEAL_SALT_LEN);
	aead_seal(key, key + 32, span_of(out->p, out->n), plain, box, tag);
	wr_span32(out, span_of(box, plain.n));
	wr_bytes(out, tag, sizeof(tag));
	explicit_bzero(key, sizeof(key));
	free(box);
}

bool
seal_snapshot_open(const struct seal *s, struct span sealed, struct writer *plain, struct err *e)
{
	const size_t head = 4 + GROUP_LEN + SEAL_SALT_LEN;
	struct reader r = reader_over(sealed);
	struct span magic, group, salt, box, tag;
	uint8_t key[44], *clear;
	bool good;

	if (!rd_take(&r, 4, &magic) || memcmp(magic.p, "PRN1", 4) != 0 ||
	    !rd_take(&r, GROUP_LEN, &group) || memcmp(group.p, s->group, GROUP_LEN) != 0 ||
	    !rd_take(&r, SEAL_SALT_LEN, &salt) || !rd_span32(&r, 0, UINT32_MAX, &box) ||
	    !rd_take(&r, AEAD_TAG_LEN, &tag) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "snapshot: not one of this group");
	if ((clear = malloc(box.n > 0 ? box.n : 1)) == NULL)
		return err_set(e, ERR_BACKEND, "no memory for a snapshot");
	sealing_key(s, 0, salt, "propria-snapshot-v1", key);
	good = aead_open(key, key + 32, span_of(sealed.p, head), box, tag.p, clear);
	explicit_bzero(key, sizeof(key));
	if (good)
		wr_bytes(plain, clear, box.n);
	explicit_bzero(clear, box.n);
	free(clear);
	return (good && writer_ok(plain)) || err_set(e, ERR_FORMAT, "snapshot does not open");
}
