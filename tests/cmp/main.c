/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faulty_ca DIR: the tests' CA as a program. It leaves its certificates and url in DIR and reads there,
 * in `mode`, how to misbehave; until it is ended.
 */
#include <signal.h>
#include <stdio.h>

#include "crypto/hash.h"
#include "tests/cmp/faulty.h"

int
main(int argc, char **argv)
{
	char mode[256], url[256], fresh[260];
	struct faulty f = { 0 };
	struct err e = { 0 };
	sigset_t signals;
	int number;
	FILE *file;

	if (argc != 2 || strlen(argv[1]) > 200 || !crypto_start(&e))
		return 2;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	snprintf(mode, sizeof(mode), "%s/mode", argv[1]);
	f.mode_file = mode;
	faulty_start(&f, NULL);
	issuer_pem(&f.issuer, argv[1]);
	snprintf(url, sizeof(url), "%s/url", argv[1]);
	snprintf(fresh, sizeof(fresh), "%s.new", url);
	if ((file = fopen(fresh, "w")) == NULL || fprintf(file, "%s", f.issuer.url) < 0 || fclose(file) != 0 ||
	    rename(fresh, url) != 0)
		return 1;
	sigwait(&signals, &number);
	faulty_stop(&f);
	return 0;
}
