-- +goose Up
-- The tables of sqlite's schema, for many workspaces: the first column of each, and of each key, is
-- the workspace that the row belongs to. Times are milliseconds since 1970, UTC; 0 where there is none.
-- Texts that are compared or sorted have the collation "C": bytes, as SQLite has them, in an order that
-- no update of the system's locales changes under an index.

CREATE TABLE workspaces (
  workspace        text COLLATE "C" PRIMARY KEY, -- under which the server keeps it
  id               text COLLATE "C" NOT NULL,
  name             text COLLATE "C" NOT NULL,
  created_at       bigint NOT NULL DEFAULT 0, -- 0: being created
  require_2fa      boolean NOT NULL DEFAULT false,
  last_run         bigint NOT NULL DEFAULT 0,

  require_from     bigint NOT NULL DEFAULT 0, -- with require_2fa: from when; 0: at once
  two_people       boolean NOT NULL DEFAULT false,
  idle_minutes     bigint NOT NULL DEFAULT 0, -- 0: the default
  backup_at        bigint NOT NULL DEFAULT 0, -- of the last backup, 0: never
  support          text COLLATE "C" NOT NULL DEFAULT '', -- whom to ask for help: words, an email or a link
  hide_admins      boolean NOT NULL DEFAULT false, -- at the sign-in, owners and admins are not named
  check_days       bigint NOT NULL DEFAULT 0, -- after so many days people are asked for their recovery codes; 0: never
  quick_unlock     boolean NOT NULL DEFAULT false, -- after an idle lock the password alone opens the session again

  vault_generation bigint NOT NULL DEFAULT 0, -- of the vault's key, 0: none yet
  vault_public_key text COLLATE "C" NOT NULL DEFAULT '', -- hex: recognises the vault's key
  vault_links      text COLLATE "C" NOT NULL DEFAULT '', -- hex: leads from the first key to that one
  rotating         boolean NOT NULL DEFAULT false, -- documents are being encrypted anew
  rotation_held    boolean NOT NULL DEFAULT false, -- somebody has stopped that
  kit_at           bigint NOT NULL DEFAULT 0, -- when the Emergency Kit was made, 0: never
  kit_by           text COLLATE "C" NOT NULL DEFAULT '', -- a profile's ID
  kit_generation   bigint NOT NULL DEFAULT 0,
  kit_public_key   text COLLATE "C" NOT NULL DEFAULT '' -- hex: recognises the kit's key
);

-- A removed profile keeps its row, so that the log and the ledger have its name.
CREATE TABLE profiles (
  workspace       text COLLATE "C" NOT NULL,
  id              text COLLATE "C" NOT NULL,
  email           text COLLATE "C" NOT NULL,
  email_key       text COLLATE "C" NOT NULL,
  name            text COLLATE "C" NOT NULL,
  role            text COLLATE "C" NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
  created_at      bigint NOT NULL,
  password_salt   bytea NOT NULL,
  password_memory bigint NOT NULL, -- KiB
  password_time   bigint NOT NULL,
  password_lanes  bigint NOT NULL,
  password_key    bytea NOT NULL, -- Ed25519 public key of HKDF of Argon2id and the share in the keychain
  password_lock   bytea NOT NULL, -- encrypted: the lock of what is wrapped under the password
  password_share  text COLLATE "C" NOT NULL, -- names the share that password_key is made with
  password_at     bigint NOT NULL,
  last_sign_in_at bigint NOT NULL DEFAULT 0,
  generation      bigint NOT NULL DEFAULT 0, -- highest ever given to a TOTP secret
  epoch           bigint NOT NULL DEFAULT 0, -- sessions of an older epoch are over
  state           text COLLATE "C" NOT NULL DEFAULT '' CHECK (state IN ('', 'invited', 'suspended', 'removed')),
  state_at        bigint NOT NULL DEFAULT 0,
  checklist_away  boolean NOT NULL DEFAULT false, -- the person has put the checklist away
  last_sheet      bigint NOT NULL DEFAULT 0, -- highest number ever given to a recovery sheet
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, email_key)
);

-- A row is a profile's 2FA that is on.
CREATE TABLE factors (
  workspace  text COLLATE "C" NOT NULL,
  profile_id text COLLATE "C" NOT NULL,
  since      bigint NOT NULL,
  PRIMARY KEY (workspace, profile_id),
  FOREIGN KEY (workspace, profile_id) REFERENCES profiles ON DELETE CASCADE
);

-- A row is an active authenticator app. Its secret is in the keychain.
CREATE TABLE apps (
  workspace    text COLLATE "C" NOT NULL,
  profile_id   text COLLATE "C" NOT NULL,
  generation   bigint NOT NULL,
  name         text COLLATE "C" NOT NULL, -- empty: its person has given it none
  item         text COLLATE "C" NOT NULL,
  added_at     bigint NOT NULL,
  last_step    bigint NOT NULL,
  last_used_at bigint NOT NULL,
  last_use     text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace, profile_id, generation),
  FOREIGN KEY (workspace, profile_id) REFERENCES factors ON DELETE CASCADE
);

