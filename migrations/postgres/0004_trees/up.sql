-- Trees: what was signed over the logs. A log has one; after a restore it goes on in a next one.

CREATE TABLE tree (
    party        TEXT COLLATE "C" NOT NULL REFERENCES log (party),
    number       BIGINT NOT NULL,
    origin       TEXT COLLATE "C" NOT NULL,
    -- Verifier key, known from the first checkpoint on.
    vkey         TEXT COLLATE "C",
    -- Entries of the log from this index on belong to the tree.
    first_idx    BIGINT NOT NULL,
    -- Index of its entry 0, when that is not the one at first_idx: log.continue.
    opening_idx  BIGINT,
    reason       TEXT COLLATE "C",
    -- As the newest checkpoint has them; 0 before the first.
    size         BIGINT NOT NULL,
    root         BYTEA NOT NULL,
    frontier     BYTEA NOT NULL,
    -- Frontier of the whole log at first_idx + size, against which the next checkpoint is made.
    log_frontier BYTEA NOT NULL,
    opened_at    BIGINT NOT NULL,
    PRIMARY KEY (party, number),
    UNIQUE (origin)
);

-- Hashes of a tile, 32 bytes each: 256, or fewer at the right edge, where it only grows.
CREATE TABLE tile (
    party  TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    level  BIGINT NOT NULL,
    n      BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (party, number, level, n),
    FOREIGN KEY (party, number) REFERENCES tree (party, number)
);

CREATE TABLE checkpoint (
    party     TEXT COLLATE "C" NOT NULL,
    number    BIGINT NOT NULL,
    size      BIGINT NOT NULL,
    root      BYTEA NOT NULL,
    -- The signed note, without the lines of witnesses.
    note      TEXT COLLATE "C" NOT NULL,
    signed_at BIGINT NOT NULL,
    PRIMARY KEY (party, number, size),
    FOREIGN KEY (party, number) REFERENCES tree (party, number)
);

CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint
FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER checkpoint_is_not_emptied BEFORE TRUNCATE ON checkpoint
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER checkpoint_remains BEFORE DELETE ON checkpoint
FOR EACH ROW EXECUTE FUNCTION stays_as_written();

-- Lines that witnesses gave.
CREATE TABLE cosignature (
    party       TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,
    size        BIGINT NOT NULL,
    witness     TEXT COLLATE "C" NOT NULL,
    line        TEXT COLLATE "C" NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (party, number, size, witness),
    FOREIGN KEY (party, number, size) REFERENCES checkpoint (party, number, size)
);

-- What forbids to sign the tree any further; it never goes away, a next tree is opened instead.
CREATE TABLE alarm (
    party      TEXT COLLATE "C" NOT NULL,
    number     BIGINT NOT NULL,
    code       TEXT COLLATE "C" NOT NULL,
    detail     TEXT COLLATE "C" NOT NULL,
    -- The other head, or whatever shows it; empty for none.
    evidence   TEXT COLLATE "C" NOT NULL,
    noticed_at BIGINT NOT NULL,
    PRIMARY KEY (party, number, code),
    FOREIGN KEY (party, number) REFERENCES tree (party, number)
);

CREATE TRIGGER alarm_stays BEFORE UPDATE ON alarm
FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER alarm_is_not_emptied BEFORE TRUNCATE ON alarm
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER alarm_remains BEFORE DELETE ON alarm
FOR EACH ROW EXECUTE FUNCTION stays_as_written();

INSERT INTO tree (party, number, origin, first_idx, size, root, frontier, log_frontier, opened_at)
SELECT party, 1, origin, 0, 0,
       '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'::bytea, '\x'::bytea, '\x'::bytea, opened_at
FROM log;
