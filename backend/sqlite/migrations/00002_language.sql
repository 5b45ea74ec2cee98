-- +goose Up
ALTER TABLE profiles ADD COLUMN language TEXT NOT NULL DEFAULT ''; -- of what is printed for its person; empty: that of whoever prints
