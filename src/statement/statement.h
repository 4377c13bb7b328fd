/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statement: canonical bytes of one act, what people approve. One encoder, one reader.
 * PROTOCOL.sam 1; EN 419 241-1 SRA_SAP.2.1, SRA_SAP.2.3 (with its evidence it is the SAD).
 */
#ifndef STATEMENT_STATEMENT_H
#define STATEMENT_STATEMENT_H

#include "base/err.h"
#include "base/reader.h"
#include "base/text.h"
#include "base/writer.h"
#include "crypto/hash.h"
#include "statement/provider.h"

#define STATEMENT_MAX	262144
#define ITEMS_MAX	1000
#define FRESH_LEN	40
#define PROPOSAL_LEN	32
#define NONCE_MAC_LEN	16
#define PROFILE_LEN	16
#define POLICY_LEN	42
#define PASSKEY_ATTESTATION_MAX	8192
#define PASSKEY_CLIENT_MAX	2048
#define AUTHENTICATOR_SPKI_MAX	552	/* RSA-4096 */
#define MODULE_LINK_LEN	48	/* of an authentication module: its id, then the person's */
#define ISSUER_MAX	200
#define PEER_KEY_MAX	91
#define PEER_LABEL_MAX	64
#define TRANSPORT_KEY_LEN	65	/* uncompressed point on P-256 */

enum purpose {
	PURPOSE_SIGN		= 0x0101,
	PURPOSE_SIGN_ONCE	= 0x0102,
	PURPOSE_INVITE		= 0x0201,
	PURPOSE_BIND		= 0x0202,
	PURPOSE_SUSPEND		= 0x0203,
	PURPOSE_REINSTATE	= 0x0204,
	PURPOSE_CLOSE		= 0x0205,
	PURPOSE_ADD_AUTHENTICATOR = 0x0206,
	PURPOSE_REMOVE_AUTHENTICATOR = 0x0207,
	PURPOSE_CREATE_KEY	= 0x0301,
	PURPOSE_DESTROY_KEY	= 0x0302,
	PURPOSE_RELEASE_KEY	= 0x0303,
	PURPOSE_OPEN_SESSION	= 0x0304,
	PURPOSE_REVOKE_KEY	= 0x0305,
	PURPOSE_FOUND		= 0x0400,
	PURPOSE_ADD_ANCHOR	= 0x0401,
	PURPOSE_REMOVE_ANCHOR	= 0x0402,
	PURPOSE_ADD_OFFICER	= 0x0403,
	PURPOSE_REMOVE_OFFICER	= 0x0404,
	PURPOSE_SET_POLICY	= 0x0405,
	PURPOSE_RESUME		= 0x0406,
	PURPOSE_ADD_PEER	= 0x0407,
	PURPOSE_REMOVE_PEER	= 0x0408,
	PURPOSE_ADD_PROVIDER	= 0x0409,
	PURPOSE_REMOVE_PROVIDER	= 0x040a,
	/* of an authentication module */
	PURPOSE_ADMIT		= 0x0601,
	PURPOSE_SET_FACTORS	= 0x0602,
	PURPOSE_CHANGE_FACTORS	= 0x0603,
	PURPOSE_UNLOCK		= 0x0604,
	PURPOSE_DISMISS		= 0x0605,
	PURPOSE_NEW_GRANT_KEY	= 0x0606,
	PURPOSE_CHECK		= 0x0607,
};

enum attrs { ATTRS_APPROVAL = 1 << 0, ATTRS_ORIGIN = 1 << 1 };	/* one of them at most */
enum item_kind { KIND_DTBSR = 1, KIND_CADES = 2, KIND_PADES = 3 };
enum key_class { CLASS_SIGNATURE = 1, CLASS_SEAL = 2 };
enum key_level { LEVEL_SCAL1 = 1, LEVEL_SCAL2 = 2 };
enum seen { SEEN_DOCUMENT = 1, SEEN_LABELS = 2 };
enum anchor_usage { ANCHOR_ISSUER = 1, ANCHOR_ATTESTATION = 2 };
#define ANCHOR_RULES_ALL	0xf	/* of enum certificate_rule */
enum protection { PROTECTION_FILE = 1, PROTECTION_CARD, PROTECTION_TPM, PROTECTION_PHONE,
	PROTECTION_PASSKEY, PROTECTION_PASSKEY_ATTESTED, PROTECTION_PASSKEY_COPIED,
	PROTECTION_MODULE, PROTECTION_PROVIDER };
enum peer_kind { PEER_SAM = 1, PEER_MODULE = 2 };	/* whose key it is */

struct item {
	struct span	digest;
	struct span	label;
};

struct body_sign {		/* SIGN, SIGN_ONCE */
	uint8_t		key[16];
	uint8_t		spki[HASH_LEN];
	uint8_t		class, level;
	uint16_t	alg;
	uint8_t		kind, seen;
	uint8_t		requester[16];
	struct span	name;
	uint8_t		session[16], profile[16], idv[32];
	uint16_t	attrs;
	size_t		n;
	struct item	items[ITEMS_MAX];
	struct span	text;
};

