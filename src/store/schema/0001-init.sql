-- The SSA's tables. Nothing in here opens a key; sealed records are bytes to the SSA.
CREATE TABLE accounts (
	id BLOB PRIMARY KEY CHECK (length(id) = 16),	-- signer id = OAuth client id
	login BLOB NOT NULL,				-- SubjectPublicKeyInfo of the login key
	state INTEGER NOT NULL,				-- as the SAM last said
	version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE records (
	type INTEGER NOT NULL,
	id BLOB NOT NULL CHECK (length(id) = 16),
	owner BLOB NOT NULL,
	version INTEGER NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (type, id)
);
CREATE TABLE keys (
	id BLOB PRIMARY KEY CHECK (length(id) = 16),
	owner BLOB NOT NULL,
	alg INTEGER NOT NULL,
	class INTEGER NOT NULL,
	level INTEGER NOT NULL,
	state INTEGER NOT NULL,
	version INTEGER NOT NULL,
	created INTEGER NOT NULL,
	spki BLOB NOT NULL,				-- empty until the certificate request
	certificate BLOB NOT NULL,			-- empty until linked
	chain BLOB NOT NULL				-- n x u32 length, DER
);
CREATE INDEX keys_by_owner ON keys (owner, created);
CREATE TABLE activations (
	handle BLOB PRIMARY KEY,			-- SHA-256 of the SAD
	activation BLOB NOT NULL,
	client BLOB NOT NULL,
	key BLOB NOT NULL,
	d BLOB NOT NULL,
	expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX activations_by_expiry ON activations (expires);
CREATE TABLE approvals (
	d BLOB PRIMARY KEY CHECK (length(d) = 32),
	signer BLOB NOT NULL,
	authenticator BLOB NOT NULL,
	statement BLOB NOT NULL,
	evidences BLOB NOT NULL
);
CREATE TABLE uses (
	d BLOB NOT NULL,
	place INTEGER NOT NULL,			-- where the OUTCOME entry lies in the SAM's log
	indexes BLOB NOT NULL,				-- n x u32
	PRIMARY KEY (d, place)
) WITHOUT ROWID;
CREATE TABLE tokens (
	hash BLOB PRIMARY KEY,				-- SHA-256 of the token
	client BLOB NOT NULL,
	expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_by_expiry ON tokens (expires);
CREATE TABLE assertions (				-- jti used
	hash BLOB PRIMARY KEY,				-- SHA-256 of client id and jti
	expires INTEGER NOT NULL
) WITHOUT ROWID;
