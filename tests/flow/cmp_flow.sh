#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Long-lived keys and CAs over CMP: certified, renewed, revoked and frozen by the SSA itself; with the trial CA, with
# openssl's own mock server, and with a CA that misbehaves.
set -u
ALGORITHMS=1,2
. "$SOURCE/tests/flow/crash_common"
OPENSSL_CONF=/dev/null
export OPENSSL_CONF
PASS=$DIR/secrets/passphrase
HOME_DIR=$DIR/alice/profile

bail() {
	echo "Bail out! $*"
	exit 1
}

# Two ports that nobody has, below those that the kernel gives to whoever asks for any: the SSA keeps its own when it is
# started again, and openssl's server takes none that it could tell.
PORTS=$(python3 -c '
import random, socket
with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
    low = int(f.read().split()[0])
ports = range(max(1024, low - 16384), low) if low > 4096 else range(1024, 65536)
held = []
while len(held) < 2:
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", random.choice(ports)))
        held.append(s)
    except OSError:
        s.close()
print(*(s.getsockname()[1] for s in held))') || exit 1
SSA_PORT=${PORTS% *}
MOCK_PORT=${PORTS#* }

# url of CMP, its trust, more settings
ssa_with() {
	[ -z "${SSA_PID:-}" ] || ssa_stop
	sed -i '/^\[ca /,$d' "$DIR/ssa.conf" 2>/dev/null
	cat >>"$DIR/ssa.conf" <<-END
		[ca test]
		url = $1
		$2
		timeout_ms = 2000
		retries = 0
		retry_ms = 20
		polls = 3
		[status]
		${STATUS:-interval_seconds = 1}
	END
	trial_ssa_start >"$DIR/ssa.start" 2>&1
}

sql() { sqlite3 -readonly -cmd '.timeout 10000' "$DIR/ssa.db" "$1"; }
state_is() { [ "$(sql "SELECT state FROM keys WHERE id = x'$1'")" = "$2" ]; }	# 3 active, 4 suspended, 5 destroyed
standing_is() { [ "$(sql "SELECT standing FROM statuses WHERE key = x'$1'")" = "$2" ]; }
serial_of() {
	sql "SELECT hex(certificate) FROM keys WHERE id = x'$1'" | python3 -c '
import sys
sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read().strip()))' >"$DIR/one.der"
	openssl x509 -inform DER -in "$DIR/one.der" -noout -serial | sed 's/.*=//'
}
propria() { "$PROPRIA" "$@" --home "$HOME_DIR"; }
approved() { propria "$@" --yes --passphrase-fd 3 3<"$PASS"; }
create() {	# sets KEY
	approved keys create --json >"$DIR/key.json" 2>"$DIR/key.log" || return 1
	KEY=$(sed -n 's/.*"key": *"\([0-9a-f]\{32\}\)".*/\1/p' "$DIR/key.json")
}
renew() {	# old key; sets KEY
	approved keys renew "$1" --json >"$DIR/key.json" 2>"$DIR/key.log" || return 1
	KEY=$(sed -n 's/.*"key": *"\([0-9a-f]\{32\}\)".*/\1/p' "$DIR/key.json")
}
sign() { approved sign "$SOURCE/README.md" --key "$1" --out "$DIR/$1.p7s"; }
ocsp_says() { openssl ocsp -issuer "$DIR/ca/issuing.pem" -serial "0x$1" -url "$CA_URL/ocsp" -CAfile "$DIR/ca/root.pem" 2>&1 | grep -q "$2"; }
why_is() { says "$1" sql "SELECT CAST(why AS TEXT) FROM tasks WHERE key = x'$KEY'"; }
waits() { [ "$(sql "SELECT state FROM tasks WHERE key = x'$KEY'")" = 1 ]; }
failed() { [ "$(sql "SELECT state FROM tasks WHERE key = x'$KEY'")" = 2 ]; }

{ trial_token && trial_founders && trial_ceremony && trial_sam_start && trial_ca && trial_anchor && trial_ca_start &&
	trial_ssa_start && trial_enrol alice "Alice Example"; } >"$DIR/make.log" 2>&1 ||
	bail "no group: $(tail -n 3 "$DIR/make.log" | tr '\n' ' ')"
SIGNED="certificate = $DIR/ra.pem
key = $DIR/ra.key
trust = $DIR/ca/root.pem
attestation = yes"

# With the trial CA.
ssa_with "$CA_URL/cmp" "$SIGNED" || bail "no SSA: $(tail -n 3 "$DIR/ssa.log")"
is "a key is created" create
FIRST=$KEY
is "the SSA gets its certificate by itself" within 100 state_is "$FIRST" 3
is "the signer's tool takes it, with what the module attests" propria keys link "$FIRST"
is "and signs with it" sign "$FIRST"
is "the file verifies" "$PROPRIA" verify "$SOURCE/README.md" "$DIR/$FIRST.p7s" --ca "$DIR/ca.pem"
is "the CA's word on it is asked for" within 100 standing_is "$FIRST" 0
is "renewal is a new key" renew "$FIRST"
SECOND=$KEY
is "of another id" test "$FIRST" != "$SECOND"
is "with a certificate of its own" within 100 state_is "$SECOND" 3
is "the old one goes on" state_is "$FIRST" 3
SERIAL=$(serial_of "$FIRST")
is "the signer destroys the old one" approved keys destroy "$FIRST"
is "and the CA revokes its certificate" within 100 ocsp_says "$SERIAL" revoked

