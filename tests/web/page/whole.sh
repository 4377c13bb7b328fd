#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A whole trial installation for tests/web/page/whole.test.mjs, with one person invited; it lives as long as its input.
# Prints one line of JSON when all is up, and then for each line "certificate CSR PEM" that it reads issues one.
#
#	whole.sh DIR BIN SOURCE SIC_ORIGIN
set -eu
DIR=$1 BIN=$2 SOURCE=$3 SIC_ORIGIN=$4
ALGORITHMS=1
WORKERS=1
SSA_ORIGIN=http://sign.localhost
export SIC_ORIGIN SSA_ORIGIN
SSA_LIMITS="[http]
plain = 127.0.0.1:0
endpoint_file = $DIR/plain
[sic]
origin = $SIC_ORIGIN"
. "$SOURCE/tools/trial-group"
trap 'kill ${SSA_PID:-} ${SAM_PID:-} 2>/dev/null; wait' EXIT
trial_token
trial_founders
trial_ceremony
trial_sam_start
trial_ca
trial_anchor
trial_ssa_start
mkdir -p "$DIR/alice"
echo "identity of Alice checked for the trial" >"$DIR/alice/proofing"
"$PROPRIA" officer invite --name "CN=Alice Example,C=SE" --loa substantial --proofing "trial" \
	--evidence "$DIR/alice/proofing" --code-out "$DIR/alice/code" --json --yes \
	--socket "$DIR/officers.sock" --key "$DIR/officers/ro1.key" --passphrase-fd 3 \
	3<"$DIR/secrets/passphrase" >"$DIR/alice/invite.json"
SIGNER=$(sed -n 's/.*"signer": *"\([0-9a-f]*\)".*/\1/p' "$DIR/alice/invite.json")
printf '{"ssa":"%s","group":"%s","signer":"%s","code":"%s"}\n' "$(cat "$DIR/plain")" "$GROUP" "$SIGNER" \
	"$(tr -d '\n' <"$DIR/alice/code")"
while read -r what csr pem; do
	[ "$what" = certificate ] || exit 1
	SOFTHSM2_CONF=$DIR/ca-softhsm2.conf "$BIN/ca/propria-trial-ca" issue --module "$MODULE" \
		--token trial-ca --pin-fd 3 --dir "$DIR/ca" --csr "$csr" --days 365 --out "$pem" \
		3<"$DIR/secrets/ca-pin" >>"$DIR/ca.log" 2>&1
	echo "{\"issued\":true}"
done
