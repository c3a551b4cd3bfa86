-- Trees: what was signed over the logs. A log has one; after a restore it goes on in a next one.

CREATE TABLE tree (
    party        TEXT    NOT NULL REFERENCES log (party),
    number       INTEGER NOT NULL,
    origin       TEXT    NOT NULL,
    -- Verifier key, known from the first checkpoint on.
    vkey         TEXT,
    -- Entries of the log from this index on belong to the tree.
    first_idx    INTEGER NOT NULL,
    -- Index of its entry 0, when that is not the one at first_idx: log.continue.
    opening_idx  INTEGER,
    reason       TEXT,
    -- As the newest checkpoint has them; 0 before the first.
    size         INTEGER NOT NULL,
    root         BLOB    NOT NULL,
    frontier     BLOB    NOT NULL,
    -- Frontier of the whole log at first_idx + size, against which the next checkpoint is made.
    log_frontier BLOB    NOT NULL,
    opened_at    INTEGER NOT NULL,
    PRIMARY KEY (party, number),
    UNIQUE (origin)
) STRICT;

-- Hashes of a tile, 32 bytes each: 256, or fewer at the right edge, where it only grows.
CREATE TABLE tile (
    party  TEXT    NOT NULL,
    number INTEGER NOT NULL,
    level  INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    hashes BLOB    NOT NULL,
    PRIMARY KEY (party, number, level, n),
    FOREIGN KEY (party, number) REFERENCES tree (party, number)
) STRICT;

CREATE TABLE checkpoint (
    party     TEXT    NOT NULL,
    number    INTEGER NOT NULL,
    size      INTEGER NOT NULL,
    root      BLOB    NOT NULL,
    -- The signed note, without the lines of witnesses.
    note      TEXT    NOT NULL,
    signed_at INTEGER NOT NULL,
    PRIMARY KEY (party, number, size),
    FOREIGN KEY (party, number) REFERENCES tree (party, number)
) STRICT;

CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END;
CREATE TRIGGER checkpoint_remains BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;

-- Lines that witnesses gave.
CREATE TABLE cosignature (
    party       TEXT    NOT NULL,
    number      INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    witness     TEXT    NOT NULL,
    line        TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (party, number, size, witness),
    FOREIGN KEY (party, number, size) REFERENCES checkpoint (party, number, size)
) STRICT;

-- What forbids to sign the tree any further; it never goes away, a next tree is opened instead.
CREATE TABLE alarm (
    party      TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    code       TEXT    NOT NULL,
    detail     TEXT    NOT NULL,
    -- The other head, or whatever shows it; empty for none.
    evidence   TEXT    NOT NULL,
    noticed_at INTEGER NOT NULL,
    PRIMARY KEY (party, number, code),
    FOREIGN KEY (party, number) REFERENCES tree (party, number)
) STRICT;

CREATE TRIGGER alarm_stays BEFORE UPDATE ON alarm
BEGIN SELECT RAISE(ABORT, 'alarms are never changed'); END;
CREATE TRIGGER alarm_remains BEFORE DELETE ON alarm
BEGIN SELECT RAISE(ABORT, 'alarms are never deleted'); END;

INSERT INTO tree (party, number, origin, first_idx, size, root, frontier, log_frontier, opened_at)
SELECT party, 1, origin, 0, 0,
       X'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', X'', X'', opened_at
FROM log;
