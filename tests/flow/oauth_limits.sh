#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The authorization server's limits: authorizations under way, tickets that nobody answers, guesses at a password.
# The SSA's clock is moved (fault_preload), the SAM's stays.
. "$SOURCE/tests/flow/crash_common"
if ! command -v python3 >/dev/null; then
	skip "the authorization server's limits" "python3 is not here"
	finish
fi
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
SSA_LIMITS="[http]
plain = 127.0.0.1:0
endpoint_file = $DIR/plain
[sic]
origin = http://approve.localhost:9
[limits]
authorizations_per_account = 2
login_tries_per_name = 6
anonymous_per_second = 0
anonymous_per_peer_per_second = 0"
group_make
HIGH=$KEY
low_key() { trial_key alice ecdsa-p256-sha256 --scal1 && [ "$KEY" != "$HIGH" ]; }
is "the signer has a key of level SCAL1 too" low_key
LOW=$KEY
# Last, as every act of a signer with such a key takes two approvals. The request of its certificate takes none.
second() {
	{ cat "$DIR/secrets/passphrase"; echo; cat "$DIR/secrets/passphrase"; } >"$DIR/secrets/both"
	"$PROPRIA" authenticators add --yes --home "$DIR/alice/profile" --new-key "$DIR/second.pem" --label second \
		--passphrase-fd 3 3<"$DIR/secrets/both" && trial_key alice ecdsa-p256-sha256 "--approvals=2"
}
is "and one that asks for two approvals" second
printf '%-12s%-12s%-12s' 0 0 0 >"$DIR/control"
ssa_stop
clocked_start() { FAULT_CONTROL=$DIR/control LD_PRELOAD=$BUILD/tests/flow/fault_preload.so trial_ssa_start; }
is "the SSA starts with a clock that tests can move" clocked_start
client() { "$BIN/ssa/propria-ssa" client "$1" -c "$DIR/ssa.conf" "${@:2}"; }
openssl rand -hex 32 >"$DIR/secrets/client"
is "clients are registered" eval 'client add --kind public --id app --name "Test App" \
	--redirect https://app.example/cb && client add --kind secret --id web --name "Web" \
	--redirect https://web.example/cb --secret-fd 3 3<"$DIR/secrets/client"'
AGAIN=$CASES
python3 "$SOURCE/tests/flow/oauth_limits.py" "$DIR" "$ENDPOINT" "$(cat "$DIR/plain")" "$SIGNER" "$HIGH" "$AGAIN" "$LOW" "$KEY" \
	>"$DIR/flow.tap" 2>"$DIR/flow.err" || true
cat "$DIR/flow.tap"
CASES=$(grep -cE '^(not )?ok ' "$DIR/flow.tap")
CASES=$((CASES + AGAIN))
BROKEN=$((BROKEN + $(grep -c '^not ok ' "$DIR/flow.tap")))
shown() { "$PROPRIA" receipt show --group "$GROUP" "$DIR/two.receipt"; }
is "the receipt of two approvals names both authenticators" says "and by authenticator [0-9a-f]{32} \\(" shown
cut_receipt() {
	head -c -"$(($(stat -c %s "$DIR/two.receipt") / 12))" "$DIR/two.receipt" >"$DIR/cut.receipt"
	not "$PROPRIA" receipt show --group "$GROUP" "$DIR/cut.receipt"
}
is "cut, it shows nothing" cut_receipt
is "the walk came to its end" eval 'grep -q "^# end$" "$DIR/flow.tap" || { tail -n 8 "$DIR/flow.err"; false; }'
finish