-- What is under way with the keychain.
CREATE TABLE intents (
  workspace      text COLLATE "C" NOT NULL,
  id             text COLLATE "C" NOT NULL,
  kind           text COLLATE "C" NOT NULL CHECK (kind IN ('create', 'enrol', 'change-phone', 'add-app', 'delete-item')),
  profile_id     text COLLATE "C" NOT NULL DEFAULT '',
  item           text COLLATE "C" NOT NULL,
  generation     bigint NOT NULL DEFAULT 0,
  name           text COLLATE "C" NOT NULL DEFAULT '', -- of the app that is added
  replaces       bigint NOT NULL DEFAULT 0, -- the generation of the app that is replaced
  confirmed_step bigint NOT NULL DEFAULT 0,
  created_at     bigint NOT NULL,
  held_until     bigint NOT NULL DEFAULT 0, -- whoever began it may be at work until then
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, item)
);
CREATE UNIQUE INDEX one_enrolment ON intents (workspace, profile_id) WHERE kind IN ('enrol', 'change-phone', 'add-app');

CREATE TABLE recovery_sets (
  workspace    text COLLATE "C" NOT NULL,
  id           text COLLATE "C" NOT NULL,
  profile_id   text COLLATE "C" NOT NULL,
  sheet        bigint NOT NULL, -- 1 for the first of its profile
  state        text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'active', 'replaced', 'voided', 'dropped')),
  salt         bytea NOT NULL,
  memory       bigint NOT NULL, -- KiB
  time         bigint NOT NULL,
  lanes        bigint NOT NULL,
  issued_at    bigint NOT NULL,
  issued_by    text COLLATE "C" NOT NULL,
  replaces     bigint NOT NULL DEFAULT 0,
  ended_at     bigint NOT NULL DEFAULT 0,
  run          bigint NOT NULL DEFAULT 0, -- print run, 0: issued by its holder
  place        bigint NOT NULL DEFAULT 0, -- on the run's list, from 1
  handed_at    bigint NOT NULL DEFAULT 0,
  acknowledged bigint NOT NULL DEFAULT 0,
  checked_at   bigint NOT NULL DEFAULT 0, -- its holder last said that they have it
  remind_at    bigint NOT NULL DEFAULT 0, -- and is not to be asked before
  held_until   bigint NOT NULL DEFAULT 0, -- while pending; 0: its run tells
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, profile_id, sheet),
  FOREIGN KEY (workspace, profile_id) REFERENCES profiles ON DELETE CASCADE
);
CREATE UNIQUE INDEX one_active_set ON recovery_sets (workspace, profile_id) WHERE state = 'active';
CREATE UNIQUE INDEX one_pending_set ON recovery_sets (workspace, profile_id) WHERE state = 'pending';
CREATE INDEX sets_of_run ON recovery_sets (workspace, run) WHERE run > 0;

CREATE TABLE recovery_codes (
  workspace text COLLATE "C" NOT NULL,
  set_id    text COLLATE "C" NOT NULL,
  number    bigint NOT NULL,
  hash      bytea NOT NULL,
  used_at   bigint NOT NULL DEFAULT 0,
  use       text COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (workspace, set_id, number),
  FOREIGN KEY (workspace, set_id) REFERENCES recovery_sets ON DELETE CASCADE
);

CREATE TABLE attempts (
  workspace     text COLLATE "C" NOT NULL,
  subject       text COLLATE "C" NOT NULL,
  kind          text COLLATE "C" NOT NULL CHECK (kind IN ('password', 'code', 'recovery', 'confirm', 'invitation', 'help', 'check-word')),
  failures      bigint NOT NULL,
  since_sign_in bigint NOT NULL,
  charged_at    bigint NOT NULL,
  before_at     bigint NOT NULL,
  locked_until  bigint NOT NULL,
  PRIMARY KEY (workspace, subject, kind)
);
CREATE INDEX stale_attempts ON attempts (workspace, charged_at) WHERE subject LIKE 'unknown:%';

-- An invitation, a password reset or a help code: kept as a hash, good once.
CREATE TABLE one_time_codes (
  workspace  text COLLATE "C" NOT NULL,
  profile_id text COLLATE "C" NOT NULL,
  kind       text COLLATE "C" NOT NULL CHECK (kind IN ('invitation', 'password-reset', 'help', 'computer')),
  salt       bytea NOT NULL,
  memory     bigint NOT NULL, -- KiB
  time       bigint NOT NULL,
  lanes      bigint NOT NULL,
  hash       bytea NOT NULL,
  issued_at  bigint NOT NULL,
  issued_by  text COLLATE "C" NOT NULL, -- a profile's ID
  expires_at bigint NOT NULL,
  ended_at   bigint NOT NULL DEFAULT 0, -- before its time: what allowed it has changed
  box        bytea, -- of a code for a computer: the share, encrypted under the code
  PRIMARY KEY (workspace, profile_id, kind),
  FOREIGN KEY (workspace, profile_id) REFERENCES profiles ON DELETE CASCADE
);