SERIAL=$(serial_of "$SECOND")
is "a notice of a certificate of nobody is refused" not "$BIN/ssa/propria-ssa" revoked -c "$DIR/ssa.conf" 00ff
is "a notice of a revocation is taken" "$BIN/ssa/propria-ssa" revoked -c "$DIR/ssa.conf" "$SERIAL"
# A second, and what this machine needs for asking.
is "within a second the key is frozen" within 15 state_is "$SECOND" 4
is "and signs no more" not sign "$SECOND"
is "people see it" says suspended propria keys list

# The CA revokes by itself, and says so by OCSP or by its CRL: what it signed destroys the key.
ca_revokes() { # key
	serial_of "$1" >"$DIR/serial"
	openssl cmp -cmd rr -server "$CA_URL/cmp" -oldcert <(openssl x509 -inform DER -in "$DIR/one.der") \
		-cert "$DIR/ra.pem" -key "$DIR/ra.key" -trusted "$DIR/ca/root.pem" -revreason 1 >"$DIR/rr.log" 2>&1
}
shown() { "$PROPRIA" log show --socket "$DIR/officers.sock" --last 200 | grep "key=$1"; }
went() { shown "$1" | grep -A99 'state=suspended cause=freeze' | grep -q 'state=destroyed cause=revoked'; }	# in this order
unasked() { [ "$(sql "SELECT count(*) FROM tasks WHERE key = x'$1' AND kind = 3")" = 0 ]; }
is "a third key" create
THIRD=$KEY
is "certified" within 100 state_is "$THIRD" 3
sql_before=$(sql "SELECT count(*) FROM tasks WHERE kind = 2")
is "the CA revokes it by itself" ca_revokes "$THIRD"
is "its OCSP answer destroys the key" within 100 state_is "$THIRD" 5
is "and the status says so" standing_is "$THIRD" 1
is "it was frozen first, and the log has the cause" went "$THIRD"
is "the CA is not asked to revoke it again" test "$(sql "SELECT count(*) FROM tasks WHERE kind = 2")" = "$sql_before"
is "people see it" says destroyed propria keys list
is "it signs no more" not sign "$THIRD"

ssa_with "$CA_URL/cmp" "$SIGNED
ocsp = http://127.0.0.1:1/ocsp
crl = $CA_URL/crl"
is "a key whose CA answers no OCSP" create
FOURTH=$KEY
is "is certified too" within 100 state_is "$FOURTH" 3
is "and its CRL is read" within 100 standing_is "$FOURTH" 0
is "the CA revokes that one" ca_revokes "$FOURTH"
is "its CRL destroys the key" within 100 state_is "$FOURTH" 5
is "frozen first, and the log has the cause" went "$FOURTH"
ssa_with "$CA_URL/cmp" "$SIGNED"

# The officers took the CA's anchor away meanwhile: the SAM takes no word of it.
ANCHOR=$("$PROPRIA" officer roster --socket "$DIR/officers.sock" | sed -n 's/.*\<\([0-9a-f]\{64\}\)\>.*Trial issuing CA.*/\1/p')
remove_anchor() {
	"$PROPRIA" officer remove-anchor "$ANCHOR" --socket "$DIR/officers.sock" --key "$DIR/officers/so1.key" \
		--act "$DIR/remove.act" --yes --passphrase-fd 3 3<"$PASS" &&
		"$PROPRIA" officer approve --key "$DIR/officers/so2.key" --socket "$DIR/officers.sock" --yes \
			--passphrase-fd 3 "$DIR/remove.act" 3<"$PASS" &&
		"$PROPRIA" officer enact --socket "$DIR/officers.sock" "$DIR/remove.act"
}
refused() { [ "$(sql "SELECT state FROM tasks WHERE key = x'$1' AND kind = 3")" = 2 ]; }
is "a fifth key" create
FIFTH=$KEY
is "is certified" within 100 state_is "$FIFTH" 3
is "its CA's anchor is removed" remove_anchor
is "and the CA revokes it" ca_revokes "$FIFTH"
is "the SAM takes no proof of this CA: it stays frozen" within 100 refused "$FIFTH"
is "frozen, not destroyed" state_is "$FIFTH" 4
is "people see both" says 'suspended' propria keys list
is "the certificate's end too" says 'certificate revoked' propria keys list
is "and the doctor says so" says 'refused and wait for' "$PROPRIA" doctor --server "$ENDPOINT" --cacert "$DIR/server.pem"
rm -f "$DIR/anchor.act"
is "the anchor is back" trial_anchor
is "and the key is destroyed" within 100 state_is "$FIFTH" 5
is "nothing is left to do" within 50 unasked "$FIFTH"

