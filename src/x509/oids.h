/* SPDX-License-Identifier: Apache-2.0 */
/* Object identifiers of CMS and CAdES. */
#ifndef X509_OIDS_H
#define X509_OIDS_H

#define OID_DATA			"1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA			"1.2.840.113549.1.7.2"
#define OID_CONTENT_TYPE		"1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST		"1.2.840.113549.1.9.4"
#define OID_SIGNING_TIME		"1.2.840.113549.1.9.5"
#define OID_SIGNING_CERTIFICATE_V2	"1.2.840.113549.1.9.16.2.47"
#define OID_SHA256			"2.16.840.1.101.3.4.2.1"
#define OID_SHA384			"2.16.840.1.101.3.4.2.2"

#endif
