/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that live for one signature: SESSION_CHALLENGE to END_SESSION. PROTOCOL.sam 4.11 */
#ifndef WIRE_SESSION_H
#define WIRE_SESSION_H

#include "wire/certificate.h"

struct msg_session_challenge {
	uint8_t		signer[ID_LEN];
	uint16_t	purpose;		/* SIGN_ONCE or OPEN_SESSION */
	struct span	signer_record;		/* empty: the SAM takes its own */
};
struct msg_session_challenged {
	uint8_t		fresh[40];
	uint32_t	epoch;
	uint64_t	now;
	uint8_t		session[ID_LEN], idv[32];	/* what the statement names */
	uint32_t	seconds;		/* a session lives at most */
};
struct msg_open_session {
	struct span	statement, evidences, signer_record;
	bool		attest;
};
struct msg_session_opened {
	uint8_t		session[ID_LEN], key[ID_LEN];
	uint64_t	expires;
	struct span	csr, attestation;	/* empty: not asked for */
};
struct msg_session_certificate {
	uint8_t		session[ID_LEN];
	struct span	certificate;
};
struct msg_session_sign {
	struct span	statement, evidences, signer_record;
};
struct msg_end_session {
	uint8_t		session[ID_LEN];
};

MESSAGE_OF(msg_session_challenge);
MESSAGE_OF(msg_session_challenged);
MESSAGE_OF(msg_open_session);
MESSAGE_OF(msg_session_opened);
MESSAGE_OF(msg_session_certificate);	/* answered by msg_results, as SESSION_SIGN */
MESSAGE_OF(msg_session_sign);
MESSAGE_OF(msg_end_session);

#endif
