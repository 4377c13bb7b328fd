/* SPDX-License-Identifier: Apache-2.0 */
/* Security officers' acts about other modules: a SAM and its authentication module know each other. */
#include "audit/genesis.h"
#include "cli/attestation.h"
#include "cli/commands.h"
#include "cli/file.h"
#include "cli/officer.h"
#include "cli/public_key.h"

const struct option_row options_officer_add_peer[] = {
	{ "genesis", "FILE", "the other module's genesis: its group and kind, and what its key is held against" },
	{ "grant-key", "FILE", "of an authentication module: its grant key, public, PEM or DER" },
	{ "peer-socket", "PATH", "of a SAM: its officer socket, which tells its transport key" },
	{ "attestation", "FILE", "of a SAM: the attestation of its transport key, if it was copied" },
	{ "label", "TEXT", "a name for this module, at most 64 bytes" },
	OPTIONS_ACT,
	{ NULL, NULL, NULL },
};

static bool
attestation_get(struct call *c, struct writer *out, struct err *e)
{
	AUTO_SAM sam = { .fd = -1 };
	struct msg_head head;

	if (option(c, "attestation") != NULL)
		return file_read(option(c, "attestation"), out, e);
	if (option(c, "peer-socket") == NULL)
		return err_exit(e, EXIT_USAGE, "the genesis is a SAM's: name its officer socket with "
		    "--peer-socket, or a copy of its transport key's attestation with --attestation");
	if (!sam_open_path(&sam, option(c, "peer-socket"), e) || !sam_head(&sam, &head, e))
		return false;
	if (head.transport.n == 0)
		return err_set(e, ERR_NOT_NOW, "that SAM has no transport key to show: is it open");
	wr_span(out, head.transport);
	return true;
}

bool
peer_of_sam(struct span genesis, struct span attestation, struct body_add_peer *b,
    struct writer *key, struct err *e)
{
	struct attested_transport a;
	struct genesis g;

	if (!genesis_read(genesis, &g, e) ||
	    !attestation_transport_read(attestation, g.attest, &a, e))
		return err_mark(e, EXIT_INVALID);
	if (memcmp(a.group, b->peer, sizeof(a.group)) != 0)
		return err_exit(e, EXIT_INVALID, "the transport key is attested for another group than the "
		    "genesis's: one of the two is of another installation");
	b->kind = PEER_SAM;
	wr_bytes(key, a.key, sizeof(a.key));
	b->key = writer_span(key);
	return true;
}

static bool
peer_of_module(struct call *c, struct body_add_peer *b, struct writer *key, struct err *e)
{
	const char *path = option(c, "grant-key");
	enum key_kind kind;

	if (path == NULL)
		return err_exit(e, EXIT_USAGE, "the genesis is an authentication module's: name its grant key "
		    "with --grant-key, as propria officer new-grant-key wrote it");
	if (!public_key_from_file(path, key, e))
		return false;
	if (!spki_kind(writer_span(key), &kind) || kind != KEY_P256)
		return err_set(e, ERR_FORMAT, "%.100s is no key on P-256, which every grant key is", path);
	b->kind = PEER_MODULE;
	b->key = writer_span(key);
	return true;
}

static bool
peer_read(struct call *c, struct writer *key, struct body_add_peer *b, struct err *e)
{
	AUTO_WRITER genesis = writer_grow(GENESIS_MAX), attestation = writer_grow(4096);
	const char *path, *label;
	struct genesis g;

	if ((label = option_needed(c, "label", e)) == NULL ||
	    (path = option_needed(c, "genesis", e)) == NULL || !file_read(path, &genesis, e) ||
	    !genesis_read(writer_span(&genesis), &g, e) || !genesis_verify(&g, e))
		return false;
	genesis_group(writer_span(&genesis), b->peer);
	b->label = span_str(label);
	if (g.kind == GROUP_AUTH)
		return peer_of_module(c, b, key, e);
	return attestation_get(c, &attestation, e) &&
	    peer_of_sam(writer_span(&genesis), writer_span(&attestation), b, key, e);
}

bool
command_officer_add_peer(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_ADD_PEER };
	AUTO_WRITER key = writer_grow(PUBLIC_KEY_MAX);
	struct msg_enacted enacted;
	AUTO_OFFICER o = { 0 };
	bool done;

	return peer_read(c, &key, &s.add_peer, e) && officer_begin(&o, c, e) &&
	    officer_act(&o, c, &s, &done, &enacted, e);
}

const struct option_row options_officer_remove_peer[] = { OPTIONS_ACT, { NULL, NULL, NULL } };

bool
command_officer_remove_peer(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_REMOVE_PEER };
	struct msg_enacted enacted;
	AUTO_OFFICER o = { 0 };
	bool done;

	return officer_id_take(c->operand[0], s.remove_peer, sizeof(s.remove_peer),
	    "the peer's id, as propria officer roster shows it", e) && officer_begin(&o, c, e) &&
	    officer_act(&o, c, &s, &done, &enacted, e);
}
