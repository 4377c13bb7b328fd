/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faulty.so: a PKCS#11 module that passes all calls on to a real one and misbehaves to order.
 *
 *   FAULTY_REAL   path of the real module
 *   FAULTY_PLAN   file with the orders, read again at every call; no file or an empty one: none
 *   FAULTY_OBJECTS  prefix: after each C_DestroyObject the file of this name with the process id holds
 *                 how many session objects there are; optional
 *   FAULTY_TRACE  file to which the name of each call is appended, one a line; optional
 *
 * The plan, one order a line; CALL is a name such as C_Sign, K the K-th such call since the plan
 * last changed (left out: every one), numbers as in C:
 *
 *   latency MS            wait before every call
 *   stall CALL MS [K]     wait before this call
 *   fail CALL RV [K]      do not pass it on, answer RV
 *   crash CALL [K]        SIGSEGV instead of this call
 *   flip [K]              C_Sign answers with one bit changed
 *   pretend [K]           C_WrapKey answers CKR_OK and eight bytes without wrapping
 *   sessions N            C_OpenSession answers CKR_SESSION_COUNT with N open
 *   drop ATTRIBUTE        is left out of templates of new keys (C_Generate..., C_UnwrapKey)
 *
 *   lie ATTRIBUTE         C_GetAttributeValue answers CK_FALSE for it
 *   deaf                  C_Initialize answers CKR_CANT_LOCK to who wants threads
 *
 * Threads may call it at once; the counting is then as they come. Only the calls that Propria makes are under orders; others pass as they are.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

#define PLAN_MAX	2048
#define CALLS_MAX	64
#define ATTRS_MAX	32

static CK_FUNCTION_LIST *real, list;
static char plan[PLAN_MAX];
static unsigned long sessions_open;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;	/* plan and counters */
static struct counter { const char *call; unsigned long n; } counters[CALLS_MAX];

static void
wait_ms(unsigned long ms)
{
	struct timespec t = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) != 0)
		;
}

/* A changed plan starts the counting anew. */
static void
plan_read(void)
{
	const char *path = getenv("FAULTY_PLAN");
	char now[PLAN_MAX] = "";
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, now, sizeof(now) - 1);

	if (fd >= 0)
		close(fd);
	now[n < 0 ? 0 : n] = '\0';
	pthread_mutex_lock(&lock);
	if (strcmp(now, plan) != 0)
		memset(counters, 0, sizeof(counters));
	strcpy(plan, now);
	pthread_mutex_unlock(&lock);
}

static unsigned long
count(const char *call)
{
	unsigned long n;
	size_t i = 0;

	pthread_mutex_lock(&lock);
	while (i < CALLS_MAX - 1 && counters[i].call != NULL && strcmp(counters[i].call, call) != 0)
		i++;
	counters[i].call = call;
	n = ++counters[i].n;
	pthread_mutex_unlock(&lock);
	return n;
}

static void
trace(const char *call)
{
	const char *path = getenv("FAULTY_TRACE");
	int fd = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	dprintf(fd, "%s\n", call);
	close(fd);
}

/* Is there an order of this form for this, the n-th, call? Its number goes to *value. */
static bool
ordered(const char *verb, const char *call, unsigned long n, bool with_value, unsigned long *value)
{
	char at[32], which[64], numbers[64], orders[PLAN_MAX];
	const char *line = orders;

	pthread_mutex_lock(&lock);
	strcpy(orders, plan);
	pthread_mutex_unlock(&lock);
	for (; line != NULL && *line != '\0';
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		char *rest = numbers;
		unsigned long first, k = 0;

		numbers[0] = '\0';
		if (call != NULL ? sscanf(line, "%31s %63s %63[^\n]", at, which, numbers) < 2
				 : sscanf(line, "%31s %63[^\n]", at, numbers) < 1)
			continue;
		if (strcmp(at, verb) != 0 || (call != NULL && strcmp(which, call) != 0))
			continue;
		first = with_value ? strtoul(rest, &rest, 0) : 0;
		k = strtoul(rest, NULL, 0);
		if (k != 0 && k != n)
			continue;
		*value = first;
		return true;
	}
	return false;
}

/* What the plan wants of this call before it is passed on. */
static CK_RV
before(const char *call)
{
	unsigned long n, v;

	plan_read();
	trace(call);
	n = count(call);
	if (ordered("latency", NULL, n, true, &v))
		wait_ms(v);
	if (ordered("stall", call, n, true, &v))
		wait_ms(v);
	if (ordered("crash", call, n, false, &v)) {
		signal(SIGSEGV, SIG_DFL);	/* a sanitizer may have taken it */
		raise(SIGSEGV);
	}
	return ordered("fail", call, n, true, &v) ? v : CKR_OK;
}

