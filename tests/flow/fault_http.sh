#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad requests to the real SSA: the right error each time, and the server stays up.
. "$SOURCE/tests/flow/crash_common"
group_make
PORT=${ENDPOINT##*:}
curl_() { curl -s --max-time 15 --cacert "$DIR/server.pem" -o "$DIR/body" -w '%{http_code}' "$@"; }
post() { curl_ -X POST -H 'Content-Type: application/json' "${TOKEN[@]}" --data-binary "$2" "$ENDPOINT$1"; }
# Status and a pattern of the body.
answers() { # status pattern path body
	local got
	got=$(post "$3" "$4")
	[ "$got" = "$1" ] && grep -qE "$2" "$DIR/body" && return 0
	echo "$got $(cat "$DIR/body")"
	return 1
}
alive() { [ "$(curl_ "$ENDPOINT/propria/v1/status")" = 200 ] && kill -0 "$SSA_PID"; }
TOKEN=()
challenge=/propria/v1/challenge
signhash=/csc/v2/signatures/signHash
head -c 600000 /dev/zero | tr '\0' ' ' >"$DIR/large"
is "a body over 512 KiB is 413" answers 413 'too large' $challenge "@$DIR/large"
chunked() { curl_ -X POST -H 'Transfer-Encoding: chunked' -H 'Content-Type: application/json' \
	--data-binary "@$DIR/large" "$ENDPOINT$challenge" | grep -qE '^(000|400|413)$'; }
is "the same in chunks ends" chunked
is "malformed JSON is 400" answers 400 invalid_request $challenge '{"signer":'
is "JSON with a member twice is 400" answers 400 invalid_request $challenge '{"signer":"00","signer":"11","purpose":257}'
deep() { answers 400 invalid_request $challenge "$(printf '[%.0s' $(seq 2000))"; }
is "JSON nested two thousand deep is 400" deep
is "text that is not UTF-8 is 400" answers 400 invalid_request $challenge "$(printf '{"signer":"\377\376","purpose":257}')"
is "a signer that is no id is 400" answers 400 invalid_request $challenge '{"signer":"xyz","purpose":257}'
is "signHash without a token is 401" answers 401 '' $signhash '{}'
TOKEN=(-H 'Authorization: Bearer nonsense')
is "signHash with a token of nobody is 401" answers 401 'invalid_token|"error"' $signhash '{}'

# A token as the signer's program gets it.
token() { python3 - "$DIR" "$ENDPOINT" "$SIGNER" <<'END'
import base64, json, os, subprocess, sys, time
d, endpoint, signer = sys.argv[1:]
b = lambda x: base64.urlsafe_b64encode(x).rstrip(b'=')
t = int(time.time())
profile = json.load(open(d + '/alice/profile/profile.json'))
head = b(json.dumps({'alg': 'ES256', 'typ': 'JWT'}).encode())
body = b(json.dumps({'iss': signer, 'sub': signer, 'aud': endpoint, 'exp': t + 60, 'iat': t,
    'jti': os.urandom(16).hex()}).encode())
der = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', d + '/alice/profile/' + profile['login-key']],
    input=head + b'.' + body, stdout=subprocess.PIPE, check=True).stdout
n = der[3]; r = der[4:4 + n]; s = der[6 + n:]
print((head + b'.' + body + b'.' + b(r[-32:].rjust(32, b'\0') + s[-32:].rjust(32, b'\0'))).decode())
END
}
login() {
	curl_ -X POST --data-urlencode grant_type=client_credentials --data-urlencode "client_id=$SIGNER" \
		--data-urlencode 'client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer' \
		--data-urlencode "client_assertion=$1" "$ENDPOINT/oauth2/token"
}
if command -v python3 >/dev/null; then
	ASSERTION=$(token)
	is "the login key gives a token" [ "$(login "$ASSERTION")" = 200 ]
	TOKEN=(-H "Authorization: Bearer $(sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p' "$DIR/body")")
	is "the same assertion again is 401" [ "$(login "$ASSERTION")" = 401 ]
	# An approval as the SSA takes it: statement and evidence of an ACTIVATE.
	sad() { approve "$1" >/dev/null && python3 - "$DIR/$1.act" <<'END'
import base64, struct, sys
p = open(sys.argv[1], 'rb').read()
n = struct.unpack('>I', p[:4])[0]
m = struct.unpack('>I', p[4 + n:8 + n])[0]
st = p[4:4 + n]
i = st.index(b'flow test') + len(b'flow test') + 16 + 16 + 32 + 2 + 4
print('PRS1.' + base64.urlsafe_b64encode(p[:8 + n + m]).rstrip(b'=').decode(),
    base64.b64encode(st[i + 1:i + 33]).decode())
END
	}
	ask() { # sad hash [sign algorithm] [hash algorithm]
		printf '{"credentialID":"%s","SAD":"%s","hashes":["%s"],"hashAlgorithmOID":"%s","signAlgo":"%s"}' \
			"$KEY" "$1" "$2" "${4:-2.16.840.1.101.3.4.2.1}" "${3:-1.2.840.10045.4.3.2}"
	}
	read -r SAD HASH <<<"$(sad good)"
	is "a hash of another length is 400" answers 400 invalid_request $signhash "$(ask "$SAD" AAAA)"
	is "a hash that is no base64 is 400" answers 400 invalid_request $signhash "$(ask "$SAD" '!!!!')"
	is "an algorithm nobody knows is 400" answers 400 signAlgo $signhash "$(ask "$SAD" "$HASH" 1.2.3.4)"
	is "an algorithm that is not the key's is 400" answers 400 signAlgo $signhash "$(ask "$SAD" "$HASH" 1.2.840.113549.1.1.11)"
	is "another hash than the approved one is 400" answers 400 'not authorized by the SAD|SAD' \
		$signhash "$(ask "$SAD" "$(head -c 32 /dev/zero | base64)")"
	is "an approval that is no base64 is 400" answers 400 SAD $signhash "$(ask 'PRS1.%%%' "$HASH")"
	is "a cut approval is 400" answers 400 '(SAD|authentication data)' $signhash "$(ask "${SAD:0:300}" "$HASH")"
	is "a handle of nobody is 400" answers 400 SAD $signhash "$(ask nobody "$HASH")"
	is "the approval itself signs" answers 200 signatures $signhash "$(ask "$SAD" "$HASH")"
	cp "$DIR/body" "$DIR/first"
	again() { answers 200 signatures $signhash "$(ask "$SAD" "$HASH")" && cmp "$DIR/body" "$DIR/first"; }
	is "spent, it gives the first signature again, and no other" again
	read -r OLD OLD_HASH <<<"$(sad old)"
	sam_stop
	sam_start >/dev/null
	old() { within 50 alive; sleep 0.5; answers 400 'SAD' $signhash "$(ask "$OLD" "$OLD_HASH")"; }
	is "an approval of the SAM's last life is 400" old
	kept() { answers 200 signatures $signhash "$(ask "$SAD" "$HASH")" && cmp "$DIR/body" "$DIR/first"; }
	is "what was signed before the restart is still read back" kept
	away() { sam_stop; sleep 0.3; answers 503 temporarily_unavailable $signhash "$(ask "$OLD" "$OLD_HASH")"; }
	is "without the SAM it is 503" away
	sam_start >/dev/null
