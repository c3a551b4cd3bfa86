-- The laboratory's desk: what is received, worksheets while they are filled, files that wait for
-- somebody to confirm them, and what was submitted from here. None of it is sent; what counts is
-- in the entries. Times are microseconds since 1970.

-- A pot that the laboratory took over; the number is what the analyst sees of it.
CREATE TABLE lab_receipt (
  sample TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  code TEXT,
  lab_name TEXT,
  -- Material's id, when the agent knows what the sample stands for.
  material TEXT,
  operator TEXT NOT NULL,
  received_micros BIGINT NOT NULL
);
CREATE INDEX lab_receipt_time ON lab_receipt (received_micros);

-- A worksheet of one analyst; it stays where it was left, whoever signs in meanwhile.
CREATE TABLE lab_sheet (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  -- open, submitted or dropped
  state TEXT NOT NULL,
  -- Grows with every change.
  revision BIGINT NOT NULL,
  -- Rows with their cells as typed, as JSON.
  document TEXT NOT NULL,
  opened_micros BIGINT NOT NULL,
  changed_micros BIGINT NOT NULL
);
CREATE INDEX lab_sheet_state ON lab_sheet (state, changed_micros);

-- Which samples a worksheet holds, so that a pot is found on it.
CREATE TABLE lab_sheet_sample (
  sheet TEXT NOT NULL,
  sample TEXT NOT NULL,
  PRIMARY KEY (sheet, sample)
);
CREATE INDEX lab_sheet_sample_sample ON lab_sheet_sample (sample);

-- Results of a file or a paste that nobody has confirmed yet.
CREATE TABLE lab_import (
  number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  sheet TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Of the file; null for what was pasted.
  sha256 TEXT,
  operator TEXT NOT NULL,
  open BOOLEAN NOT NULL,
  -- Lines with what was read and where they belong, as JSON.
  document TEXT NOT NULL,
  read_micros BIGINT NOT NULL
);
CREATE INDEX lab_import_sheet ON lab_import (sheet);

-- What was submitted here: for the notice of a retest and the usual level of a material.
CREATE TABLE lab_result (
  entry TEXT NOT NULL PRIMARY KEY,
  sample TEXT NOT NULL,
  sheet TEXT NOT NULL,
  material TEXT,
  analyte TEXT NOT NULL,
  -- As it is printed, with its unit.
  shown TEXT NOT NULL,
  -- The number, for measured values only.
  value TEXT,
  unit TEXT NOT NULL,
  operator TEXT NOT NULL,
  recorded_micros BIGINT NOT NULL
);
CREATE INDEX lab_result_sample ON lab_result (sample);
CREATE INDEX lab_result_material ON lab_result (material, analyte, recorded_micros);
