#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# propria authenticators: a second key, with the first one's approval; then the first one goes, with the second's.
. "$SOURCE/tests/flow/crash_common"
group_make

propria() { # profile, secret, words
	local profile=$1 secret=$2
	shift 2
	"$PROPRIA" "$@" --home "$DIR/alice/$profile" --passphrase-fd 3 3<"$DIR/secrets/$secret"
}
listed() { "$PROPRIA" authenticators list --home "$DIR/alice/profile"; }
id_of() { "$PROPRIA" authenticators list --json --home "$DIR/alice/profile" | python3 -c '
import json, sys
print(next(a["id"] for a in json.load(sys.stdin)["authenticators"] if a["label"] == sys.argv[1]))' "$1"; }
add() {
	"$PROPRIA" authenticators add --yes --home "$DIR/alice/profile" --new-key "$DIR/second.pem" --label second \
		--passphrase-fd 3 3<"$DIR/secrets/both"
}
# A profile that approves with the second key.
second_profile() {
	cp -R "$DIR/alice/profile" "$DIR/alice/other" && python3 - "$DIR/alice/other/profile.json" "$SECOND" "$DIR/second.pem" <<-'END'
		import json, sys
		p = json.load(open(sys.argv[1]))
		p.update({"authenticator": sys.argv[2], "approval-key": sys.argv[3]})
		json.dump(p, open(sys.argv[1], 'w'))
	END
}

trial_secret second
echo "paper" >"$DIR/paper.txt"
{ cat "$DIR/secrets/second"; echo; cat "$DIR/secrets/passphrase"; } >"$DIR/secrets/both"
FIRST=$(id_of "$("$PROPRIA" authenticators list --json --home "$DIR/alice/profile" |
	sed -n 's/.*"label": "\(.*\)".*/\1/p' | head -n 1)")
is "without a key the page is named" says '/keys$' "$PROPRIA" authenticators add --home "$DIR/alice/profile"

is "a second key is added" add
is "it is in the list" says "second, file" listed
SECOND=$(id_of second)
is "and a profile can use it" second_profile
is "it approves signatures" propria other second sign --yes --key "$KEY" "$DIR/paper.txt"
is "a key does not remove itself" says "this profile approves" propria profile passphrase authenticators remove --yes "$FIRST"
is "nor does anybody a stranger" says 'no such|unknown|does not' not propria other second authenticators remove --yes 00112233445566778899aabbccddeeff
is "the second removes the first" propria other second authenticators remove --yes "$FIRST"
is "which is gone from the list" not says "$FIRST" listed
is "and approves nothing" not propria profile passphrase sign --yes --key "$KEY" --out "$DIR/no.p7s" "$DIR/paper.txt"
is "the second is the last, and stays" not propria profile passphrase authenticators remove --yes "$SECOND"
is "and approves" propria other second sign --yes --key "$KEY" --out "$DIR/again.p7s" "$DIR/paper.txt"
finish
