-- What ports go on from after a restart: totalisers within a span, tables of tickets that were read
-- up to a mark; and of tickets what a list of open trucks shows. Times are microseconds since 1970.

-- A totaliser whose span is open.
CREATE TABLE meter (
  port TEXT NOT NULL,
  name TEXT NOT NULL,
  -- How its registers are declared: another declaration ends the span.
  declared TEXT NOT NULL,
  -- Both ends of the span so far, as JSON.
  state TEXT NOT NULL,
  PRIMARY KEY (port, name)
);

-- How far a table of tickets was read. A stamp is a time or a number that grows with the rows.
CREATE TABLE ticket_source (
  port TEXT NOT NULL PRIMARY KEY,
  newest BIGINT NOT NULL,
  -- When the whole span that is watched was read last.
  deep_micros BIGINT NOT NULL
);

-- Tickets as they stood in that table: one that is gone is noticed.
CREATE TABLE ticket_seen (
  port TEXT NOT NULL,
  number TEXT NOT NULL,
  stamp BIGINT NOT NULL,
  gone_micros BIGINT,
  PRIMARY KEY (port, number)
);
CREATE INDEX ticket_seen_stamp ON ticket_seen (port, stamp);

-- What an open truck waits for: tare or gross; null for a finished ticket.
ALTER TABLE ticket ADD COLUMN waits TEXT;
ALTER TABLE ticket ADD COLUMN plate TEXT;
ALTER TABLE ticket ADD COLUMN material TEXT;
-- The one weight that is there, with its unit.
ALTER TABLE ticket ADD COLUMN weight TEXT;
-- When it was weighed; null where the software does not say.
ALTER TABLE ticket ADD COLUMN weighed_micros BIGINT;
-- When it was first seen to be gone from the software's table.
ALTER TABLE ticket ADD COLUMN gone_micros BIGINT;
UPDATE ticket SET waits = 'tare' WHERE register_id IS NULL;
CREATE INDEX ticket_waits ON ticket (waits) WHERE waits IS NOT NULL;
