-- Uses of SCAL1 keys in windows: no statement lists their digests. The window is a row of approvals without evidences.
ALTER TABLE uses ADD COLUMN digests BLOB NOT NULL DEFAULT x'';	-- of a window: one for each index
