#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The trial CA over the wire, asked by openssl's own clients of CMP, OCSP and time stamps.
set -u
. "$SOURCE/tests/flow/crash_common"
# The same tools whatever this machine's openssl.cnf says.
OPENSSL_CONF=/dev/null
export OPENSSL_CONF

{ trial_token && trial_ca && trial_ca_start; } >"$DIR/make.log" 2>&1 || {
	echo "Bail out! no CA: $(tail -n 3 "$DIR/make.log" "$DIR/ca-server.log" 2>/dev/null | tr '\n' ' ')"
	exit 1
}
cd "$DIR" || exit 1
SECRET=file:$DIR/secrets/cmp
SIGNED="-cert ra.pem -key ra.key -trusted ca/root.pem"

make_csr() { # name
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -subj "/C=SE/CN=$1" \
		-out "$1.csr" 2>/dev/null
}

# path, more options of openssl cmp: a certificate for alice
p10cr() {
	local path=$1
	shift
	rm -f new.pem
	# shellcheck disable=SC2086
	openssl cmp -cmd p10cr -server "$CA_URL$path" -csr alice.csr -certout new.pem "$@" && [ -s new.pem ]
}

chains() { openssl verify -x509_strict -CAfile ca/root.pem -untrusted ca/issuing.pem "$@"; }

has() { openssl x509 -in "$1" -noout -text | grep -q -- "$2"; }
has_no() { ! has "$@"; }

ocsp() { # certificate, more options
	local c=$1
	shift
	openssl ocsp -issuer ca/issuing.pem -cert "$c" -url "$CA_URL/ocsp" -CAfile ca/root.pem -verify_other ca/issuing.pem "$@"
}

crl_has() { # certificate
	curl -sS -o list.crl "$CA_URL/crl" &&
		openssl crl -inform DER -in list.crl -noout -verify -CAfile ca/ca.pem 2>&1 | grep -q OK &&
		openssl crl -inform DER -in list.crl -noout -text |
		grep -qi "Serial Number: $(openssl x509 -in "$1" -noout -serial | sed 's/.*=//')"
}

rr() { # certificate, more options
	local c=$1
	shift
	# shellcheck disable=SC2086
	openssl cmp -cmd rr -server "$CA_URL/cmp" -oldcert "$c" "$@"
}

# pattern, command...: it fails, and the server wrote why.
refuses() {
	local pattern=$1 before
	before=$(wc -l <ca-server.log)
	shift
	"$@" && return 1
	says "$pattern" tail -n "+$((before + 1))" ca-server.log
}

make_csr alice
make_csr bob
is "a request signed by the RA is certified, and confirmed" p10cr /cmp $SIGNED
cp new.pem long.pem
is "its certificate chains, strictly" chains long.pem
is "it is for signing only" has long.pem 'Non Repudiation$'
is "it says where its revocation list is" has long.pem "URI:$CA_URL/crl"
is "and where OCSP is answered" has long.pem "OCSP - URI:$CA_URL/ocsp"
is "it says that it is of a trial" has long.pem 'Issuer:.*tests only'
is "a request protected by MAC is certified" p10cr /cmp/long -secret "$SECRET" -ref ssa -implicit_confirm
is "the short-term profile has no pointers" eval \
	'p10cr /cmp/short-term $SIGNED -implicit_confirm && has_no new.pem URI && has new.pem 0.4.0.194121.2.1'
cp new.pem short.pem
is "it is valid for minutes" openssl x509 -in short.pem -noout -checkend 300
is "and not for longer" not openssl x509 -in short.pem -noout -checkend 900
# shellcheck disable=SC2086
is "a template with a word of the RA's is certified (ir, raVerified)" openssl cmp -cmd ir -server "$CA_URL/cmp" \
	$SIGNED -newkey bob.key -subject /C=SE/CN=bob -popo 0 -certout bob.pem
# shellcheck disable=SC2086
is "so is one with possession proved (cr)" openssl cmp -cmd cr -server "$CA_URL/cmp" \
	$SIGNED -newkey bob.key -subject /C=SE/CN=bob -popo 1 -certout bob.pem
is "both chain" chains bob.pem

COUNT=$(grep -c ^issued ca/issued)
is "an unprotected request is refused" refuses "missing protection" p10cr /cmp -unprotected_requests -trusted ca/root.pem \
	-ref ssa -subject /CN=ssa
