#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A SAM whose directory was put back, cut, altered or copied: it stays closed and says why, or mends
# what the log makes again; officers, and they alone, may go on with another log than the anchor's.
. "$SOURCE/tests/flow/crash_common"
group_make
ssa_stop
signs first || exit 1
sam_stop
cp -a "$DIR/sam" "$DIR/sam.old"
sam_start || exit 1
signs second
approve before
act "policy --keys 20" >/dev/null 2>&1 || exit 1
sam_stop
cp -a "$DIR/sam" "$DIR/sam.right"

# The directory becomes a copy of this one.
put() { rm -rf "$DIR/sam" && cp -a "$DIR/$1" "$DIR/sam"; }
closed_after() { sam_stop; put "$1" && sam_start closed; }
refuses_all() { says 'refused closed' "$CLIENT" make "$DIR/ssa.sock" "$DIR/alice/profile" \
	"$DIR/secrets/passphrase" "$DIR/x" 1 1; }
propose() { "$PROPRIA" officer policy --keys 21 --socket "$DIR/officers.sock" \
	--key "$DIR/officers/so1.key" --act "$DIR/other.act" --yes --passphrase-fd 3 "$@" \
	3<"$DIR/secrets/passphrase"; }

is "an older copy of the directory keeps the SAM closed" closed_after sam.old
is "STATUS says that the log is behind its anchor, and what to do" \
	says 'behind its anchor.*put the right log back, or have officers RESUME' officer_status
is "doctor names it" says 'FAIL +SAM +closed: .*behind its anchor' doctor
is "it signs nothing" refuses_all
is "it takes no proposals" says 'closed' propose
mkdir "$DIR/copy"
is "FOLLOW and HEAD answer while it is closed" \
	"$PROPRIA" log follow --once --to "$DIR/copy" --socket "$DIR/officers.sock"
is "it wrote nothing to the log that is there" cmp "$DIR/sam/log" "$DIR/sam.old/log"
reopened() { sam_stop; put sam.right; sam_start && signs third; }
is "with the right directory it is open again" reopened
sam_stop
rm -rf "$DIR/sam.right"
cp -a "$DIR/sam" "$DIR/sam.right"

# RESUME. The act of the proposal was approved by two in the epoch that ends.
pending() {
	sam_start && propose >/dev/null && "$PROPRIA" officer approve --key "$DIR/officers/so2.key" \
		--socket "$DIR/officers.sock" --yes --passphrase-fd 3 "$DIR/other.act" \
		3<"$DIR/secrets/passphrase" >/dev/null && approve before && closed_after sam.old
}
is "an older copy is closed again" pending
resume_by_one() {
	"$PROPRIA" officer resume --socket "$DIR/officers.sock" --key "$DIR/officers/so1.key" \
		--act "$DIR/one.act" --yes --passphrase-fd 3 3<"$DIR/secrets/passphrase" &&
	not "$PROPRIA" officer enact --socket "$DIR/officers.sock" "$DIR/one.act"
}
is "one officer cannot resume" resume_by_one
is "the same person cannot approve twice" not "$PROPRIA" officer approve --yes \
	--key "$DIR/officers/so1.key" --socket "$DIR/officers.sock" --passphrase-fd 3 "$DIR/one.act" \
	3<"$DIR/secrets/passphrase"
by_registration() {
	"$PROPRIA" officer approve --yes --key "$DIR/officers/ro1.key" --socket "$DIR/officers.sock" \
		--passphrase-fd 3 "$DIR/one.act" 3<"$DIR/secrets/passphrase"
	not "$PROPRIA" officer enact --socket "$DIR/officers.sock" "$DIR/one.act"
}
is "a registration officer's approval does not make two" by_registration
is "two security officers resume" act resume
is "it is open in the next epoch" eval 'trial_sam_is open && [ "$(number_of epoch)" = 2 ]'
is "an approval of the old epoch is refused" says 'refused (epoch|nonce)' use before
is "an officers' act of the old epoch is refused" \
	not "$PROPRIA" officer enact --socket "$DIR/officers.sock" "$DIR/other.act"
