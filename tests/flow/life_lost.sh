#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Answers that get lost are read from the log, in this life and the next; no approval is spent again
# in any of them. A copy of a running SAM beside it has a life of its own.
. "$SOURCE/tests/flow/crash_common"
group_make
ssa_stop

lost() { approve lost 3 && cut_off lost && within 30 says '^2 0 [0-9a-f]{128}$' outcome lost; }
is "the connection is cut after sending: OUTCOME has the signatures" lost
same() { outcome "${1:-lost}" | diff - "$DIR/${1:-lost}.first"; }
outcome lost >"$DIR/lost.first"
is "asked again, it gives the same bytes" same
is "the approval is not spent again in this life" says 'refused replay' use lost
clean() { sam_stop; sam_start && same; }
is "after a clean restart OUTCOME gives the same signatures" clean
is "the approval is not spent again after a clean restart" says 'refused (nonce|replay)' use lost
killed() { approve kept 2 && use kept >"$DIR/kept.first" && sam_kill && sam_start && same kept && same; }
is "after a kill OUTCOME gives the signatures that were answered" killed
is "the approval is not spent again after a kill" says 'refused (nonce|replay)' use kept
unused() { approve unused && sam_kill && sam_start && says 'refused nonce' use unused; }
is "an approval that was never used is worth nothing in the next life" unused
is "nothing is known of it" says 'refused unknown' outcome unused
part() { approve part 4 2 && use part >"$DIR/part.first" && outcome part >"$DIR/part.got" &&
	grep -qE '^1 0 ' "$DIR/part.got" && grep -qE '^2 3 *$' "$DIR/part.got"; }
is "of a list used in part, the rest is not used yet" part
concurrent() {
	local i
	approve race 1
	for i in 1 2 3 4 5 6; do use race >"$DIR/race.$i" & pids="${pids:-} $!"; done
	wait $pids
	[ "$(cat "$DIR"/race.? | grep -c '^0 0 ')" = 1 ] &&
		[ "$(cat "$DIR"/race.? | grep -c 'refused replay')" = 5 ]
}
is "one approval sent six times at once is spent once" concurrent

# A clone: the directory of the running SAM copied, another SAM over it, on the same token.
cp -a "$DIR/sam" "$DIR/clone"
sed 's#= officers.sock#= officers2.sock#; s#= ssa.sock#= ssa2.sock#; s#state = sam#state = clone#' \
	"$DIR/sam.conf" >"$DIR/clone.conf"
other_is() { "$PROPRIA" officer status --json --socket "$DIR/officers2.sock" 2>/dev/null |
	grep -q "\"state\": *\"$1\""; }
clone_start() {
	"$BIN/launch/propria-sam" run -c "$DIR/clone.conf" >>"$DIR/clone.log" 2>&1 </dev/null &
	OTHER_PID=$!
	within 100 other_is "$1"
}
clone_stop() { kill -TERM "$OTHER_PID"; wait "$OTHER_PID" 2>/dev/null; :; }
use_in_clone() { "$CLIENT" send "$DIR/ssa2.sock" "$DIR/$1.act"; }
approve here
approve spent
use spent >/dev/null
is "a copy of a running SAM starts beside it" clone_start open
is "an approval for the one is not spendable in the other" says 'refused nonce' use_in_clone here
is "an approval spent in the one is not spendable in the other" says 'refused nonce' use_in_clone spent
is "it is still good where it was made" says '^0 0 ' use here
"$CLIENT" make "$DIR/ssa2.sock" "$DIR/alice/profile" "$DIR/secrets/passphrase" "$DIR/there.act" 1 1
is "and an approval for the copy is good only there" says 'refused nonce' use there
use_in_clone there >/dev/null
# Detected: both wrote the anchor; who did not write it last finds another log's there.
detected() {
	clone_stop
	sam_stop
	clone_start closed && says '(behind|another than) its anchor' \
		"$PROPRIA" officer status --socket "$DIR/officers2.sock"
}
is "the fork is found when the one that stopped first starts again" detected
clone_stop
is "the one that stopped last opens" sam_start
forks() {
	mkdir -p "$DIR/copy" && "$PROPRIA" log follow --once --to "$DIR/copy" --socket "$DIR/officers.sock" &&
		rm -rf "$DIR/forked" && mkdir "$DIR/forked" && sam_stop &&
		"$PROPRIA" log verify "$DIR/clone" && sam_start
}
is "both logs verify, each by itself: a follower or an anchor tells them apart" forks
finish
