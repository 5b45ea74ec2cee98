-- +goose Up
-- Tells this file from other programs' databases: see inspect.
PRAGMA application_id = 0x43736764; -- "Csgd"

-- Times are milliseconds since 1970, UTC; 0 where there is none. Nothing in any
-- table is a secret: see docs in SECURITY.md, "What is where".

CREATE TABLE workspace (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  id          TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  created_at  INTEGER NOT NULL DEFAULT 0, -- 0: being created
  require_2fa INTEGER NOT NULL DEFAULT 0,
  last_sheet  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE profiles (
  id              TEXT    PRIMARY KEY,
  email           TEXT    NOT NULL,
  email_key       TEXT    NOT NULL UNIQUE,
  name            TEXT    NOT NULL,
  role            TEXT    NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
  created_at      INTEGER NOT NULL,
  password_salt   BLOB    NOT NULL,
  password_memory INTEGER NOT NULL, -- KiB
  password_time   INTEGER NOT NULL,
  password_lanes  INTEGER NOT NULL,
  password_check  BLOB    NOT NULL, -- HKDF of Argon2id and the device secret
  password_at     INTEGER NOT NULL,
  last_sign_in_at INTEGER NOT NULL DEFAULT 0,
  generation      INTEGER NOT NULL DEFAULT 0, -- highest ever given to a TOTP secret
  epoch           INTEGER NOT NULL DEFAULT 0  -- sessions of an older epoch are over
) STRICT;

-- A row is an active authenticator app. Its secret is in the keychain.
CREATE TABLE factors (
  profile_id   TEXT    PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
  generation   INTEGER NOT NULL,
  item         TEXT    NOT NULL,
  since        INTEGER NOT NULL,
  phone_since  INTEGER NOT NULL,
  last_step    INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  last_use     TEXT    NOT NULL
) STRICT;

-- What is under way with the keychain.
CREATE TABLE intents (
  id             TEXT    PRIMARY KEY,
  kind           TEXT    NOT NULL CHECK (kind IN ('create', 'enrol', 'change-phone', 'delete-item')),
  profile_id     TEXT    NOT NULL DEFAULT '',
  item           TEXT    NOT NULL UNIQUE,
  generation     INTEGER NOT NULL DEFAULT 0,
  confirmed_step INTEGER NOT NULL DEFAULT 0,
  created_at     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_enrolment ON intents (profile_id) WHERE kind IN ('enrol', 'change-phone');

CREATE TABLE recovery_sets (
  id         TEXT    PRIMARY KEY,
  profile_id TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  sheet      INTEGER NOT NULL UNIQUE,
  state      TEXT    NOT NULL CHECK (state IN ('pending', 'active', 'replaced', 'voided')),
  salt       BLOB    NOT NULL,
  memory     INTEGER NOT NULL, -- KiB
  time       INTEGER NOT NULL,
  lanes      INTEGER NOT NULL,
  issued_at  INTEGER NOT NULL,
  issued_by  TEXT    NOT NULL,
  replaces   INTEGER NOT NULL DEFAULT 0,
  ended_at   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX one_active_set ON recovery_sets (profile_id) WHERE state = 'active';
CREATE UNIQUE INDEX one_pending_set ON recovery_sets (profile_id) WHERE state = 'pending';

CREATE TABLE recovery_codes (
  set_id  TEXT    NOT NULL REFERENCES recovery_sets (id) ON DELETE CASCADE,
  number  INTEGER NOT NULL,
  hash    BLOB    NOT NULL,
  used_at INTEGER NOT NULL DEFAULT 0,
  use     TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (set_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  subject       TEXT    NOT NULL,
  kind          TEXT    NOT NULL CHECK (kind IN ('password', 'code', 'recovery', 'confirm')),
  failures      INTEGER NOT NULL,
  since_sign_in INTEGER NOT NULL,
  charged_at    INTEGER NOT NULL,
  before_at     INTEGER NOT NULL,
  locked_until  INTEGER NOT NULL,
  PRIMARY KEY (subject, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX stale_attempts ON attempts (charged_at) WHERE subject LIKE 'unknown:%';

CREATE TABLE events (
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  kind    TEXT    NOT NULL,
  actor   TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  detail  TEXT    NOT NULL, -- a JSON object of strings
  rows    TEXT    NOT NULL, -- a JSON array: the rows that the act changed, with their digests
  state   BLOB    NOT NULL, -- the sum over all rows after it
  seal    BLOB    NOT NULL
) STRICT;
CREATE INDEX events_of ON events (subject, seq);
