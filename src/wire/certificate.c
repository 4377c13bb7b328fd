/* SPDX-License-Identifier: Apache-2.0 */
/* REQUEST_CERTIFICATE, LINK_CERTIFICATE. PROTOCOL.sam 4.7 */
#include "wire/certificate.h"

bool
msg_request_certificate_read(struct reader *r, struct msg_request_certificate *m, struct err *e)
{
	return (rd_bytes(r, m->key, sizeof(m->key)) && rd_span32(r, 0, RECORD_MAX, &m->signer_record) &&
	    rd_span32(r, 0, RECORD_MAX, &m->key_record) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "REQUEST_CERTIFICATE");
}

void
msg_request_certificate_write(struct writer *w, const struct msg_request_certificate *m)
{
	wr_bytes(w, m->key, sizeof(m->key));
	wr_span32(w, m->signer_record);
	wr_span32(w, m->key_record);
}

bool
msg_certificate_request_read(struct reader *r, struct msg_certificate_request *m, struct err *e)
{
	return (rd_span16(r, 1, CSR_MAX, &m->csr) && rd_span16(r, 1, ATTESTATION_MAX, &m->attestation) &&
	    rd_end(r)) || err_why(e, ERR_FORMAT, "parse", "REQUEST_CERTIFICATE answer");
}

void
msg_certificate_request_write(struct writer *w, const struct msg_certificate_request *m)
{
	wr_span16(w, m->csr);
	wr_span16(w, m->attestation);
}

bool
msg_link_certificate_read(struct reader *r, struct msg_link_certificate *m, struct err *e)
{
	return (rd_bytes(r, m->key, sizeof(m->key)) && rd_span32(r, 0, RECORD_MAX, &m->key_record) &&
	    rd_span16(r, 1, CERTIFICATE_MAX, &m->certificate) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "LINK_CERTIFICATE");
}

void
msg_link_certificate_write(struct writer *w, const struct msg_link_certificate *m)
{
	wr_bytes(w, m->key, sizeof(m->key));
	wr_span32(w, m->key_record);
	wr_span16(w, m->certificate);
}

bool
msg_certificate_linked_read(struct reader *r, struct msg_certificate_linked *m, struct err *e)
{
	return (rd_u64(r, &m->sequence) && rd_u32(r, &m->version) &&
	    rd_span32(r, 1, RECORD_MAX, &m->key_record) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "LINK_CERTIFICATE answer");
}

void
msg_certificate_linked_write(struct writer *w, const struct msg_certificate_linked *m)
{
	wr_u64(w, m->sequence);
	wr_u32(w, m->version);
	wr_span32(w, m->key_record);
}
