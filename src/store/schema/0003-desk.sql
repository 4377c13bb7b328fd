-- What a person is shown of his own account, and the mailbox of officers' approvals.
CREATE TABLE authenticators (
	account BLOB NOT NULL CHECK (length(account) = 16),
	id BLOB NOT NULL CHECK (length(id) = 16),
	type INTEGER NOT NULL,				-- as PROTOCOL.sam counts evidence: 1 device key, 2 passkey
	protection INTEGER NOT NULL,			-- 0: not known
	label BLOB NOT NULL,
	credential BLOB NOT NULL,			-- WebAuthn credential id, or empty
	bound INTEGER NOT NULL,
	PRIMARY KEY (account, id)
) WITHOUT ROWID;
ALTER TABLE keys ADD COLUMN evidences INTEGER NOT NULL DEFAULT 1;	-- authenticators that must approve each use
CREATE INDEX approvals_by_signer ON approvals (signer);
CREATE TABLE evidences (
	d BLOB NOT NULL CHECK (length(d) = 32),
	hash BLOB NOT NULL CHECK (length(hash) = 32),	-- SHA-256 of the evidence: the same one is kept once
	evidence BLOB NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (d, hash)
);
CREATE INDEX evidences_by_time ON evidences (at);
