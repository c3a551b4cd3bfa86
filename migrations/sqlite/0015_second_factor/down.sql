DROP TABLE recovery_code;
ALTER TABLE account DROP COLUMN totp_step;
