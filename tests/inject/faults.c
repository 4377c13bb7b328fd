/* SPDX-License-Identifier: Apache-2.0 */
/* The wrapped functions. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <malloc.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "tests/inject/faults.h"

static enum { OFF, NTH, RATE } mode;
static unsigned long nth, calls, made, unwiped;
static uint32_t dice;
static long live;
static sigjmp_buf back;

static void
begin(int how)
{
	mode = how;
	calls = made = 0;
}

void
faults_off(void)
{
	begin(OFF);
}

void
faults_at(unsigned long n)
{
	begin(NTH);
	nth = n;
}

void
faults_at_rate(uint32_t seed)
{
	begin(RATE);
	dice = seed * 2654435761u + 1;
}

unsigned long
faults_calls(void)
{
	return calls;
}

unsigned long
faults_made(void)
{
	return made;
}

long
faults_live(void)
{
	return live;
}

unsigned long
faults_unwiped(void)
{
	return unwiped;
}

static bool
fails(void)
{
	bool now = false;

	if (mode == OFF)
		return false;
	if (mode == NTH)
		now = calls == nth;
	else
		now = (dice = dice * 1664525 + 1013904223) >> 8 < (1u << 24) / 400;
	calls++;
	made += now;
	errno = now ? ENOSPC : errno;
	return now;
}

void	__wrap_bug(const char *) NORETURN;

void
__wrap_bug(const char *what UNUSED)
{
	siglongjmp(back, 1);
}

bool
faults_run(void (*what)(void))
{
	if (sigsetjmp(back, 0) != 0)
		return false;
	what();
	return true;
}

static void
look(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 3 < n; i++)
		if (p[i] == FAULT_MARK && p[i + 1] == FAULT_MARK && p[i + 2] == FAULT_MARK &&
		    p[i + 3] == FAULT_MARK) {
			unwiped++;
			return;
		}
}

#define WRAP(type, name, failure, params, ...)				\
	type __real_##name params;					\
	type __wrap_##name params;					\
	type								\
	__wrap_##name params						\
	{								\
		return fails() ? (failure) : __real_##name(__VA_ARGS__);	\
	}

#define WRAP_NEW(type, name)						\
	type __real_##name(void);					\
	type __wrap_##name(void);					\
	type								\
	__wrap_##name(void)						\
	{								\
		return fails() ? NULL : __real_##name();		\
	}

/* Memory: counted as well. */
void	*__real_malloc(size_t);
void	*__wrap_malloc(size_t);
void	*__real_calloc(size_t, size_t);
void	*__wrap_calloc(size_t, size_t);
void	*__real_realloc(void *, size_t);
void	*__wrap_realloc(void *, size_t);
void	 __real_free(void *);
void	 __wrap_free(void *);
int	 __real_munmap(void *, size_t);
int	 __wrap_munmap(void *, size_t);
ssize_t	 __real_getrandom(void *, size_t, unsigned);
ssize_t	 __wrap_getrandom(void *, size_t, unsigned);

void *
__wrap_malloc(size_t n)
{
	void *p = fails() ? NULL : __real_malloc(n);

	live += p != NULL;
	return p;
}

void *
__wrap_calloc(size_t n, size_t size)
{
	void *p = fails() ? NULL : __real_calloc(n, size);

	live += p != NULL;
	return p;
}

void *
__wrap_realloc(void *p, size_t n)
{
	void *q = fails() ? NULL : __real_realloc(p, n);

	live += p == NULL && q != NULL;
	return q;
}

void
__wrap_free(void *p)
{
	if (p == NULL)
		return;
	live--;
	look(p, malloc_usable_size(p));
	__real_free(p);
}

int
__wrap_munmap(void *p, size_t n)
{
	const uint8_t *b = p;

	live--;
	for (size_t i = 0; i < n; i++)
		if (b[i] != 0) {
			unwiped++;
			break;
		}
	return __real_munmap(p, n);
}

void	*__real_mmap64(void *, size_t, int, int, int, off_t);
void	*__wrap_mmap64(void *, size_t, int, int, int, off_t);

void *
__wrap_mmap64(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	void *p = fails() ? MAP_FAILED : __real_mmap64(at, n, prot, flags, fd, off);

	live += p != MAP_FAILED;
	return p;
}

/* A kernel that gives less than asked is no failure; one that gives nothing is. */
ssize_t
__wrap_getrandom(void *p, size_t n, unsigned flags)
{
	return fails() ? -1 : __real_getrandom(p, n > 3 ? n - 1 : n, flags);
}

/* Disk and socket. */
WRAP(ssize_t, pwrite64, -1, (int fd, const void *p, size_t n, off_t at), fd, p, n, at)
WRAP(ssize_t, write, -1, (int fd, const void *p, size_t n), fd, p, n)
WRAP(ssize_t, pread64, -1, (int fd, void *p, size_t n, off_t at), fd, p, n, at)
WRAP(int, fdatasync, -1, (int fd), fd)
WRAP(int, fsync, -1, (int fd), fd)
WRAP(int, ftruncate64, -1, (int fd, off_t n), fd, n)
WRAP(int, renameat, -1, (int a, const char *p, int b, const char *q), a, p, b, q)
WRAP(ssize_t, send, -1, (int fd, const void *p, size_t n, int flags), fd, p, n, flags)