# Down, and up again, with a restart between.
trial_ca_stop
is "a key while the CA is down" create
is "waits, and says why" within 50 why_is "cannot be reached"
CA_PORT=${CA_URL##*:} trial_ca_start >"$DIR/make.log" 2>&1 || bail "no CA: $(tail -n 2 "$DIR/ca-server.log")"
ssa_with "$CA_URL/cmp" "$SIGNED"
is "after a restart it is certified" within 300 state_is "$KEY" 3

# Asked before each signature, if it is a second old.
STATUS="interval_seconds = 0
before_signing_seconds = 1"
ssa_with "$CA_URL/cmp" "$SIGNED"
is "its tool knows it" propria keys link "$KEY"
is "it signs when the CA says that it may" sign "$KEY"
trial_ca_stop
older() { [ "$(sql "SELECT checked + 1000 < strftime('%s', 'now') * 1000 FROM statuses WHERE key = x'$KEY'")" = 1 ]; }
is "a second later, with the CA down" within 50 older
rm -f "$DIR/$KEY.p7s"
is "nothing is signed" not sign "$KEY"
is "nothing at all" not test -e "$DIR/$KEY.p7s"
CA_PORT=${CA_URL##*:} trial_ca_start >"$DIR/make.log" 2>&1 || bail "no CA: $(tail -n 2 "$DIR/ca-server.log")"
is "when it is up again, it signs" sign "$KEY"
STATUS=

# A CA that misbehaves; it is an anchor too.
mkdir "$DIR/faulty"
echo none >"$DIR/faulty/mode"
"$BUILD/tests/cmp/faulty_ca" "$DIR/faulty" >"$DIR/faulty.log" 2>&1 &
LOADS="$LOADS $!"
within 100 test -s "$DIR/faulty/url" || bail "no faulty CA"
cp "$DIR/ca/issuing.pem" "$DIR/issuing.trial"
cp "$DIR/faulty/ca.pem" "$DIR/ca/issuing.pem"
rm -f "$DIR/anchor.act"
trial_anchor >"$DIR/make.log" 2>&1 || bail "no second anchor: $(tail -n 2 "$DIR/make.log")"
cp "$DIR/issuing.trial" "$DIR/ca/issuing.pem"
echo html >"$DIR/faulty/mode"
ssa_with "$(cat "$DIR/faulty/url")/cmp" "certificate = $DIR/faulty/ra.pem
key = $DIR/faulty/ra.key
server = $DIR/faulty/server.pem"
is "a key for a CA that misbehaves" create
is "a web page is no answer" within 50 why_is "a web page"
trial_token_for "$SIGNER" || bail "no token"
certify_again() { printf '{"credentialID":"%s"}' "$KEY" | trial_call keys/certify; }
# Asked again by hand, as the pauses grow.
faults() { # mode, what is said
	echo "$1" >"$DIR/faulty/mode"
	certify_again && within 300 why_is "$2"
}
is "garbage is none" faults garbage "no CMP message"
is "nor is a failure" faults 500 "HTTP 500"
is "an unprotected one is refused" faults unprotected "not protected"
is "one of another transaction" faults transaction "another transaction"
is "one with another nonce" faults nonce "another nonce"
is "it may not say later for ever" faults poll-for-ever "ask again later"
is "all that time it waits" waits
is "and the doctor says so" says 'wait for their CA' "$PROPRIA" doctor --server "$ENDPOINT" --cacert "$DIR/server.pem"
is "a certificate for another key is refused, for good" faults other-key "another key"
is "and not asked for again" within 20 failed
echo none >"$DIR/faulty/mode"
is "until somebody asks" certify_again
is "and then it is certified" within 100 state_is "$KEY" 3
is "a second certificate is refused" not certify_again
is "a key of a profile without a CA" approved keys create --profile other
is "has nobody to certify it" not trial_call keys/certify <<<"{\"credentialID\":\"$(sql 'SELECT lower(hex(id)) FROM keys ORDER BY created DESC LIMIT 1')\"}"

# OpenSSL's own server. It has one certificate to give: that of the key which waits for it.
trial_secret mock
ssa_with "http://127.0.0.1:$MOCK_PORT/" "secret = $DIR/secrets/mock
reference = ra"
is "a key for openssl's server" create
is "it waits" within 50 why_is "cannot be reached"
is "its request is there" propria keys request "$KEY" --out "$DIR/mock.csr"
trial_issue "$DIR/mock.csr" "$DIR/mock.pem" || bail "no certificate for the mock server"
openssl cmp -port "$MOCK_PORT" -srv_secret "file:$DIR/secrets/mock" -srv_ref ra -rsp_cert "$DIR/mock.pem" \
	-rsp_extracerts "$DIR/ca/issuing.pem" -grant_implicitconf >"$DIR/mock.log" 2>&1 &
LOADS="$LOADS $!"
is "openssl's server certifies it" within 300 state_is "$KEY" 3
is "and it signs" eval 'propria keys link "$KEY" && sign "$KEY"'
finish
