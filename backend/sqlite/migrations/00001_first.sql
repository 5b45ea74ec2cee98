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
  last_run    INTEGER NOT NULL DEFAULT 0,

  require_from INTEGER NOT NULL DEFAULT 0, -- with require_2fa: from when; 0: at once
  two_people   INTEGER NOT NULL DEFAULT 0,
  idle_minutes INTEGER NOT NULL DEFAULT 0, -- 0: the default
  backup_at    INTEGER NOT NULL DEFAULT 0, -- of the last backup, 0: never
  support      TEXT    NOT NULL DEFAULT '', -- whom to ask for help: words, an email or a link
  hide_admins  INTEGER NOT NULL DEFAULT 0, -- at the sign-in, owners and admins are not named
  check_days   INTEGER NOT NULL DEFAULT 0, -- after so many days people are asked for their recovery codes; 0: never
  quick_unlock INTEGER NOT NULL DEFAULT 0, -- after an idle lock the password alone opens the session again

  vault_generation INTEGER NOT NULL DEFAULT 0,  -- of the vault's key, 0: none yet
  vault_public_key      TEXT    NOT NULL DEFAULT '', -- hex: recognises the vault's key
  vault_links           TEXT    NOT NULL DEFAULT '', -- hex: leads from the first key to that one
  rotating         INTEGER NOT NULL DEFAULT 0,  -- documents are being encrypted anew
  rotation_held    INTEGER NOT NULL DEFAULT 0,  -- somebody has stopped that
  kit_at           INTEGER NOT NULL DEFAULT 0,  -- when the Emergency Kit was made, 0: never
  kit_by           TEXT    NOT NULL DEFAULT '', -- a profile's ID
  kit_generation   INTEGER NOT NULL DEFAULT 0,
  kit_public_key        TEXT    NOT NULL DEFAULT ''  -- hex: recognises the kit's key
) STRICT;

-- A removed profile keeps its row, so that the log and the ledger have its name.
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
  password_key    BLOB    NOT NULL, -- Ed25519 public key of HKDF of Argon2id and the share in the keychain
  password_lock   BLOB    NOT NULL, -- encrypted: the lock of what is wrapped under the password
  password_share  TEXT    NOT NULL, -- names the share that password_key is made with
  password_at     INTEGER NOT NULL,
  last_sign_in_at INTEGER NOT NULL DEFAULT 0,
  generation      INTEGER NOT NULL DEFAULT 0, -- highest ever given to a TOTP secret
  epoch           INTEGER NOT NULL DEFAULT 0, -- sessions of an older epoch are over
  state           TEXT    NOT NULL DEFAULT '' CHECK (state IN ('', 'invited', 'suspended', 'removed')),
  state_at        INTEGER NOT NULL DEFAULT 0,
  checklist_away  INTEGER NOT NULL DEFAULT 0, -- the person has put the checklist away
  last_sheet      INTEGER NOT NULL DEFAULT 0  -- highest number ever given to a recovery sheet
) STRICT;

-- A row is a profile's 2FA that is on.
CREATE TABLE factors (
  profile_id TEXT    PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
  since      INTEGER NOT NULL
) STRICT;

-- A row is an active authenticator app. Its secret is in the keychain.
CREATE TABLE apps (
  profile_id   TEXT    NOT NULL REFERENCES factors (profile_id) ON DELETE CASCADE,
  generation   INTEGER NOT NULL,
  name         TEXT    NOT NULL, -- empty: its person has given it none
  item         TEXT    NOT NULL,
  added_at     INTEGER NOT NULL,
  last_step    INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  last_use     TEXT    NOT NULL,
  PRIMARY KEY (profile_id, generation)
) STRICT, WITHOUT ROWID;

-- What is under way with the keychain.
CREATE TABLE intents (
  id             TEXT    PRIMARY KEY,
  kind           TEXT    NOT NULL CHECK (kind IN ('create', 'enrol', 'change-phone', 'add-app', 'delete-item')),
  profile_id     TEXT    NOT NULL DEFAULT '',
  item           TEXT    NOT NULL UNIQUE,
  generation     INTEGER NOT NULL DEFAULT 0,
  name           TEXT    NOT NULL DEFAULT '', -- of the app that is added
  replaces       INTEGER NOT NULL DEFAULT 0, -- the generation of the app that is replaced
  confirmed_step INTEGER NOT NULL DEFAULT 0,
  created_at     INTEGER NOT NULL,
  held_until     INTEGER NOT NULL DEFAULT 0 -- whoever began it may be at work until then
) STRICT;
CREATE UNIQUE INDEX one_enrolment ON intents (profile_id) WHERE kind IN ('enrol', 'change-phone', 'add-app');

