/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few pages that the SSA itself serves: static HTML, our own style and script files, nothing
 * inline, a strict policy. What others wrote is always escaped.
 */
#ifndef SSA_PAGE_HTML_H
#define SSA_PAGE_HTML_H

#include "ssa/api/call.h"

void	page_begin(struct call *, unsigned status, const char *title);
void	page_put(struct call *, const char *html);		/* ours, as it is */
void	page_text(struct call *, struct span text);		/* anybody's, escaped */
void	page_hidden(struct call *, const char *name, struct span value);	/* of a form */
/* leads_to: origins to which a form of this page may lead, beside us; "" for none. */
void	page_end(struct call *, const char *leads_to);
void	page_error(struct call *, unsigned status, const char *title, const char *text);
void	page_failed(struct call *, const struct err *);		/* a fault of ours: logged */

void	handle_style(struct call *);
void	handle_script(struct call *);

#endif
