#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every option of the program is in propria-trial-ca(8), and nothing else is.
#
#	manual_test.sh PROPRIA-TRIAL-CA MANUAL
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" 2>&1 | grep -oE -- '--[a-z-]+' | sort -u >"$work/program"
[ "$(wc -l <"$work/program")" -gt 20 ]
grep -oE -- 'Fl -[a-z-]+' "$2" | sed 's/Fl -/--/' | sort -u >"$work/manual"
diff "$work/program" "$work/manual"
