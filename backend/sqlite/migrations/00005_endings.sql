-- +goose Up
-- A one-time code and an approval end when what allowed them changes; an approval
-- may be of what the workspace asks of everybody, and is then about no member.

ALTER TABLE one_time_codes ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0; -- before its time; 0: not

CREATE TABLE approvals_2 (
  id         TEXT    PRIMARY KEY,
  kind       TEXT    NOT NULL CHECK (kind IN ('print-run', 'reset-2fa', 'reset-password', 'help-code', 'drop-requirement', 'two-people-off')),
  members    TEXT    NOT NULL, -- a JSON array of IDs
  reason     TEXT    NOT NULL,
  by_id      TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn', 'used', 'ended')),
  decided_by TEXT    NOT NULL DEFAULT '',
  decided_at INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO approvals_2 SELECT id, kind, members, reason, by_id, at, expires_at, state, decided_by, decided_at FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_2 RENAME TO approvals;
