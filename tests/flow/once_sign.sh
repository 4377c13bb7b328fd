#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys that live for one signature, from the command line to the module: with the trial CA, with a CA that misbehaves,
# and with the SAM killed at each point of a session. Nothing is signed that was not approved, and no key survives.
set -u
ALGORITHMS=1
ONETIME=4
. "$SOURCE/tests/flow/crash_common"
OPENSSL_CONF=/dev/null
export OPENSSL_CONF
PASS=$DIR/secrets/passphrase
OUT=$DIR/out

bail() {
	echo "Bail out! $*"
	exit 1
}

{ trial_token && trial_founders && trial_ceremony && trial_sam_start && trial_ca && trial_ca_start &&
	trial_anchor --profile short-term --short-term && trial_once && trial_ssa_start &&
	trial_enrol alice "Alice Example"; } >"$DIR/make.log" 2>&1 ||
	bail "no group: $(tail -n 3 "$DIR/make.log" | tr '\n' ' ')"
mkdir "$OUT"
cp "$SOURCE/README.md" "$SOURCE/LICENSE" "$OUT"

sign() { # options and files
	"$PROPRIA" sign --once --yes --home "$DIR/alice/profile" --passphrase-fd 3 "$@" 3<"$PASS"
}
one() { sign "$OUT/README.md" --out "$OUT/one.p7s" "$@"; }
openssl_takes() { # file, signature
	openssl cms -verify -binary -cades -inform DER -in "$2" -content "$1" -CAfile "$DIR/ca.pem" -out /dev/null
}
# The extended key usage of openssl's own idea of signing is not needed.
propria_takes() { "$PROPRIA" verify "$1" "$2" --ca "$DIR/ca.pem" "${@:3}"; }
sam_says() { "$PROPRIA" officer status --socket "$DIR/officers.sock" --json | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"; }
none_open() { [ "$(sam_says sessions)" = 0 ]; }
log_has() { "$PROPRIA" log show --socket "$DIR/officers.sock" --last 20 | grep -qE -- "$1"; }
ended() { log_has "session-ended .*why=\"$1"; }
ssa_with() { # the CA's section
	ssa_stop
	sed -i '/^\[ca /,$d' "$DIR/ssa.conf"
	printf '%s\n' "$1" >>"$DIR/ssa.conf"
	trial_ssa_start >"$DIR/ssa.start" 2>&1 && "$PROPRIA" enrol --help >/dev/null &&
		sed -i "s#\"server\": *\"[^\"]*\"#\"server\": \"$ENDPOINT\"#" "$DIR/alice/profile/profile.json"
}
settings() { # url, files of the registration authority, trust, more
	printf '[ca short-term]\nurl = %s\nprofile = short-term\nqualifier = eu_eidas_aes\nonce = ecdsa-p256-sha256\n' "$1"
	printf 'certificate = %s.pem\nkey = %s.key\n%s\n' "$2" "$2" "$3"
	printf 'timeout_ms = 1000\ntotal_seconds = 4\nretries = 0\nretry_ms = 20\npolls = 3\n'
}

# What it is for.
is "a document is signed without any key of the signer's" one --receipt "$OUT/one.receipt"
is "openssl takes it" openssl_takes "$OUT/README.md" "$OUT/one.p7s"
is "so do we, with the receipt" propria_takes "$OUT/README.md" "$OUT/one.p7s" --receipt "$OUT/one.receipt" --group "$GROUP"
is "not for another document" not propria_takes "$OUT/LICENSE" "$OUT/one.p7s" --receipt "$OUT/one.receipt" --group "$GROUP"
cp "$OUT/one.p7s" "$OUT/first.p7s"
is "a second signature" one --receipt "$OUT/two.receipt"
is "has another receipt" not propria_takes "$OUT/README.md" "$OUT/first.p7s" --receipt "$OUT/two.receipt" --group "$GROUP"
is "the keys' list is empty as before" says '"keys": *\[\]' "$PROPRIA" keys list --home "$DIR/alice/profile" --json
is "no session is open" none_open
is "the log says how it ended" ended signed
is "one approval signs several documents" sign "$OUT/README.md" "$OUT/LICENSE" --receipts
is "each of them" eval 'propria_takes "$OUT/LICENSE" "$OUT/LICENSE.p7s" --receipt "$OUT/LICENSE.p7s.receipt" --group "$GROUP" &&
	openssl_takes "$OUT/README.md" "$OUT/README.md.p7s"'
is "a commitment is part of what is approved" one --commitment approval --receipt "$OUT/c.receipt"
is "and of the signature" eval 'openssl_takes "$OUT/README.md" "$OUT/one.p7s" &&
	openssl asn1parse -inform DER -in "$OUT/one.p7s" | grep -q "id-smime-aa-ets-commitmentType"'
is "for a PDF there is no signing time" one --format pades --receipt "$OUT/p.receipt"
is "in it" eval 'openssl cms -cmsout -print -inform DER -in "$OUT/one.p7s" | grep -c "object: signingTime" | grep -qx 0'
is "and its receipt holds" propria_takes "$OUT/README.md" "$OUT/one.p7s" --receipt "$OUT/p.receipt" --group "$GROUP"
is "there is no other qualifier" says "Invalid parameter signatureQualifier" one --qualifier eu_eidas_qes
is "a key of one's own is for the other way" says "are for keys that stay" one --key 00000000000000000000000000000000
is "the log holds" "$PROPRIA" log verify "$DIR/sam" --group "$GROUP"

# The CA is down, gives another profile, misbehaves.
trial_ca_stop
is "without the CA nothing is signed, and it says why" says "othing was signed and the key is destroyed" one
is "the session is over" eval 'none_open && ended "the SSA"'
CA_PORT=${CA_URL##*:} trial_ca_start >"$DIR/make.log" 2>&1 || bail "no CA: $(tail -n 2 "$DIR/ca-server.log")"
is "with the CA back it signs" one
ssa_with "$(settings "$CA_URL/cmp/long" "$DIR/ra" "trust = $DIR/ca/root.pem")"
is "a certificate of another profile is refused by the SAM" says "certificate" one
is "that session is over, too" eval 'none_open && ended refused'

mkdir "$DIR/faulty"
echo none >"$DIR/faulty/mode"
"$BUILD/tests/cmp/faulty_ca" "$DIR/faulty" >"$DIR/faulty.log" 2>&1 &
LOADS="$LOADS $!"
within 100 test -s "$DIR/faulty/url" || bail "no faulty CA"
mv "$DIR/ca/issuing.pem" "$DIR/issuing.trial"
cp "$DIR/faulty/ca.pem" "$DIR/ca/issuing.pem"
rm -f "$DIR/anchor.act"
trial_anchor --profile short-term >"$DIR/make.log" 2>&1 || bail "no second anchor: $(tail -n 2 "$DIR/make.log")"
mv "$DIR/issuing.trial" "$DIR/ca/issuing.pem"
ssa_with "$(settings "$(cat "$DIR/faulty/url")/cmp" "$DIR/faulty/ra" "server = $DIR/faulty/server.pem")"
is "another CA that the officers trust signs" one
faults() { # mode, what is said
	echo "$1" >"$DIR/faulty/mode"
	says "$2" one && none_open
}
is "a CA that hangs" faults hang "in time|time"
is "that hangs up" faults close "no certificate came"
is "that answers garbage" faults garbage "no CMP message"
is "that is a web page" faults html "a web page"
is "that fails" faults 500 "HTTP 500"
is "that certifies another key" faults other-key "another key"
is "another person" faults other-subject "another (subject|name)"
is "with more in the name" faults more-subject "no certificate came|certificate"
is "without protection" faults unprotected "not protected"
is "by another signer" faults other-signer "no certificate came"
is "in another transaction" faults transaction "another transaction"
is "with another nonce" faults nonce "another nonce"
is "that says later for ever" faults poll-for-ever "later"
is "that refuses" faults reject "no certificate came"
is "each time nothing was signed, and once it behaves a retry works" eval 'echo none >"$DIR/faulty/mode"; one'
is "the log holds" "$PROPRIA" log verify "$DIR/sam" --group "$GROUP"

# The SAM is killed at each point of a session.
ssa_with "$(settings "$CA_URL/cmp/short-term" "$DIR/ra" "trust = $DIR/ca/root.pem")"
killed_at() {
	local signing signed
	trial_sam_stop
	PROPRIA_FAIL_POINT=$1 trial_sam_start >"$DIR/make.log" 2>&1 || return 1
	rm -f "$OUT/killed.p7s"
	sign "$OUT/README.md" --out "$OUT/killed.p7s" >"$DIR/killed.log" 2>&1 &
	signing=$!
	while kill -0 "$signing" && kill -0 "$SAM_PID"; do sleep 0.05; done 2>/dev/null
	kill -0 "$SAM_PID" 2>/dev/null && trial_sam_stop	# a point of the other way, certificate first
	wait "$SAM_PID" 2>/dev/null
	trial_sam_start >"$DIR/make.log" 2>&1 || return 1
	wait "$signing"
	signed=$?
	# A signature came only where it is whole: read back from the log.
	[ $signed != 0 ] || openssl_takes "$OUT/README.md" "$OUT/killed.p7s" || return 1
	none_open && within 50 one && "$PROPRIA" log verify "$DIR/sam" --group "$GROUP"
}
for point in $(grep -oh 'fail_point("session-[a-z]*")' "$SOURCE"/src/sam/once*.c | sed 's/.*("//; s/")//' | sort -u); do
	if [ "$FAIL_POINTS" = yes ]; then
		is "killed at $point: nothing of the session survives, and a retry signs" killed_at "$point"
	else
		skip "killed at $point" "built without fail points"
	fi
done
[ "$FAIL_POINTS" != yes ] || is "the log says which sessions ended so" eval \
	'"$PROPRIA" log show --socket "$DIR/officers.sock" --last 400 | grep -q "session-ended .*why=\"restart"'
finish