is "a wrong secret is refused" refuses "wrong pbm value" p10cr /cmp -secret pass:wrong-secret -ref ssa
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=ssa" -keyout mallory.key \
	-out mallory.pem 2>/dev/null
is "a stranger's signature is refused" refuses 'no suitable sender cert' p10cr /cmp -cert mallory.pem -key mallory.key -trusted ca/root.pem
is "a certified signer is no RA" refuses 'no suitable sender cert' p10cr /cmp -cert long.pem -key alice.key \
	-trusted ca/root.pem
is "nor is who has another certificate of this CA" refuses 'cert path validation failed' p10cr /cmp -cert ca/tsa.pem -key ca/tsa.key \
	-trusted ca/root.pem
# The request with one bit of its signature changed.
openssl req -in alice.csr -outform DER | python3 -c '
import sys
b = bytearray(sys.stdin.buffer.read())
b[-1] ^= 1
sys.stdout.buffer.write(b)' >flipped.der
openssl req -inform DER -in flipped.der -out flipped.csr 2>/dev/null
is "a request that its key did not sign is refused" refuses "request not accepted" p10cr /cmp $SIGNED -csr flipped.csr
is "no profile, no certificate" not p10cr /cmp/platinum $SIGNED
is "none of them was issued" test "$(grep -c ^issued ca/issued)" -eq "$COUNT"
is "garbage is told so" says '^400$' curl -s -o answer -w '%{http_code}\n' -H 'Content-Type: application/pkixcmp' \
	--data-binary garbage "$CA_URL/cmp"
is "the first page says what this is" says 'tests only' curl -s "$CA_URL/"

is "the status of a good one is good" says 'long.pem: good' ocsp long.pem
is "a serial number that was never issued is unknown" says ': unknown' openssl ocsp -issuer ca/issuing.pem -serial 0x1234 \
	-url "$CA_URL/ocsp" -CAfile ca/root.pem
is "another CA's certificate is unknown" says ': unknown' openssl ocsp -issuer mallory.pem -cert mallory.pem \
	-url "$CA_URL/ocsp" -CAfile ca/root.pem
openssl ocsp -issuer ca/issuing.pem -cert long.pem -no_nonce -reqout get.req 2>/dev/null
is "OCSP by GET" eval 'curl -sS -o get.resp "$CA_URL/ocsp/$(openssl base64 -A -in get.req | sed "s,+,%2B,g;s,/,%2F,g;s,=,%3D,g")" &&
	says "long.pem: good" openssl ocsp -issuer ca/issuing.pem -cert long.pem -respin get.resp -CAfile ca/root.pem'
is "nothing is on the list yet" not crl_has long.pem
# shellcheck disable=SC2086
is "the RA revokes" rr long.pem $SIGNED -revreason 1
is "OCSP says so" says 'long.pem: revoked' ocsp long.pem
is "with the reason" says 'keyCompromise' ocsp long.pem
is "the list says so" crl_has long.pem
is "the list has the reason" says 'Key Compromise' openssl crl -inform DER -in list.crl -noout -text
# shellcheck disable=SC2086
is "twice is refused" refuses "revoked already" rr long.pem $SIGNED
# shellcheck disable=SC2086
is "a hold is refused" refuses "no hold" rr bob.pem $SIGNED -revreason 6
# shellcheck disable=SC2086
is "another CA's is not revoked here" refuses "not one of this CA" rr mallory.pem $SIGNED
is "unprotected, nothing is revoked" refuses "missing protection" rr bob.pem -unprotected_requests -trusted ca/root.pem \
	-ref ssa -subject /CN=ssa
is "bob's is good after all that" says 'bob.pem: good' ocsp bob.pem
is "whoever has the directory revokes by hand" "$BIN/ca/propria-trial-ca" revoke --dir ca --reason 4 \
	"$(openssl x509 -in bob.pem -noout -serial | sed 's/.*=//')"
is "and the server knows it" says 'bob.pem: revoked' ocsp bob.pem
is "the list too" crl_has bob.pem
is "a serial number of nothing is refused by hand" not "$BIN/ca/propria-trial-ca" revoke --dir ca 1234

openssl ts -query -data alice.csr -sha256 -cert -out q.tsq 2>/dev/null
is "a time stamp is given" curl -sS --fail -o r.tsr -H 'Content-Type: application/timestamp-query' --data-binary @q.tsq "$CA_URL/tsa"
is "and verifies" openssl ts -verify -queryfile q.tsq -in r.tsr -CAfile ca/root.pem -untrusted ca/issuing.pem
is "not over something else" not openssl ts -verify -data bob.csr -in r.tsr -CAfile ca/root.pem -untrusted ca/issuing.pem
is "a bad query gets a refusal" eval 'curl -sS -o bad.tsr -H "Content-Type: application/timestamp-query" --data-binary xx "$CA_URL/tsa" &&
	says "Rejected" openssl ts -reply -in bad.tsr -text'

