#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A whole trial installation for tests/web/page/whole.test.mjs, with one person invited; it lives as long as its input.
# Prints one line of JSON when all is up, and then one for each line that it reads:
#	certificate CSR PEM	issues one
#	certify			as the demo does it: for each new key of the person, and links it
#	propose CARD ACT	an officer, by two security officers; then waits on the Approve page for the third approval,
#				whose link stands in ACT.link when there is one
#	enacted			when that came: puts the act in force; the roster names the officer
#
#	whole.sh DIR BIN SOURCE REDIRECT-URI-OF-THE-APPLICATION
set -eu
DIR=$1 BIN=$2 SOURCE=$3 REDIRECT=$4
ALGORITHMS=1
WORKERS=1
export ONETIME=2
. "$SOURCE/tools/trial-group"
trap 'kill ${WAITING:-} ${CA_PID:-} ${SIC_PID:-} ${SSA_PID:-} ${SAM_PID:-} 2>/dev/null; wait' EXIT
trial_token
trial_founders
trial_origins
trial_ceremony
trial_sam_start
trial_ca
trial_anchor
trial_ca_start
"$PROPRIA" officer add-anchor --label "Trial CA, short-term" --profile short-term --short-term --socket "$DIR/officers.sock" \
	--key "$DIR/officers/so1.key" --act "$DIR/short.act" --yes --passphrase-fd 3 "$DIR/ca/issuing.pem" \
	3<"$DIR/secrets/passphrase" >>"$DIR/officers.log"
"$PROPRIA" officer approve --key "$DIR/officers/so2.key" --socket "$DIR/officers.sock" --yes --passphrase-fd 3 "$DIR/short.act" \
	3<"$DIR/secrets/passphrase" >>"$DIR/officers.log"
"$PROPRIA" officer enact --socket "$DIR/officers.sock" "$DIR/short.act" >>"$DIR/officers.log"
SSA_LIMITS="[ca short-term]
url = $CA_URL/cmp/short-term
profile = short-term
qualifier = eu_eidas_aes
once = ecdsa-p256-sha256
certificate = $DIR/ra.pem
key = $DIR/ra.key
trust = $DIR/ca/root.pem"
trial_ssa_start
trial_sic_start
trial_invite alice "Alice Example"
"$BIN/ssa/propria-ssa" client add -c "$DIR/ssa.conf" --kind public --id app --name "Example Contracts" \
	--redirect "$REDIRECT" --grant code >"$DIR/client.log"
propose() {
	ACT=$2
	: >"$ACT.out"
	{
		"$PROPRIA" officer add-officer --socket "$DIR/officers.sock" --key "$DIR/officers/so1.key" --act "$ACT" --yes \
			--passphrase-fd 3 "$1" 3<"$DIR/secrets/passphrase"
		"$PROPRIA" officer approve --socket "$DIR/officers.sock" --key "$DIR/officers/so2.key" --yes --passphrase-fd 3 "$ACT" \
			3<"$DIR/secrets/passphrase"
	} >>"$DIR/officers.log"
	"$PROPRIA" officer approve --qr --no-qr --server "$(cat "$DIR/endpoint")" --cacert "$DIR/server.pem" --socket "$DIR/officers.sock" \
		"$ACT" >"$ACT.out" 2>&1 </dev/null &
	WAITING=$!
	for _ in $(seq 600); do
		sed -n 's,^ *\(http.*/approve#s=.*\)$,\1,p' "$ACT.out" >"$ACT.link"
		[ ! -s "$ACT.link" ] || return 0
		kill -0 $WAITING
		sleep 0.05
	done
	return 1
}
enacted() {
	for _ in $(seq 600); do
		kill -0 $WAITING 2>/dev/null || break
		sleep 0.05
	done
	kill $WAITING 2>/dev/null || :
	wait $WAITING
	"$PROPRIA" officer enact --socket "$DIR/officers.sock" "$ACT" >>"$DIR/officers.log"
	"$PROPRIA" officer roster --socket "$DIR/officers.sock" >"$ACT.roster"
}
printf '{"ssa":"%s","sic":"%s","group":"%s","signer":"%s","code":"%s"}\n' "$SSA_ORIGIN" "$(cat "$DIR/sic-endpoint")" "$GROUP" \
	"$SIGNER" "$(tr -d '\n' <"$DIR/alice/code")"
while read -r what csr pem; do
	case $what in
	certificate) trial_issue "$csr" "$pem" ;;
	certify) trial_certify "$SIGNER" ;;
	propose) propose "$csr" "$pem" ;;
	enacted) enacted ;;
	*) exit 1 ;;
	esac
	echo '{"done":true}'
done
