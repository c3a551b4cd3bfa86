-- Logs: what was signed, as it was signed. Everything else can be made anew from these tables.

CREATE FUNCTION stays_as_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are never changed or deleted', TG_TABLE_NAME;
END
$$;

CREATE TABLE log (
    party       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind        TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    area        TEXT COLLATE "C" NOT NULL,
    credit_code TEXT COLLATE "C",
    origin      TEXT COLLATE "C" NOT NULL,
    size        BIGINT NOT NULL,
    root        BYTEA NOT NULL,
    frontier    BYTEA NOT NULL,
    -- Grows when another process takes over; a writer with an older term is fenced.
    term        BIGINT NOT NULL,
    -- Epoch in which the installation itself writes.
    own_epoch   BIGINT NOT NULL,
    -- Entries below this index are in the projections.
    projected   BIGINT NOT NULL,
    opened_at   BIGINT NOT NULL
);

CREATE TABLE entry (
    party       TEXT COLLATE "C" NOT NULL REFERENCES log (party),
    idx         BIGINT NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    device      TEXT COLLATE "C" NOT NULL,
    epoch       BIGINT NOT NULL,
    dseq        BIGINT NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    observed_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    leaf        BYTEA NOT NULL,
    key_id      TEXT COLLATE "C" NOT NULL,
    suspect     BIGINT NOT NULL,
    bytes       BYTEA NOT NULL,
    PRIMARY KEY (party, idx),
    UNIQUE (party, id),
    UNIQUE (party, device, epoch, dseq)
);

CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER entry_is_not_emptied BEFORE TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER entry_remains BEFORE DELETE ON entry
FOR EACH ROW EXECUTE FUNCTION stays_as_written();

-- Where each stream stands, refused entries included.
CREATE TABLE stream (
    party  TEXT COLLATE "C" NOT NULL REFERENCES log (party),
    device TEXT COLLATE "C" NOT NULL,
    epoch  BIGINT NOT NULL,
    acked  BIGINT NOT NULL,
    head   BYTEA NOT NULL,
    -- 1 after a fork: what does not chain waits from then on.
    forked BIGINT NOT NULL,
    PRIMARY KEY (party, device, epoch)
);

-- Bytes that are no facts: refused ones take their number in the stream, forks do not.
CREATE TABLE evidence (
    party       TEXT COLLATE "C" NOT NULL REFERENCES log (party),
    device      TEXT COLLATE "C" NOT NULL,
    epoch       BIGINT NOT NULL,
    dseq        BIGINT NOT NULL,
    leaf        BYTEA NOT NULL,
    counted     BIGINT NOT NULL,
    code        TEXT COLLATE "C" NOT NULL,
    detail      TEXT COLLATE "C" NOT NULL,
    received_at BIGINT NOT NULL,
    bytes       BYTEA NOT NULL,
    PRIMARY KEY (party, device, leaf)
);

CREATE UNIQUE INDEX evidence_number ON evidence (party, device, epoch, dseq) WHERE counted = 1;

CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence
FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER evidence_is_not_emptied BEFORE TRUNCATE ON evidence
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER evidence_remains BEFORE DELETE ON evidence
FOR EACH ROW EXECUTE FUNCTION stays_as_written();

-- The bytes of blobs lie in files.
CREATE TABLE blob (
    party       TEXT COLLATE "C" NOT NULL REFERENCES log (party),
    name        TEXT COLLATE "C" NOT NULL,
    size        BIGINT NOT NULL,
    received    BIGINT NOT NULL,
    complete    BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (party, name)
);
