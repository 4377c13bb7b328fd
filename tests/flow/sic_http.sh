#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The real propria-sic over the wire: what it serves, what it refuses, and the headers on each answer.
set -u
SIC=$BUILD/src/sic/propria-sic
DIR=$(mktemp -d)
PID=
COUNT=0
FAILED=0
finish() {
	[ -z "$PID" ] || { kill "$PID" && wait "$PID"; } 2>/dev/null
	rm -rf "$DIR"
	echo "1..$COUNT"
	exit "$FAILED"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
trap '' PIPE	# a refused request's connection may be closed before it was written
is() { # what command...
	local what=$1
	shift
	COUNT=$((COUNT + 1))
	if "$@" >"$DIR/said" 2>&1; then
		echo "ok $COUNT - $what"
	else
		echo "not ok $COUNT - $what"
		sed 's/^/# /' "$DIR/said"
		FAILED=1
	fi
}
GROUP=$(printf '%064d' 7)
configure() { # file listen-lines
	printf '[http]\n%s\nendpoint_file = %s/endpoint\n[sic]\ngroup = %s\norigin = https://approve.example\n' "$2" "$DIR" "$GROUP" >"$1"
	printf 'ssa = https://sign.example\nname = Example\ndirectory = %s/web\n' "$DIR" >>"$1"
}
serve() { # configuration
	rm -f "$DIR/endpoint"
	"$SIC" -c "$1" 2>>"$DIR/log" &
	PID=$!
	until [ -s "$DIR/endpoint" ]; do
		kill -0 "$PID" 2>/dev/null || { echo "Bail out! propria-sic did not start: $(cat "$DIR/log")"; exit 1; }
		sleep 0.05
	done
	PORT=$(sed 's/.*://' "$DIR/endpoint")
}
stop() {
	kill "$PID" && wait "$PID"
	STOPPED=$?
	PID=
}

mkdir -p "$DIR/source/lib" "$DIR/source/page"
printf '<!doctype html><script type="module" src="/page/sign.js"></script>' >"$DIR/source/sign.html"
printf '<!doctype html>home' >"$DIR/source/index.html"
printf '/* SPDX-License-Identifier: Apache-2.0 */\nimport "../lib/a.js";\n' >"$DIR/source/page/sign.js"
seq -f 'export const a%g = 1;' 100 >"$DIR/source/lib/a.js"
"$SOURCE/tools/web-manifest" "$DIR/source" "$DIR/web" 2>/dev/null || { echo "Bail out! web-manifest failed"; exit 1; }
RELEASE=$(cd "$DIR/web" && echo r-*)
configure "$DIR/plain.ini" 'listen = 127.0.0.1:0
plain = yes'

# Manifest and start.
refuses() { # pattern command...
	local pattern=$1
	shift
	! "$@" >"$DIR/out" 2>&1 && grep -q "$pattern" "$DIR/out" || { cat "$DIR/out"; return 1; }
}
is "it starts on what the build made" "$SIC" -t -c "$DIR/plain.ini"
echo more >>"$DIR/web/$RELEASE/lib/a.js"
is "a changed file is refused by name" refuses "$RELEASE/lib/a.js has another hash" "$SIC" -c "$DIR/plain.ini"
"$SOURCE/tools/web-manifest" "$DIR/source" "$DIR/web" 2>/dev/null
echo new >"$DIR/web/new.js"
is "a file that nobody listed is refused by name" refuses "new.js is not in the manifest" "$SIC" -c "$DIR/plain.ini"
rm "$DIR/web/new.js"
ln -s /etc/passwd "$DIR/web/passwd.txt"
is "a link out is refused by name" refuses "passwd.txt is neither" "$SIC" -c "$DIR/plain.ini"
rm "$DIR/web/passwd.txt"
configure "$DIR/bad.ini" 'listen = 0.0.0.0:0
plain = yes'
is "plain HTTP beyond loopback is refused" refuses "127.0.0.1 and ::1" "$SIC" -c "$DIR/bad.ini"

serve "$DIR/plain.ini"
URL=http://127.0.0.1:$PORT
get() { curl -s --max-time 10 --path-as-is -o "$DIR/body" -D "$DIR/head" -w '%{http_code}' "$@"; }
answers() { # status arguments...
	local want=$1 got
	shift
	got=$(get "$@")
	[ "$got" = "$want" ] || { echo "got $got"; cat "$DIR/head"; return 1; }
}
has() { tr -d '\r' <"$DIR/head" | grep -qi "^$1\$" || { echo "missing: $1"; cat "$DIR/head"; return 1; }; }
always() { # the headers that go with everything
	has "Content-Security-Policy: default-src 'none'; script-src 'self'; .*connect-src 'self' https://sign.example; .*" &&
	has 'X-Content-Type-Options: nosniff' && has 'Referrer-Policy: no-referrer' &&
	has 'Cross-Origin-Opener-Policy: same-origin' && has 'Cross-Origin-Resource-Policy: same-origin' &&
	has 'Permissions-Policy: publickey-credentials-get=(self), .*'
}
page() { answers "$@" && always; }
is "the index is served, with all headers" page 200 "$URL/"
is "a page is served by its name, a query makes no difference" page 200 "$URL/sign?t=1"
is "its scripts are named with the release" grep -q "src=\"/$RELEASE/page/sign.js\"" "$DIR/body"
is "HTML is asked for again" has 'Cache-Control: no-cache'
ETAG=$(tr -d '\r' <"$DIR/head" | sed -n 's/^ETag: //Ip')
is "what is there already is not sent again" page 304 -H "If-None-Match: $ETAG" "$URL/sign"
is "a script is served" page 200 "$URL/$RELEASE/lib/a.js"
is "as JavaScript" has 'Content-Type: text/javascript; charset=utf-8'
is "to be kept" has 'Cache-Control: public, max-age=31536000, immutable'
is "the configuration names the group" page 200 "$URL/config.json"
is "and the SSA" grep -q "\"group\":\"$GROUP\",\"ssa\":\"https://sign.example\",\"name\":\"Example\",\"shared\":false" "$DIR/body"
is "the manifest is served" page 200 "$URL/manifest"
is "and is the one of the build" cmp "$DIR/body" "$DIR/web/manifest"
smaller() { page 200 -H 'Accept-Encoding: gzip' "$URL/$RELEASE/lib/a.js" && has 'Content-Encoding: gzip' &&
	gunzip -c <"$DIR/body" | cmp - "$DIR/web/$RELEASE/lib/a.js"; }
is "who takes gzip gets the same, smaller" smaller
is "HEAD has a length and no body" page 200 -I "$URL/sign"
for path in /nothing /sign.html /../plain.ini /%2e%2e/plain.ini /..%2fplain.ini //sign /sign/ "/$RELEASE/" "/$RELEASE/lib" \
    "/$RELEASE/lib/../lib/a.js" /sign%00 /./sign '/\..\plain.ini'; do
	is "$path is not found" page 404 "$URL$path"
done
for verb in POST PUT DELETE OPTIONS PATCH TRACE FOO; do
	is "$verb is refused" page 405 -X "$verb" "$URL/sign"
done
is "a POST with a body is refused" page 405 --data a=b "$URL/sign"
long=$(head -c 2000 /dev/zero | tr '\0' a)
is "a long address is refused" page 414 "$URL/$long"
longer=$(head -c 60000 /dev/zero | tr '\0' a)
too_long() { case $(get "$URL/$longer") in 000|414|431) ;; *) return 1 ;; esac; }
is "an address longer than any room is refused" too_long

