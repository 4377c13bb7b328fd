#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The log's disk is full, or fails: no answer without its entry, officers keep a reserve, and where it
# is safe the SAM goes on by itself.
. "$SOURCE/tests/flow/crash_common"
control() { printf '%-12s%-12s%-12s' "${1:-0}" "${2:-0}" "${3:-0}" | dd of="$DIR/control" conv=notrunc status=none; }
control
group_make
ssa_stop
sam_stop
preloaded_start() {
	FAULT_CONTROL=$DIR/control LD_PRELOAD=$BUILD/tests/flow/fault_preload.so sam_start "$@"
}
closes() { # fault...: an approval under it gets no signature, the SAM closes
	approve x && control "$@" && use x >"$DIR/x.got"
	cat "$DIR/x.got"
	grep -qE '^refused' "$DIR/x.got" && within 20 state_is closed
}
survives() { # a new life: what was answered is there, and nothing else was signed
	control
	sam_stop
	preloaded_start && outcome x >"$DIR/x.after"
	cat "$DIR/x.after"
	grep -qE '^(0 2 *|refused unknown)$' "$DIR/x.after" && signs && log_verifies
}
preloaded_start
is "it signs" signs
is "fdatasync fails: refused, closed" closes 5 0
is "STATUS says that the log cannot be written, and what to do" \
	says 'log cannot be written.*start again when the disk is right' officer_status
is "doctor names it" says 'FAIL +SAM +closed: the log cannot be written' doctor
stays() { control; sleep 1.5; state_is closed; }
is "a failed fdatasync is not tried again: closed until it is started again" stays
is "started again it signs, and the log verifies" survives
is "pwrite fails: refused, closed" closes 0 5
is "started again it signs, and the log verifies" survives
is "pwrite says that the disk is full: refused, closed" closes 0 28
is "started again it signs, and the log verifies" survives
under_load() {
	load_start 3 4 3
	sleep 1
	control 5
	within 20 state_is closed
	control
	sam_stop
	preloaded_start && wait "$LOAD_PID"
	sam_stop
	"$CLIENT" check "$DIR/sam" "$DIR/notes"
}
is "fdatasync fails under load: every signature that left has its entry" under_load

# A small disk of its own.
if ! { mkdir "$DIR/small" && mount -t tmpfs -o size=3m none "$DIR/small"; } 2>/dev/null; then
	skip "a full disk" "mounting a small one needs root"
	finish
fi
END=$("$PROPRIA" log verify --json "$DIR/sam" | sed -n 's/.*"bytes": *\([0-9]*\).*/\1/p')
truncate -s "$END" "$DIR/sam/log"
rm -f "$DIR/sam/snapshot"
mv "$DIR/sam" "$DIR/small/sam"
ln -s small/sam "$DIR/sam"
sed -i 's#^state = sam#state = small/sam#' "$DIR/sam.conf"
is "with a small disk it opens" sam_start
fill() {
	local i
	for i in $(seq 60); do
		approve big 1000 || break
		use big >"$DIR/big.got"
		grep -q 'refused room' "$DIR/big.got" && return 0
		grep -q '^999 0 ' "$DIR/big.got" || break
	done
	head -n 2 "$DIR/big.got"
	return 1
}
is "the disk fills up: signing is refused for want of room" fill
is "the SAM is open, and STATUS shows the room" eval 'state_is open && [ "$(number_of room)" -lt 1048576 ]'
is "doctor names it" says 'FAIL +room' doctor
is "nothing of the refused approval was used" says 'refused unknown|^0 3' outcome big
is "officers can act within the reserve" act "policy --keys 20"
clock_ticks() { local i; for i in $(seq 40); do use big >/dev/null; done; sleep 1.2; state_is open; }
is "a flood of refusals does not eat the reserve" clock_ticks
freed() { mount -o remount,size=32m "$DIR/small" && within 40 signs; }
is "room is made: it signs again by itself" freed
is "the log verifies" log_verifies
sam_stop
finish
