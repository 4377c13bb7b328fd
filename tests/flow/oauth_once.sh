#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Documents signed with one-time keys that OAuth and CSC clients ask for: a person without a key approves on the signing
# page, which is a Python script with a device key here; the CA is the trial CA, behind a proxy that can be down.
. "$SOURCE/tests/flow/crash_common"
if ! command -v python3 >/dev/null; then
	skip "one-time keys that clients ask for" "python3 is not here"
	finish
fi
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
export ONETIME=4
short_anchor() {
	"$PROPRIA" officer add-anchor --label "Trial CA, short-term" --profile short-term --short-term --socket "$DIR/officers.sock" \
		--key "$DIR/officers/so1.key" --act "$DIR/short.act" --yes --passphrase-fd 3 "$DIR/ca/issuing.pem" 3<"$DIR/secrets/passphrase" &&
	"$PROPRIA" officer approve --key "$DIR/officers/so2.key" --socket "$DIR/officers.sock" --yes --passphrase-fd 3 "$DIR/short.act" \
		3<"$DIR/secrets/passphrase" && "$PROPRIA" officer enact --socket "$DIR/officers.sock" "$DIR/short.act"
}
proxy_start() {
	python3 "$SOURCE/tests/flow/oauth_once_proxy.py" "$CA_URL" "$DIR/proxy.url" "$DIR/ca.down" >/dev/null 2>"$DIR/proxy.log" &
	LOADS="$LOADS $!"
	within 200 test -s "$DIR/proxy.url"
}
one_ca() { # name qualifier
	cat <<-END
		[ca $1]
		url = $(cat "$DIR/proxy.url")/cmp/short-term
		profile = $1
		qualifier = $2
		once = ecdsa-p256-sha256
		certificate = $DIR/ra.pem
		key = $DIR/ra.key
		trust = $DIR/ca/root.pem
		retries = 0
	END
}
make() {
	trial_token && trial_founders && trial_ceremony && trial_sam_start && trial_ca && trial_ca_start && short_anchor && proxy_start &&
	SSA_LIMITS="[http]
plain = 127.0.0.1:0
endpoint_file = $DIR/plain
[sic]
origin = http://approve.localhost:9
[limits]
authorizations_per_account = 2
anonymous_per_second = 0
anonymous_per_peer_per_second = 0
$(one_ca short-term eu_eidas_aes)
$(one_ca other other_aes)" && trial_ssa_start && trial_enrol alice "Alice Example"
}
make >"$DIR/make.log" 2>&1 || { echo "Bail out! no group: $(tail -n 3 "$DIR/make.log" | tr '\n' ' ')"; exit 1; }
client() { "$BIN/ssa/propria-ssa" client "$1" -c "$DIR/ssa.conf" "${@:2}"; }
openssl rand -hex 32 >"$DIR/secrets/client"
is "clients are registered" eval 'client add --kind public --id app --name "Test App" \
	--redirect https://app.example/cb && client add --kind secret --id web --name "Web" \
	--redirect https://web.example/cb --secret-fd 3 3<"$DIR/secrets/client"'
is "the signer has no key" eval '! "$PROPRIA" keys --home "$DIR/alice/profile" 2>&1 | grep -qE "[0-9a-f]{32}"'
AGAIN=$CASES
python3 "$SOURCE/tests/flow/oauth_once.py" "$DIR" "$ENDPOINT" "$(cat "$DIR/plain")" "$SIGNER" - "$AGAIN" \
	>"$DIR/flow.tap" 2>"$DIR/flow.err" || true
cat "$DIR/flow.tap"
CASES=$(grep -cE '^(not )?ok ' "$DIR/flow.tap")
CASES=$((CASES + AGAIN))
BROKEN=$((BROKEN + $(grep -c '^not ok ' "$DIR/flow.tap")))
is "the walk came to its end" eval 'grep -q "^# end$" "$DIR/flow.tap" || { tail -n 8 "$DIR/flow.err"; false; }'
checks() { # file: openssl and our own verifier, with the receipt
	openssl cms -verify -binary -inform DER -in "$1.p7s" -content "$1" -CAfile "$DIR/ca/ca.pem" -out /dev/null &&
	says VALID "$PROPRIA" verify "$1" "$1.p7s" --ca "$DIR/ca/ca.pem" --receipt "$1.receipt" --group "$GROUP"
}
is "openssl and propria verify accept what the client got" checks "$DIR/one.txt"
is "the signer still has no key" eval '! "$PROPRIA" keys --home "$DIR/alice/profile" 2>&1 | grep -qE "[0-9a-f]{32}"'
is "the server stops in order" eval 'kill -TERM $SSA_PID && wait $SSA_PID'
finish
