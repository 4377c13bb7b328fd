#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The authorization server with the real daemons: login, code flows, approvals, and what must not go.
# A Python script plays browser, clients and the signing page, which here has a device key.
. "$SOURCE/tests/flow/crash_common"
if ! command -v python3 >/dev/null; then
	skip "the authorization server" "python3 is not here"
	finish
fi
SSA_LIMITS="[http]
plain = 127.0.0.1:0
endpoint_file = $DIR/plain
[sic]
origin = http://approve.localhost:9
[limits]
login_tries_per_name = 6
anonymous_per_second = 0
anonymous_per_peer_per_second = 0"
group_make
client() { "$BIN/ssa/propria-ssa" client "$1" -c "$DIR/ssa.conf" "${@:2}"; }
openssl rand -base64 33 | tr '+/' '-_' >"$DIR/secrets/client"
is "a public client is registered" client add --kind public --id app --name "Test App" \
	--redirect https://app.example/cb --grant code,refresh
is "a client with a secret is registered" eval 'client add --kind secret --id web --name "Web & <Co>" \
	--redirect https://web.example/cb --redirect https://web.example/other --grant code,refresh,client \
	--secret-fd 3 3<"$DIR/secrets/client"'
is "the list names both, and no secret" eval 'client list >"$DIR/list" && grep -q "^app" "$DIR/list" &&
	grep -q "^web" "$DIR/list" && ! grep -qF "$(cat "$DIR/secrets/client")" "$DIR/list"'
is "an id that is taken is refused" not client add --kind public --id app --name Again --redirect https://b.example/
is "a secret that could be guessed is refused" eval 'not client add --kind secret --id weak --name Weak \
	--redirect https://b.example/ --secret-fd 3 3<<<"short"'
ambiguous() { # a character that form encoding changes, or that some libraries say it does
	says "of letters, digits and - . _ alone" client add --kind secret --id odd --name Odd \
		--redirect https://b.example/ --secret-fd 3 3<<<"0123456789abcdef0123456789abcdef$1" &&
		not client remove odd
}
for odd in + / = % ' ' '~' '*' : '&' $'\303\251'; do
	is "a secret with $odd is refused" ambiguous "$odd"
done
for uri in http://app.example/cb 'https://app.example/cb#x' https://user@app.example/ javascript:alert javascript://localhost/ \
		'https://app.example/a b' http://localhost.example/; do
	is "redirect URI $uri is refused" not client add --kind public --id bad --name Bad --redirect "$uri"
done
is "a public client gets no grant of its own" not client add --kind public --id bad --name Bad --grant client
is "the name sic is ours" not client add --kind public --id sic --name Bad --redirect https://b.example/
is "a plain listener on another address is refused" eval 'sed "s/^plain = .*/plain = 0.0.0.0:0/; s/^port = .*/port = 0/" \
	"$DIR/ssa.conf" >"$DIR/open.conf" && says "not a loopback address" "$BIN/ssa/propria-ssa" -c "$DIR/open.conf"'
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
AGAIN=$CASES
python3 "$SOURCE/tests/flow/oauth_flow.py" "$DIR" "$ENDPOINT" "$(cat "$DIR/plain")" "$SIGNER" "$KEY" "$AGAIN" \
	>"$DIR/flow.tap" 2>"$DIR/flow.err" || true
cat "$DIR/flow.tap"
CASES=$(grep -cE '^(not )?ok ' "$DIR/flow.tap")
CASES=$((CASES + AGAIN))
BROKEN=$((BROKEN + $(grep -c '^not ok ' "$DIR/flow.tap")))
is "the walk came to its end" eval 'grep -q "^# end$" "$DIR/flow.tap" || { tail -n 8 "$DIR/flow.err"; false; }'
no_secrets() { ! grep -qFf "$DIR/handed-out" "$DIR/ssa.log" "$DIR/ssa.db" "$DIR/ssa.db-wal"; }
is "no code, token or password stands in the log or the store" no_secrets
is "a client that is removed is unknown" eval 'client remove app && not client remove app &&
	curl -s --cacert "$DIR/server.pem" "$ENDPOINT/oauth2/authorize?client_id=app" | grep -q "not known here"'
is "the server stops in order" eval 'kill -TERM $SSA_PID && wait $SSA_PID'
finish
