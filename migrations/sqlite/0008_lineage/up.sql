-- The event graph: so much of one holder became part of another. A projection like those of 0002,
-- narrow because a server reads all of it when it starts. Holders are a tag and an id or name,
-- masses milligrams, volumes millilitres, moisture parts per million. No origin and no content
-- stands in it: a late assay touches no row.
CREATE TABLE lineage_row (
    party    TEXT    NOT NULL,
    owner    BLOB    NOT NULL,
    line     INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    source   BLOB    NOT NULL,
    target   BLOB    NOT NULL,
    since    INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    wet      INTEGER,
    dry      INTEGER,
    volume   INTEGER,
    moisture INTEGER,
    material TEXT,
    stream   TEXT,
    PRIMARY KEY (party, owner, line)
) STRICT, WITHOUT ROWID;

-- Logs that were projected before have no such rows: their projections are made anew when the
-- database is opened next.
DELETE FROM batch_row;
DELETE FROM fold_row;
DELETE FROM flow_row;
DELETE FROM holding_row;
DELETE FROM run_row;
DELETE FROM handover_row;
DELETE FROM sample_row;
DELETE FROM assay_row;
DELETE FROM stock_take_row;
DELETE FROM monitor_row;
DELETE FROM period_row;
DELETE FROM resolution_row;
DELETE FROM master_row;
DELETE FROM code_row;
DELETE FROM key_row;
DELETE FROM task_row;
DELETE FROM link;
DELETE FROM correction;
DELETE FROM verdict;
UPDATE log SET projected = 0;
