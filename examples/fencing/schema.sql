-- The greatest token that has written under each lock.
CREATE TABLE fence (
  lock text PRIMARY KEY,
  token bigint NOT NULL
);

-- What the leader writes.
CREATE TABLE journal (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token bigint NOT NULL,
  entry text NOT NULL
);
