-- Submission sheets and approved assay plans: projections like those of 0002.
CREATE TABLE submission_row (
    party   TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    number  TEXT    NOT NULL,
    sent_at INTEGER NOT NULL,
    doc     TEXT    NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX submission_by_sent_at ON submission_row (party, sent_at, key);
CREATE INDEX submission_by_number ON submission_row (party, number);

CREATE TABLE plan_row (
    party TEXT NOT NULL,
    key   TEXT NOT NULL,
    doc   TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
