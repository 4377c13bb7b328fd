-- Certificates of one-time keys, kept as long as their signatures may be asked for again.
CREATE TABLE once (
	d BLOB PRIMARY KEY CHECK (length(d) = 32),
	account BLOB NOT NULL CHECK (length(account) = 16),
	certificate BLOB NOT NULL,
	chain BLOB NOT NULL,				-- n x u32 length, DER
	expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX once_by_expiry ON once (expires);
