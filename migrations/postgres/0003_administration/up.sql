-- What the installation knows besides the logs. None of it is evidence; passwords, PINs and tokens
-- are kept as hashes only.

CREATE TABLE account (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    login         TEXT COLLATE "C" NOT NULL UNIQUE,
    name          TEXT COLLATE "C" NOT NULL,
    party         TEXT COLLATE "C",
    roles         TEXT COLLATE "C" NOT NULL,
    area          TEXT COLLATE "C",
    password_hash TEXT COLLATE "C" NOT NULL,
    failed        BIGINT NOT NULL,
    locked_until  BIGINT,
    totp          TEXT COLLATE "C",
    active        BIGINT NOT NULL
);

CREATE TABLE session (
    token        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account      TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    revoked      BIGINT NOT NULL,
    agent        TEXT COLLATE "C" NOT NULL
);
CREATE INDEX session_by_account ON session (account, expires_at);

CREATE TABLE device (
    id                 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    party              TEXT COLLATE "C" NOT NULL,
    site               TEXT COLLATE "C" NOT NULL,
    name               TEXT COLLATE "C" NOT NULL,
    role               TEXT COLLATE "C" NOT NULL,
    epoch              BIGINT NOT NULL,
    key                TEXT COLLATE "C",
    certificate_serial TEXT COLLATE "C" UNIQUE,
    certificate_until  BIGINT,
    state              TEXT COLLATE "C" NOT NULL,
    seen_at            BIGINT
);
CREATE INDEX device_by_party ON device (party, id);

CREATE TABLE enrol_token (
    token      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    device     TEXT COLLATE "C" NOT NULL REFERENCES device (id),
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE TABLE code_lease (
    start      BIGINT NOT NULL PRIMARY KEY,
    count      BIGINT NOT NULL,
    party      TEXT COLLATE "C" NOT NULL,
    device     TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX code_lease_by_device ON code_lease (device, expires_at);

CREATE TABLE page_user (
    party    TEXT COLLATE "C" NOT NULL,
    operator TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    pin_hash TEXT COLLATE "C" NOT NULL,
    badge    TEXT COLLATE "C",
    roles    TEXT COLLATE "C" NOT NULL,
    active   BIGINT NOT NULL,
    PRIMARY KEY (party, operator),
    UNIQUE (party, badge)
);

CREATE TABLE snapshot (
    device  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    content TEXT COLLATE "C" NOT NULL
);

CREATE TABLE access_record (
    party   TEXT COLLATE "C" NOT NULL,
    number  BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    looker  TEXT COLLATE "C",
    what    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, number)
);

CREATE TABLE setting (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
