#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Clients that others made, unchanged, sign through CSC v1 and v2 (docs/clients.md); then the requests of known
# clients as they send them. All through the recorder, so that docs/openapi.yaml is checked with these answers too.
. "$SOURCE/tests/flow/csc_common"
tsa_start
csc_group "[csc]
auth_mode = oauth2code
[timestamp]
url = $TSA_URL
[sic]
origin = https://approve.example"
clients_register
# 77: not here.
or_skip() { # sentence command...
	local sentence=$1 code
	shift
	"$@" >"$DIR/client.out" 2>&1
	code=$?
	if [ $code = 77 ]; then skip "$sentence" "$(tail -n 1 "$DIR/client.out")"; return; fi
	is "$sentence" eval "cat \"\$DIR/client.out\" && [ $code = 0 ]"
}
v2() {
	[ -d "$CLIENTS/node_modules/openid-client" ] && command -v node >/dev/null ||
		{ echo "openid-client: npm ci in tests/clients brings it"; return 77; }
	local node=("node")
	case $(node -e 'console.log(parseInt(process.versions.node))') in
	1[0-7]) echo "openid-client wants node 18 or later"; return 77 ;;
	18) node+=("--experimental-global-webcrypto") ;;
	esac
	NODE_EXTRA_CA_CERTS=$DIR/server.pem "${node[@]}" "$CLIENTS/openid_v2.mjs" "${WHO[@]}"
}
debian_python() { command -v /usr/bin/python3 >/dev/null && /usr/bin/python3 "$@"; }

is "the signer makes a login" python3 "$CLIENTS/browser.py" register "${WHO[@]}"
or_skip "v1 with requests-oauthlib: token type SAD, two signatures" debian_python "$CLIENTS/oauthlib_v1.py" "${WHO[@]}"
or_skip "v2 with openid-client: pushed, with details, two signatures" v2
or_skip "v1 with pyHanko: a signed PDF" debian_python "$CLIENTS/pyhanko_v1.py" explicit "${WHO[@]}"
is "requests of known clients get what those clients need" python3 "$CLIENTS/known.py" "${WHO[@]}"
is "the signer approves on the page while the client waits" plain_client on_page
finish
