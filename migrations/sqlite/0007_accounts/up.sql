-- Resolutions of alarms: a projection like those of 0002.
CREATE TABLE resolution_row (
    party TEXT NOT NULL,
    key   TEXT NOT NULL,
    since INTEGER NOT NULL,
    doc   TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;

-- Accountancy over periods: computed from the books, thrown away and computed again at will. A
-- party whose books changed is due while done < generation, from the moment on that the changes
-- can touch.
CREATE TABLE account_due (
    party      TEXT    NOT NULL,
    since      INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    done       INTEGER NOT NULL,
    PRIMARY KEY (party)
) STRICT;

CREATE TABLE account_period (
    party     TEXT    NOT NULL,
    area      TEXT    NOT NULL,
    substance TEXT    NOT NULL,
    until     INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    doc       TEXT    NOT NULL,
    PRIMARY KEY (party, area, substance, until)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_state (
    party       TEXT    NOT NULL,
    area        TEXT    NOT NULL,
    substance   TEXT    NOT NULL,
    computed_at INTEGER NOT NULL,
    doc         TEXT    NOT NULL,
    PRIMARY KEY (party, area, substance)
) STRICT;

-- When an alarm was first seen: its term for an explanation runs from there. Kept for good.
CREATE TABLE account_alarm (
    party      TEXT    NOT NULL,
    area       TEXT    NOT NULL,
    substance  TEXT    NOT NULL,
    until      INTEGER NOT NULL,
    test       TEXT    NOT NULL,
    direction  TEXT    NOT NULL,
    first_seen INTEGER NOT NULL,
    PRIMARY KEY (party, area, substance, until, test, direction)
) STRICT;

-- Logs that are there already are due as a whole.
INSERT INTO account_due (party, since, generation, done)
SELECT party, -9223372036854775807, 1, 0 FROM log;
