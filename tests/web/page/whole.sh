#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A whole trial installation for tests/web/page/whole.test.mjs, with one person invited; it lives as long as its input.
# Prints one line of JSON when all is up, and then one for each line that it reads:
#	certificate CSR PEM	issues one
#	certify			as the demo does it: for each new key of the person, and links it
#
#	whole.sh DIR BIN SOURCE REDIRECT-URI-OF-THE-APPLICATION
set -eu
DIR=$1 BIN=$2 SOURCE=$3 REDIRECT=$4
ALGORITHMS=1
WORKERS=1
. "$SOURCE/tools/trial-group"
trap 'kill ${SIC_PID:-} ${SSA_PID:-} ${SAM_PID:-} 2>/dev/null; wait' EXIT
trial_token
trial_founders
trial_origins
trial_ceremony
trial_sam_start
trial_ca
trial_anchor
trial_ssa_start
trial_sic_start
trial_invite alice "Alice Example"
"$BIN/ssa/propria-ssa" client add -c "$DIR/ssa.conf" --kind public --id app --name "Example Contracts" \
	--redirect "$REDIRECT" --grant code >"$DIR/client.log"
printf '{"ssa":"%s","sic":"%s","group":"%s","signer":"%s","code":"%s"}\n' "$SSA_ORIGIN" "$(cat "$DIR/sic-endpoint")" "$GROUP" \
	"$SIGNER" "$(tr -d '\n' <"$DIR/alice/code")"
while read -r what csr pem; do
	case $what in
	certificate) trial_issue "$csr" "$pem" ;;
	certify) trial_certify "$SIGNER" ;;
	*) exit 1 ;;
	esac
	echo '{"done":true}'
done
