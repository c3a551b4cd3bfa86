-- The second factor of an account: its last used time step, so that a code works once, and hashes of
-- the codes for who lost the phone.

ALTER TABLE account ADD COLUMN totp_step BIGINT;

CREATE TABLE recovery_code (
    code    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    used_at BIGINT
);
CREATE INDEX recovery_code_by_account ON recovery_code (account);
