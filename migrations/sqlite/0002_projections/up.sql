-- Projections: what the logs mean. Every row follows from entries and can be made anew.
-- `doc` is the whole row as JSON; the columns beside it are for searching and sorting.

-- Which entries touch which object.
CREATE TABLE link (
    party  TEXT    NOT NULL,
    object TEXT    NOT NULL,
    idx    INTEGER NOT NULL,
    PRIMARY KEY (party, object, idx)
) STRICT, WITHOUT ROWID;

-- Which supersede entry counts for a target; without a body the target is withdrawn.
CREATE TABLE correction (
    party  TEXT NOT NULL,
    target TEXT NOT NULL,
    winner TEXT NOT NULL,
    kind   TEXT,
    body   TEXT,
    PRIMARY KEY (party, target)
) STRICT, WITHOUT ROWID;

-- What is odd about accepted entries.
CREATE TABLE verdict (
    party TEXT    NOT NULL,
    idx   INTEGER NOT NULL,
    code  TEXT    NOT NULL,
    PRIMARY KEY (party, idx, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_row (
    party         TEXT NOT NULL,
    key           TEXT NOT NULL,
    code          TEXT,
    material      TEXT,
    node          TEXT,
    state         TEXT NOT NULL,
    ticket        TEXT,
    registered_at INTEGER,
    run           TEXT,
    doc           TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX batch_by_registered_at ON batch_row (party, registered_at, key);
CREATE INDEX batch_by_code ON batch_row (party, code);
CREATE INDEX batch_by_node_state ON batch_row (party, node, state);

CREATE TABLE flow_row (
    party     TEXT NOT NULL,
    key       TEXT NOT NULL,
    owner     TEXT NOT NULL,
    kind      TEXT NOT NULL,
    since     INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    from_node TEXT,
    to_node   TEXT,
    stream    TEXT,
    material  TEXT,
    batch     TEXT,
    doc       TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX flow_by_owner ON flow_row (party, owner);
CREATE INDEX flow_by_since ON flow_row (party, since);
CREATE INDEX flow_by_until ON flow_row (party, until);

CREATE TABLE holding_row (
    party    TEXT NOT NULL,
    key      TEXT NOT NULL,
    node     TEXT NOT NULL,
    material TEXT NOT NULL,
    doc      TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;

CREATE TABLE run_row (
    party      TEXT NOT NULL,
    key        TEXT NOT NULL,
    node       TEXT,
    started_at INTEGER,
    ended_at   INTEGER,
    doc        TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX run_by_started_at ON run_row (party, started_at, key);

CREATE TABLE handover_row (
    party   TEXT NOT NULL,
    key     TEXT NOT NULL,
    code    TEXT NOT NULL,
    half    TEXT NOT NULL,
    partner TEXT,
    at      INTEGER NOT NULL,
    doc     TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX handover_by_code ON handover_row (party, code);
CREATE INDEX handover_by_partner_code ON handover_row (partner, code);
CREATE INDEX handover_by_at ON handover_row (party, at, key);

CREATE TABLE sample_row (
    party    TEXT NOT NULL,
    key      TEXT NOT NULL,
    code     TEXT,
    lab_name TEXT,
    taken_at INTEGER,
    doc      TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX sample_by_code ON sample_row (party, code);
CREATE INDEX sample_by_lab_name ON sample_row (party, lab_name);
CREATE INDEX sample_by_taken_at ON sample_row (party, taken_at, key);

CREATE TABLE assay_row (
    party       TEXT NOT NULL,
    key         TEXT NOT NULL,
    sample      TEXT NOT NULL,
    reported_at INTEGER NOT NULL,
    review      TEXT NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX assay_by_sample ON assay_row (party, sample);
CREATE INDEX assay_by_reported_at ON assay_row (party, reported_at, key);

CREATE TABLE stock_take_row (
    party TEXT NOT NULL,
    key   TEXT NOT NULL,
    node  TEXT NOT NULL,
    at    INTEGER NOT NULL,
    doc   TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX stock_take_by_node_at ON stock_take_row (party, node, at);

CREATE TABLE monitor_row (
    party  TEXT NOT NULL,
    key    TEXT NOT NULL,
    stream TEXT NOT NULL,
    since  INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    doc    TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX monitor_by_stream_since ON monitor_row (party, stream, since);

CREATE TABLE period_row (
    party TEXT NOT NULL,
    key   TEXT NOT NULL,
    node  TEXT,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    doc   TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;

CREATE TABLE master_row (
    party  TEXT NOT NULL,
    key    TEXT NOT NULL,
    what   TEXT NOT NULL,
    id     TEXT NOT NULL,
    active INTEGER NOT NULL,
    doc    TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;

CREATE TABLE code_row (
    party TEXT NOT NULL,
    key   TEXT NOT NULL,
    kind  TEXT NOT NULL,
    owner TEXT NOT NULL,
    doc   TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;

CREATE TABLE key_row (
    party      TEXT NOT NULL,
    key        TEXT NOT NULL,
    device     TEXT NOT NULL,
    revoked_at INTEGER,
    doc        TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;

CREATE TABLE task_row (
    party   TEXT NOT NULL,
    key     TEXT NOT NULL,
    object  TEXT NOT NULL,
    verdict TEXT NOT NULL,
    since   INTEGER NOT NULL,
    doc     TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX task_by_object ON task_row (party, object);
