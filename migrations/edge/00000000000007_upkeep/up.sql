-- What the agent's upkeep remembers; one row.

CREATE TABLE upkeep (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  -- The latest time that a server was heard to say, in microseconds since 1970: it is never earlier.
  server_micros BIGINT NOT NULL
);
