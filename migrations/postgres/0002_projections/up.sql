-- Projections: what the logs mean. Every row follows from entries and can be made anew.
-- `doc` is the whole row as JSON; the columns beside it are for searching and sorting.

-- Which entries touch which object.
CREATE TABLE link (
    party  TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    idx    BIGINT NOT NULL,
    PRIMARY KEY (party, object, idx)
);

-- Which supersede entry counts for a target; without a body the target is withdrawn.
CREATE TABLE correction (
    party  TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    winner TEXT COLLATE "C" NOT NULL,
    kind   TEXT COLLATE "C",
    body   TEXT COLLATE "C",
    PRIMARY KEY (party, target)
);

-- What is odd about accepted entries.
CREATE TABLE verdict (
    party TEXT COLLATE "C" NOT NULL,
    idx   BIGINT NOT NULL,
    code  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, idx, code)
);

CREATE TABLE batch_row (
    party         TEXT COLLATE "C" NOT NULL,
    key           TEXT COLLATE "C" NOT NULL,
    code          TEXT COLLATE "C",
    material      TEXT COLLATE "C",
    node          TEXT COLLATE "C",
    state         TEXT COLLATE "C" NOT NULL,
    ticket        TEXT COLLATE "C",
    registered_at BIGINT,
    run           TEXT COLLATE "C",
    doc           TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);
CREATE INDEX batch_by_registered_at ON batch_row (party, registered_at, key);
CREATE INDEX batch_by_code ON batch_row (party, code);
CREATE INDEX batch_by_node_state ON batch_row (party, node, state);

CREATE TABLE flow_row (
    party     TEXT COLLATE "C" NOT NULL,
    key       TEXT COLLATE "C" NOT NULL,
    owner     TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    since     BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    from_node TEXT COLLATE "C",
    to_node   TEXT COLLATE "C",
    stream    TEXT COLLATE "C",
    material  TEXT COLLATE "C",
    batch     TEXT COLLATE "C",
    doc       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);
CREATE INDEX flow_by_owner ON flow_row (party, owner);
CREATE INDEX flow_by_since ON flow_row (party, since);
CREATE INDEX flow_by_until ON flow_row (party, until);

CREATE TABLE holding_row (
    party    TEXT COLLATE "C" NOT NULL,
    key      TEXT COLLATE "C" NOT NULL,
    node     TEXT COLLATE "C" NOT NULL,
    material TEXT COLLATE "C" NOT NULL,
    doc      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);

CREATE TABLE run_row (
    party      TEXT COLLATE "C" NOT NULL,
    key        TEXT COLLATE "C" NOT NULL,
    node       TEXT COLLATE "C",
    started_at BIGINT,
    ended_at   BIGINT,
    doc        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);
CREATE INDEX run_by_started_at ON run_row (party, started_at, key);

CREATE TABLE handover_row (
    party   TEXT COLLATE "C" NOT NULL,
    key     TEXT COLLATE "C" NOT NULL,
    code    TEXT COLLATE "C" NOT NULL,
    half    TEXT COLLATE "C" NOT NULL,
    partner TEXT COLLATE "C",
    at      BIGINT NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);
CREATE INDEX handover_by_code ON handover_row (party, code);
CREATE INDEX handover_by_partner_code ON handover_row (partner, code);
CREATE INDEX handover_by_at ON handover_row (party, at, key);

CREATE TABLE sample_row (
    party    TEXT COLLATE "C" NOT NULL,
    key      TEXT COLLATE "C" NOT NULL,
    code     TEXT COLLATE "C",
    lab_name TEXT COLLATE "C",
    taken_at BIGINT,
    doc      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);
CREATE INDEX sample_by_code ON sample_row (party, code);
CREATE INDEX sample_by_lab_name ON sample_row (party, lab_name);
CREATE INDEX sample_by_taken_at ON sample_row (party, taken_at, key);

CREATE TABLE assay_row (
    party       TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    sample      TEXT COLLATE "C" NOT NULL,
    reported_at BIGINT NOT NULL,
    review      TEXT COLLATE "C" NOT NULL,
    doc         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);
CREATE INDEX assay_by_sample ON assay_row (party, sample);
CREATE INDEX assay_by_reported_at ON assay_row (party, reported_at, key);

CREATE TABLE stock_take_row (
    party TEXT COLLATE "C" NOT NULL,
    key   TEXT COLLATE "C" NOT NULL,
    node  TEXT COLLATE "C" NOT NULL,
    at    BIGINT NOT NULL,
    doc   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);
CREATE INDEX stock_take_by_node_at ON stock_take_row (party, node, at);

CREATE TABLE monitor_row (
    party  TEXT COLLATE "C" NOT NULL,
    key    TEXT COLLATE "C" NOT NULL,
    stream TEXT COLLATE "C" NOT NULL,
    since  BIGINT NOT NULL,
    until  BIGINT NOT NULL,
    doc    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);
CREATE INDEX monitor_by_stream_since ON monitor_row (party, stream, since);

CREATE TABLE period_row (
    party TEXT COLLATE "C" NOT NULL,
    key   TEXT COLLATE "C" NOT NULL,
    node  TEXT COLLATE "C",
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    doc   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);

CREATE TABLE master_row (
    party  TEXT COLLATE "C" NOT NULL,
    key    TEXT COLLATE "C" NOT NULL,
    what   TEXT COLLATE "C" NOT NULL,
    id     TEXT COLLATE "C" NOT NULL,
    active BIGINT NOT NULL,
    doc    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);

CREATE TABLE code_row (
    party TEXT COLLATE "C" NOT NULL,
    key   TEXT COLLATE "C" NOT NULL,
    kind  TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    doc   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);

CREATE TABLE key_row (
    party      TEXT COLLATE "C" NOT NULL,
    key        TEXT COLLATE "C" NOT NULL,
    device     TEXT COLLATE "C" NOT NULL,
    revoked_at BIGINT,
    doc        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);

CREATE TABLE task_row (
    party   TEXT COLLATE "C" NOT NULL,
    key     TEXT COLLATE "C" NOT NULL,
    object  TEXT COLLATE "C" NOT NULL,
    verdict TEXT COLLATE "C" NOT NULL,
    since   BIGINT NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (party, key)
);
CREATE INDEX task_by_object ON task_row (party, object);