/* libcrypto */
WRAP(int, EVP_DigestInit_ex2, 0, (EVP_MD_CTX *c, const EVP_MD *m, const OSSL_PARAM *p), c, m, p)
WRAP(int, EVP_DigestUpdate, 0, (EVP_MD_CTX *c, const void *p, size_t n), c, p, n)
WRAP(int, EVP_DigestFinal_ex, 0, (EVP_MD_CTX *c, unsigned char *p, unsigned *n), c, p, n)
WRAP(int, EVP_MAC_init, 0, (EVP_MAC_CTX *c, const unsigned char *k, size_t n,
    const OSSL_PARAM *p), c, k, n, p)
WRAP(int, EVP_MAC_update, 0, (EVP_MAC_CTX *c, const unsigned char *p, size_t n), c, p, n)
WRAP(int, EVP_MAC_final, 0, (EVP_MAC_CTX *c, unsigned char *p, size_t *n, size_t m), c, p, n, m)
WRAP(EVP_KDF_CTX *, EVP_KDF_CTX_new, NULL, (EVP_KDF *k), k)
WRAP(int, EVP_KDF_derive, 0, (EVP_KDF_CTX *c, unsigned char *p, size_t n, const OSSL_PARAM *q), c,
    p, n, q)
WRAP(int, EVP_EncryptInit_ex2, 0, (EVP_CIPHER_CTX *c, const EVP_CIPHER *m, const unsigned char *k,
    const unsigned char *i, const OSSL_PARAM *p), c, m, k, i, p)
WRAP(int, EVP_DecryptInit_ex2, 0, (EVP_CIPHER_CTX *c, const EVP_CIPHER *m, const unsigned char *k,
    const unsigned char *i, const OSSL_PARAM *p), c, m, k, i, p)
WRAP(int, EVP_EncryptUpdate, 0, (EVP_CIPHER_CTX *c, unsigned char *o, int *n,
    const unsigned char *p, int m),
    c, o, n, p, m)
WRAP(int, EVP_DecryptUpdate, 0, (EVP_CIPHER_CTX *c, unsigned char *o, int *n,
    const unsigned char *p, int m),
    c, o, n, p, m)
WRAP(int, EVP_EncryptFinal_ex, 0, (EVP_CIPHER_CTX *c, unsigned char *o, int *n), c, o, n)
WRAP(int, EVP_DecryptFinal_ex, 0, (EVP_CIPHER_CTX *c, unsigned char *o, int *n), c, o, n)
WRAP(int, EVP_CIPHER_CTX_ctrl, 0, (EVP_CIPHER_CTX *c, int t, int n, void *p), c, t, n, p)
WRAP_NEW(EVP_MD_CTX *, EVP_MD_CTX_new)
WRAP(EVP_PKEY *, EVP_PKEY_new_raw_public_key, NULL, (int t, ENGINE *e, const unsigned char *p,
    size_t n), t, e, p, n)
WRAP(EVP_PKEY *, EVP_PKEY_new_raw_private_key, NULL, (int t, ENGINE *e, const unsigned char *p,
    size_t n), t, e, p, n)
WRAP(int, EVP_DigestVerifyInit, 0, (EVP_MD_CTX *c, EVP_PKEY_CTX **p, const EVP_MD *m, ENGINE *e,
    EVP_PKEY *k),
    c, p, m, e, k)
WRAP(int, EVP_DigestVerify, 0, (EVP_MD_CTX *c, const unsigned char *s, size_t n,
    const unsigned char *p, size_t m),
    c, s, n, p, m)
WRAP(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_pkey, NULL, (OSSL_LIB_CTX *l, EVP_PKEY *k,
    const char *q), l, k, q)
WRAP(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_name, NULL, (OSSL_LIB_CTX *l, const char *n,
    const char *q), l, n, q)
WRAP(int, EVP_PKEY_fromdata_init, 0, (EVP_PKEY_CTX *c), c)
WRAP(int, EVP_PKEY_fromdata, 0, (EVP_PKEY_CTX *c, EVP_PKEY **k, int n, OSSL_PARAM p[]), c, k, n, p)
WRAP(int, EVP_PKEY_verify_init, 0, (EVP_PKEY_CTX *c), c)
WRAP(int, EVP_PKEY_CTX_set_rsa_padding, 0, (EVP_PKEY_CTX *c, int n), c, n)
WRAP(int, EVP_PKEY_verify, -1, (EVP_PKEY_CTX *c, const unsigned char *s, size_t n,
    const unsigned char *p, size_t m),
    c, s, n, p, m)
WRAP_NEW(EC_KEY *, EC_KEY_new)
WRAP(int, EC_KEY_set_group, 0, (EC_KEY *k, const EC_GROUP *g), k, g)
WRAP(int, EC_KEY_oct2key, 0, (EC_KEY *k, const unsigned char *p, size_t n, BN_CTX *c), k, p, n, c)
WRAP(int, EC_KEY_check_key, 0, (const EC_KEY *k), k)
WRAP_NEW(ECDSA_SIG *, ECDSA_SIG_new)
WRAP(int, ECDSA_SIG_set0, 0, (ECDSA_SIG *s, BIGNUM *r, BIGNUM *v), s, r, v)
WRAP(int, ECDSA_do_verify, -1, (const unsigned char *p, int n, const ECDSA_SIG *s, EC_KEY *k), p,
    n, s, k)
WRAP(BIGNUM *, BN_bin2bn, NULL, (const unsigned char *p, int n, BIGNUM *b), p, n, b)
WRAP_NEW(BIGNUM *, BN_new)
