/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of propria-ssa: framing of HTTP byte by byte, limits, and starts that must fail. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/ssa/rig.h"

static struct rig g;

/* Sends these bytes over TLS and gives the status line's number; 0 when it was just closed. */
static int
raw(const char *request)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = 3 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), n, status = 0;
	char answer[4096] = "";

	a.sin_port = htons((uint16_t)atoi(strrchr(g.url, ':') + 1));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	CHECK(connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0);
	SSL_set_fd(ssl, fd);
	CHECK(SSL_connect(ssl) == 1);
	CHECK(SSL_write(ssl, request, (int)strlen(request)) > 0);
	n = SSL_read(ssl, answer, sizeof(answer) - 1);
	if (n > 0)
		status = atoi(answer + strlen("HTTP/1.1 "));
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	return status;
}

#define POST	"POST /csc/v2/info HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

static bool
refused(int status)
{
	return status == 0 || (status >= 400 && status < 500);
}

TEST(framing_that_two_readers_may_read_differently_is_refused)
{
	CHECK(raw(POST "Content-Length: 2\r\n\r\n{}") == 200);
	CHECK(raw(POST "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n") == 200);
	CHECK(refused(raw(POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}")));
	CHECK(refused(raw(POST "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")));
	CHECK(refused(raw(POST "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")));
	CHECK(refused(raw(POST "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n")));
	CHECK(refused(raw(POST "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")));
	CHECK(refused(raw(POST "Content-Length: +2\r\n\r\n{}")));
	CHECK(refused(raw(POST "Content-Length: 2,2\r\n\r\n{}")));
	CHECK(refused(raw(POST "Content-Length: -2\r\n\r\n{}")));
	CHECK(refused(raw(POST "Content-Length: 99999999999999999999\r\n\r\n{}")));
	CHECK(refused(raw(POST "Host: other\r\nContent-Length: 2\r\n\r\n{}")));
	CHECK(refused(raw("POST /csc/v2/info HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")));	/* no Host */
	CHECK(refused(raw("BREW /csc/v2/info HTTP/1.1\r\nHost: localhost\r\n\r\n")));
}

TEST(a_chunked_body_cannot_be_endless)
{
	char *big = malloc(700000);
	int at = sprintf(big, POST "Transfer-Encoding: chunked\r\n\r\n%x\r\n", 600000);

	memset(big + at, ' ', 600000);
	strcpy(big + at + 600000, "\r\n0\r\n\r\n");
	CHECK(refused(raw(big)));
	free(big);
}

static bool
tls_offers(int version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	SSL *ssl;
	bool ok;

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, version);
	SSL_CTX_set_max_proto_version(ctx, version);
	ssl = SSL_new(ctx);
	a.sin_port = htons((uint16_t)atoi(strrchr(g.url, ':') + 1));
	CHECK(connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0);
	SSL_set_fd(ssl, fd);
	ok = SSL_connect(ssl) == 1;
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	return ok;
}

TEST(tls_is_1_2_or_1_3)
{
	CHECK(tls_offers(TLS1_3_VERSION) && tls_offers(TLS1_2_VERSION));
	CHECK(!tls_offers(TLS1_1_VERSION) && !tls_offers(TLS1_VERSION));
}

TEST(anonymous_calls_are_limited_and_others_are_not)
{
	int refusals = 0;

	for (int i = 0; i < 12; i++) {
		rig_ask(&g, "/propria/v1/invitation", NULL, "application/json",
		    "{\"signer\":\"00000000000000000000000000000000\"}");
		refusals += g.status == 429;
		if (g.status == 429)
			CHECK(strstr(g.headers, "Retry-After: 1") != NULL);
	}
	CHECK(refusals >= 2 && refusals <= 8);
	for (int i = 0; i < 20; i++)
		CHECK(rig_ask(&g, "/csc/v2/info", NULL, "", NULL) == 200);
}

TEST(a_challenge_survives_a_break_of_the_connection)
{
	usleep(1100000);		/* the limit of the test before refills */
	pthread_mutex_lock(&g.sam.lock);
	g.sam.close_at = SAM_CHALLENGE;
	pthread_mutex_unlock(&g.sam.lock);
	/* The first try closes; it is asked again, closes again, and only then fails. */
	CHECK(rig_post(&g, "/propria/v1/challenge",
	    "{\"signer\":\"00000000000000000000000000000000\",\"purpose\":257}") == 503);
	CHECK(strcmp(rig_text(&g, "reason"), "unreachable") == 0);
	g.sam.close_at = 0;
	for (int i = 0; i < 30 && rig_post(&g, "/propria/v1/challenge",
	    "{\"signer\":\"00000000000000000000000000000000\",\"purpose\":257}") != 200; i++)
		usleep(300000);
	CHECK(g.status == 200);
}

/* Starts a second one with a changed configuration; its only line on stderr must contain `said`. */
static bool
start_fails(const char *section, const char *line, const char *said)
{
	char conf[128], changed[128], text[4096] = "", all[4096] = "", cmd[400];
	size_t n;
	FILE *f;
	char *at;

	rig_path(&g, "ssa.conf", conf);
	rig_path(&g, "other.conf", changed);
	CHECK((f = fopen(conf, "r")) != NULL);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	at = strstr(text, section);
	CHECK(at != NULL && (f = fopen(changed, "w")) != NULL);
	fprintf(f, "%.*s%s%s", (int)(at - text), text, line, at + strcspn(at, "\n"));
	fclose(f);
	snprintf(cmd, sizeof(cmd), "timeout 10 %s -c %s 2>&1", getenv("PROPRIA_SSA"), changed);
	CHECK((f = popen(cmd, "r")) != NULL);
	n = fread(all, 1, sizeof(all) - 1, f);
	all[n] = '\0';
	if (WEXITSTATUS(pclose(f)) == 1 && strstr(all, said) != NULL)
		return true;
	fprintf(stderr, "wanted \"%s\", got \"%s\"\n", said, all);
	return false;
}

TEST(a_start_that_fails_says_why)
{
	char line[128];

	snprintf(line, sizeof(line), "port = %s", strrchr(g.url, ':') + 1);
	CHECK(start_fails("port = ", line, "is in use"));
	CHECK(start_fails("certificate = ", "certificate = /nonexistent", "certificate /nonexistent cannot be read"));
	snprintf(line, sizeof(line), "key = %s/genesis", g.folder);
	CHECK(start_fails("key = ", line, "is not PEM"));
	snprintf(line, sizeof(line), "certificate = %s/tls.key", g.folder);
	CHECK(start_fails("certificate = ", line, "HTTPS did not start"));
	CHECK(start_fails("genesis = ", "genesis = /dev/null", "is not the genesis"));
	snprintf(line, sizeof(line), "path = %s/tls.pem", g.folder);
	CHECK(start_fails("path = ", line, "not a database"));
	CHECK(start_fails("name = ", "nmae = x", "there is no setting [info] nmae"));
	CHECK(start_fails("address = ", "address = localhost", "no IPv4 or IPv6 address"));
}

TEST(a_stop_ends_requests_that_wait_for_the_sam)
{
	pid_t asker;
	int status;

	g.sam.hold = 50;
	if ((asker = fork()) == 0) {
		struct rig other = g;

		other.curl = curl_easy_init();
		other.json = NULL;
		other.body = other.headers = NULL;
		_exit(rig_post(&other, "/propria/v1/challenge",
		    "{\"signer\":\"00000000000000000000000000000000\",\"purpose\":257}") == 503 ? 0 : 1);
	}
	usleep(300000);
	CHECK(rig_ssa_stop(&g) == 0);
	g.sam.hold = 0;
	rig_ssa_start(&g);
	CHECK(waitpid(asker, &status, 0) == asker && WIFEXITED(status));
}

static int
begin(void **state UNUSED)
{
	strcpy(g.more, "anonymous_per_second = 100\nanonymous_per_peer_per_second = 6\nlog_requests = yes\n");
	rig_start(&g);
	return 0;
}

static int
end(void **state UNUSED)
{
	rig_stop(&g);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(framing_that_two_readers_may_read_differently_is_refused),
		cmocka_unit_test(a_chunked_body_cannot_be_endless),
		cmocka_unit_test(tls_is_1_2_or_1_3),
		cmocka_unit_test(anonymous_calls_are_limited_and_others_are_not),
		cmocka_unit_test(a_challenge_survives_a_break_of_the_connection),
		cmocka_unit_test(a_start_that_fails_says_why),
		cmocka_unit_test(a_stop_ends_requests_that_wait_for_the_sam),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
