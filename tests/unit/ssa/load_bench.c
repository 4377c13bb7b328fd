/* SPDX-License-Identifier: Apache-2.0 */
/* How many requests a second, and how much CPU of propria-ssa each costs: info, credentials/info, signHash. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "json/base64.h"
#include "tests/unit/ssa/rig.h"

#define CONNECTIONS	32
#define BODIES		2000
#define SECONDS		3

static struct rig g;
static SSL *connection[CONNECTIONS];
static char *request[BODIES];

static double
cpu_seconds(void)
{
	char path[64], text[1024] = "", *at;
	unsigned long user, kernel;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)g.pid);
	CHECK((f = fopen(path, "r")) != NULL && fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	at = strrchr(text, ')');
	CHECK(sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) == 2);
	return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

static SSL *
connected(SSL_CTX *ctx)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	SSL *ssl = SSL_new(ctx);

	a.sin_port = htons((uint16_t)atoi(strrchr(g.url, ':') + 1));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	CHECK(connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0);
	SSL_set_fd(ssl, fd);
	CHECK(SSL_connect(ssl) == 1);
	return ssl;
}

static void
answer_take(SSL *ssl)
{
	char text[8192];
	int n = 0, got;
	char *end, *length;

	do {
		got = SSL_read(ssl, text + n, (int)sizeof(text) - 1 - n);
		CHECK(got > 0);
		n += got;
		text[n] = '\0';
		end = strstr(text, "\r\n\r\n");
		length = strcasestr(text, "Content-Length: ");
	} while (end == NULL || n < (end + 4 - text) + atoi(length + 16));
	if (strncmp(text, "HTTP/1.1 200", 12) != 0)
		fprintf(stderr, "%s\n", text);
	CHECK(strncmp(text, "HTTP/1.1 200", 12) == 0);
}

static void
measure(const char *what, size_t bodies)
{
	uint64_t from = clock_us(), n = 0, now;
	double cpu = cpu_seconds();

	do {
		for (size_t i = 0; i < CONNECTIONS; i++) {
			const char *text = request[(n + i) % bodies];

			CHECK(SSL_write(connection[i], text, (int)strlen(text)) > 0);
		}
		for (size_t i = 0; i < CONNECTIONS; i++)
			answer_take(connection[i]);
		n += CONNECTIONS;
		now = clock_us();
	} while (now - from < SECONDS * 1000000ull);
	cpu = cpu_seconds() - cpu;
	printf("%-18s %8.0f/s here, %6.1f us CPU each = %6.0f/s on one core\n", what,
	    (double)n * 1e6 / (double)(now - from), cpu * 1e6 / (double)n, (double)n / cpu);
}

static void
posts(size_t n, const char *path, char *(*body)(void))
{
	for (size_t i = 0; i < n; i++) {
		char *text = body();

		free(request[i]);
		CHECK(asprintf(&request[i], "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
		    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", path, g.token,
		    strlen(text), text) > 0);
		free(text);
	}
}

static char *
body_empty(void)
{
	return strdup("{}");
}

static char *
body_info(void)
{
	char *text;

	CHECK(asprintf(&text, "{\"credentialID\":\"%s\"}", g.key_hex) > 0);
	return text;
}

static char *
body_sign(void)
{
	uint8_t bytes[2048], json[128];
	char sad[4096], *text;
	struct writer w = writer_over(bytes, sizeof(bytes)), s = writer_over(sad, sizeof(sad) - 1);
	struct writer h = writer_over(json, sizeof(json));

	rig_package(&g, &(struct wish){ .n = 1 }, &w);
	base64url_write(&s, writer_span(&w));
	sad[s.n] = '\0';
	rig_hashes(&h, 0, 1, false);
	CHECK(asprintf(&text, "{\"credentialID\":\"%s\",\"SAD\":\"PRS1.%s\",\"hashes\":%s,"
	    "\"signAlgo\":\"1.2.840.10045.4.3.2\"}", g.key_hex, sad, json) > 0);
	return text;
}

int
main(int argc, char **argv)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (argc > 1)
		snprintf(g.more, sizeof(g.more), "anonymous_per_second = 0\n"
		    "anonymous_per_peer_per_second = 0\nlog_requests = %s\n", argv[1]);
	rig_start(&g);
	rig_enrol(&g);
	rig_key(&g);
	g.sam.forgets = true;
	for (size_t i = 0; i < CONNECTIONS; i++)
		connection[i] = connected(ctx);
	posts(1, "/csc/v2/info", body_empty);
	measure("info", 1);
	posts(1, "/csc/v2/credentials/info", body_info);
	measure("credentials/info", 1);
	posts(BODIES, "/csc/v2/signatures/signHash", body_sign);
	measure("signHash", BODIES);
	for (size_t i = 0; i < CONNECTIONS; i++)
		SSL_free(connection[i]);
	SSL_CTX_free(ctx);
	rig_stop(&g);
	return 0;
}
