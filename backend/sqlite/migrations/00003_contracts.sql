-- +goose Up
-- The contracts: who can open the vault, and what is in it. Everything that a
-- row says of a document is sealed.

ALTER TABLE workspace ADD COLUMN vault_generation INTEGER NOT NULL DEFAULT 0; -- of the vault's key, 0: none yet
ALTER TABLE workspace ADD COLUMN rotating INTEGER NOT NULL DEFAULT 0;         -- documents are being encrypted anew
ALTER TABLE workspace ADD COLUMN rotation_held INTEGER NOT NULL DEFAULT 0;    -- somebody has stopped that
ALTER TABLE workspace ADD COLUMN kit_at INTEGER NOT NULL DEFAULT 0;           -- when the Emergency Kit was made, 0: never
ALTER TABLE workspace ADD COLUMN kit_by TEXT NOT NULL DEFAULT '';             -- a profile's ID
ALTER TABLE workspace ADD COLUMN kit_generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workspace ADD COLUMN kit_check TEXT NOT NULL DEFAULT '';          -- hex: recognises the kit's key

-- A holder is a profile, or an open invitation or password reset, each with a key
-- pair of its own: the private half is wrapped under what its person knows, and
-- the vault's keys are encrypted to the public half.
CREATE TABLE vault_keys (
  holder     TEXT    PRIMARY KEY, -- profile/ID, invitation/ID, password-reset/ID
  recipient  TEXT    NOT NULL,
  wrapped    BLOB    NOT NULL,
  sealed     BLOB    NOT NULL,    -- empty: nobody has given the keys yet
  generation INTEGER NOT NULL,    -- of the newest key in sealed
  only_one   INTEGER NOT NULL     -- sealed holds no older one
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
  id         TEXT    PRIMARY KEY,
  generation INTEGER NOT NULL, -- of the key that its file is encrypted to
  state      TEXT    NOT NULL CHECK (state IN ('', 'removed', 'purged')),
  sealed     BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_by_generation ON documents (generation);
