-- What devices say of themselves, why one was taken out of service, which program each may get.
CREATE TABLE device_report (
    device TEXT    NOT NULL PRIMARY KEY REFERENCES device (id),
    at     BIGINT  NOT NULL,
    doc    TEXT    NOT NULL
);

CREATE TABLE device_end (
    device TEXT    NOT NULL PRIMARY KEY,
    at     BIGINT  NOT NULL,
    person TEXT,
    reason TEXT    NOT NULL
);

-- The narrowest row that fits a device counts; an empty name stands for all, no version for a halt.
CREATE TABLE rollout (
    party   TEXT    NOT NULL,
    site    TEXT    NOT NULL,
    device  TEXT    NOT NULL,
    version TEXT,
    at      BIGINT  NOT NULL,
    person  TEXT    NOT NULL,
    PRIMARY KEY (party, site, device)
);
