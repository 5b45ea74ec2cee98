-- +goose Up
-- What recognises the vault's key, so that nothing is encrypted to keys that another
-- has put in its place.
ALTER TABLE workspace ADD COLUMN vault_check TEXT NOT NULL DEFAULT ''; -- hex
