#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every command and option of the program is in propria(1), and nothing else is.
set -eu
program=$1
manual=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "command --option ARG" lines from the program's own help.
"$program" --help | sed -n 's/^  \([a-z][a-z0-9-]*\( [a-z][a-z-]*\)\{0,1\}\)   *[A-Z].*/\1/p' >"$work/commands"
[ "$(wc -l <"$work/commands")" -gt 20 ]
while read -r command; do
	echo "$command"
	# shellcheck disable=SC2086
	"$program" $command --help </dev/null |
	    sed -n "s/^  --\([a-z0-9-]*\)\( [A-Z]*\)\{0,1\}  *.*/$command --\1\2/p" |
	    grep -v -e ' --json *$' -e ' --help *$' || true
done <"$work/commands" | sed 's/ *$//' | sort >"$work/program"

# The same from the manual: .Ss names the command, .It Fl the option.
awk '/^\.Sh/ { here = $2 == "COMMANDS"; next }
    here && /^\.Ss / { command = substr($0, 5); print command }
    here && /^\.It Fl -/ { print command " -" $3 ($4 == "Ar" ? " " $5 : "") }' "$manual" |
    sort >"$work/manual"

diff -u "$work/manual" "$work/program"