is "what is issued by hand beside the server is known to it" eval 'trial_issue bob.csr hand.pem && says "hand.pem: good" ocsp hand.pem'
is "a request that is too long is told so" says '^413$' curl -s -o answer -w '%{http_code}\n' \
	-H 'Content-Type: application/timestamp-query' --data-binary "@$BIN/ca/propria-trial-ca" "$CA_URL/tsa"
is "CMP is posted" says '^405$' curl -s -o answer -w '%{http_code}\n' "$CA_URL/cmp"

# Killed without a chance to write anything; the last line half written, as by a kill in the middle of it.
p10cr /cmp $SIGNED -implicit_confirm >/dev/null 2>&1 && cp new.pem last.pem
kill -KILL "$CA_PID"
wait "$CA_PID" 2>/dev/null
printf 'issued 4242' >>ca/issued
is "it starts again after a kill" trial_ca_start
is "what was issued last is still known" says 'last.pem: good' ocsp last.pem
is "what was revoked is still revoked" says 'long.pem: revoked' ocsp long.pem
is "and on the list" crl_has long.pem
is "it issues again" p10cr /cmp $SIGNED
is "the list of what was issued has whole lines only" not grep -vE '^(issued|revoked) [0-9a-f]+ [0-9]+ ' ca/issued

# Four clients ask at once, until the server is killed among their requests; each certificate that arrived must be known.
killed_at_work() {
	p10cr /cmp $SIGNED -implicit_confirm -reqout recorded.der >/dev/null 2>&1 || return 1
	python3 - "$CA_URL" "$CA_PID" <<-'END' || return 1
		import http.client, os, re, signal, sys, threading
		host, pid = sys.argv[1].split('//')[1], int(sys.argv[2])
		with open('recorded.der', 'rb') as f:
		    request = f.read()
		got = []
		def ask():
		    try:
		        c = http.client.HTTPConnection(host, timeout=60)
		        while len(got) < 4000:
		            c.request('POST', '/cmp', request, {'Content-Type': 'application/pkixcmp'})
		            answer = c.getresponse().read()
		            # version 3, then a serial number of 16 bytes: the new certificate is the first of the message
		            got.append(re.search(rb'\xa0\x03\x02\x01\x02\x02\x10(.{16})', answer, re.S).group(1).hex())
		            if len(got) >= 100:
		                os.kill(pid, signal.SIGKILL)
		    except (OSError, http.client.HTTPException):
		        pass
		threads = [threading.Thread(target=ask) for _ in range(4)]
		for t in threads:
		    t.start()
		for t in threads:
		    t.join()
		assert 100 <= len(got) < 4000 and len(set(got)) == len(got), len(got)
		with open('ca/issued') as f:
		    known = {line.split()[1] for line in f if line.startswith('issued ') and line.endswith('\n')}
		assert set(got) <= known, len(set(got) - known)
		print(len(got), 'certificates')
	END
	wait "$CA_PID" 2>/dev/null
	trial_ca_start
}
is "killed among many requests, it knows every certificate that arrived" killed_at_work
trial_ca_stop

is "it starts with polling and statements" trial_ca_start --poll 1 --days 30 --minutes 5 --policy 1.2.3.4 --qc compliance,sscd,esign
is "a request is polled for" says 'received POLLREP|polling|checkAfter' p10cr /cmp $SIGNED -verbosity 7
is "and certified then" chains new.pem
is "with the policy" has new.pem 'Policy: 1.2.3.4'
is "and its notice" has new.pem 'Explicit Text: Trial certificate'
is "and the statements" has new.pem 'qcStatements'
trial_ca_stop

# With a SAM's attestation asked for, a request without one is refused.
openssl ecparam -name prime256v1 -genkey -noout -out sam.key 2>/dev/null
openssl pkey -in sam.key -pubout -out sam.pub
is "it starts, asking for attestations" trial_ca_start --attestation-key sam.pub --group "$(printf '%064d' 42)"
is "without one nothing is issued" refuses "asks for an attestation" p10cr /cmp $SIGNED
trial_ca_stop
finish
