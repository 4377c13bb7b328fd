-- Certificates that the SSA gets by itself: what is to be done survives a restart; and what CAs say of them.
ALTER TABLE keys ADD COLUMN profile BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
CREATE TABLE tasks (
	key BLOB NOT NULL CHECK (length(key) = 16),
	kind INTEGER NOT NULL,				-- 1 certify, 2 revoke, 3 stop: somebody told us that it is revoked
	state INTEGER NOT NULL,				-- 1 waiting, 2 failed: somebody must look, 3 done: kept for its data
	tries INTEGER NOT NULL,
	due INTEGER NOT NULL,				-- ms
	ca BLOB NOT NULL,				-- name of its section; empty: of none
	data BLOB NOT NULL,				-- the kind's own
	why BLOB NOT NULL,				-- what went wrong the last time
	PRIMARY KEY (key, kind)
) WITHOUT ROWID;
CREATE INDEX tasks_by_ca ON tasks (ca, state, due);
CREATE TABLE statuses (					-- of the certificate of a key
	key BLOB PRIMARY KEY CHECK (length(key) = 16),
	standing INTEGER NOT NULL,			-- 0 good, 1 revoked, 2 unknown, 3 on hold
	tried INTEGER NOT NULL,				-- ms
	checked INTEGER NOT NULL,			-- the last answer; 0: none yet
	this_update INTEGER NOT NULL,
	next_update INTEGER NOT NULL,
	revoked_at INTEGER NOT NULL
) WITHOUT ROWID;
