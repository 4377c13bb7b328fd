-- The authorization server: who may ask, who logs in, and what secrets that were handed out stand for.
ALTER TABLE tokens RENAME COLUMN client TO account;		-- zero: of a client alone
ALTER TABLE tokens ADD COLUMN requester BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
ALTER TABLE tokens ADD COLUMN grant_id BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
ALTER TABLE tokens ADD COLUMN scope INTEGER NOT NULL DEFAULT 1;	-- 1 service, 2 credential
UPDATE tokens SET requester = account;
CREATE INDEX tokens_by_grant ON tokens (grant_id);
ALTER TABLE activations RENAME COLUMN client TO account;
ALTER TABLE activations ADD COLUMN requester BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
UPDATE activations SET requester = account;
CREATE TABLE clients (
	client_id BLOB PRIMARY KEY,			-- as OAuth spells it
	id BLOB NOT NULL CHECK (length(id) = 16),	-- as statements name it: requester
	name BLOB NOT NULL,				-- shown to people
	kind INTEGER NOT NULL,				-- 1 public, 2 secret, 3 key
	secret BLOB NOT NULL,				-- SHA-256 of the secret, or empty
	spki BLOB NOT NULL,				-- of the key for assertions, or empty
	redirects BLOB NOT NULL,			-- n x v16
	grants INTEGER NOT NULL,			-- bits: 1 code, 2 refresh, 4 client credentials
	scopes INTEGER NOT NULL				-- bits: 1 service, 2 credential
) WITHOUT ROWID;
CREATE TABLE logins (
	kind INTEGER NOT NULL,				-- 1 password, 2 passkey
	name BLOB NOT NULL,				-- login name, or credential id
	account BLOB NOT NULL CHECK (length(account) = 16),
	data BLOB NOT NULL,				-- salt and scrypt output, or spki
	PRIMARY KEY (kind, name)
) WITHOUT ROWID;
CREATE INDEX logins_by_account ON logins (account);
CREATE TABLE handles (
	kind INTEGER NOT NULL,				-- enum handle_kind
	hash BLOB NOT NULL CHECK (length(hash) = 32),	-- SHA-256 of the secret
	state INTEGER NOT NULL,				-- the kind's own
	grant_id BLOB NOT NULL,				-- what one consent gave; zero: nothing yet
	account BLOB NOT NULL,
	requester BLOB NOT NULL,
	expires INTEGER NOT NULL,
	data BLOB NOT NULL,
	PRIMARY KEY (kind, hash)
);
CREATE INDEX handles_by_expiry ON handles (expires);
CREATE INDEX handles_by_grant ON handles (grant_id);
