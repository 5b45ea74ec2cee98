-- +goose Up
-- What was done with the Emergency Kit is asked for at each sign-in of an owner or
-- an admin, and is a handful of events among any number.
CREATE INDEX events_of_kit ON events (seq) WHERE kind IN ('emergency-kit-made', 'emergency-kit-used');
