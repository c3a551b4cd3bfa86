-- What devices say of themselves, why one was taken out of service, which program each may get.
CREATE TABLE device_report (
    device TEXT    NOT NULL PRIMARY KEY REFERENCES device (id),
    at     INTEGER NOT NULL,
    doc    TEXT    NOT NULL
) STRICT;

CREATE TABLE device_end (
    device TEXT    NOT NULL PRIMARY KEY,
    at     INTEGER NOT NULL,
    person TEXT,
    reason TEXT    NOT NULL
) STRICT;

-- The narrowest row that fits a device counts; an empty name stands for all, no version for a halt.
CREATE TABLE rollout (
    party   TEXT    NOT NULL,
    site    TEXT    NOT NULL,
    device  TEXT    NOT NULL,
    version TEXT,
    at      INTEGER NOT NULL,
    person  TEXT    NOT NULL,
    PRIMARY KEY (party, site, device)
) STRICT;
