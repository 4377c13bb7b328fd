/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every message between the SAM and its module workers: PROTOCOL.sam 7. Reading allocates nothing:
 * spans are lent from the payload, arrays are fixed. A request's name is the message's; the answer
 * is a struct of its own where it carries something.
 */
#ifndef WIRE_HSM_H
#define WIRE_HSM_H

#include "base/fields.h"
#include "wire/frame.h"

#define HSM_ALGS_MAX		16
#define HSM_DIGESTS_MAX		1000
#define HSM_DIGEST_MAX		64
#define HSM_SPKI_MAX		422
#define HSM_SIGNATURE_MAX	384
#define HSM_WRAPPED_MAX		4000
#define HSM_RANDOM_MAX		1024
#define HSM_ANCHOR_MAX		256
#define HSM_MAC_LEN		32
#define HSM_HEAD_SIG_LEN	64
#define HSM_STRETCH_MAX		512
#define HSM_STRETCHED_LEN	32
#define HSM_STOCKS_MAX		8	/* algorithms with keys in stock */
#define HSM_STOCK_MAX		256	/* ... and keys of each */
#define HSM_TAKEN_MAX		1024	/* keys under an id at once, in one worker */

/* Payloads of the largest request and the largest answer. */
#define HSM_REQUEST_MAX		(72u * 1024)
#define HSM_ANSWER_MAX		(392u * 1024)

enum hsm_flag {			/* HELLO: what the module granted, found by trying */
	HSM_KEK_TRUSTED			= 1 << 0,
	HSM_KEK_HAS_UNWRAP_TEMPLATE	= 1 << 1,
	HSM_KEYS_WRAP_WITH_TRUSTED	= 1 << 2,
	HSM_KEK_NEVER_EXTRACTABLE	= 1 << 3,
	HSM_MODULE_DECLARED		= 1 << 4,	/* FIPS or CC, as the operator declares */
};
#define HSM_FLAGS_ALL		0x1fu

enum hsm_head_key { HSM_KEY_LOG = 1, HSM_KEY_ATTESTATION = 2 };
/* A refusal's reason: the worker ends before it began this; another one may. */
#define HSM_LEAVING		"leaving"

enum hsm_status { HSM_SIGNED = 0, HSM_FAILED = 1 };

struct msg_hsm_hello {		/* the answer; the request is empty */
	struct span	library, token, serial;
	uint32_t	mech;		/* CKM_ of the wrapping */
	uint32_t	flags;		/* enum hsm_flag */
	size_t		n_algs;		/* ascending, none twice */
	uint16_t	algs[HSM_ALGS_MAX];
	struct span	log, attestation;	/* spki */
};

struct msg_hsm_sign_head {
	uint8_t		key;		/* enum hsm_head_key */
	uint8_t		digest[32];
};

struct msg_hsm_generated {	/* answer to GENERATE */
	struct span	spki;
	uint32_t	mech;
	struct span	wrapped;
};

struct msg_hsm_sign {
	uint16_t	alg;
	struct span	spki;
	uint32_t	mech;
	struct span	wrapped;
	size_t		n;		/* 1..HSM_DIGESTS_MAX */
	struct span	digest[HSM_DIGESTS_MAX];
};

struct msg_hsm_signed {		/* answer to SIGN: in the order of the digests */
	size_t		n;
	uint8_t		status[HSM_DIGESTS_MAX];	/* enum hsm_status */
	struct span	signature[HSM_DIGESTS_MAX];	/* empty if failed */
};

struct msg_hsm_stock {		/* one-time keys: how many are to wait */
	uint32_t	age;		/* seconds; older ones are destroyed unused */
	size_t		n;		/* ascending, none twice */
	uint16_t	alg[HSM_STOCKS_MAX];
	uint16_t	mark[HSM_STOCKS_MAX];
};

struct msg_hsm_stocked {	/* the answer: how many wait now */
	size_t		n;
	uint16_t	alg[HSM_STOCKS_MAX];
	uint16_t	have[HSM_STOCKS_MAX];
};

struct msg_hsm_take {
	uint16_t	alg;
	uint8_t		id[ID_LEN];
	bool		wait;		/* none in stock: make one */
};

struct msg_hsm_taken {
	struct span	spki;
	uint64_t	made;		/* ms since 1970 */
};

struct msg_hsm_once {		/* answered by a msg_hsm_signed */
	uint8_t		id[ID_LEN];
	struct span	spki;
	bool		last;		/* the key is gone before the answer, whatever happened */
	size_t		n;		/* 1..HSM_DIGESTS_MAX */
	struct span	digest[HSM_DIGESTS_MAX];
};

/* HELLO, ANCHOR_GET as requests, ANCHOR_SET and DROP as answers: no bytes. */
bool	msg_hsm_empty_read(struct reader *, struct err *) MUST_USE;

MESSAGE_OF(msg_hsm_hello);

bool	msg_hsm_hmac_read(struct reader *, struct span *data, struct err *) MUST_USE;
void	msg_hsm_hmac_write(struct writer *, struct span data);
bool	msg_hsm_mac_read(struct reader *, uint8_t mac[HSM_MAC_LEN], struct err *) MUST_USE;
void	msg_hsm_mac_write(struct writer *, const uint8_t mac[HSM_MAC_LEN]);

MESSAGE_OF(msg_hsm_sign_head);
bool	msg_hsm_head_signed_read(struct reader *, uint8_t sig[HSM_HEAD_SIG_LEN],
    struct err *) MUST_USE;
void	msg_hsm_head_signed_write(struct writer *, const uint8_t sig[HSM_HEAD_SIG_LEN]);

bool	msg_hsm_generate_read(struct reader *, uint16_t *alg, struct err *) MUST_USE;
void	msg_hsm_generate_write(struct writer *, uint16_t alg);
MESSAGE_OF(msg_hsm_generated);

MESSAGE_OF(msg_hsm_sign);
MESSAGE_OF(msg_hsm_signed);

bool	msg_hsm_random_read(struct reader *, uint16_t *n, struct err *) MUST_USE;
void	msg_hsm_random_write(struct writer *, uint16_t n);
bool	msg_hsm_randomness_read(struct reader *, struct span *bytes, struct err *) MUST_USE;
void	msg_hsm_randomness_write(struct writer *, struct span bytes);

/* The same bytes: the answer of ANCHOR_GET and the request of ANCHOR_SET. */
bool	msg_hsm_anchor_read(struct reader *, struct span *value, struct err *) MUST_USE;
void	msg_hsm_anchor_write(struct writer *, struct span value);

MESSAGE_OF(msg_hsm_stock);
MESSAGE_OF(msg_hsm_stocked);
MESSAGE_OF(msg_hsm_take);
MESSAGE_OF(msg_hsm_taken);
MESSAGE_OF(msg_hsm_once);
bool	msg_hsm_drop_read(struct reader *, uint8_t id[ID_LEN], struct err *) MUST_USE;
void	msg_hsm_drop_write(struct writer *, const uint8_t id[ID_LEN]);

bool	msg_hsm_stretch_read(struct reader *, struct span *input, struct err *) MUST_USE;
void	msg_hsm_stretch_write(struct writer *, struct span input);
bool	msg_hsm_stretched_read(struct reader *, uint8_t out[HSM_STRETCHED_LEN], struct err *) MUST_USE;
void	msg_hsm_stretched_write(struct writer *, const uint8_t out[HSM_STRETCHED_LEN]);

#endif