# Bytes as they are: two readers must not see two requests.
raw() { # bytes: all answers, one after another
	exec 3<>"/dev/tcp/127.0.0.1/$PORT" || return 1
	printf '%b' "$1" >&3
	timeout 10 cat <&3 >"$DIR/raw"
	exec 3>&- 3<&-
}
refused_once() { # bytes
	raw "$1"
	[ "$(grep -c '^HTTP/1.1 ' "$DIR/raw")" -le 1 ] && ! grep -q '^HTTP/1.1 200' "$DIR/raw" || { cat "$DIR/raw"; return 1; }
}
inner='GET /config.json HTTP/1.1\r\nHost: x\r\n\r\n'
is "two lengths are refused" refused_once "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 43\r\n\r\n$inner"
is "length and chunks are refused" refused_once \
	"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 43\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n$inner"
is "a body of a GET is refused" refused_once "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 43\r\n\r\n$inner"
is "an odd encoding is refused" refused_once "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n$inner"
is "two hosts are refused" refused_once "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n"
# Some versions of libmicrohttpd say 400 twice here, and close.
not_served() { raw "$1"; ! grep -q '^HTTP/1.1 [23]' "$DIR/raw"; }
is "no host is refused" not_served "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
is "a line that is no request is refused" refused_once 'nonsense\r\n\r\n'
pipelined() { raw "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	[ "$(grep -ac 'HTTP/1.1 200\|HTTP/1.1 404' "$DIR/raw")" = 2 ]; }
is "two requests in a row get two answers" pipelined
upgrade() { raw 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n' && grep -q '^HTTP/1.1 200' "$DIR/raw"; }
is "an upgrade is not taken" upgrade

# What it gave up.
confined() { grep -q '^Seccomp:[[:space:]]*2' "/proc/$PID/status" && grep -q '^NoNewPrivs:[[:space:]]*1' "/proc/$PID/status"; }
is "it is confined" confined
rm -rf "$DIR/web/sign.html"
is "what is gone from the disk is served as it was" page 200 "$URL/sign"
stop
is "it ends in order" [ "$STOPPED" = 0 ]

# TLS of its own.
"$SOURCE/tools/web-manifest" "$DIR/source" "$DIR/web" 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
	-keyout "$DIR/tls.key" -out "$DIR/tls.pem" 2>/dev/null
configure "$DIR/tls.ini" "listen = 127.0.0.1:0
certificate = $DIR/tls.pem
key = $DIR/tls.key"
serve "$DIR/tls.ini"
is "it serves TLS" page 200 --cacert "$DIR/tls.pem" "https://localhost:$PORT/sign"
is "and says so for the time to come" has 'Strict-Transport-Security: max-age=63072000'
is "TLS 1.1 is refused" answers 000 --cacert "$DIR/tls.pem" --tls-max 1.1 "https://localhost:$PORT/sign"
not_plain() { [ "$(get "http://localhost:$PORT/sign")" != 200 ]; }
is "nobody is answered without TLS there" not_plain
