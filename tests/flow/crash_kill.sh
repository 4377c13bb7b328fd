#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The SAM is killed at each point of a signing request and at random moments under load: no signature
# without its entry, none twice, nothing that was received is lost. KILLS: how many; 400 with
# PROPRIA_LONG=1.
. "$SOURCE/tests/flow/crash_common"
KILLS=${KILLS:-$([ -n "${PROPRIA_LONG:-}" ] && echo 400 || echo 40)}
RANDOM=$$
group_make
ssa_stop
cp -a "$DIR/tokens" "$DIR/tokens.copy"

# One approval in a SAM that dies at this point; $2 is what OUTCOME says in the next life.
dies_at() { # point status
	sam_stop
	export PROPRIA_FAIL_POINT=$1
	sam_start || return 1
	unset PROPRIA_FAIL_POINT
	approve "$1" 2 && use "$1" >"$DIR/$1.got"
	grep -q 'refused broken' "$DIR/$1.got" || { echo "it lived:"; cat "$DIR/$1.got"; return 1; }
	sam_kill
	sam_start || return 1
	says "$2" outcome "$1" && says 'refused (nonce|replay)' use "$1"
}
# Nothing durable yet: nothing known. Reserved, unsigned or not: nobody knows. Signed: read back.
if [ "${FAIL_POINTS:-yes}" = yes ]; then
	is "killed before the reservation is on disk: the approval was never used" dies_at reserving 'refused unknown'
	is "killed with the reservation on disk: burned, outcome unknown" dies_at reserved '^0 2 *$'
	is "killed with the signature made but not logged: burned, outcome unknown" dies_at signed '^0 2 *$'
	is "killed with the outcome on disk but not answered: the signature is read back" \
		dies_at outcome-durable '^1 0 [0-9a-f]{128}$'
else
	skip "killed at each point of a signing request" "this build has no fail points"
fi

invite_dies() {
	sam_stop
	export PROPRIA_FAIL_POINT=enacted
	sam_start || return 1
	unset PROPRIA_FAIL_POINT
	trial_enrol bob "Bob Example" >"$DIR/bob.log" 2>&1
	sam_kill
	sam_start
}
is "killed with an act not yet on disk: the SAM opens again" invite_dies
comes_back() { # name of the child that is killed
	kill -KILL $(child_of_sam "$1") && within 20 not state_is open && trial_sam_is open && signs
}
is "the launcher starts a killed decider again by itself" comes_back sam-decider
is "the launcher starts everything again when the flusher is killed" comes_back sam-flusher

# Under load: whoever is next dies after a moment. The launcher gives up after five crashes in a
# minute, so most of the time it is killed along; its children die with it.
kill_one() {
	local i=$1 victim
	sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
	case $((RANDOM % 6)) in
	0) victim=$(child_of_sam sam-decider) ;;
	1) victim=$(child_of_sam sam-flusher) ;;
	2) victim=$(child_of_sam propria-hsm | shuf -n 1) ;;
	*) victim=$SAM_PID ;;
	esac
	[ -n "$victim" ] && kill -KILL $victim 2>/dev/null
	if [ "$victim" != "$SAM_PID" ]; then
		sleep "0.0$((RANDOM % 10))"
		[ $((i % 20)) -eq 0 ] && { trial_sam_is open; return; }
	fi
	sam_kill
	trial_sam_start || anchor_file_lost
}
# SoftHSM empties an object's file before it writes it: who is killed in between loses the anchor, and
# no worker starts without it. Its old file goes back, as a token's copy would; the log is ahead of it.
LOST=0
anchor_file_lost() {
	tail -n 3 "$DIR/sam.log" | grep -q "no 'propria anchor'" || return 1
	LOST=$((LOST + 1))
	sam_kill
	rm -rf "$DIR/tokens" && cp -a "$DIR/tokens.copy" "$DIR/tokens" && trial_sam_start
}
kills() {
	local i bad=0
	load_start $((KILLS * 2 + 20)) 6 3
	for i in $(seq "$KILLS"); do
		kill_one "$i" || { echo "not open again after kill $i"; bad=1; break; }
	done
	sleep 1
	kill "$LOAD_PID" && wait "$LOAD_PID" 2>/dev/null
	sam_stop
	sam_start && [ $bad = 0 ]
}
is "after each of $KILLS kills under load the SAM opens again" kills
sam_stop
is "the verifier accepts the log" log_verifies
is "no index twice, no reservation without outcome, every signature received is in the log" \
	"$CLIENT" check "$DIR/sam" "$DIR/notes"
"$CLIENT" check "$DIR/sam" "$DIR/notes" | sed 's/^/# /'
echo "# the software token lost its anchor's file in $LOST of $KILLS kills"
is "the log was not lost under load: more than ten signatures for each kill" eval '
	[ "$(grep -c ^S "$DIR/notes")" -gt $((KILLS * 10)) ]'
rm -f "$DIR/sam/snapshot"
is "read from its start, the log gives the same state as with its snapshot" sam_start
is "it signs" signs
finish
