/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a module is for. The machine is the same: one loop, log, anchor, officers, sealed records,
 * workers. A trade is its closed lists (requests, acts with their approvals, entries) and what it
 * keeps beside them. One program, one trade; a log is of one kind for ever (genesis).
 */
#ifndef SAM_TRADE_H
#define SAM_TRADE_H

#include "sam/approval.h"
#include "sam/enact.h"
#include "sam/fold.h"
#include "sam/request.h"

struct own_state {			/* the part of the fold that only one trade has */
	void	*(*make)(struct err *);
	void	 (*free)(void *);			/* NULL is fine */
	void	 (*write)(struct writer *, const void *);	/* for the snapshot: one encoding */
	bool	 (*read)(struct reader *, void *);
};

struct trade {
	enum group_kind		 kind;
	const char		*name;		/* of its program */
	const char		*title;		/* what that is */
	const char		*section;	/* of its configuration */
	const struct request	*requests;
	size_t			 n_requests;
	const struct rule	*rules;
	size_t			 n_rules;
	const struct enactment	*acts;
	size_t			 n_acts;
	const fold_fn		*kinds;		/* ENTRY_KINDS; NULL: never in its log, or common */
	const struct own_state	*own;		/* NULL: none */

	/* What the process keeps beside the state: made, and freed (half-made, too). */
	bool	(*open)(struct sam *, struct err *);
	void	(*close)(struct sam *);
	void	(*tick)(struct sam *, uint64_t now_life);	/* once per loop */
	void	(*stop)(struct sam *);			/* before STOP is written */
	void	(*left)(struct sam *, uint64_t connection);
	void	(*changed)(struct sam *, uint16_t purpose);	/* an officers' act is in force */
	/* Is something still under way that this call ended? What waits of it is withdrawn first. */
	bool	(*is_closing)(const struct sam *, const struct call *);
	void	(*withdraw)(struct sam *, const struct call *);
	void	(*count)(const struct sam *, struct msg_status *);	/* state may be NULL */
	/* Fills act->signer where approvals are held against a record; else leaves it empty. */
	bool	(*open_subject)(struct sam *, struct act *, struct err *);
	/* Is this very statement in force already? Then answers the call again, from the log. */
	bool	(*enacted_before)(struct sam *, struct act *);
};

/* The signature activation module's. Only propria-sam links it: sam_trade.c */
extern const struct trade sam_trade;

#endif
