-- Keys that one authenticator must approve each use of: a person of the authentication module, or at a provider.
ALTER TABLE keys ADD COLUMN with_id BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';	-- zero: any
