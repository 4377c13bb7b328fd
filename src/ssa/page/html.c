/* SPDX-License-Identifier: Apache-2.0 */
/* Head, foot and headers of our pages; their style and their script. */
#include "base/log.h"
#include "ssa/api/route.h"
#include "ssa/page/html.h"

static const char style[] = {
#include "page.css.inc"
};
static const char script[] = {
#include "page.js.inc"
};

void
page_put(struct call *c, const char *html)
{
	wr_bytes(&c->x->answer, html, strlen(html));
}

void
page_text(struct call *c, struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '&':
			page_put(c, "&amp;");
			break;
		case '<':
			page_put(c, "&lt;");
			break;
		case '>':
			page_put(c, "&gt;");
			break;
		case '"':
			page_put(c, "&quot;");
			break;
		case '\'':
			page_put(c, "&#39;");
			break;
		default:
			wr_u8(&c->x->answer, text.p[i]);
		}
	}
}

void
page_hidden(struct call *c, const char *name, struct span value)
{
	page_put(c, "<input type=\"hidden\" name=\"");
	page_put(c, name);
	page_put(c, "\" value=\"");
	page_text(c, value);
	page_put(c, "\">\n");
}

void
page_begin(struct call *c, unsigned status, const char *title)
{
	writer_reset(&c->x->answer);
	c->x->status = status;
	page_put(c, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	page_text(c, span_str(title));
	page_put(c, " - ");
	page_text(c, span_str(c->ssa->config.name));
	page_put(c, "</title>\n<link rel=\"stylesheet\" href=\"/page.css\">\n"
	    "<script src=\"/page.js\" defer></script>\n</head>\n<body>\n<header>");
	page_text(c, span_str(c->ssa->config.name));
	page_put(c, "</header>\n<main>\n<h1>");
	page_text(c, span_str(title));
	page_put(c, "</h1>\n");
}

void
page_end(struct call *c, const char *leads_to)
{
	page_put(c, "</main>\n</body>\n</html>\n");
	if (!writer_ok(&c->x->answer)) {
		writer_reset(&c->x->answer);
		c->x->status = 500;
		page_put(c, "<!DOCTYPE html><title>This did not work</title>");
	}
	c->x->type = "text/html; charset=utf-8";
	c->x->no_store = true;
	exchange_set(c->x, "Content-Security-Policy", "default-src 'none'; style-src 'self';"
	    " script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'%s%s;"
	    " base-uri 'none'; frame-ancestors 'none'", *leads_to == '\0' ? "" : " ", leads_to);
	exchange_set(c->x, "X-Content-Type-Options", "nosniff");
	exchange_set(c->x, "X-Frame-Options", "DENY");
	/* Not no-referrer: then browsers would send "Origin: null" with our own forms. */
	exchange_set(c->x, "Referrer-Policy", "same-origin");
	exchange_set(c->x, "Cross-Origin-Opener-Policy", "same-origin");
	if (!c->x->plain && strcmp(c->ssa->base[0].host, "localhost") != 0)
		exchange_set(c->x, "Strict-Transport-Security", "max-age=31536000");
}

void
page_error(struct call *c, unsigned status, const char *title, const char *text)
{
	page_begin(c, status, title);
	page_put(c, "<p role=\"alert\">");
	page_text(c, span_str(text));
	page_put(c, "</p>\n");
	page_end(c, "");
}

void
page_failed(struct call *c, const struct err *e)
{
	log_error("%s %s: %s", c->x->id, c->route->path, e->text);
	page_error(c, 500, "This did not work", "A fault on our side. Please try again in a moment.");
}

static void
file_answer(struct call *c, const char *type, const char *text, size_t n)
{
	c->x->status = 200;
	c->x->type = type;
	c->x->fixed = span_of(text, n);
	exchange_set(c->x, "X-Content-Type-Options", "nosniff");
	exchange_set(c->x, "Cache-Control", "max-age=300");
	exchange_set(c->x, "Cross-Origin-Resource-Policy", "same-origin");
}

void
handle_style(struct call *c)
{
	file_answer(c, "text/css; charset=utf-8", style, sizeof(style) - 1);
}

void
handle_script(struct call *c)
{
	file_answer(c, "text/javascript; charset=utf-8", script, sizeof(script) - 1);
}
