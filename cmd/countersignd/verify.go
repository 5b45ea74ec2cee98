package main

import (
	"context"
	"log/slog"

	"countersign/backend/postgres"

	"countersign/cmd/internal/logreport"
)

// verify holds the rows against the log, as each start does, and then every event of the log against its signature.
func verify(ctx context.Context, e *env, _ []string) error {
	c, err := e.configured("database", "server-key")
	if err != nil {
		return err
	}
	s, err := openSite(ctx, c, postgres.Open, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer s.close()
	r, err := s.workspace.VerifyLog(ctx, nil)
	if err != nil {
		return err
	}
	v, text := logreport.Of(r)
	if err := e.print(v, text); err != nil || v.OK {
		return err
	}
	return errFound
}
