-- +goose Up
ALTER TABLE profiles ADD language text COLLATE "C" NOT NULL DEFAULT ''; -- of what is printed for its person; empty: that of whoever prints
