#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One-time keys whose certificate comes first: as a credential of CSC, from create to its one use, and all the ways in
# which it ends before.
set -u
ONETIME=4
. "$SOURCE/tests/flow/crash_common"
if ! command -v python3 >/dev/null; then
	skip "certificate first" "python3 is not here"
	finish
fi
PYTHONDONTWRITEBYTECODE=1
OPENSSL_CONF=/dev/null
export PYTHONDONTWRITEBYTECODE OPENSSL_CONF
PASS=$DIR/secrets/passphrase
make() {
	trial_token && trial_founders && trial_ceremony && trial_sam_start && trial_ca && trial_ca_start &&
	trial_anchor --profile short-term --short-term && trial_once && trial_ssa_start &&
	trial_enrol bob "Bob Example" && trial_token_for "$SIGNER" && trial_enrol alice "Alice Example"
}
make >"$DIR/make.log" 2>&1 || { echo "Bail out! no group: $(tail -n 3 "$DIR/make.log" | tr '\n' ' ')"; exit 1; }
echo unused >"$DIR/secrets/client"
mkdir "$DIR/out"
cp "$SOURCE/README.md" "$SOURCE/LICENSE" "$DIR/out"

first() { # step, name, more
	python3 "$SOURCE/tests/flow/once_first.py" "$DIR" "$ENDPOINT" "$SIGNER" - "$@"
}
cli() {
	"$PROPRIA" sign --once --certificate-first --yes --home "$DIR/alice/profile" --passphrase-fd 3 "$@" 3<"$PASS"
}
none_open() { [ "$(number_of sessions)" = 0 ]; }
ended() { "$PROPRIA" log show --socket "$DIR/officers.sock" --last 20 | grep -qE "session-ended .*why=\"$1"; }
gone() { # from info, list, challenge and delete
	says '^400 .*Invalid parameter credentialID' first info "$1" && says '^200 not listed' first list "$1" &&
		says '^400 .*Invalid parameter credentialID' first challenge "$1" && says '^400' first delete "$1"
}
makes() { says '^201' first create "$@"; }

# The command line.
is "a document is signed by two approvals" cli "$DIR/out/README.md" --out "$DIR/out/one.p7s" --receipt "$DIR/out/one.receipt"
is "openssl takes it" openssl cms -verify -binary -cades -inform DER -in "$DIR/out/one.p7s" -content "$DIR/out/README.md" \
	-CAfile "$DIR/ca.pem" -out /dev/null
is "so do we, with the receipt" "$PROPRIA" verify "$DIR/out/README.md" "$DIR/out/one.p7s" --ca "$DIR/ca.pem" \
	--receipt "$DIR/out/one.receipt" --group "$GROUP"
is "not for another document" not "$PROPRIA" verify "$DIR/out/LICENSE" "$DIR/out/one.p7s" --ca "$DIR/ca.pem"
is "no key is left" eval 'none_open && ended signed && says "\"keys\": *\[\]" "$PROPRIA" keys list --home "$DIR/alice/profile" --json'
is "who only asks for the certificate lets the session end" eval '! cli "$DIR/out/none.txt" && none_open'
is "it makes CAdES and no more" says "makes CAdES" cli --format pades "$DIR/out/README.md"

# From create to signHash.
is "a credential is made" makes a
is "the same approval gives the same one, and no second session" eval 'says "^201 .*$(sed "s/.*credential\": \"//; s/\".*//" "$DIR/first.a.json")" \
	first again a && [ "$(number_of sessions)" = 1 ]'
is "info shows it" says '"multisign":1000.*"propria":\{"once":true,"expires":[0-9]+' first info a
is "list, too" says 'LISTED.*"once":true' first list a
is "another account does not see it" eval 'says "^400 .*Invalid parameter credentialID" first info a foreign &&
	says "^200 not listed" first list a foreign && says "^400" first challenge a foreign'
is "and cannot end it" eval 'says "^400" first delete a foreign && [ "$(number_of sessions)" = 1 ]'
is "its owner approves" first sad a
is "another account cannot use that" says '^400' first sign a foreign
is "a hash that is not approved is refused" says '^400 .*Hash is not authorized' first sign a wrong-hash
is "none of it ended the session" eval '[ "$(number_of sessions)" = 1 ]'
is "it signs" says '^200 .*signatures' first sign a
is "openssl verifies each signature" first verify a
is "the credential is gone" eval 'gone a && none_open && ended signed'
is "the same approval again: the same signatures" says '^the same' first sign a
is "for the wrong account: nothing" says '^400' first sign a foreign
is "an approval that comes later signs nothing" eval '! first sad a'

