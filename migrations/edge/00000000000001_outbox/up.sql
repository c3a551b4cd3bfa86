-- The agent's outbox: signed entries in order, what the server said of them, and the working state
-- that captures need while the link is down. Times are microseconds since 1970, hashes 32 bytes.

-- The stream being written; one row.
CREATE TABLE stream (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  epoch BIGINT NOT NULL,
  dseq BIGINT NOT NULL,
  head BLOB NOT NULL,
  -- Highest clock reading of any entry: ids never go behind it.
  last_micros BIGINT NOT NULL,
  -- How far the server is durable, in (epoch, dseq).
  acked_epoch BIGINT NOT NULL,
  acked_through BIGINT NOT NULL,
  acked_micros BIGINT,
  -- Entries up to this position were looked at for pruning.
  pruned_position BIGINT NOT NULL,
  -- Why the uplink stands still; null while it may run.
  alarm TEXT
);

CREATE TABLE entry (
  position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  epoch BIGINT NOT NULL,
  dseq BIGINT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- What people call it: a code, a ticket number, a sample's name.
  subject TEXT NOT NULL,
  operator TEXT,
  prev BLOB NOT NULL,
  leaf BLOB NOT NULL,
  recorded_micros BIGINT NOT NULL,
  -- waiting, stored, refused, forked, or replaced (written again in a later epoch).
  state TEXT NOT NULL,
  log_index BIGINT,
  -- Verdict codes with commas between them.
  verdicts TEXT,
  problem_code TEXT,
  problem_detail TEXT,
  -- Last, so that lists need not read past it. Null once it was pruned: acknowledged, and older
  -- than what is kept.
  envelope BLOB,
  UNIQUE (epoch, dseq)
);
CREATE INDEX entry_id ON entry (id);
CREATE INDEX entry_state ON entry (state);

CREATE TABLE blob (
  sha256 TEXT NOT NULL PRIMARY KEY,
  media TEXT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  complete BOOLEAN NOT NULL,
  stored_micros BIGINT NOT NULL
);

-- The newest verified site snapshot; one row.
CREATE TABLE snapshot (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  version BIGINT NOT NULL,
  envelope BLOB NOT NULL,
  -- Own entries up to here are already in its figures.
  covers_epoch BIGINT NOT NULL,
  covers_through BIGINT NOT NULL,
  received_micros BIGINT NOT NULL
);

CREATE TABLE used_code (
  code TEXT NOT NULL PRIMARY KEY,
  -- batch, sample or handover, and the id of the entry that claims it.
  kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  used_micros BIGINT NOT NULL
);
CREATE INDEX used_code_owner ON used_code (owner);

-- Batches that this agent registered or touched.
CREATE TABLE batch (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT,
  material TEXT NOT NULL,
  node TEXT NOT NULL,
  -- A truck between its two weighings: the first one as JSON, with its raw bytes.
  open_weigh TEXT,
  closed BOOLEAN NOT NULL,
  registered_micros BIGINT NOT NULL
);
CREATE INDEX batch_code ON batch (code);
CREATE INDEX batch_open ON batch (closed, registered_micros);

-- What was weighed into and taken out of batches here, in the order of entries; grams as text.
CREATE TABLE batch_mass (
  epoch BIGINT NOT NULL,
  dseq BIGINT NOT NULL,
  line BIGINT NOT NULL,
  batch TEXT NOT NULL,
  -- weighed, taken or emptied
  act TEXT NOT NULL,
  grams TEXT NOT NULL,
  PRIMARY KEY (epoch, dseq, line)
);
CREATE INDEX batch_mass_batch ON batch_mass (batch);

CREATE TABLE sample (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT,
  lab_name TEXT,
  taken_micros BIGINT NOT NULL
);
CREATE INDEX sample_code ON sample (code);
CREATE INDEX sample_lab_name ON sample (lab_name);

CREATE TABLE run (
  id TEXT NOT NULL PRIMARY KEY,
  node TEXT NOT NULL,
  operation TEXT NOT NULL,
  open BOOLEAN NOT NULL,
  started_micros BIGINT NOT NULL
);

-- Tickets of the weighbridge's software, by its key; the entries they became.
CREATE TABLE ticket (
  software TEXT NOT NULL,
  number TEXT NOT NULL,
  digest TEXT NOT NULL,
  -- What people read on the list of open trucks.
  shown TEXT NOT NULL,
  -- First entry: a registration or a dispatch; null while the truck was weighed only once.
  register_id TEXT,
  register_leaf BLOB,
  register_body TEXT,
  weigh_id TEXT,
  weigh_leaf BLOB,
  weigh_body TEXT,
  PRIMARY KEY (software, number)
);

-- Files that were read to their end: never twice.
CREATE TABLE read_file (
  port TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  name TEXT NOT NULL,
  read_micros BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  PRIMARY KEY (port, sha256)
);

-- What must not become an entry, kept with its reason until somebody looks.
CREATE TABLE quarantine (
  number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  port TEXT NOT NULL,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  raw BLOB NOT NULL,
  seen_micros BIGINT NOT NULL
);

-- Results whose sample is not known here yet.
CREATE TABLE unmatched (
  number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  port TEXT NOT NULL,
  sample TEXT NOT NULL,
  -- The report without its sample, as JSON.
  report TEXT NOT NULL,
  file TEXT NOT NULL,
  shown TEXT NOT NULL,
  seen_micros BIGINT NOT NULL
);
CREATE INDEX unmatched_sample ON unmatched (sample);
