-- What the installation knows besides the logs. None of it is evidence; passwords, PINs and tokens
-- are kept as hashes only.

CREATE TABLE account (
    id            TEXT    NOT NULL PRIMARY KEY,
    login         TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    party         TEXT,
    roles         TEXT    NOT NULL,
    area          TEXT,
    password_hash TEXT    NOT NULL,
    failed        INTEGER NOT NULL,
    locked_until  INTEGER,
    totp          TEXT,
    active        INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
    token        TEXT    NOT NULL PRIMARY KEY,
    account      TEXT    NOT NULL REFERENCES account (id),
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    revoked      INTEGER NOT NULL,
    agent        TEXT    NOT NULL
) STRICT;
CREATE INDEX session_by_account ON session (account, expires_at);

CREATE TABLE device (
    id                 TEXT    NOT NULL PRIMARY KEY,
    party              TEXT    NOT NULL,
    site               TEXT    NOT NULL,
    name               TEXT    NOT NULL,
    role               TEXT    NOT NULL,
    epoch              INTEGER NOT NULL,
    key                TEXT,
    certificate_serial TEXT UNIQUE,
    certificate_until  INTEGER,
    state              TEXT    NOT NULL,
    seen_at            INTEGER
) STRICT;
CREATE INDEX device_by_party ON device (party, id);

CREATE TABLE enrol_token (
    token      TEXT    NOT NULL PRIMARY KEY,
    device     TEXT    NOT NULL REFERENCES device (id),
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

CREATE TABLE code_lease (
    start      INTEGER NOT NULL PRIMARY KEY,
    count      INTEGER NOT NULL,
    party      TEXT    NOT NULL,
    device     TEXT    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX code_lease_by_device ON code_lease (device, expires_at);

CREATE TABLE page_user (
    party    TEXT    NOT NULL,
    operator TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    pin_hash TEXT    NOT NULL,
    badge    TEXT,
    roles    TEXT    NOT NULL,
    active   INTEGER NOT NULL,
    PRIMARY KEY (party, operator),
    UNIQUE (party, badge)
) STRICT;

CREATE TABLE snapshot (
    device  TEXT    NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    content TEXT    NOT NULL
) STRICT;

CREATE TABLE access_record (
    party   TEXT    NOT NULL,
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    account TEXT    NOT NULL,
    looker  TEXT,
    what    TEXT    NOT NULL,
    PRIMARY KEY (party, number)
) STRICT;

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
