-- Records of bureaus and enterprises about findings: projections like those of 0002.
CREATE TABLE finding_row (
    party   TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    about   TEXT,
    finding TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    doc     TEXT    NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
CREATE INDEX finding_by_about ON finding_row (about, at, key);
