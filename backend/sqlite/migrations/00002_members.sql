-- +goose Up
-- Members, their one-time codes, print runs, and what the workspace asks of
-- everybody. A column that is new is at its zero for what was there before, so
-- that the digests of those rows stay as the log has them.

ALTER TABLE workspace ADD COLUMN require_from INTEGER NOT NULL DEFAULT 0; -- with require_2fa: from when; 0: at once
ALTER TABLE workspace ADD COLUMN two_people INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workspace ADD COLUMN idle_minutes INTEGER NOT NULL DEFAULT 0; -- 0: the default
ALTER TABLE workspace ADD COLUMN last_run INTEGER NOT NULL DEFAULT 0;

-- A removed profile keeps its row, so that the log and the ledger have its name.
ALTER TABLE profiles ADD COLUMN state TEXT NOT NULL DEFAULT '' CHECK (state IN ('', 'invited', 'suspended', 'removed'));
ALTER TABLE profiles ADD COLUMN state_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE sets_2 (
  id           TEXT    PRIMARY KEY,
  profile_id   TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  sheet        INTEGER NOT NULL UNIQUE,
  state        TEXT    NOT NULL CHECK (state IN ('pending', 'active', 'replaced', 'voided', 'dropped')),
  salt         BLOB    NOT NULL,
  memory       INTEGER NOT NULL, -- KiB
  time         INTEGER NOT NULL,
  lanes        INTEGER NOT NULL,
  issued_at    INTEGER NOT NULL,
  issued_by    TEXT    NOT NULL,
  replaces     INTEGER NOT NULL DEFAULT 0,
  ended_at     INTEGER NOT NULL DEFAULT 0,
  run          INTEGER NOT NULL DEFAULT 0, -- print run, 0: issued by its holder
  handed_at    INTEGER NOT NULL DEFAULT 0,
  acknowledged INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE codes_2 (
  set_id  TEXT    NOT NULL REFERENCES sets_2 (id) ON DELETE CASCADE,
  number  INTEGER NOT NULL,
  hash    BLOB    NOT NULL,
  used_at INTEGER NOT NULL DEFAULT 0,
  use     TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (set_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO sets_2 SELECT id, profile_id, sheet, state, salt, memory, time, lanes, issued_at, issued_by, replaces, ended_at, 0, 0, 0 FROM recovery_sets;
INSERT INTO codes_2 SELECT set_id, number, hash, used_at, use FROM recovery_codes;
DROP TABLE recovery_codes;
DROP TABLE recovery_sets;
ALTER TABLE sets_2 RENAME TO recovery_sets;
ALTER TABLE codes_2 RENAME TO recovery_codes;
CREATE UNIQUE INDEX one_active_set ON recovery_sets (profile_id) WHERE state = 'active';
CREATE UNIQUE INDEX one_pending_set ON recovery_sets (profile_id) WHERE state = 'pending';
CREATE INDEX sets_of_run ON recovery_sets (run) WHERE run > 0;

CREATE TABLE attempts_2 (
  subject       TEXT    NOT NULL,
  kind          TEXT    NOT NULL CHECK (kind IN ('password', 'code', 'recovery', 'confirm', 'invitation', 'help', 'check-word')),
  failures      INTEGER NOT NULL,
  since_sign_in INTEGER NOT NULL,
  charged_at    INTEGER NOT NULL,
  before_at     INTEGER NOT NULL,
  locked_until  INTEGER NOT NULL,
  PRIMARY KEY (subject, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO attempts_2 SELECT subject, kind, failures, since_sign_in, charged_at, before_at, locked_until FROM attempts;
DROP TABLE attempts;
ALTER TABLE attempts_2 RENAME TO attempts;
CREATE INDEX stale_attempts ON attempts (charged_at) WHERE subject LIKE 'unknown:%';

-- An invitation, a password reset or a help code: kept as a hash, good once.
CREATE TABLE one_time_codes (
  profile_id TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  kind       TEXT    NOT NULL CHECK (kind IN ('invitation', 'password-reset', 'help')),
  salt       BLOB    NOT NULL,
  memory     INTEGER NOT NULL, -- KiB
  time       INTEGER NOT NULL,
  lanes      INTEGER NOT NULL,
  hash       BLOB    NOT NULL,
  issued_at  INTEGER NOT NULL,
  issued_by  TEXT    NOT NULL, -- a profile's ID
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (profile_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE print_runs (
  number   INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  by_id    TEXT    NOT NULL,
  by_name  TEXT    NOT NULL,
  reason   TEXT    NOT NULL,
  kind     TEXT    NOT NULL CHECK (kind IN ('print', 'export')),
  state    TEXT    NOT NULL CHECK (state IN ('issuing', 'ready', 'done', 'cancelled', 'interrupted')),
  members  TEXT    NOT NULL, -- a JSON array: the IDs of those it was begun for
  ended_at INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What waits for a second admin.
CREATE TABLE approvals (
  id         TEXT    PRIMARY KEY,
  kind       TEXT    NOT NULL CHECK (kind IN ('print-run', 'reset-2fa', 'reset-password', 'help-code')),
  members    TEXT    NOT NULL, -- a JSON array of IDs
  reason     TEXT    NOT NULL,
  by_id      TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn', 'used')),
  decided_by TEXT    NOT NULL DEFAULT '',
  decided_at INTEGER NOT NULL DEFAULT 0
) STRICT;
