-- Records of bureaus and enterprises about findings: projections like those of 0002.
CREATE TABLE finding_row (
    party   TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    about   TEXT,
    finding TEXT    NOT NULL,
    at      BIGINT NOT NULL,
    doc     TEXT    NOT NULL,
    PRIMARY KEY (party, key)
);
CREATE INDEX finding_by_about ON finding_row (about, at, key);
