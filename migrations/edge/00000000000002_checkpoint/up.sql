-- What the agent holds of its log: signed checkpoints, the newest last, and the alarms of what
-- contradicted them. Times are microseconds since 1970, hashes 32 bytes.

-- The newest row is what the server has to grow from; its key is the pinned one. At most one row a
-- day of each tree stays, and of those the newest few.
CREATE TABLE held_checkpoint (
  number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  -- Of the tree; also the name of its key.
  origin TEXT NOT NULL,
  vkey TEXT NOT NULL,
  size BIGINT NOT NULL,
  root BLOB NOT NULL,
  -- The signed note as it was received.
  note TEXT NOT NULL,
  -- Number in the log of the tree's first entry; a lower bound when the tree before is not known.
  first_index BIGINT NOT NULL,
  -- Entries of the log before this number are covered.
  covers BIGINT NOT NULL,
  received_micros BIGINT NOT NULL,
  -- When the server last showed this very head.
  confirmed_micros BIGINT NOT NULL
);

-- What contradicted the held checkpoint, with the evidence; never deleted.
CREATE TABLE checkpoint_alarm (
  number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  -- The two notes, and the server's whole answer as JSON.
  held TEXT,
  seen TEXT,
  answer TEXT,
  raised_micros BIGINT NOT NULL,
  last_micros BIGINT NOT NULL,
  times BIGINT NOT NULL,
  -- When somebody dealt with it; null while it is shown.
  cleared_micros BIGINT
);