same_answer() {
	"$PROPRIA" officer enact --socket "$DIR/officers.sock" "$DIR/an.act" && [ "$(number_of epoch)" = 2 ]
}
is "the same RESUME sent again gets its answer again, and opens no other epoch" same_answer
is "the key goes on signing" signs fourth
is "the log verifies" log_verifies
stays_resumed() { sam_stop; sam_start && [ "$(number_of epoch)" = 2 ] && signs fifth; }
is "after a restart it is open in the same epoch" stays_resumed
sam_stop
cp -a "$DIR/sam" "$DIR/sam.resumed"
is "the directory that was right before RESUME is another log now: closed" closed_after sam.right
is "STATUS says that it is another log or behind" says '(another than|behind) its anchor' officer_status
is "a copy from before RESUME is closed, too" closed_after sam.old
past_resume() { act resume && trial_sam_is open && [ "$(number_of epoch)" = 3 ]; }
is "resumed past an earlier RESUME it opens in an epoch after both" past_resume
stays_past() { sam_stop; sam_start && [ "$(number_of epoch)" = 3 ] && signs sixth; }
is "and stays in it after a restart" stays_past
sam_stop
rm -rf "$DIR"/sam.*/
cp -a "$DIR/sam" "$DIR/sam.right"

# Damage. Each to a copy of the right directory, with and without its snapshot.
END=$("$PROPRIA" log verify --json "$DIR/sam" | sed -n 's/.*"bytes": *\([0-9]*\).*/\1/p')
damaged() { # pattern, command...: closed, with this reason; the log is as it was
	local pattern=$1
	shift
	sam_stop
	put sam.right && "$@" && cp -a "$DIR/sam/log" "$DIR/log.damaged" && sam_start closed &&
		says "$pattern" officer_status && says 'FAIL +SAM' doctor && refuses_all &&
		cmp "$DIR/sam/log" "$DIR/log.damaged"
}
no_snapshot() { rm -f "$DIR/sam/snapshot" && "$@"; }
flip() { # offset
	local b
	b=$(dd if="$DIR/sam/log" bs=1 skip="$1" count=1 status=none | od -An -tu1)
	printf "\\x$(printf %02x $((b ^ 1)))" | dd of="$DIR/sam/log" bs=1 seek="$1" conv=notrunc status=none
}
cut_tail() { truncate -s $((END - $1)) "$DIR/sam/log"; }
zero_tail() { # k: as a cut, but the room made ahead is there
	dd if=/dev/zero of="$DIR/sam/log" bs=1 seek=$((END - $1)) count="$1" conv=notrunc status=none
}
batches() { grep -abo PRLB "$DIR/sam/log" | cut -d: -f1; }
without_batch() { # n: cut out of the middle
	local from to
	from=$(batches | sed -n "$1p")
	to=$(batches | sed -n "$(($1 + 1))p")
	{ head -c "$from" "$DIR/sam.right/log"; tail -c +$((to + 1)) "$DIR/sam.right/log"; } >"$DIR/sam/log"
}
# Inside an entry near the middle: of a batch's MAC only the SAM can tell.
middle() { batches | awk -v half=$((END / 2)) '$1 < half { at = $1 } END { print at + 60 }'; }
for k in 1 33 200; do
	is "a log whose last $k bytes are cut is closed" damaged 'behind|damaged' cut_tail $k
	is "the same where its room is zeros" damaged 'behind|damaged' zero_tail $k
	is "the same without its snapshot" damaged 'behind|damaged' no_snapshot zero_tail $k
done
is "a byte flipped in the middle closes, with the entry's number" \
	damaged 'damaged at entry [0-9]+' no_snapshot eval 'flip "$(middle)"'
is "a byte flipped in the genesis closes" damaged '.' no_snapshot flip 300
is "a batch cut out of the middle closes" damaged 'damaged at entry' no_snapshot without_batch 5
is "a batch cut out of the middle closes, whatever the snapshot says" damaged 'damaged at entry' without_batch 5
is "an emptied log closes" damaged 'does not begin with a genesis' eval ': >"$DIR/sam/log"'
is "a log of zeros closes" damaged 'does not begin with a genesis' zero_tail "$END"
flipped_is_found() { put sam.right && flip "$(middle)" && not log_verifies; }
sam_stop
is "what a snapshot hides from the start, the verifier finds" flipped_is_found

