-- +goose Up
-- What a server keeps in place of a keychain and of a folder of documents.

-- The server's key is not in the database. This recognises it.
CREATE TABLE server_key (
  only_one    boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  fingerprint text COLLATE "C" NOT NULL
);

-- Under the server's key, and bound to workspace and name.
CREATE TABLE secrets (
  workspace  text COLLATE "C" NOT NULL,
  name       text COLLATE "C" NOT NULL,
  ciphertext bytea NOT NULL,
  PRIMARY KEY (workspace, name)
);

-- A document's ciphertext, or the encrypted table of contents.
CREATE TABLE blobs (
  workspace  text COLLATE "C" NOT NULL,
  id         uuid NOT NULL, -- new with each that is written, so that chunks of two never mix
  name       text COLLATE "C" NOT NULL,
  state      text COLLATE "C" NOT NULL CHECK (state IN ('writing', 'kept', 'settled', 'removed')), -- removed: its chunks are going
  size       bigint NOT NULL DEFAULT 0, -- once it is kept
  chunk_size bigint NOT NULL CHECK (chunk_size > 0), -- of all chunks but the last
  held_until bigint NOT NULL, -- while writing: by the database's clock, whoever writes it is at work until then
  PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX one_blob ON blobs (workspace, name) WHERE state IN ('kept', 'settled');
CREATE INDEX unseen_blobs ON blobs (workspace, held_until) WHERE state IN ('writing', 'removed');

CREATE TABLE blob_chunks (
  workspace  text COLLATE "C" NOT NULL,
  blob       uuid NOT NULL,
  number     bigint NOT NULL, -- from 0
  ciphertext bytea NOT NULL,
  PRIMARY KEY (workspace, blob, number),
  FOREIGN KEY (workspace, blob) REFERENCES blobs ON DELETE CASCADE
);
-- Ciphertext cannot be compressed, so nobody tries.
ALTER TABLE blob_chunks ALTER ciphertext SET STORAGE EXTERNAL;
