#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The wall clock is moved: while the SAM runs, and while it is down.
. "$SOURCE/tests/flow/crash_common"
control() { printf '%-12s%-12s%-12s' "${1:-0}" "${2:-0}" "${3:-0}" | dd of="$DIR/control" conv=notrunc status=none; }
control
group_make
ssa_stop
sam_stop
preloaded_start() {
	FAULT_CONTROL=$DIR/control LD_PRELOAD=$BUILD/tests/flow/fault_preload.so sam_start "$@"
}
is "the SAM starts with a clock that tests can move" preloaded_start
is "it signs" signs
approve before
jump() { control 0 0 "$1"; within 30 state_is closed; }
is "the wall clock jumps an hour ahead: closed" jump 3600000
is "STATUS says why" says 'the wall clock was' officer_status
is "doctor names it" says 'FAIL +SAM +closed: the wall clock was' doctor
is "nothing is signed" says 'refused (closed|time)' use before
back() { control; within 30 state_is open; }
is "the clock is back: open again by itself" back
is "the log has both alarms" eval '[ "$("$PROPRIA" log show --socket "$DIR/officers.sock" | grep -c "alarm.*clock")" = 2 ]'
is "it signs again, also what was approved before" eval 'use before | grep -q "^0 0 " && signs'
is "times in the log go back at an alarm only" log_verifies
is "a jump back closes as well" jump -3600000
is "and it opens again" back
small() { control 0 0 2000; sleep 1.5; state_is open && signs && control; }
is "two seconds are no jump" small
is "the log verifies" log_verifies

# While it is down.
put_back() { sam_stop; control 0 0 -3600000; preloaded_start && says 'alarm.*clock.*before the log' \
	"$PROPRIA" log show --socket "$DIR/officers.sock" --last 8; }
is "started with a clock an hour before the log's last entry, it writes an alarm" put_back
is "the log verifies" log_verifies
ahead() { sam_stop; control; preloaded_start && log_verifies; }
is "started with the right clock again, the log still verifies" ahead
finish
