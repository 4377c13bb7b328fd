#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# propria sign --qr: the command asks and waits, somebody else approves, declines, or nobody does.
export SIC_ORIGIN=https://approve.example
export SSA_ORIGIN=https://sign.example
. "$SOURCE/tests/flow/csc_common"
csc_group "[sic]
origin = $SIC_ORIGIN"
echo "a contract" >"$DIR/contract.txt"
echo "an annex" >"$DIR/annex.txt"

# Starts the command without a terminal and without the passphrase; its link comes into $TICKET.
asks() { # name options and files...
	local name=$1
	shift
	rm -f "$DIR/$name.out"
	"$PROPRIA" sign --qr --home "$DIR/alice/profile" --key "$KEY" "$@" >"$DIR/$name.out" 2>&1 </dev/null &
	ASKER=$!
	LOADS="$LOADS $ASKER"
	within 200 grep -q 'sign#t=' "$DIR/$name.out" || { cat "$DIR/$name.out"; return 1; }
	TICKET=$(sed -n "s,^ *$SIC_ORIGIN/sign#t=\([A-Za-z0-9_-]\{43\}\)$,\1,p" "$DIR/$name.out")
	[ -n "$TICKET" ]
}
ends() { # code pattern name
	local code
	wait "$ASKER"
	code=$?
	cat "$DIR/$3.out"
	[ "$code" = "$1" ] && grep -q "$2" "$DIR/$3.out"
}
page() { # call body
	curl -sS --cacert "$DIR/server.pem" -H 'Content-Type: application/json' -d "$2" "$ENDPOINT/propria/v1/$1"
}
approves() {
	"$APPROVER" ticket --home "$DIR/alice/profile" --passphrase-fd 3 "$TICKET" 3<"$DIR/secrets/passphrase"
}
checks() { # file
	"$PROPRIA" verify --ca "$DIR/ca.pem" --receipt "$1.p7s.receipt" --group "$(cat "$DIR/group")" "$1" "$1.p7s"
}
both() {
	asks both --receipts --text "two papers" "$DIR/contract.txt" "$DIR/annex.txt" && approves &&
	ends 0 'Receipt in .*annex.txt.p7s.receipt' both && not grep -q $'\033' "$DIR/both.out"
}
shows_what() {
	asks shown "$DIR/contract.txt" && page approval "{\"ticket\":\"$TICKET\"}" >"$DIR/shown.json" &&
	python3 - "$DIR/shown.json" "$DIR/contract.txt" <<-'END'
		import base64, hashlib, json, sys
		a = json.load(open(sys.argv[1]))
		item, = a['items']
		sets = base64.b64decode(item['attributes'], validate=True)
		assert a['state'] == 'pending' and item['label'] == 'contract.txt', a
		assert hashlib.sha256(sets).digest() == base64.b64decode(item['digest'])
		assert hashlib.sha256(open(sys.argv[2], 'rb').read()).digest() in sets
	END
}
# What the page does with a document that is dropped on it, by its own module.
page_knows() {
	local flag=
	[ "$(node -p 'parseInt(process.versions.node)')" -ge 19 ] || flag=--experimental-global-webcrypto
	node $flag --input-type=module -e '
		const [, source, shown, file] = process.argv, lib = `file://${source}/web/lib/`;
		const { readFileSync } = await import("node:fs");
		const { algOf } = await import(lib + "alg.js");
		const { attributesBind } = await import(lib + "cms.js");
		const { createHash } = await import("node:crypto");
		const a = JSON.parse(readFileSync(shown)), b = (t) => new Uint8Array(Buffer.from(t, "base64"));
		const binds = (bytes) => attributesBind({ alg: algOf(a.key.alg), attributes: b(a.items[0].attributes),
			digest: b(a.items[0].digest), certificate: b(a.key.certificate),
			documentDigest: new Uint8Array(createHash("sha256").update(bytes).digest()) });
		process.exit(await binds(readFileSync(file)) && !await binds("another") ? 0 : 1);' \
		"$SOURCE" "$DIR/shown.json" "$DIR/contract.txt"
}
shows_them() { # what was handed over comes back whole, in parts
	head -c 1300000 /dev/urandom >"$DIR/large.bin"
	asks handed --show "$DIR/contract.txt" "$DIR/large.bin" && page approval "{\"ticket\":\"$TICKET\"}" >"$DIR/handed.json" &&
	page approval/document "{\"ticket\":\"$TICKET\",\"item\":1,\"at\":0}" >"$DIR/part1.json" &&
	page approval/document "{\"ticket\":\"$TICKET\",\"item\":1,\"at\":1048576}" >"$DIR/part2.json" &&
	python3 - "$DIR" <<-'END' && page approval/decline "{\"ticket\":\"$TICKET\"}" && ends 6 'declined' handed
		import base64, json, os, sys
		read = lambda name: json.load(open(sys.argv[1] + '/' + name))
		whole = open(sys.argv[1] + '/large.bin', 'rb').read()
		assert [i['document'] for i in read('handed.json')['items']] == [os.path.getsize(sys.argv[1] + '/contract.txt'), len(whole)]
		assert b''.join(base64.b64decode(read(n)['bytes']) for n in ('part1.json', 'part2.json')) == whole
	END
}
declined() {
	page approval/decline "{\"ticket\":\"$TICKET\"}" && ends 6 'declined on the signing page' shown &&
	[ ! -e "$DIR/contract.txt.p7s" ]
}
stopped() {
	asks stopped "$DIR/contract.txt" && kill -TERM "$ASKER" && ends 6 'withdrawn' stopped &&
	says '"state":"declined"' page approval/state "{\"ticket\":\"$TICKET\"}" && not approves
}
elsewhere() {
	ssa_stop
	sed -i "s,^origin = .*,origin = https://approve.elsewhere," "$DIR/ssa.conf"
	trial_ssa_start
	says 'does not lead to the signing page of your group' \
		"$PROPRIA" sign --qr --home "$DIR/alice/profile" --key "$KEY" "$DIR/contract.txt"
}
nowhere() {
	ssa_stop
	sed -i -e '/^\[sic\]/d' -e '/^origin = /d' "$DIR/ssa.conf"
	trial_ssa_start
	says 'no signing page' "$PROPRIA" sign --qr --home "$DIR/alice/profile" --key "$KEY" "$DIR/contract.txt"
}
in_terminal() { # option, test of the number of lines with blocks: what a terminal is shown
	python3 -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)' "$PROPRIA" sign --qr $1 \
		--home "$DIR/alice/profile" --key "$KEY" "$DIR/contract.txt" >"$DIR/tty.out" 2>&1 </dev/null &
	ASKER=$!
	LOADS="$LOADS $ASKER"
	within 200 grep -q 'Waiting for' "$DIR/tty.out" || { cat "$DIR/tty.out"; return 1; }
	TICKET=$(tr -d '\r' <"$DIR/tty.out" | sed -n "s,^ *$SIC_ORIGIN/sign#t=\([A-Za-z0-9_-]\{43\}\)$,\1,p")
	page approval/decline "{\"ticket\":\"$TICKET\"}" && ends 6 'declined' tty &&
	test "$(grep -c $'\033' "$DIR/tty.out")" "$2" 15
}