# Files that are made again.
mended() { # command: done to the directory; opens, signs, and the tree is the log's
	sam_stop
	put sam.right && "$@" && sam_start && signs && sam_stop && log_verifies &&
		cmp -n "$(stat -c %s "$DIR/sam.right/tree")" "$DIR/sam/tree" "$DIR/sam.right/tree" &&
		rm -rf "$DIR/sam.right" && cp -a "$DIR/sam" "$DIR/sam.right"
}
is "a missing tree file is made again" mended eval 'rm "$DIR/sam/tree"'
is "a shortened tree file is mended" mended truncate -s 200 "$DIR/sam/tree"
is "an altered tree file is mended" mended no_snapshot eval \
	'printf XX | dd of="$DIR/sam/tree" bs=1 seek=70 conv=notrunc status=none'
is "a missing snapshot is not missed" mended rm "$DIR/sam/snapshot"
is "an altered snapshot is ignored" mended eval \
	'printf XX | dd of="$DIR/sam/snapshot" bs=1 seek=300 conv=notrunc status=none'
is "a shortened snapshot is ignored" mended truncate -s 100 "$DIR/sam/snapshot"
old_snapshot() {
	cp "$DIR/sam/snapshot" "$DIR/snapshot.old" && sam_start && signs && sam_stop &&
		cp "$DIR/snapshot.old" "$DIR/sam/snapshot" && sam_start && signs &&
		says 'snapshot: [0-9]+ entries' tail -n 8 "$DIR/sam.log"
}
sam_stop
is "an old snapshot is used, and the log read on from it" old_snapshot
sam_stop
is "and the log verifies" log_verifies
rm -rf "$DIR/sam.right"
cp -a "$DIR/sam" "$DIR/sam.right"

# Others on the same directory or token.
sam_start >/dev/null
sed "s#= officers.sock#= officers2.sock#; s#= ssa.sock#= ssa2.sock#" "$DIR/sam.conf" >"$DIR/second.conf"
second() { timeout 20 "$BIN/launch/propria-sam" run -c "$DIR/second.conf" </dev/null 2>&1; }
is "a second SAM on the same directory is refused, and says why" says 'another SAM is running: it holds this log' second
is "a second SAM on the same sockets is refused" says 'another SAM is running' \
	timeout 20 "$BIN/launch/propria-sam" run -c "$DIR/sam.conf"
is "the first one did not notice" signs
sam_stop
again() {
	"$BIN/launch/propria-sam" init -c "$DIR/$1.conf" --draft "$DIR/again.draft" --file-keys \
		--card "$DIR/officers/so1.card" --card "$DIR/officers/so2.card" --card "$DIR/officers/so3.card" \
		--card "$DIR/officers/ro1.card" --so-pin-fd 3 --pin-fd 4 \
		3<"$DIR/secrets/so-pin" 4<"$DIR/secrets/pin" 2>&1
}
is "a second ceremony over a group is refused" not again sam
sed "s#state = sam#state = fresh#" "$DIR/sam.conf" >"$DIR/fresh.conf"
is "a second ceremony on the token of a group is refused, whatever the directory" not again fresh

# A log of another group, with a token of its own.
rm -rf "$DIR/sam.right"
cp -a "$DIR/sam" "$DIR/sam.right"
OTHER=$DIR/other
other_group() (
	GROUP_DIR=$DIR
	mkdir "$OTHER"
	DIR=$OTHER
	trial_token && trial_founders && trial_ceremony
)
is "another group is founded" other_group
is "the log of another group is refused" damaged 'another group' no_snapshot cp "$OTHER/sam/log" "$DIR/sam/log"
wrong_token() {
	sam_stop
	put sam.right && mv "$DIR/tokens" "$DIR/tokens.ours" && cp -a "$OTHER/tokens" "$DIR/tokens" &&
		cp "$DIR/secrets/pin" "$DIR/pin.ours" && cp "$OTHER/secrets/pin" "$DIR/secrets/pin"
	# Workers do not find the keys by their ids: they end, and the SAM says that none has come.
	sam_start starting && says 'no module worker has come' officer_status
	local good=$?
	sam_stop
	rm -rf "$DIR/tokens" && mv "$DIR/tokens.ours" "$DIR/tokens" && mv "$DIR/pin.ours" "$DIR/secrets/pin"
	return $good
}
is "with the token of another group it does not open" wrong_token
is "with its own again it does" eval 'put sam.right && sam_start && signs'
finish
