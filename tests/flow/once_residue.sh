#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many one-time signatures leave nothing: no object in the module, no memory in the SAM and its workers,
# no open session, no row in the index. SESSIONS: how many (1000).
. "$SOURCE/tests/flow/crash_common"
REAL=$MODULE
MODULE=$BUILD/tests/modules/faulty.so
export FAULTY_REAL=$REAL
SESSIONS=${SESSIONS:-1000}
MARK=8
ONETIME=$MARK
MODULE_ENV="env.FAULTY_REAL = $REAL
env.FAULTY_OBJECTS = $DIR/objects"
ALGORITHMS=1,16
trial_token && trial_founders 2>/dev/null && trial_ceremony >"$DIR/ceremony.log" 2>&1 && trial_sam_start &&
	trial_ca && trial_anchor || exit 1
MODULE=$REAL
trial_ca_start || exit 1
"$PROPRIA" officer add-anchor --label "Trial CA" --profile p256 --short-term --socket "$DIR/officers.sock" \
	--key "$DIR/officers/so1.key" --act "$DIR/p256.act" --yes --passphrase-fd 3 \
	"$DIR/ca/issuing.pem" 3<"$DIR/secrets/passphrase" >/dev/null &&
	"$PROPRIA" officer approve --key "$DIR/officers/so2.key" --socket "$DIR/officers.sock" --yes \
		--passphrase-fd 3 "$DIR/p256.act" 3<"$DIR/secrets/passphrase" >/dev/null &&
	"$PROPRIA" officer enact --socket "$DIR/officers.sock" "$DIR/p256.act" >/dev/null || exit 1
SSA_LIMITS="[ca p256]
url = $CA_URL/cmp/short-term
profile = p256
qualifier = bench-p256
once = ecdsa-p256-sha256
certificate = $DIR/ra.pem
key = $DIR/ra.key
trust = $DIR/ca/root.pem
[limits]
anonymous_per_second = 0
anonymous_per_peer_per_second = 0"
trial_ssa_start && trial_enrol s1 "Signer One" >"$DIR/enrol.log" 2>&1 && trial_key s1 ecdsa-p256-sha256 &&
	trial_key s1 rsa3072-pkcs1-sha256 || exit 1

number_in_status() { "$PROPRIA" officer status --json --socket "$DIR/officers.sock" | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"; }
many() {
	SOFTHSM2_CONF=$DIR/softhsm2.conf "$BUILD/bench/propria-bench" --dir "$DIR" --endpoint "$ENDPOINT" \
		--module "$REAL" --ssa-pid "$SSA_PID" --sam-pid "$SAM_PID" --ca-pid "$CA_PID" \
		--ca-url "$CA_URL/cmp/short-term" --signers 1 --connections 8 --processes 1 \
		--sessions "$SESSIONS" >"$DIR/many" 2>&1
	local rc=$?
	sed 's/^/# /' "$DIR/many" >"$DIR/many.tap"
	cat "$DIR/many"
	return $rc
}
keys=$(number_in_status keys)
before=$(number_in_status signed)
is "$SESSIONS signatures by one-time keys; no process of the SAM grows" many
cat "$DIR/many.tap"
is "all were made" eval '[ "$(number_in_status signed)" -ge $((before + SESSIONS)) ]'
is "no session is open" eval '[ "$(number_in_status sessions)" = 0 ]'
is "the index has no row more" eval '[ "$(number_in_status keys)" = "$keys" ]'
# What a worker counted after its last destruction: its part of the stock, and a pair under way.
few() {
	local f n
	for f in "$DIR"/objects.*; do
		n=$(cat "$f")
		echo "# worker ${f##*.}: $n session objects"
		[ "$n" -le $((MARK / 2 + 2)) ] || return 1
	done
}
is "the module has no more session objects than its stock" few
few
finish