CREATE TABLE recovery_sets (
  id           TEXT    PRIMARY KEY,
  profile_id   TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  sheet        INTEGER NOT NULL, -- 1 for the first of its profile
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
  place        INTEGER NOT NULL DEFAULT 0, -- on the run's list, from 1
  handed_at    INTEGER NOT NULL DEFAULT 0,
  acknowledged INTEGER NOT NULL DEFAULT 0,
  checked_at   INTEGER NOT NULL DEFAULT 0, -- its holder last said that they have it
  remind_at    INTEGER NOT NULL DEFAULT 0, -- and is not to be asked before
  held_until   INTEGER NOT NULL DEFAULT 0, -- while pending; 0: its run tells
  UNIQUE (profile_id, sheet)
) STRICT;
CREATE UNIQUE INDEX one_active_set ON recovery_sets (profile_id) WHERE state = 'active';
CREATE UNIQUE INDEX one_pending_set ON recovery_sets (profile_id) WHERE state = 'pending';
CREATE INDEX sets_of_run ON recovery_sets (run) WHERE run > 0;

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
  kind          TEXT    NOT NULL CHECK (kind IN ('password', 'code', 'recovery', 'confirm', 'invitation', 'help', 'check-word')),
  failures      INTEGER NOT NULL,
  since_sign_in INTEGER NOT NULL,
  charged_at    INTEGER NOT NULL,
  before_at     INTEGER NOT NULL,
  locked_until  INTEGER NOT NULL,
  PRIMARY KEY (subject, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX stale_attempts ON attempts (charged_at) WHERE subject LIKE 'unknown:%';

-- An invitation, a password reset or a help code: kept as a hash, good once.
CREATE TABLE one_time_codes (
  profile_id TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  kind       TEXT    NOT NULL CHECK (kind IN ('invitation', 'password-reset', 'help', 'computer')),
  salt       BLOB    NOT NULL,
  memory     INTEGER NOT NULL, -- KiB
  time       INTEGER NOT NULL,
  lanes      INTEGER NOT NULL,
  hash       BLOB    NOT NULL,
  issued_at  INTEGER NOT NULL,
  issued_by  TEXT    NOT NULL, -- a profile's ID
  expires_at INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL DEFAULT 0, -- before its time: what allowed it has changed
  box        BLOB,    -- of a code for a computer: the share, encrypted under the code
  PRIMARY KEY (profile_id, kind)
) STRICT, WITHOUT ROWID;

-- A computer of a person, from which they sign in. It may be kept just before its profile. There are none in a workspace on one computer.
CREATE TABLE computers (
  profile_id   TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  id           TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  signing_key  BLOB    NOT NULL, -- Ed25519 public key
  box_key      BLOB    NOT NULL, -- X25519 public key
  seal         BLOB    NOT NULL, -- by the person's share
  box          BLOB,             -- the share, encrypted to box_key, where it was replaced since
  added_at     INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (profile_id, id)
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
  sheets   TEXT    NOT NULL, -- a JSON array: the numbers of their sheets
  ended_at INTEGER NOT NULL DEFAULT 0,
  held_until INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What waits for a second admin.
CREATE TABLE approvals (
  id         TEXT    PRIMARY KEY,
  kind       TEXT    NOT NULL CHECK (kind IN ('print-run', 'reset-2fa', 'reset-password', 'help-code', 'drop-requirement', 'two-people-off', 'quick-unlock')),
  members    TEXT    NOT NULL, -- a JSON array of IDs
  reason     TEXT    NOT NULL,
  by_id      TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn', 'used', 'ended')),
  decided_by TEXT    NOT NULL DEFAULT '',
  decided_at INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A holder is a profile, or an open invitation or password reset, each with a key
-- pair of its own: the private half is wrapped under what its person knows, and
-- the vault's keys are encrypted to the public half.
CREATE TABLE vault_keys (
  holder     TEXT    PRIMARY KEY, -- profile/ID, invitation/ID, password-reset/ID
  recipient  TEXT    NOT NULL,
  signature  BLOB    NOT NULL,    -- of the recipient, with the vault's key; empty: nobody has signed it
  wrapped    BLOB    NOT NULL,
  sealed     BLOB    NOT NULL,    -- empty: nobody has given the keys yet
  generation INTEGER NOT NULL,    -- of the newest key in sealed
  only_one   INTEGER NOT NULL     -- sealed holds no older one
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
  id         TEXT    PRIMARY KEY,
  generation INTEGER NOT NULL, -- of the key that its file is encrypted to
  state      TEXT    NOT NULL CHECK (state IN ('', 'removed', 'purged')),
  removed_at INTEGER NOT NULL, -- where it is not kept: when it was removed
  sealed     BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_by_generation ON documents (generation);

CREATE TABLE events (
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  kind    TEXT    NOT NULL,
  actor   TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  detail  TEXT    NOT NULL, -- a JSON object of strings
  rows    TEXT    NOT NULL, -- a JSON array: the rows that the act changed, with their digests
  state   BLOB    NOT NULL, -- the sum over all rows after it
  seal    BLOB    NOT NULL,
  tree    BLOB    NOT NULL -- hashes of the Merkle tree over the log: of the subtrees that end with this event, its leaf first
) STRICT;
CREATE INDEX events_of ON events (subject, seq);
-- What somebody changed of how they come in, and what they put away of it, is asked
-- for at each of their sign-ins.
CREATE INDEX own_news ON events (subject, seq) WHERE kind IN ('app-added', 'computer-added', 'email-changed', 'news-put-away', 'recovery-codes-replaced');
-- What was done with the Emergency Kit is asked for at each sign-in of an owner or
-- an admin, and is a handful of events among any number.
CREATE INDEX events_of_kit ON events (seq) WHERE kind IN ('emergency-kit-made', 'emergency-kit-used');