-- A computer of a person, from which they sign in. It may be kept just before its profile.
CREATE TABLE computers (
  workspace    text COLLATE "C" NOT NULL,
  profile_id   text COLLATE "C" NOT NULL,
  id           text COLLATE "C" NOT NULL,
  name         text COLLATE "C" NOT NULL,
  signing_key  bytea NOT NULL, -- Ed25519 public key
  box_key      bytea NOT NULL, -- X25519 public key
  seal         bytea NOT NULL, -- by the person's share
  box          bytea, -- the share, encrypted to box_key, where it was replaced since
  added_at     bigint NOT NULL,
  last_used_at bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace, profile_id, id),
  FOREIGN KEY (workspace, profile_id) REFERENCES profiles ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE print_runs (
  workspace  text COLLATE "C" NOT NULL,
  number     bigint NOT NULL,
  at         bigint NOT NULL,
  by_id      text COLLATE "C" NOT NULL,
  by_name    text COLLATE "C" NOT NULL,
  reason     text COLLATE "C" NOT NULL,
  kind       text COLLATE "C" NOT NULL CHECK (kind IN ('print', 'export')),
  state      text COLLATE "C" NOT NULL CHECK (state IN ('issuing', 'ready', 'done', 'cancelled', 'interrupted')),
  members    text[] NOT NULL, -- the IDs of those it was begun for
  sheets     bigint[] NOT NULL, -- the numbers of their sheets
  ended_at   bigint NOT NULL DEFAULT 0,
  held_until bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace, number)
);

-- What waits for a second admin.
CREATE TABLE approvals (
  workspace  text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  kind       text COLLATE "C" NOT NULL CHECK (kind IN ('print-run', 'reset-2fa', 'reset-password', 'help-code', 'drop-requirement', 'two-people-off', 'quick-unlock')),
  members    text[] NOT NULL, -- IDs
  reason     text COLLATE "C" NOT NULL,
  by_id      text COLLATE "C" NOT NULL,
  at         bigint NOT NULL,
  expires_at bigint NOT NULL,
  state      text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn', 'used', 'ended')),
  decided_by text COLLATE "C" NOT NULL DEFAULT '',
  decided_at bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace, id)
);

-- A holder is a profile, or an open invitation or password reset, each with a key
-- pair of its own: the private half is wrapped under what its person knows, and
-- the vault's keys are encrypted to the public half.
CREATE TABLE vault_keys (
  workspace  text COLLATE "C" NOT NULL,
  holder     text COLLATE "C" NOT NULL, -- profile/ID, invitation/ID, password-reset/ID
  recipient  text COLLATE "C" NOT NULL,
  signature  bytea NOT NULL, -- of the recipient, with the vault's key; empty: nobody has signed it
  wrapped    bytea NOT NULL,
  sealed     bytea NOT NULL, -- empty: nobody has given the keys yet
  generation bigint NOT NULL, -- of the newest key in sealed
  only_one   boolean NOT NULL, -- sealed holds no older one
  PRIMARY KEY (workspace, holder)
);

CREATE TABLE documents (
  workspace  text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  generation bigint NOT NULL, -- of the key that its file is encrypted to
  state      text COLLATE "C" NOT NULL CHECK (state IN ('', 'removed', 'purged')),
  removed_at bigint NOT NULL, -- where it is not kept: when it was removed
  sealed     bytea NOT NULL,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX documents_by_generation ON documents (workspace, generation);

CREATE TABLE events (
  workspace text COLLATE "C" NOT NULL,
  seq       bigint NOT NULL,
  at        bigint NOT NULL,
  kind      text COLLATE "C" NOT NULL,
  actor     text COLLATE "C" NOT NULL,
  subject   text COLLATE "C" NOT NULL,
  detail    text COLLATE "C" NOT NULL, -- a JSON object of strings
  rows      text COLLATE "C" NOT NULL, -- a JSON array: the rows that the act changed, with their digests
  state     bytea NOT NULL, -- the sum over all rows after it
  seal      bytea NOT NULL,
  tree      bytea NOT NULL, -- hashes of the Merkle tree over the log: of the subtrees that end with this event, its leaf first
  PRIMARY KEY (workspace, seq)
);
CREATE INDEX events_of ON events (workspace, subject, seq);
-- What somebody changed of how they come in, and what they put away of it, is asked
-- for at each of their sign-ins.
CREATE INDEX own_news ON events (workspace, subject, seq) WHERE kind IN ('app-added', 'computer-added', 'email-changed', 'news-put-away', 'recovery-codes-replaced');
-- What was done with the Emergency Kit is asked for at each sign-in of an owner or
-- an admin, and is a handful of events among any number.
CREATE INDEX events_of_kit ON events (workspace, seq) WHERE kind IN ('emergency-kit-made', 'emergency-kit-used');
