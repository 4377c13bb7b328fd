/* SPDX-License-Identifier: Apache-2.0 */
/* Putting the SSA together, and taking it apart. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ssa/api/info.h"
#include "ssa/ssa.h"

static bool
genesis_read(struct ssa *s, struct err *e)
{
	int fd = open(s->config.genesis, O_RDONLY | O_CLOEXEC);
	uint8_t block[4096];
	ssize_t n;

	if (fd < 0)
		return err_errno(e, ERR_BACKEND, errno, "genesis file %s", s->config.genesis);
	while ((n = read(fd, block, sizeof(block))) > 0)
		wr_bytes(&s->genesis, block, (size_t)n);
	close(fd);
	if (n < 0 || !writer_ok(&s->genesis) || s->genesis.n < 4 || memcmp(s->genesis.p, "PRG1", 4) != 0)
		return err_set(e, ERR_FORMAT, "%s is not the genesis of a SAM; copy the one its founders"
		    " signed", s->config.genesis);
	sha256(writer_span(&s->genesis), s->group);
	return true;
}

bool
ssa_open(struct ssa *s, const struct config *c, struct err *e)
{
	*s = (struct ssa){ .config = *c, .genesis = writer_grow(GENESIS_MAX),
		.info = { writer_grow(65536), writer_grow(65536) }, .status = writer_grow(65536) };
	s->anonymous = limit_new(c->anonymous, c->anonymous_per_peer);
	s->accounts = limit_new(0, c->per_account);
	s->parallel = parallel_new(c->authorizations);
	s->activations = cache_new(c->cached);
	if (!genesis_read(s, e) || (s->store = store_sqlite_open(c->store, e)) == NULL ||
	    (s->tokens = tokens_open(s->store, c->cached, s->activations, e)) == NULL ||
	    (c->timestamp_url[0] != '\0' && (s->stamper = stamper_start(c->timestamp_url, c->timestamp_ca,
	    c->timestamp_ms, e)) == NULL) ||
	    (s->sam = sam_open(c->socket, c->deadline_ms, e)) == NULL) {
		ssa_close(s);
		return false;
	}
	s->vault = vault_new(s->store, c->cached);
	return true;
}

bool
ssa_named(struct ssa *s, unsigned port, struct err *e)
{
	size_t n;

	if (s->config.base_url[0] != '\0')
		snprintf(s->base_url, sizeof(s->base_url), "%s", s->config.base_url);
	else
		snprintf(s->base_url, sizeof(s->base_url), "https://localhost:%u", port);
	n = strlen(s->base_url);
	if (strncmp(s->base_url, "https://", 8) != 0 || n < 9)
		return err_set(e, ERR_FORMAT, "base_url must begin with https://");
	if (s->base_url[n - 1] == '/')
		s->base_url[n - 1] = '\0';
	snprintf(s->token_url[0], sizeof(s->token_url[0]), "%s/oauth2/token", s->base_url);
	snprintf(s->token_url[1], sizeof(s->token_url[1]), "%s/csc/v2/oauth2/token", s->base_url);
	s->audience[0] = s->token_url[0];
	s->audience[1] = s->token_url[1];
	s->audience[2] = s->base_url;
	for (unsigned v = 1; v <= 2; v++)
		info_write(&s->info[v - 1], &s->config, s->base_url, v);
	return (writer_ok(&s->info[0]) && writer_ok(&s->info[1])) || err_set(e, ERR_FORMAT, "the texts for info are too long");
}

void
ssa_close(struct ssa *s)
{
	sam_free(s->sam);
	vault_free(s->vault);
	tokens_free(s->tokens);
	cache_free(s->activations);
	stamper_free(s->stamper);
	limit_free(s->anonymous);
	limit_free(s->accounts);
	parallel_free(s->parallel);
	store_close(s->store);
	writer_wipe(&s->genesis);
	writer_wipe(&s->info[0]);
	writer_wipe(&s->info[1]);
	writer_wipe(&s->status);
}