/* The template without what is to be dropped. */
static CK_ULONG
thin(const CK_ATTRIBUTE *from, CK_ULONG n, CK_ATTRIBUTE to[ATTRS_MAX])
{
	unsigned long dropped;
	CK_ULONG kept = 0;
	bool any = ordered("drop", NULL, 0, true, &dropped);

	for (CK_ULONG i = 0; i < n && i < ATTRS_MAX; i++)
		if (!any || from[i].type != dropped)
			to[kept++] = from[i];
	return kept;
}

#define PASS(call, params, args)			\
	static CK_RV					\
	f_##call params					\
	{						\
		CK_RV rv = before(#call);		\
							\
		return rv != CKR_OK ? rv : real->call args; \
	}

PASS(C_GetSlotList, (CK_BBOOL a, CK_SLOT_ID *b, CK_ULONG *c), (a, b, c))
PASS(C_GetTokenInfo, (CK_SLOT_ID a, CK_TOKEN_INFO *b), (a, b))
PASS(C_Login, (CK_SESSION_HANDLE s, CK_USER_TYPE a, unsigned char *b, CK_ULONG c), (s, a, b, c))
PASS(C_Logout, (CK_SESSION_HANDLE s), (s))
PASS(C_CreateObject, (CK_SESSION_HANDLE s, CK_ATTRIBUTE *a, CK_ULONG b, CK_OBJECT_HANDLE *c),
    (s, a, b, c))

static void
objects_tell(CK_SESSION_HANDLE s)
{
	static const CK_BBOOL no = CK_FALSE;
	const char *prefix = getenv("FAULTY_OBJECTS");
	CK_ATTRIBUTE of_session = { CKA_TOKEN, (void *)(uintptr_t)&no, sizeof(no) };
	CK_OBJECT_HANDLE some[64];
	CK_ULONG n = 1;
	unsigned long all = 0;
	char path[512];
	FILE *f;

	if (prefix == NULL || real->C_FindObjectsInit(s, &of_session, 1) != CKR_OK)
		return;
	while (n > 0 && real->C_FindObjects(s, some, 64, &n) == CKR_OK)
		all += n;
	real->C_FindObjectsFinal(s);
	snprintf(path, sizeof(path), "%s.%d", prefix, (int)getpid());
	if ((f = fopen(path, "we")) == NULL)
		return;
	fprintf(f, "%lu\n", all);
	fclose(f);
}

static CK_RV
f_C_DestroyObject(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE a)
{
	CK_RV rv = before("C_DestroyObject");

	if (rv == CKR_OK)
		rv = real->C_DestroyObject(s, a);
	if (rv == CKR_OK)
		objects_tell(s);
	return rv;
}

PASS(C_SetAttributeValue, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE a, CK_ATTRIBUTE *b, CK_ULONG c),
    (s, a, b, c))
PASS(C_FindObjectsInit, (CK_SESSION_HANDLE s, CK_ATTRIBUTE *a, CK_ULONG b), (s, a, b))
PASS(C_FindObjects, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *a, CK_ULONG b, CK_ULONG *c), (s, a, b, c))
PASS(C_FindObjectsFinal, (CK_SESSION_HANDLE s), (s))
PASS(C_SignInit, (CK_SESSION_HANDLE s, CK_MECHANISM *a, CK_OBJECT_HANDLE b), (s, a, b))
PASS(C_GenerateRandom, (CK_SESSION_HANDLE s, unsigned char *a, CK_ULONG b), (s, a, b))

static CK_RV
f_C_GetAttributeValue(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE *t, CK_ULONG n)
{
	CK_RV rv = before("C_GetAttributeValue");
	unsigned long type;

	if (rv == CKR_OK)
		rv = real->C_GetAttributeValue(s, o, t, n);
	if (rv == CKR_OK && n == 1 && ordered("lie", NULL, 0, true, &type) && t->type == type)
		memset(t->pValue, 0, t->ulValueLen);
	return rv;
}

static CK_RV
f_C_Initialize(void *a)
{
	CK_RV rv = before("C_Initialize");
	unsigned long v;

	if (rv == CKR_OK && a != NULL && ordered("deaf", NULL, 0, false, &v))
		rv = CKR_CANT_LOCK;
	return rv != CKR_OK ? rv : real->C_Initialize(a);
}

static CK_RV
f_C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, void *a, CK_NOTIFY b, CK_SESSION_HANDLE *s)
{
	CK_RV rv = before("C_OpenSession");
	unsigned long most;

	if (rv == CKR_OK && ordered("sessions", NULL, 0, true, &most) && sessions_open >= most)
		rv = CKR_SESSION_COUNT;
	if (rv == CKR_OK && (rv = real->C_OpenSession(slot, flags, a, b, s)) == CKR_OK)
		sessions_open++;
	return rv;
}

