#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A module that is missing, hangs, crashes, lies, runs out: what it did not answer is said to be
# unknown, no wrong signature leaves, and service resumes by itself once the module is right again.
ulimit -c 0
. "$SOURCE/tests/flow/crash_common"
REAL=$MODULE
MODULE=$BUILD/tests/modules/faulty.so
export FAULTY_REAL=$REAL
MODULE_ENV="env.FAULTY_REAL = $REAL
env.FAULTY_PLAN = $DIR/plan
env.FAULTY_TRACE = $DIR/trace"
WORKERS=3
DEADLINE_MS=1000
group_make
ssa_stop

plan() { printf '%s\n' "$@" >"$DIR/plan"; }
well() { rm -f "$DIR/plan"; }
workers_are() { [ "$(number_of workers)" = "$1" ]; }
anew() { well; sam_kill; sam_start && signs; }	# no waiting for workers that came and went often
all_back() { well; within 150 workers_are 3 && signs; }
# Status of a use while the plan is in force: 1 not made, 2 unknown. No signature with it.
ends_with() { # status
	approve odd 2 && use odd >"$DIR/odd.got" && grep -qE "^0 $1 *$" "$DIR/odd.got" &&
		grep -qE "^1 $1 *$" "$DIR/odd.got" && well && outcome odd | diff - "$DIR/odd.got" &&
		says 'refused replay' use odd
}
under() { plan "$1"; ends_with "$2"; }

hangs() {
	local pid
	approve slow && approve other && plan "stall C_UnwrapKey 4000"
	use slow >"$DIR/slow.got" & pid=$!
	sleep 0.3
	well
	use other | grep -q '^0 0 ' || return 1
	grep -q . "$DIR/slow.got" && return 1
	wait $pid
	grep -qE '^0 2 *$' "$DIR/slow.got"
}
is "a worker hangs: its request ends as unknown at the deadline, another worker's goes on" hangs
is "OUTCOME says the same, and the approval is spent" eval \
	'outcome slow | diff - "$DIR/slow.got" && says "refused replay" use slow'
is "the hanging worker is replaced" all_back
is "the log has an alarm" says 'alarm.*worker [0-9] is over its deadline' \
	"$PROPRIA" log show --socket "$DIR/officers.sock" --last 60

worker_killed() {
	local pid
	approve slow && plan "stall C_UnwrapKey 900"
	use slow >"$DIR/slow.got" & pid=$!
	sleep 0.3
	kill -KILL $(child_of_sam propria-hsm)
	wait $pid
	grep -qE '^0 2 *$' "$DIR/slow.got"
}
is "the workers are killed while one signs: its request ends as unknown" worker_killed
is "they are replaced, and it signs" all_back
is "the module crashes: unknown" under "crash C_UnwrapKey" 2
is "a new life signs" anew
is "wrong signatures: failed, and none leaves" under flip 1
is "who made them is replaced" eval 'well; within 60 workers_are 3 && signs'
anew
is "C_Sign fails: failed" under "fail C_Sign 0x30" 1
is "it signs after that" eval 'well; within 50 signs'
is "C_UnwrapKey fails: failed" under "fail C_UnwrapKey 0x30" 1
is "it signs after that, too" eval 'well; within 50 signs'
slow_module() { plan "latency 15"; signs; local good=$?; well; return $good; }
is "a slow module signs all the same" slow_module
no_head() { plan flip; sleep 1.5; says 'no head signed' tail "$DIR/sam.log" && anew && log_verifies; }
is "a head with a wrong signature does not come into the log" no_head

# Nobody can open a session any more.
exhausted() { plan "sessions 0"; kill -KILL $(child_of_sam propria-hsm); within 30 workers_are 0 &&
	says 'refused (backend|busy)' eval 'approve none && use none'; }
is "no sessions left: refused before anything is burned" exhausted
is "doctor says that no worker is alive" says 'FAIL +workers +none is alive' doctor
is "the log of the SAM says what the module said" says 'CKR_SESSION_COUNT' tail -n 20 "$DIR/sam.log"
is "sessions again: it resumes by itself" all_back
anew

well
token_gone() { mv "$DIR/tokens" "$DIR/gone"; kill -KILL $(child_of_sam propria-hsm)
	within 30 workers_are 0 && state_is open; }
is "the token is gone: the SAM stays up without workers" token_gone
sleep 1
is "its log says what the module said" says 'ended .*(token|CKR_)' tail -n 12 "$DIR/sam.log"
token_back() { mv "$DIR/gone" "$DIR/tokens"; all_back; }
is "the token is back: it resumes by itself" token_back

# The PIN.
sam_stop
cp "$DIR/secrets/pin" "$DIR/pin.right"
printf 00000000 >"$DIR/secrets/pin"
rm -f "$DIR/trace"
wrong_pin() { sam_start closed && says 'refused the PIN' officer_status; }
is "with a wrong PIN it stays up, closed, and says so" wrong_pin
sleep 2
is "the wrong PIN was tried once" eval '[ "$(grep -c C_Login "$DIR/trace")" = 1 ]'
is "doctor names it" says 'FAIL +SAM +closed: the token refused the PIN' doctor
kill_again() { sam_kill; cp "$DIR/pin.right" "$DIR/secrets/pin"; sam_start && signs; }
is "with the right PIN it opens" kill_again

# The library.
sam_stop
cp "$DIR/sam.conf" "$DIR/right.conf"
sed -i "s#^library = .*#library = $DIR/none.so#" "$DIR/sam.conf"
missing() { sam_start starting && says 'no module worker has come' officer_status &&
	says 'none.so' tail -n 20 "$DIR/sam.log"; }
is "without its library it stays up, starting, and its log names the file" missing
is "doctor names it in words" says 'FAIL +workers' doctor
appears() { cp "$MODULE" "$DIR/none.so" && trial_sam_is open && signs; }
is "once the library is there, it opens by itself" appears
sam_stop
cp "$DIR/right.conf" "$DIR/sam.conf"
is "the log verifies" log_verifies
finish
