/* SPDX-License-Identifier: Apache-2.0 */
/* Authenticator data: read by its flags, then held against what a ceremony must be. */
#include "cbor/cbor.h"
#include "webauthn/authenticator_data.h"

bool
authenticator_data_read(struct span bytes, struct authenticator_data *out)
{
	struct reader r = reader_over(bytes);
	struct authenticator_data a = { .count = 0 };

	if (bytes.n > AUTHENTICATOR_DATA_MAX || !rd_bytes(&r, a.rp_id_hash, sizeof(a.rp_id_hash)) ||
	    !rd_u8(&r, &a.flags) || (a.flags & FLAGS_RESERVED) != 0 || !rd_u32(&r, &a.count))
		return false;
	if ((a.flags & FLAG_ATTESTED) != 0 && (!rd_bytes(&r, a.aaguid, sizeof(a.aaguid)) ||
	    !rd_span16(&r, 1, CREDENTIAL_ID_MAX, &a.credential) || !cose_key_read(&r, &a.key)))
		return false;
	if ((a.flags & FLAG_EXTENSIONS) != 0 && !cbor_skip_map(&r))
		return false;
	if (!rd_end(&r))
		return false;
	*out = a;
	return true;
}

bool
authenticator_data_holds(const struct authenticator_data *a, const uint8_t rp_id_hash[HASH_LEN],
    bool attested, struct err *e)
{
	if (memcmp(a->rp_id_hash, rp_id_hash, HASH_LEN) != 0)
		return err_why(e, ERR_DENIED, "auth", "passkey: of another relying party");
	if ((a->flags & FLAG_USER_PRESENT) == 0 || (a->flags & FLAG_USER_VERIFIED) == 0)
		return err_why(e, ERR_DENIED, "auth", "passkey: the user was not %s",
		    (a->flags & FLAG_USER_PRESENT) == 0 ? "present" : "verified");
	if ((a->flags & FLAG_BACKED_UP) != 0 && (a->flags & FLAG_BACKUP_ELIGIBLE) == 0)
		return err_why(e, ERR_DENIED, "auth", "passkey: backed up, but not eligible");
	if (((a->flags & FLAG_ATTESTED) != 0) != attested)
		return err_why(e, ERR_DENIED, "auth", "passkey: %s attested credential data",
		    attested ? "without" : "with");
	return true;
}
