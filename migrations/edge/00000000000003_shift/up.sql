-- The desk of the gate's page: what forms became, so that each counts once and can be undone by its
-- own person; half-filled forms; what papers said, for comparing at the scale; shifts. Nothing here
-- is sent. Times are microseconds since 1970.

-- Forms that recorded something.
CREATE TABLE act (
  number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  -- The form's own value; null when it had none.
  once TEXT UNIQUE,
  operator TEXT NOT NULL,
  -- Where its result is shown.
  location TEXT NOT NULL,
  -- Entries that it appended: of this epoch, from the first to the last number; none when first > last.
  epoch BIGINT NOT NULL,
  first_dseq BIGINT NOT NULL,
  last_dseq BIGINT NOT NULL,
  recorded_micros BIGINT NOT NULL,
  undone BOOLEAN NOT NULL,
  -- Paper sheet it was copied from, and when it was typed in.
  sheet TEXT,
  typed_micros BIGINT
);
CREATE INDEX act_operator ON act (operator, number);
CREATE INDEX act_recorded ON act (recorded_micros);

-- Half-filled forms by person and page.
CREATE TABLE draft (
  operator TEXT NOT NULL,
  path TEXT NOT NULL,
  -- JSON object of names and values.
  fields TEXT NOT NULL,
  saved_micros BIGINT NOT NULL,
  PRIMARY KEY (operator, path)
);

-- What a person chose last, by name of the field.
CREATE TABLE habit (
  operator TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (operator, field)
);

-- What was said of a batch when it came. Plates never go into an entry.
CREATE TABLE arrival (
  batch TEXT NOT NULL PRIMARY KEY,
  operator TEXT,
  arrived_micros BIGINT NOT NULL,
  -- Wet grams as text.
  declared_grams TEXT,
  plate TEXT,
  -- Difference that somebody has to decide: open, accepted, refused or kept; with words.
  question TEXT,
  words TEXT
);
CREATE INDEX arrival_question ON arrival (question);

-- Pots: which batches they stand for, and when they went to the laboratory.
CREATE TABLE pot (
  sample TEXT NOT NULL PRIMARY KEY,
  -- What people call the batches.
  batches TEXT NOT NULL,
  -- sample, duplicate or retained
  role TEXT NOT NULL,
  sent_micros BIGINT
);

-- Totalisers as last reported, with the one before for an undone report.
CREATE TABLE totaliser (
  stream TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  unit TEXT NOT NULL,
  read_micros BIGINT NOT NULL,
  before_value TEXT,
  before_micros BIGINT,
  entry TEXT NOT NULL
);

-- Waste in store: when it was made, for the clock of its storage.
CREATE TABLE waste_kept (
  batch TEXT NOT NULL PRIMARY KEY,
  entry TEXT NOT NULL,
  name TEXT NOT NULL,
  waste_code TEXT NOT NULL,
  made_micros BIGINT NOT NULL,
  days_max BIGINT NOT NULL
);

-- Handovers of shifts, signed by both.
CREATE TABLE shift_handover (
  entry TEXT NOT NULL PRIMARY KEY,
  given_by TEXT NOT NULL,
  taken_by TEXT NOT NULL,
  at_micros BIGINT NOT NULL,
  summary TEXT NOT NULL
);
