-- The second factor of an account: its last used time step, so that a code works once, and hashes of
-- the codes for who lost the phone.

ALTER TABLE account ADD COLUMN totp_step INTEGER;

CREATE TABLE recovery_code (
    code    TEXT    NOT NULL PRIMARY KEY,
    account TEXT    NOT NULL REFERENCES account (id),
    used_at INTEGER
) STRICT;
CREATE INDEX recovery_code_by_account ON recovery_code (account);
