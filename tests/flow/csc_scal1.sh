#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A SCAL1 key from its birth to its signatures: on the service's word, which everybody is told. A SCAL2 key beside it
# gives nothing that way (csc_openapi).
. "$SOURCE/tests/flow/csc_common"
csc_group "[csc]
basic = yes"
HIGH=$KEY
low_key() { trial_key alice ecdsa-p256-sha256 --scal1 && [ "$KEY" != "$HIGH" ]; }
by_service() {
	echo "a contract" >"$DIR/contract.txt"
	"$PROPRIA" sign --home "$DIR/alice/profile" --yes --key "$KEY" "$DIR/contract.txt"
}
listed() { "$PROPRIA" keys list --home "$DIR/alice/profile"; }
shown() { "$PROPRIA" log show --file "$DIR/sam" "$@"; }
no_receipt() {
	not "$PROPRIA" sign --home "$DIR/alice/profile" --yes --key "$KEY" --receipt "$DIR/receipt" "$DIR/contract.txt"
}
is "the signer makes a key of level SCAL1" low_key
is "keys list tells the levels apart" says "$KEY .*SCAL1 \\(the service authorises\\)" listed
is "signing says that the service authorises, not the device" says "the service authorises this, not your device" by_service
is "the file's signature verifies" "$PROPRIA" verify --ca "$DIR/ca.pem" "$DIR/contract.txt" "$DIR/contract.txt.p7s"
is "there is no receipt of an approval that was not given" no_receipt
history() { "$PROPRIA" keys history "$KEY" --home "$DIR/alice/profile" "$@"; }
is "the key's history says on whose word" says "on the service's word, for yourself" history
is "so does the log's" says "signed +on the service's word, login [0-9a-f]{32}" history --file "$DIR/sam"
of_high() { KEY=$HIGH own_client >/dev/null && "$PROPRIA" keys history "$HIGH" --home "$DIR/alice/profile" "$@"; }
is "the other key's says that the signer approved" says "approved by you, for propria, at your command" of_high
is "in the log too" says "signed +approved with [0-9a-f]{32}" of_high --file "$DIR/sam"
is "somebody else's key has no history" not "$PROPRIA" keys history 000102030405060708090a0b0c0d0e0f --home "$DIR/alice/profile"
is "the log says on whose word" says "window on the SSA's word key=$KEY" shown
is "the offline verifier holds the log" "$PROPRIA" log verify --group "$GROUP" "$DIR/sam"
finish
