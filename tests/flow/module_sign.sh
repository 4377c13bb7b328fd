#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two modules, two tokens, two groups: PIN and code at the authentication module approve, and open, a key of the SAM's.
. "$SOURCE/tests/flow/crash_common"
if ! command -v oathtool >/dev/null; then
	skip "an app for codes" "oathtool is not here"
	finish
fi
. "$SOURCE/tools/trial-module"
LOADS=
raised() {
	trial_token && trial_founders && trial_ceremony && trial_sam_start && trial_ca && trial_anchor &&
		trial_module_start
}
raise() {
	raised >"$DIR/make.log" 2>&1 && LOADS=$AUTH_PID && return 0
	echo "Bail out! no groups: $(tail -n 3 "$DIR/make.log" "$DIR/auth/sam.log" | tr '\n' ' ')"
	exit 1
}
raise
echo "contract" >"$DIR/contract.txt"
echo 000000wrong >"$DIR/secrets/wrong-pin"

is "each module is installed at the other" trial_module_peers
is "the server starts with both" trial_ssa_start
is "a person is invited" trial_invite alice "Alice Example"
admit_stranger() {
	"$PROPRIA" officer admit --signer "$SIGNER" --peer "$AUTH_ID" --name Alice --evidence "$DIR/alice/proofing" --yes \
		--socket "$DIR/auth/officers.sock" --key "$DIR/auth/officers/ro1.key" --passphrase-fd 3 3<"$DIR/auth/secrets/passphrase"
}
is "nobody is admitted for a SAM that the module does not know" says "refused .peer" admit_stranger
is "and admitted at the module" trial_admit alice "Alice Example"
factors() { # module, code's file, options
	local module=$1 code=$2
	shift 2
	"$PROPRIA" factors set --server "$ENDPOINT" --cacert "$DIR/server.pem" --module "$module" --person "$PERSON" \
		--code-fd 3 --new-pin-fd 4 --no-totp "$@" 3<"$code" 4<"$DIR/secrets/wrong-pin"
}
trial_secret other
is "no factor goes to another module than the one that is known" says "another authentication module" factors "$GROUP" "$DIR/alice/auth-code"
is "the SAM's code sets no factors" says "refused .auth" factors "$AUTH_ID" "$DIR/alice/code"
is "PIN and app are set" trial_factors alice
is "the seed is for its owner's eyes" test "$(stat -c %a "$DIR/alice/seed")" = 600
is "and set once" says "refused .state" factors "$AUTH_ID" "$DIR/alice/auth-code"
is "they enrol at the SAM, without any key of the person's" trial_module_enrol alice
is "a key is made that opens with the module's share alone" trial_module_key alice

sign() { trial_with_pin alice sign --key "$KEY" "$@" "$DIR/contract.txt"; }
wrong() { PIN_FILE=$DIR/secrets/wrong-pin CODE=peek sign; }
is "a wrong PIN signs nothing" says "refused .auth" wrong
is "nor is there a signature" not test -e "$DIR/contract.txt.p7s"
is "the right one does" sign --receipts
is "which verifies" "$PROPRIA" verify --ca "$DIR/ca/root.pem" "$DIR/contract.txt" "$DIR/contract.txt.p7s"
nine() { for _ in 1 2 3 4 5 6 7 8 9 10; do wrong >/dev/null 2>&1 && return 1; done; :; }
with_receipt() {
	"$PROPRIA" verify --ca "$DIR/ca/root.pem" --receipt "$DIR/contract.txt.p7s.receipt" --group "$(cat "$DIR/group")" \
		"$DIR/contract.txt" "$DIR/contract.txt.p7s"
}
is "the receipt says on whose word" says "authentication module; on the SAM's word" with_receipt
is "ten wrong PINs sign nothing" nine
again() { CODE=peek sign --out "$DIR/again.p7s"; }
is "and lock the person, who has the right one" says "wrong PINs or codes" again
unlock_alone() {
	"$PROPRIA" officer unlock "$PERSON" --socket "$DIR/auth/officers.sock" --key "$DIR/auth/officers/so1.key" --yes \
		--passphrase-fd 3 3<"$DIR/auth/secrets/passphrase"
}
is "one officer does not unlock" not unlock_alone
unlock() { trial_at_module trial_act "unlock $PERSON" --reason "called back"; }
is "two do" unlock
is "and the person signs again" sign --out "$DIR/again.p7s"
dismiss() {
	"$PROPRIA" officer dismiss "$PERSON" --socket "$DIR/auth/officers.sock" --key "$DIR/auth/officers/ro1.key" --yes \
		--passphrase-fd 3 3<"$DIR/auth/secrets/passphrase"
}
is "a registration officer dismisses the person" dismiss
is "whose key never opens again" not sign --out "$DIR/never.p7s"

# Somebody with a key of his own, and PIN and code beside it: both approve each use.
is "another person enrols with a key" trial_enrol bob "Bob Example"
is "is admitted at the module" trial_admit bob "Bob Example"
is "sets PIN and app" trial_factors bob
both() { trial_with_pin bob "$@" --passphrase-fd 3 3<"$DIR/secrets/passphrase"; }
is "and adds them to the key" both authenticators add --module "$AUTH_ID" --person "$PERSON"
is "a key is made that wants both" trial_module_key bob --approvals 2
both_sign() { both sign --key "$KEY" --receipts --out "$DIR/both.p7s" "$DIR/contract.txt"; }
is "both sign" both_sign
both_verify() {
	"$PROPRIA" verify --ca "$DIR/ca/root.pem" --receipt "$DIR/both.p7s.receipt" --group "$(cat "$DIR/group")" --json \
		"$DIR/contract.txt" "$DIR/both.p7s" | python3 -c 'import json, sys; assert len(json.load(sys.stdin)["authenticators"]) == 2'
}
is "and the receipt proves two approvals" both_verify
no_secrets() {
	! grep -qF -e "$(cat "$DIR/secrets/alice-pin")" -r "$DIR/ssa.log" "$DIR/ssa.db" "$DIR/ssa.db-wal" "$DIR/sam" "$DIR/auth/sam" "$DIR/auth/sam.log" &&
		! grep -qF -e "$(sed 's/.*secret=\([A-Z2-7]*\).*/\1/' "$DIR/alice/seed")" -r "$DIR/ssa.log" "$DIR/ssa.db" "$DIR/ssa.db-wal" "$DIR/sam" "$DIR/auth/sam" "$DIR/auth/sam.log"
}
is "no PIN and no seed stands anywhere in clear" no_secrets
is "the SAM's log verifies" log_verifies
is "so does the module's" trial_at_module log_verifies
agree() {
	"$PROPRIA" reconcile --sam "$DIR/sam" --auth "$DIR/auth/sam" --group "$GROUP" --module "$AUTH_ID" "$@" >"$DIR/reconciled"
}
is "and the two agree on what was granted and used" agree
is "which names each of three signatures" grep -q '^  uses of keys that needed its grant  *3$' "$DIR/reconciled"
is "the two are not taken for each other" not "$PROPRIA" reconcile --sam "$DIR/auth/sam" --auth "$DIR/sam"
finish
