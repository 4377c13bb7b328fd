/* SPDX-License-Identifier: Apache-2.0 */
/* Life nonces: a counter and the boot-time clock under a MAC; a ring of bits says which are
 * spent. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/secret.h"
#include "sam/nonce.h"

#define BLOCK	64		/* nonces whose age is remembered together, and whose bits are one word */

struct nonces {
	struct secret	*key;
	uint64_t	 life;
	uint64_t	 next;		/* counter of the next nonce, from 1 */
	uint64_t	 lifetime;	/* ms */
	size_t		 blocks;
	uint64_t	*spent;		/* one word a block */
	uint64_t	*issued;	/* per block: when its last nonce was given out */
};

struct nonce {
	uint64_t	life, counter, issued;
	uint8_t		mac[NONCE_MAC_LEN];
};

struct nonces *
nonces_new(size_t capacity, uint64_t life_ms, const uint8_t seed[32], struct err *e)
{
	struct nonces *n = calloc(1, sizeof(*n));

	if (n == NULL)
		bug("no memory");
	n->blocks = capacity / BLOCK < 2 ? 2 : capacity / BLOCK;
	n->lifetime = life_ms;
	n->next = 1;
	n->spent = calloc(n->blocks, sizeof(*n->spent));
	n->issued = calloc(n->blocks, sizeof(*n->issued));
	n->key = secret_copy(span_of(seed, 32), e);
	random_bytes(&n->life, sizeof(n->life));
	if (n->spent == NULL || n->issued == NULL || n->key == NULL) {
		err_set(e, ERR_BACKEND, "no memory for nonces");
		nonces_free(n);
		return NULL;
	}
	return n;
}

void
nonces_free(struct nonces *n)
{
	if (n == NULL)
		return;
	secret_free(n->key);
	free(n->spent);
	free(n->issued);
	free(n);
}

uint64_t
nonces_life(const struct nonces *n)
{
	return n->life;
}

void
nonces_set_lifetime(struct nonces *n, uint64_t life_ms)
{
	n->lifetime = life_ms;
}

static void
nonce_mac(const struct nonces *n, const struct nonce_scope *scope, const struct nonce *c,
    uint8_t mac[NONCE_MAC_LEN])
{
	uint8_t mem[96], full[HASH_LEN];
	struct writer w = writer_over(mem, sizeof(mem));
	struct span message;

	wr_u64(&w, c->life);
	wr_u64(&w, c->counter);
	wr_u64(&w, c->issued);
	wr_bytes(&w, scope->group, 32);
	wr_u32(&w, scope->epoch);
	wr_bytes(&w, scope->subject, 16);
	wr_u16(&w, scope->purpose);
	if (!writer_ok(&w))
		bug("nonce");
	message = writer_span(&w);
	hmac_sha256(secret_span(n->key), &message, 1, full);
	memcpy(mac, full, NONCE_MAC_LEN);
}

static bool
nonce_read(const uint8_t fresh[FRESH_LEN], struct nonce *c)
{
	struct reader r = reader_over(span_of(fresh, FRESH_LEN));

	return rd_u64(&r, &c->life) && rd_u64(&r, &c->counter) && rd_u64(&r, &c->issued) &&
	    rd_bytes(&r, c->mac, sizeof(c->mac)) && rd_end(&r);
}

static size_t
block_of(const struct nonces *n, uint64_t counter)
{
	return (size_t)(counter / BLOCK % n->blocks);
}

/* Entering a block forgets what stood there one round ago; none of that may still be good. */
static bool
enter_block(struct nonces *n, uint64_t now, struct err *e)
{
	size_t b = block_of(n, n->next);

	if (n->next % BLOCK != 0)
		return true;
	if (n->issued[b] != 0 && now - n->issued[b] <= n->lifetime)
		return err_why(e, ERR_BUSY, "busy", "%zu nonces are open", n->blocks * BLOCK);
	n->spent[b] = 0;
	return true;
}

bool
nonces_issue(struct nonces *n, const struct nonce_scope *scope, uint64_t now,
    uint8_t fresh[FRESH_LEN], struct err *e)
{
	struct nonce c = { .life = n->life, .counter = n->next, .issued = now };
	struct writer w = writer_over(fresh, FRESH_LEN);

	if (!enter_block(n, now, e))
		return false;
	n->next++;
	n->issued[block_of(n, c.counter)] = now;
	nonce_mac(n, scope, &c, c.mac);
	wr_u64(&w, c.life);
	wr_u64(&w, c.counter);
	wr_u64(&w, c.issued);
	wr_bytes(&w, c.mac, sizeof(c.mac));
	return true;
}

bool
nonces_check(const struct nonces *n, const struct nonce_scope *scope, uint64_t now,
    const uint8_t fresh[FRESH_LEN], struct err *e)
{
	uint8_t mac[NONCE_MAC_LEN];
	struct nonce c;

	if (!nonce_read(fresh, &c) || c.life != n->life)
		return err_why(e, ERR_DENIED, "nonce", "nonce of another life");
	nonce_mac(n, scope, &c, mac);
	if (!secret_equal(span_of(mac, sizeof(mac)), span_of(c.mac, sizeof(c.mac))))
		return err_why(e, ERR_DENIED, "nonce", "nonce is not ours, or for something else");
	if (now < c.issued || now - c.issued > n->lifetime)
		return err_why(e, ERR_DENIED, "time", "nonce is too old");
	return true;
}

/* The bit of a nonce stands only while its block has not been taken by a younger round. */
static bool
is_forgotten(const struct nonces *n, uint64_t counter)
{
	uint64_t newest = (n->next - 1) / BLOCK;

	return counter == 0 || counter >= n->next || newest - counter / BLOCK >= n->blocks;
}

bool
nonces_is_spent(const struct nonces *n, const uint8_t fresh[FRESH_LEN])
{
	struct nonce c;

	return !nonce_read(fresh, &c) || is_forgotten(n, c.counter) ||
	    (n->spent[block_of(n, c.counter)] >> c.counter % BLOCK & 1) != 0;
}

bool
nonces_spend(struct nonces *n, const uint8_t fresh[FRESH_LEN], struct err *e)
{
	struct nonce c;

	if (nonces_is_spent(n, fresh) || !nonce_read(fresh, &c))
		return err_why(e, ERR_DENIED, "replay", "nonce is spent");
	n->spent[block_of(n, c.counter)] |= UINT64_C(1) << c.counter % BLOCK;
	return true;
}