struct body_open_session {
	uint16_t	alg;
	uint8_t		class, level;
	uint8_t		profile[16], idv[32], session[16];
};

struct body_invite {
	uint8_t		loa;
	struct span	proofing;
	uint8_t		evidence[32];
	struct span	name;
	uint8_t		code[32];
};

struct body_bind {		/* BIND, ADD_AUTHENTICATOR */
	uint32_t	from;
	uint8_t		type, protection;
	struct span	spki, label;
	struct span	attestation, client;	/* of passkeys; of a module its id and the person's, of a
						 * provider its issuer; else empty */
};

struct body_remove_authenticator {
	uint32_t	from;
	uint8_t		authenticator[16];
};

struct body_signer {		/* SUSPEND, REINSTATE, CLOSE */
	uint32_t	from;
	struct span	reason;
};

struct body_create_key {
	uint32_t	from;
	uint16_t	alg;
	uint8_t		class, level;
	uint8_t		profile[16];
	uint8_t		evidences;
	uint8_t		with[16];	/* an authenticator that approves each use; zero: any */
};

struct body_key {		/* DESTROY_KEY, RELEASE_KEY, REVOKE_KEY */
	uint8_t		key[16];
	uint32_t	from;
	struct span	reason;
};

struct body_add_anchor {
	uint16_t	alg;
	struct span	spki, issuer;
	uint32_t	max_days;
	struct span	label;
	uint8_t		usage;
	uint8_t		profile[PROFILE_LEN];	/* zero: of keys without a profile */
	uint16_t	rules;			/* what its certificates must say: der/certificate.h */
	struct span	policy;			/* OID content that they must name; empty: none */
	struct span	added;			/* v8 OIDs of attributes it may add to the name */
};

struct body_add_officer {
	uint8_t		role, type;
	struct span	person, spki;
};

struct body_add_peer {
	uint8_t		kind;		/* enum peer_kind */
	uint8_t		peer[32];	/* its group id */
	struct span	key;		/* SAM: transport point; module: spki of its grant key */
	struct span	label;
};

struct body_resume {
	uint32_t	epoch;
	uint64_t	size;
	uint8_t		root[32];
	uint64_t	log_size;
	uint8_t		log_root[32];
};

struct body_admit {
	uint8_t		peer[32], signer[16];	/* a signer of that SAM */
	struct span	name;
	uint8_t		evidence[32], code[32];
};

struct body_factors {		/* SET_FACTORS, CHANGE_FACTORS */
	uint32_t	from;
	uint8_t		sealed[HASH_LEN];	/* SHA-256 of the sealed factors; SET_FACTORS alone */
};

struct statement {
	uint16_t	purpose;
	uint8_t		group[32];
	uint32_t	epoch;
	uint8_t		subject[16];
	uint8_t		fresh[FRESH_LEN];
	uint64_t	iat, exp;
	struct span	body;		/* filled by statement_read: its bytes */
	union {
		struct body_sign	sign;
		struct body_open_session open_session;
		struct body_invite	invite;
		struct body_bind	bind;
		struct body_signer	signer;
		struct body_remove_authenticator remove_authenticator;
		struct body_create_key	create_key;
		struct body_key		key;
		struct body_add_anchor	add_anchor;
		uint8_t			remove_anchor[32];
		struct body_add_officer	add_officer;
		uint8_t			remove_officer[16];
		uint8_t			policy[POLICY_LEN];
		struct body_resume	resume;
		struct body_admit	admit;
		struct body_factors	factors;
		struct span		reason;		/* NEW_GRANT_KEY */
		uint8_t			check[16];	/* session */
		struct body_add_peer	add_peer;
		uint8_t			remove_peer[32];
		struct body_add_provider add_provider;
		uint8_t			remove_provider[32];
	};
};

/* Spans in *s are lent from `bytes`. Anything not canonical is ERR_FORMAT, reason "parse". */
bool	statement_read(struct span bytes, struct statement *s, struct err *e) MUST_USE;
/* Writes the whole statement; ask writer_ok. What it writes, statement_read accepts or nobody. */
void	statement_write(struct writer *, const struct statement *);
void	statement_body_write(struct writer *, const struct statement *);
/* d, what approvals sign. */
void	statement_digest(struct span bytes, uint8_t d[HASH_LEN]);
/* The one-time session that a nonce names. PROTOCOL.sam 1.3 */
void	statement_session(const uint8_t fresh[FRESH_LEN], uint8_t session[16]);
/* The id of the key that a CREATE_KEY makes: known before, to whom holds a share of it. */
void	statement_key(const uint8_t fresh[FRESH_LEN], uint8_t key[16]);
/* SHA-256(kind || peer || key) */
void	peer_id(const struct body_add_peer *, uint8_t id[32]);
/* What SET_FACTORS' sealed factors are bound to, as the statement names their hash. 9.3 */
void	statement_factors(const uint8_t fresh[FRESH_LEN], uint8_t b[HASH_LEN]);
bool	profile_is_named(const uint8_t[PROFILE_LEN]);
bool	profile_is_none(const uint8_t[PROFILE_LEN]);		/* all zero */
const char *purpose_name(uint16_t);	/* "SIGN", ...; NULL if there is no such purpose */

#endif
