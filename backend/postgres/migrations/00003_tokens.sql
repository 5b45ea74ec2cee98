-- +goose Up
-- What the tokens of a server stand for, so that each instance goes on with those who are signed in: see store.Tokens. Not in the log.
CREATE TABLE tokens (
  workspace  text COLLATE "C" NOT NULL,
  digest     bytea NOT NULL CHECK (octet_length(digest) = 32), -- of the token, which is kept nowhere
  kind       text COLLATE "C" NOT NULL CHECK (kind IN ('over', 'redeem', 'challenge', 'enrolment', 'entered', 'session', 'locked')),
  person     text COLLATE "C" NOT NULL,
  state      bytea NOT NULL, -- under a key that follows from the server's, and bound to workspace and digest
  asked      bytea NOT NULL CHECK (octet_length(asked) IN (0, 32)), -- which request was answered last, among those that have a key
  answer     bytea NOT NULL, -- to that, under a key that follows from the token and from the request's
  begun_at   bigint NOT NULL, -- by the database's clock
  until      bigint NOT NULL, -- by the workspace's clock
  holder     text COLLATE "C" NOT NULL,
  held_until bigint NOT NULL, -- by the database's clock: its holder is at work until then
  PRIMARY KEY (workspace, digest)
) WITH (fillfactor = 70); -- each request changes one: there is room beside it
CREATE INDEX persons_tokens ON tokens (workspace, person);
ALTER TABLE tokens ALTER state SET STORAGE EXTERNAL, ALTER answer SET STORAGE EXTERNAL;

-- Requests that were carried out, each in the same commit as what it has changed: see store.Acts. Not in the log.
CREATE TABLE acts (
  workspace text COLLATE "C" NOT NULL,
  digest    bytea NOT NULL CHECK (octet_length(digest) = 32), -- of the token, and of the request's key
  request   bytea NOT NULL CHECK (octet_length(request) = 32), -- of what was asked
  until     bigint NOT NULL, -- by the workspace's clock
  PRIMARY KEY (workspace, digest)
);
CREATE INDEX old_acts ON acts (workspace, until);