is "the page is told names and attributes" shows_what
if command -v node >/dev/null; then
	is "and knows the document by them" page_knows
else
	skip "and knows the document by them" "there is no node"
fi
is "a request that was declined signs nothing" declined
is "with --show the page gets the documents" shows_them
is "--show goes with --qr alone" says "goes with --qr" "$PROPRIA" sign --show --home "$DIR/alice/profile" "$DIR/contract.txt"
truncate -s 9M "$DIR/huge.bin"
is "and not with what is too large" says "larger than the 8 MiB" \
	"$PROPRIA" sign --qr --show --home "$DIR/alice/profile" --key "$KEY" "$DIR/huge.bin"
is "two files are signed by one approval given elsewhere" both
is "the first verifies with its receipt" checks "$DIR/contract.txt"
is "the second verifies with its receipt" checks "$DIR/annex.txt"
is "a command that is stopped withdraws its request" stopped
is "the terminal shows the code" in_terminal "" -gt
is "and with --no-qr the link alone" in_terminal --no-qr -lt
is "--one-message does not go with it" says "not with --qr" \
	"$PROPRIA" sign --qr --one-message --home "$DIR/alice/profile" "$DIR/contract.txt"
is "a link to another page is not shown" elsewhere
is "a server without pages says so" nowhere
finish
