/* SPDX-License-Identifier: Apache-2.0 */
/* Gives a target its corpus file by file, without a fuzzer: what broke it once is tried with every run of the tests. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"

#define SEED_MAX	(1u << 20)

/* As the fuzzer does: a copy of its own size. */
static bool
seed_run(const char *dir, const char *name)
{
	static uint8_t bytes[SEED_MAX];
	char path[4096];
	uint8_t *copy;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "rb")) == NULL) {
		perror(path);
		return false;
	}
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	copy = malloc(n > 0 ? n : 1);
	if (copy == NULL)
		return false;
	memcpy(copy, bytes, n);
	printf("# %s\n", name);
	fflush(stdout);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	return true;
}

int
main(int argc, char **argv)
{
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	const struct dirent *d;
	size_t n = 0;

	if (dir == NULL) {
		fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
		return 2;
	}
	LLVMFuzzerInitialize(&argc, &argv);
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' && seed_run(argv[1], d->d_name))
			n++;
		else if (d->d_name[0] != '.')
			return 1;
	closedir(dir);
	printf("ok 1 - %zu inputs, none broke it\n1..1\n", n);
	return n == 0;
}
