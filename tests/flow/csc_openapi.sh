#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every call of the SSA through a recorder, by our own client, a plain one and OAuth's; then what was recorded is
# compared with docs/openapi.yaml, member by member.
. "$SOURCE/tests/flow/csc_common"
tsa_start
ONETIME=2
csc_group "[csc]
basic = yes
[ca short-term]
url = ${TSA_URL%/tsa}/cmp/short-term
profile = short-term
qualifier = eu_eidas_aes
once = ecdsa-p256-sha256
certificate = $DIR/tsa/ra.pem
key = $DIR/tsa/ra.key
trust = $DIR/tsa/ca/root.pem
[timestamp]
url = $TSA_URL
ca = $TSA_CA
[sic]
origin = https://approve.example"
act "add-anchor --label short-term --profile short-term --short-term" "$DIR/tsa/ca/issuing.pem" >>"$DIR/make.log" 2>&1 ||
	{ echo "Bail out! no anchor: $(tail -n 3 "$DIR/make.log")"; exit 1; }
clients_register
is "our own client signs a file" own_client
is "the signer makes a login" python3 "$CLIENTS/browser.py" register "${WHO[@]}"
is "tokens, pushed requests, revocation and metadata" plain_client authorization_server
is "a browser's way through the authorization server, and the approval calls" python3 "$CLIENTS/known.py" "${WHO[@]}" \
	"EUDI Kotlin 0.8" Documenso
is "name and password log in, and nothing else does" plain_client logins
is "the signer approves on the page while the client waits" plain_client on_page
HIGH=$KEY
low_key() { trial_key alice ecdsa-p256-sha256 --scal1; }
is "the signer makes a SCAL1 key" low_key
is "windows through CSC v1 and v2, and none for a SCAL2 key" plain_client scal1
KEY=$HIGH
is "documents with one-time keys and with the key that stays, and certificate first" plain_client once
is "a plain client makes every call" plain_client every_call
is "what was answered is what docs/openapi.yaml says" python3 "$SOURCE/tests/openapi/check" answers \
	"$SOURCE/docs/openapi.yaml" "$DIR/record"
finish
