#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Identity providers through the SSA: oidc-provider from npm, where a scripted person logs in, and one that does
# everything wrong. Without node the first is skipped.
. "$SOURCE/tests/flow/crash_common"
if ! command -v python3 >/dev/null; then
	skip "identity providers" "python3 is not here"
	finish
fi
IDP=$SOURCE/tests/idp
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
mkdir -p "$DIR/evil" "$DIR/secrets"
python3 "$IDP/evil.py" "$DIR/evil.url" "$DIR/evil" >"$DIR/evil.log" 2>&1 </dev/null &
LOADS="$LOADS $!"
within 200 test -s "$DIR/evil.url" || { echo "Bail out! $(tail -n 2 "$DIR/evil.log")"; exit 1; }
real() { command -v node >/dev/null && [ -d "$IDP/node_modules/oidc-provider" ]; }
REAL=
if real; then
	trial_server_certificate
	node "$IDP/provider.mjs" "$DIR/real.url" "$DIR/server.pem" "$DIR/server.key" >"$DIR/real.log" 2>&1 </dev/null &
	LOADS="$LOADS $!"
	within 200 test -s "$DIR/real.url" || { echo "Bail out! $(tail -n 2 "$DIR/real.log")"; exit 1; }
	REAL=$(cat "$DIR/real.url")
fi
# Of Debian; GLEWLWYD: where its package was unpacked, if it is not installed.
DEBIAN=
if [ -x "${GLEWLWYD:-}/usr/bin/glewlwyd" ] && command -v sqlite3 >/dev/null; then
	mkdir "$DIR/debian"
	python3 "$IDP/glewlwyd.py" "$DIR/debian.url" "$DIR/debian" ${GLEWLWYD:+"$GLEWLWYD"} >"$DIR/debian.log" 2>&1 </dev/null &
	LOADS="$LOADS $!"
	within 300 test -s "$DIR/debian.url" && DEBIAN=$(cat "$DIR/debian.url") ||
		{ echo "Bail out! $(tail -n 2 "$DIR/debian.log")"; exit 1; }
fi
EVIL=$(cat "$DIR/evil.url")
echo secret-of-the-activation-client >"$DIR/secrets/activation"
echo secret-of-the-login-client >"$DIR/secrets/login"
openssl rand -hex 32 >"$DIR/secrets/client"
openssl ecparam -name prime256v1 -genkey -noout -out "$DIR/secrets/assertions" 2>/dev/null
of_evil() { # name, more
	printf '[idp %s]\nissuer = %s\nclient_id = activation\nsecret_file = %s\n%s\n' "$1" "$EVIL" "$DIR/secrets/activation" "$2"
}
LOGIN="login_client_id = login
login_secret_file = $DIR/secrets/login"
SSA_LIMITS="[sic]
origin = http://approve.localhost:9
[limits]
anonymous_per_second = 0
anonymous_per_peer_per_second = 0
$(of_evil evil "$LOGIN
timeout_ms = 60000")
$(of_evil hasty "timeout_ms = 300")
$(of_evil unpushed "par = no")
[idp down]
issuer = http://localhost:1
client_id = activation
secret_file = $DIR/secrets/activation"
[ -z "$REAL" ] || SSA_LIMITS="$SSA_LIMITS
[idp real]
issuer = $REAL
text = The real one
ca_file = $DIR/server.pem
client_id = activation
secret_file = $DIR/secrets/activation
acr_values = http://eidas.europa.eu/LoA/high http://eidas.europa.eu/LoA/substantial
transaction = yes
$LOGIN
[idp real-by-key]
issuer = $REAL
ca_file = $DIR/server.pem
client_id = activation
key_file = $DIR/secrets/assertions
acr_values = http://eidas.europa.eu/LoA/low
par = no"
[ -z "$DEBIAN" ] || SSA_LIMITS="$SSA_LIMITS
[idp debian]
issuer = $DEBIAN
client_id = activation
secret_file = $DIR/secrets/activation
$LOGIN"
group_make
wrong_conf() { # why, sed commands
	sed -e "$2" "$DIR/ssa.conf" >"$DIR/wrong.conf"
	says "$1" "$BIN/ssa/propria-ssa" -c "$DIR/wrong.conf"
}
is "a login client that approves too is refused" wrong_conf "Register two" 's/^login_client_id = login/login_client_id = activation/'
is "a client without a secret is refused" wrong_conf "one of them" '/^secret_file/d'
is "an issuer without TLS is refused" wrong_conf "issuer is the" 's,^issuer = .*,issuer = http://id.example,'
is "a scope without openid is refused" wrong_conf "openid" 's/^par = no/scope = profile/'
is "a setting that is not known is refused" wrong_conf "no setting" 's/^par = no/pars = no/'
is "a secret that is not there is named" wrong_conf "gone" "s,^secret_file = .*,secret_file = $DIR/gone,"
python3 "$SOURCE/tests/flow/idp_flow.py" "$DIR" "$ENDPOINT" - "$SIGNER" "$KEY" "$CASES" "$EVIL" "$REAL" "$DEBIAN" \
	>"$DIR/flow.tap" 2>"$DIR/flow.err" || true
cat "$DIR/flow.tap"
CASES=$((CASES + $(grep -cE '^(not )?ok ' "$DIR/flow.tap")))
BROKEN=$((BROKEN + $(grep -c '^not ok ' "$DIR/flow.tap")))
is "the walk came to its end" eval 'grep -q "^# end$" "$DIR/flow.tap" || { tail -n 8 "$DIR/flow.err"; false; }'
[ -n "$REAL" ] || skip "a provider that is not ours" "node or oidc-provider is not here"
[ -n "$DEBIAN" ] || skip "a provider of another make" "glewlwyd is not here"
no_secrets() { [ -s "$DIR/handed-out" ] && ! grep -qFf "$DIR/handed-out" "$DIR/ssa.log" "$DIR/ssa.db" "$DIR/ssa.db-wal"; }
is "no token, code or secret stands in the log or the store" no_secrets
is "the server stops in order while a provider holds it up" eval 'kill -TERM $SSA_PID && wait $SSA_PID'
finish