else
	skip "requests with a token" "needs python3"
fi

# Below HTTP.
raw() { timeout "${2:-5}" openssl s_client -quiet -connect "127.0.0.1:$PORT" -CAfile "$DIR/server.pem" <"$1" 2>/dev/null; }
garbage() {
	{ printf 'GET /propria/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n'; head -c 5000 /dev/urandom; printf '\r\n\r\n'; } >"$DIR/raw"
	raw "$DIR/raw" | head -c 15 | grep -q 'HTTP/1.1 200' && alive
}
is "garbage behind a good request: the good one is answered" garbage
twice() {
	printf 'POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}' $challenge >"$DIR/raw"
	raw "$DIR/raw" | grep -q 'HTTP/1.1 400'
}
is "two lengths are 400" twice
smuggle() {
	printf 'POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' $challenge >"$DIR/raw"
	raw "$DIR/raw" | grep -q 'HTTP/1.1 400'
}
is "a length and chunks are 400" smuggle
long_header() { curl_ -H "X-Long: $(head -c 60000 /dev/zero | tr '\0' a)" "$ENDPOINT/propria/v1/status" |
	grep -qE '^(000|4..)$' && alive; }
is "a header of 60 KB ends the connection, not the server" long_header
plain() { printf 'GET / HTTP/1.1\r\n\r\n' | timeout 5 nc_ >/dev/null; alive; }
nc_() { exec 9<>"/dev/tcp/127.0.0.1/$PORT" && cat >&9 && timeout 2 cat <&9; }
is "HTTP without TLS gets nothing" plain
slow() {
	local i pids=
	for i in 1 2 3 4 5 6; do
		{ printf 'POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400\r\n\r\n' $challenge
			for _ in $(seq 6); do printf ' '; sleep 0.5; done; } |
			timeout 10 openssl s_client -quiet -connect "127.0.0.1:$PORT" >/dev/null 2>&1 &
		pids="$pids $!"
	done
	sleep 1
	alive
	local good=$?
	wait $pids
	return $good
}
is "while six clients send a byte now and then, others are served" slow
is "at the end it signs" eval 'echo x >"$DIR/x" && "$PROPRIA" sign "$DIR/x" --home "$DIR/alice/profile" \
	--yes --passphrase-fd 3 3<"$DIR/secrets/passphrase"'
is "and was never restarted" kill -0 "$SSA_PID"
ssa_stop
finish
