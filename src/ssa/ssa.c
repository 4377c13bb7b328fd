/* SPDX-License-Identifier: Apache-2.0 */
/* Putting the SSA together, and taking it apart. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "ssa/api/info.h"
#include "ssa/module.h"
#include "ssa/once/ca_pool.h"
#include "ssa/once/held.h"
#include "ssa/ssa.h"

#define STRANGERS_ALL	200
#define STRANGERS_EACH	100

bool
genesis_file_read(const char *path, struct writer *w, uint8_t id[HASH_LEN], struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t block[4096];
	ssize_t n;

	if (fd < 0)
		return err_errno(e, ERR_BACKEND, errno, "genesis file %s", path);
	while ((n = read(fd, block, sizeof(block))) > 0)
		wr_bytes(w, block, (size_t)n);
	close(fd);
	if (n < 0 || !writer_ok(w) || w->n < 4 || memcmp(w->p, "PRG1", 4) != 0)
		return err_set(e, ERR_FORMAT, "%s is not the genesis of a module; copy the one its"
		    " founders signed", path);
	sha256(writer_span(w), id);
	return true;
}

bool
ssa_open(struct ssa *s, const struct config *c, struct err *e)
{
	*s = (struct ssa){ .config = *c, .genesis = writer_grow(GENESIS_BYTES_MAX),
		.info = { { writer_grow(65536), writer_grow(65536) },
		{ writer_grow(65536), writer_grow(65536) } }, .status = writer_grow(65536) };
	s->anonymous = limit_new(c->anonymous, c->anonymous_per_peer);
	s->accounts = limit_new(0, c->per_account);
	s->strangers = limit_new(c->anonymous == 0 ? 0 : STRANGERS_ALL,
	    c->anonymous_per_peer == 0 ? 0 : STRANGERS_EACH);
	s->parallel = parallel_new(c->authorizations);
	s->documents = documents_new((size_t)c->documents_mib << 20);
	s->idp_flows = idp_flows_new();
	s->by_name = tries_new(c->tries_by_name);
	s->by_address = tries_new(c->tries_by_address);
	random_bytes(s->ceremony_key, sizeof(s->ceremony_key));
	s->activations = cache_new(c->cached);
	if (!genesis_file_read(c->genesis, &s->genesis, s->group, e) || (s->store = store_sqlite_open(c->store, e)) == NULL ||
	    (s->tokens = tokens_open(s->store, c->cached, s->activations, e)) == NULL ||
	    (c->timestamp_url[0] != '\0' && (s->stamper = stamper_start(c->timestamp_url, c->timestamp_ca,
	    c->timestamp_ms, e)) == NULL) ||
	    (c->idps.n > 0 && (s->idps = idps_start(&s->config.idps, e)) == NULL) ||
	    (s->slow = slow_start(e)) == NULL ||
	    (s->sam = sam_open(c->socket, c->deadline_ms, e)) == NULL ||
	    !module_open(&s->module, c, e)) {
		ssa_close(s);
		return false;
	}
	s->vault = vault_new(s->store, c->cached);
	return true;
}

/* Everything that a client may name as the audience of its assertion (RFC 7523 3). */
static void
audiences_write(struct base *b)
{
	static const char *const paths[AUDIENCES] = { "", "/oauth2/token", "/csc/v2/oauth2/token",
		"/csc/v1/oauth2/token", "/oauth2/pushed_authorize", "/csc/v2/oauth2/pushed_authorize" };

	for (size_t i = 0; i < AUDIENCES; i++) {
		snprintf(b->audience_text[i], URL_MAX, "%s%s", b->url, paths[i]);
		b->audience[i] = b->audience_text[i];
	}
}

static void
base_complete(struct base *b)
{
	const char *host = strstr(b->url, "://") + 3;
	size_t n = strlen(b->url);

	if (b->url[n - 1] == '/')
		b->url[n - 1] = '\0';
	n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
	snprintf(b->host, sizeof(b->host), "%.*s", (int)n, host);
	audiences_write(b);
}

bool
ssa_named(struct ssa *s, unsigned port, unsigned plain_port, struct err *e)
{
	struct base *b = &s->base[0];

	if (s->config.base_url[0] != '\0')
		snprintf(b->url, sizeof(b->url), "%s", s->config.base_url);
	else
		snprintf(b->url, sizeof(b->url), "https://localhost:%u", port);
	if (strncmp(b->url, "https://", 8) != 0 || strlen(b->url) < 9)
		return err_set(e, ERR_FORMAT, "base_url must begin with https://");
	base_complete(b);
	if (plain_port != 0) {
		snprintf(s->base[1].url, sizeof(s->base[1].url), "http://%s:%u", s->config.plain_host,
		    plain_port);
		base_complete(&s->base[1]);
	}
	for (unsigned v = 1; v <= 2; v++) {
		info_write(&s->info[0][v - 1], &s->config, b->url, v);
		info_write(&s->info[1][v - 1], &s->config, s->base[1].url, v);
		if (!writer_ok(&s->info[0][v - 1]) || !writer_ok(&s->info[1][v - 1]))
			return err_set(e, ERR_FORMAT, "the texts for info are too long");
	}
	return true;
}

void
ssa_close(struct ssa *s)
{
	held_drop_all(s);
	sam_free(s->sam);
	module_close(&s->module);
	slow_free(s->slow);
	tries_free(s->by_name);
	tries_free(s->by_address);
	vault_free(s->vault);
	tokens_free(s->tokens);
	cache_free(s->activations);
	ca_pool_free(s->ca_pool);
	stamper_free(s->stamper);
	idps_free(s->idps);
	idp_flows_free(s->idp_flows);
	limit_free(s->anonymous);
	limit_free(s->strangers);
	limit_free(s->accounts);
	parallel_free(s->parallel);
	documents_free(s->documents);
	store_close(s->store);
	writer_wipe(&s->genesis);
	for (size_t i = 0; i < 4; i++)
		writer_wipe(&s->info[i / 2][i % 2]);
	writer_wipe(&s->status);
}
