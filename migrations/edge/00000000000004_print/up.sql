-- Labels on their way to a printer, codes that were printed ahead, and how ports were commissioned.
-- Times are microseconds since 1970.

-- One job prints one label, in one or several copies, or a roll of codes.
CREATE TABLE print_job (
  number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  -- Name of the printer; empty for paper that a person prints.
  printer TEXT NOT NULL,
  paper TEXT NOT NULL,
  -- batch, sample, handover, place or roll, and the code; a roll has none of its own.
  what TEXT NOT NULL,
  code TEXT NOT NULL,
  copies BIGINT NOT NULL,
  -- Copies that are printed for certain.
  done BIGINT NOT NULL,
  -- Why it is printed again.
  reason TEXT,
  national_code TEXT,
  -- What the label says, as JSON; empty once the job has ended.
  sheet TEXT NOT NULL,
  operator TEXT,
  -- waiting, sending, doubtful (a copy may be printed: somebody has to look), printed or dropped.
  state TEXT NOT NULL,
  -- What happened last: a line in Chinese, a line in English.
  detail TEXT NOT NULL,
  tries BIGINT NOT NULL,
  asked_micros BIGINT NOT NULL,
  ended_micros BIGINT
);
CREATE INDEX print_job_state ON print_job (state, printer, number);
CREATE INDEX print_job_code ON print_job (code);

-- Leased codes on rolls that were printed ahead: never drawn again, bound by scanning.
CREATE TABLE printed_code (
  code TEXT NOT NULL PRIMARY KEY,
  -- Job that printed them.
  roll BIGINT NOT NULL,
  printed_micros BIGINT NOT NULL
);
CREATE INDEX printed_code_roll ON printed_code (roll);

-- Commissionings of ports, the newest counts; the entries themselves are in the outbox.
CREATE TABLE commission (
  port TEXT NOT NULL,
  -- Null for scanners.
  meter TEXT,
  -- Calibration block: key of the short-term error of what is weighed from then on.
  calibration TEXT,
  -- Declared layout, as JSON.
  profile TEXT NOT NULL,
  certificate TEXT,
  next_due TEXT,
  entry_id TEXT,
  at_micros BIGINT NOT NULL,
  PRIMARY KEY (port, at_micros)
);
CREATE INDEX commission_meter ON commission (meter, at_micros);
