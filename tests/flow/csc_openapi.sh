#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every call of the SSA through a recorder, by our own client and by a plain one; then what was recorded is
# compared with docs/openapi.yaml, member by member.
. "$SOURCE/tests/flow/csc_common"
tsa_start
csc_group "[timestamp]
url = $TSA_URL
ca = $DIR/tsa/tsa.pem
[sic]
origin = https://approve.example"
is "our own client signs a file" own_client
is "a plain client makes every call" plain_client every_call
is "what was answered is what docs/openapi.yaml says" python3 "$SOURCE/tests/openapi/check" answers \
	"$SOURCE/docs/openapi.yaml" "$DIR/record"
finish
