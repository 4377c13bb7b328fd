/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of SCAL1 keys over a whole log. */
#include "auditor/windows.h"

#define CREATE_KEY	0x0301
/* Of a statement (PROTOCOL.sam 1): magic, purpose, group, epoch, subject, fresh, iat, exp. */
#define HEADER_LEN	(4 + 2 + 32 + 4 + 16 + 40 + 8 + 8)
#define LEVEL_AT	(HEADER_LEN + 4 + 2 + 1)	/* in CREATE_KEY: from, alg, class */
#define LEVEL_SCAL1	1

struct born {
	uint8_t		owner[ID_LEN], d[HASH_LEN];
};

struct open {
	uint8_t		key[ID_LEN], signer[ID_LEN];
	uint64_t	expires;
	uint32_t	count;
};

void
windows_init(struct windows *w)
{
	w->open = table_of(HASH_LEN, sizeof(struct open));
	w->scal1 = table_of(HASH_LEN, 1);
	w->born = table_of(ID_LEN, sizeof(struct born));
}

void
windows_wipe(struct windows *w)
{
	table_wipe(&w->open);
	table_wipe(&w->scal1);
	table_wipe(&w->born);
}

bool
windows_signer(struct windows *w, const struct entry_signer *m, struct err *e)
{
	if (m->cause != CREATE_KEY || m->statement.n <= LEVEL_AT ||
	    m->statement.p[LEVEL_AT] != LEVEL_SCAL1)
		return true;
	return table_find(&w->scal1, m->d) != NULL || table_add(&w->scal1, m->d, e) != NULL;
}

bool
windows_key(struct windows *w, const struct entry_key *m, struct err *e)
{
	struct born born;
	void *row;

	if (m->cause != CREATE_KEY || table_find(&w->born, m->id) != NULL)
		return true;
	if ((row = table_add(&w->born, m->id, e)) == NULL)
		return false;
	memcpy(born.owner, m->owner, ID_LEN);
	memcpy(born.d, m->d, HASH_LEN);
	memcpy(row, &born, sizeof(born));
	return true;
}

bool
windows_opened(struct windows *w, const struct entry_window *m, struct err *e)
{
	struct open open = { .expires = m->expires, .count = m->count };
	const void *found = table_find(&w->born, m->key);
	uint8_t d[HASH_LEN];
	struct born born;
	void *row;

	window_digest(m, d);
	if (memcmp(d, m->d, HASH_LEN) != 0)
		return err_set(e, ERR_FORMAT, "the digest of the window is another");
	if (found == NULL)
		return err_set(e, ERR_FORMAT, "a window of a key that was never made");
	memcpy(&born, found, sizeof(born));
	if (memcmp(born.owner, m->signer, ID_LEN) != 0)
		return err_set(e, ERR_FORMAT, "a window of another signer's key");
	if (table_find(&w->scal1, born.d) == NULL)
		return err_set(e, ERR_FORMAT, "a window of a key that was not made at SCAL1");
	if (table_find(&w->open, m->d) != NULL)
		return err_set(e, ERR_FORMAT, "the same window twice");
	if ((row = table_add(&w->open, m->d, e)) == NULL)
		return false;
	memcpy(open.key, m->key, ID_LEN);
	memcpy(open.signer, m->signer, ID_LEN);
	memcpy(row, &open, sizeof(open));
	return true;
}

bool
windows_reserved(const struct windows *w, const struct entry_reserved *m, struct err *e)
{
	static const uint8_t none[ID_LEN];
	bool approved = memcmp(m->authenticator, none, ID_LEN) != 0;
	const void *row = table_find(&w->open, m->d);
	struct open open;

	if (row == NULL)
		return approved || err_set(e, ERR_FORMAT, "a use with neither approval nor window");
	if (approved)
		return err_set(e, ERR_FORMAT, "a use in a window names an authenticator");
	memcpy(&open, row, sizeof(open));
	if (memcmp(open.key, m->key, ID_LEN) != 0 || memcmp(open.signer, m->signer, ID_LEN) != 0 ||
	    open.expires != m->exp)
		return err_set(e, ERR_FORMAT, "a use with another key or time than its window's");
	return entry_reserved_index(m, m->n - 1) < open.count ||
	    err_set(e, ERR_FORMAT, "a use past the window of %u", open.count);
}
