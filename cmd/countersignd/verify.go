package main

import (
	"context"
	"log/slog"

	"countersign/backend/postgres"
	"countersign/backend/service"

	"countersign/cmd/internal/logreport"
)

// verify holds the rows against the log, as each start does, and then every event of the log against its signature.
func verify(ctx context.Context, e *env, _ []string) error {
	s, r, err := verified(ctx, e)
	if err != nil {
		return err
	}
	defer s.close()
	v, text := logreport.Of(r)
	if err := e.print(v, text); err != nil || v.OK {
		return err
	}
	return errFound
}

// verified opens the workspace, which holds its rows against the log, and verifies the whole log. Close the site.
func verified(ctx context.Context, e *env) (s *site, r service.LogReport, err error) {
	c, err := e.configured("database", "server-key")
	if err != nil {
		return nil, r, err
	}
	if s, err = openSite(ctx, c, postgres.Open, slog.New(slog.DiscardHandler)); err != nil {
		return nil, r, err
	}
	if r, err = s.workspace.VerifyLog(ctx, nil); err != nil {
		s.close()
	}
	return s, r, err
}
