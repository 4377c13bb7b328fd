/* SPDX-License-Identifier: Apache-2.0 */
/* Object identifiers of CMS and CAdES, and our own. */
#ifndef DER_OIDS_H
#define DER_OIDS_H

#define OID_DATA			"1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA			"1.2.840.113549.1.7.2"
#define OID_CONTENT_TYPE		"1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST		"1.2.840.113549.1.9.4"
#define OID_SIGNING_TIME		"1.2.840.113549.1.9.5"
#define OID_SIGNING_CERTIFICATE_V2	"1.2.840.113549.1.9.16.2.47"
#define OID_COMMITMENT_TYPE		"1.2.840.113549.1.9.16.2.16"
#define OID_PROOF_OF_ORIGIN		"1.2.840.113549.1.9.16.6.1"
#define OID_PROOF_OF_APPROVAL		"1.2.840.113549.1.9.16.6.5"
#define OID_SHA256			"2.16.840.1.101.3.4.2.1"
#define OID_SHA384			"2.16.840.1.101.3.4.2.2"
/*
 * Our own, under the arc of UUIDs (ITU-T X.667): an InfoTypeAndValue in generalInfo of a CMP
 * request, whose value is an OCTET STRING with the SAM's attestation of the key (PROTOCOL.sam 4.8).
 */
#define OID_ATTESTATION			"2.25.227447455115774099564511411542037562177.1"
#define OID_ATTESTATION_DER		"\x69\x82\xd6\x9c\xe4\xd5\xaa\xb5\xaa\xa6\xd9\x94\xc8\xeb" \
	"\x86\xf1\xfa\xfc\x86\x41\x01"		/* the content octets */

#endif
