#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Documents signed with a key that stays: CSC's signDoc, for which the SAM builds the signed attributes.
. "$SOURCE/tests/flow/crash_common"
if ! command -v python3 >/dev/null; then
	skip "signDoc with a key that stays" "python3 is not here"
	finish
fi
PYTHONDONTWRITEBYTECODE=1
OPENSSL_CONF=/dev/null
export PYTHONDONTWRITEBYTECODE OPENSSL_CONF
group_make
ALICE=$SIGNER
{ trial_enrol bob "Bob Example" && trial_token_for "$SIGNER"; } >>"$DIR/make.log" 2>&1
echo unused >"$DIR/secrets/client"
mkdir "$DIR/out"
cp "$SOURCE/README.md" "$SOURCE/LICENSE" "$DIR/out"
is "signDoc is offered where no CA makes one-time keys" says 'signatures/signDoc' curl -sS --cacert "$DIR/server.pem" "$ENDPOINT/csc/v2/info"
AGAIN=$CASES
python3 "$SOURCE/tests/flow/sign_doc.py" "$DIR" "$ENDPOINT" - "$ALICE" "$KEY" "$AGAIN" >"$DIR/flow.tap" 2>"$DIR/flow.err" || true
cat "$DIR/flow.tap"
CASES=$((AGAIN + $(grep -cE '^(not )?ok ' "$DIR/flow.tap")))
BROKEN=$((BROKEN + $(grep -c '^not ok ' "$DIR/flow.tap")))
is "the walk came to its end" eval 'grep -q "^# end$" "$DIR/flow.tap" || { tail -n 8 "$DIR/flow.err"; false; }'
openssl_takes() { # document, signature
	openssl cms -verify -binary -cades -inform DER -in "$DIR/out/$2" -content "$DIR/out/$1" -CAfile "$DIR/ca.pem" -out /dev/null
}
is "openssl takes each" eval 'openssl_takes LICENSE two.0.p7s && openssl_takes README.md two.1.p7s &&
	openssl_takes README.md pdf.0.p7s && openssl_takes LICENSE later.1.p7s'
is "so do we, with the receipt" "$PROPRIA" verify "$DIR/out/README.md" "$DIR/out/two.1.p7s" --ca "$DIR/ca.pem" \
	--receipt "$DIR/out/two.receipt" --group "$GROUP"
is "not for another document" not "$PROPRIA" verify "$DIR/out/LICENSE" "$DIR/out/two.1.p7s" --ca "$DIR/ca.pem"
is "what is for a PDF has no signing time" eval 'openssl cms -cmsout -print -inform DER -in "$DIR/out/pdf.0.p7s" |
	grep -c "object: signingTime" | grep -qx 0'
is "the log holds" log_verifies
finish