static CK_RV
f_C_CloseSession(CK_SESSION_HANDLE s)
{
	CK_RV rv = before("C_CloseSession");

	if (rv == CKR_OK && (rv = real->C_CloseSession(s)) == CKR_OK)
		sessions_open--;
	return rv;
}

static CK_RV
f_C_GenerateKey(CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_ATTRIBUTE *t, CK_ULONG n, CK_OBJECT_HANDLE *k)
{
	CK_ATTRIBUTE thinned[ATTRS_MAX];
	CK_RV rv = before("C_GenerateKey");

	return rv != CKR_OK ? rv : real->C_GenerateKey(s, m, thinned, thin(t, n, thinned), k);
}

static CK_RV
f_C_GenerateKeyPair(CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_ATTRIBUTE *pub, CK_ULONG n_pub,
    CK_ATTRIBUTE *priv, CK_ULONG n_priv, CK_OBJECT_HANDLE *a, CK_OBJECT_HANDLE *b)
{
	CK_ATTRIBUTE thinned[ATTRS_MAX];
	CK_RV rv = before("C_GenerateKeyPair");

	return rv != CKR_OK ? rv : real->C_GenerateKeyPair(s, m, pub, n_pub, thinned,
	    thin(priv, n_priv, thinned), a, b);
}

static CK_RV
f_C_UnwrapKey(CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_OBJECT_HANDLE by, unsigned char *p, CK_ULONG len,
    CK_ATTRIBUTE *t, CK_ULONG n, CK_OBJECT_HANDLE *k)
{
	CK_ATTRIBUTE thinned[ATTRS_MAX];
	CK_RV rv = before("C_UnwrapKey");

	return rv != CKR_OK ? rv : real->C_UnwrapKey(s, m, by, p, len, thinned, thin(t, n, thinned), k);
}

/* Is there an order without a call for the call that was counted last under this name? */
static bool
ordered_now(const char *verb, const char *call)
{
	unsigned long v;

	for (size_t i = 0; i < CALLS_MAX; i++)
		if (counters[i].call != NULL && strcmp(counters[i].call, call) == 0)
			return ordered(verb, NULL, counters[i].n, false, &v);
	return false;
}

static CK_RV
f_C_WrapKey(CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_OBJECT_HANDLE by, CK_OBJECT_HANDLE key,
    unsigned char *out, CK_ULONG *n)
{
	CK_RV rv = before("C_WrapKey");

	if (rv == CKR_OK && ordered_now("pretend", "C_WrapKey")) {
		memset(out, 0xa6, 8);
		*n = 8;
		return CKR_OK;
	}
	return rv != CKR_OK ? rv : real->C_WrapKey(s, m, by, key, out, n);
}

static CK_RV
f_C_Sign(CK_SESSION_HANDLE s, unsigned char *data, CK_ULONG len, unsigned char *sig, CK_ULONG *n)
{
	CK_RV rv = before("C_Sign");

	if (rv == CKR_OK)
		rv = real->C_Sign(s, data, len, sig, n);
	if (rv == CKR_OK && ordered_now("flip", "C_Sign"))
		sig[*n / 3] ^= 0x10;
	return rv;
}

static void
override(void)
{
	list = *real;
	list.C_Initialize = f_C_Initialize;
	list.C_GetSlotList = f_C_GetSlotList;
	list.C_GetTokenInfo = f_C_GetTokenInfo;
	list.C_OpenSession = f_C_OpenSession;
	list.C_CloseSession = f_C_CloseSession;
	list.C_Login = f_C_Login;
	list.C_Logout = f_C_Logout;
	list.C_CreateObject = f_C_CreateObject;
	list.C_DestroyObject = f_C_DestroyObject;
	list.C_GetAttributeValue = f_C_GetAttributeValue;
	list.C_SetAttributeValue = f_C_SetAttributeValue;
	list.C_FindObjectsInit = f_C_FindObjectsInit;
	list.C_FindObjects = f_C_FindObjects;
	list.C_FindObjectsFinal = f_C_FindObjectsFinal;
	list.C_GenerateKey = f_C_GenerateKey;
	list.C_GenerateKeyPair = f_C_GenerateKeyPair;
	list.C_WrapKey = f_C_WrapKey;
	list.C_UnwrapKey = f_C_UnwrapKey;
	list.C_SignInit = f_C_SignInit;
	list.C_Sign = f_C_Sign;
	list.C_GenerateRandom = f_C_GenerateRandom;
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **out)
{
	union {
		void			*object;
		CK_C_GetFunctionList	 function;
	} entry = { NULL };
	const char *path = getenv("FAULTY_REAL");
	void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	CK_RV rv;

	if (library == NULL || (entry.object = dlsym(library, "C_GetFunctionList")) == NULL)
		return CKR_GENERAL_ERROR;
	if ((rv = entry.function(&real)) != CKR_OK)
		return rv;
	override();
	*out = &list;
	return CKR_OK;
}
