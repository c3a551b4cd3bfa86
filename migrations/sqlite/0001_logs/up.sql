-- Logs: what was signed, as it was signed. Everything else can be made anew from these tables.

CREATE TABLE log (
    party       TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    area        TEXT    NOT NULL,
    credit_code TEXT,
    origin      TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    root        BLOB    NOT NULL,
    frontier    BLOB    NOT NULL,
    -- Grows when another process takes over; a writer with an older term is fenced.
    term        INTEGER NOT NULL,
    -- Epoch in which the installation itself writes.
    own_epoch   INTEGER NOT NULL,
    -- Entries below this index are in the projections.
    projected   INTEGER NOT NULL,
    opened_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE entry (
    party       TEXT    NOT NULL REFERENCES log (party),
    idx         INTEGER NOT NULL,
    id          TEXT    NOT NULL,
    device      TEXT    NOT NULL,
    epoch       INTEGER NOT NULL,
    dseq        INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    observed_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    leaf        BLOB    NOT NULL,
    key_id      TEXT    NOT NULL,
    suspect     INTEGER NOT NULL,
    bytes       BLOB    NOT NULL,
    PRIMARY KEY (party, idx),
    UNIQUE (party, id),
    UNIQUE (party, device, epoch, dseq)
) STRICT;

CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;

-- Where each stream stands, refused entries included.
CREATE TABLE stream (
    party  TEXT    NOT NULL REFERENCES log (party),
    device TEXT    NOT NULL,
    epoch  INTEGER NOT NULL,
    acked  INTEGER NOT NULL,
    head   BLOB    NOT NULL,
    -- 1 after a fork: what does not chain waits from then on.
    forked INTEGER NOT NULL,
    PRIMARY KEY (party, device, epoch)
) STRICT, WITHOUT ROWID;

-- Bytes that are no facts: refused ones take their number in the stream, forks do not.
CREATE TABLE evidence (
    party       TEXT    NOT NULL REFERENCES log (party),
    device      TEXT    NOT NULL,
    epoch       INTEGER NOT NULL,
    dseq        INTEGER NOT NULL,
    leaf        BLOB    NOT NULL,
    counted     INTEGER NOT NULL,
    code        TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    bytes       BLOB    NOT NULL,
    PRIMARY KEY (party, device, leaf)
) STRICT;

CREATE UNIQUE INDEX evidence_number ON evidence (party, device, epoch, dseq) WHERE counted = 1;

CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;
CREATE TRIGGER evidence_remains BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END;

-- The bytes of blobs lie in files.
CREATE TABLE blob (
    party       TEXT    NOT NULL REFERENCES log (party),
    name        TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    complete    INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (party, name)
) STRICT, WITHOUT ROWID;
