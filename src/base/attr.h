/* SPDX-License-Identifier: Apache-2.0 */
/* Short names for the compiler extensions in use, and the ownership idiom built on them. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_USE	__attribute__((warn_unused_result))
#define PRINTF(f, a)	__attribute__((format(printf, f, a)))
#define UNUSED		__attribute__((unused))
#define NORETURN	__attribute__((noreturn))

/* AUTO(buf) *b = NULL; frees b with buf_free() when the scope ends. */
#define AUTO(type)	__attribute__((cleanup(type##_auto))) struct type

/* Hands the pointer over: the variable is NULL afterwards, so its cleanup does nothing. */
#define TAKE(p)			\
	({			\
		__auto_type taken_ = (p); \
		(p) = NULL;	\
		taken_;		\
	})

/* Makes `name_auto` for AUTO(name) out of `name_free`. */
#define AUTO_FREE(name)					\
	static inline void UNUSED			\
	name##_auto(struct name **p)			\
	{						\
		name##_free(*p);			\
	}

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#endif