# As CSC clients do: authorize, then signHash.
is "a credential for authorize" eval 'makes b && first sad b'
is "authorize" says '^200 .*SAD' first authorize b
is "signHash with its SAD" eval 'says "^200" first redeem b && first verify b'
is "again: the same" says '^the same' first redeem b
is "the credential is gone, too" gone b

# One approval is for one key.
is "two credentials at once" eval 'makes c && makes d && first sad c && first sad d && [ "$(number_of sessions)" = 2 ]'
is "the approval of one does not fit the other" says '^400' first sign c as d
is "nothing happened to either" eval '[ "$(number_of sessions)" = 2 ]'
is "each signs with its own" eval 'says "^200" first sign c && says "^200" first sign d && first verify c && first verify d'
refused() { # what is changed
	makes e && first sad e "$1" && says '^[45]0[0-9]' first sign e && none_open && ended refused && gone e
}
is "an approval of another public key ends the session" refused other-spki
is "one whose evidence is wrong, too" refused not-approved
elsewhere() {
	makes f && first sad f "$1" && says '^400' first sign f && [ "$(number_of sessions)" = 1 ] &&
		says '^204' first delete f
}
is "of another key: refused before the SAM is asked" elsewhere other-key
is "of another session: refused" elsewhere other-session

# How it ends without a signature.
is "deleted by its owner" eval 'makes g && says "^204" first delete g && gone g && none_open && ended "the SSA"'
is "its approval makes no second key" says '^400' first again g
is "by time" eval 'makes h 6 && within 200 none_open && ended time && gone h'
is "by a new policy" eval 'makes i && first sad i && act policy --session-seconds 1700 && none_open && says "^400" first sign i && gone i'
other_key() {
	"$PROPRIA" keys create --algorithm ecdsa-p256-sha256 --home "$DIR/alice/profile" --yes --passphrase-fd 3 3<"$PASS"
}
is "by a change of the signer" eval 'makes j && other_key && none_open && gone j && ended "the signer|changed"'
sam_killed() {
	makes k && first sad k && sam_kill && sam_start && within 100 says 'open' first_status && none_open &&
		gone k && says '^400' first sign k
}
first_status() { curl -sS --cacert "$DIR/server.pem" "$ENDPOINT/propria/v1/status" | grep -o '"sam":"open"'; }
is "by the SAM's end" sam_killed
ssa_is_back() { within 100 "$PROPRIA" keys list --home "$DIR/alice/profile"; } # account asks the SAM
killed_at() {
	local signing
	sam_stop
	PROPRIA_FAIL_POINT=$1 trial_sam_start && ssa_is_back || return 1
	cli "$DIR/out/README.md" --out "$DIR/out/killed.p7s" >"$DIR/killed.log" 2>&1 &
	signing=$!
	while kill -0 "$signing" && kill -0 "$SAM_PID"; do sleep 0.05; done 2>/dev/null
	kill -0 "$SAM_PID" 2>/dev/null && trial_sam_stop	# closed by then, and about to go
	wait "$SAM_PID" 2>/dev/null
	sam_gone
	trial_sam_start || return 1
	wait "$signing" && return 1
	ssa_is_back && none_open && not test -e "$DIR/out/killed.p7s" && cli "$DIR/out/README.md" --out "$DIR/out/after.p7s"
}
for point in session-certified session-signed; do
	if [ "$FAIL_POINTS" = yes ]; then
		is "killed at $point: nothing of the session survives" killed_at "$point"
	else
		skip "killed at $point" "built without fail points"
	fi
done
slow_ca() { # who asks again while the CA is asked is told to wait, and joins
	local asking
	kill -STOP "$CA_PID"
	first create m >"$DIR/slow.out" 2>&1 &
	asking=$!
	within 200 eval '[ "$(number_of sessions)" = 1 ]' && says '^503 ' first again m && first again m >"$DIR/again.out"
	kill -CONT "$CA_PID"
	wait "$asking" && says '^201' cat "$DIR/slow.out" && says '^503' cat "$DIR/again.out" && says '^201' first again m &&
		[ "$(number_of sessions)" = 1 ] && says '^204' first delete m
}
is "a CA that takes its time: the same approval joins" slow_ca
trial_ca_stop
is "when the CA gives nothing: it says so, and the key is destroyed" eval 'says "^502 .*the key is destroyed" first create l && none_open'
is "the log holds" log_verifies
finish
