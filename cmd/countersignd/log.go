package main

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
)

// newLog writes a line of JSON for each entry. What is done for a request has its ID.
func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(ofRequest{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})})
}

type requestKey struct{}

// withRequest gives what is done for a request an ID of its own.
func withRequest(ctx context.Context) (_ context.Context, id string) {
	id = rand.Text()
	return context.WithValue(ctx, requestKey{}, id), id
}

// ofRequest adds the ID of the request in whose context an entry is made.
type ofRequest struct{ slog.Handler }

func (h ofRequest) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(requestKey{}).(string); ok {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h ofRequest) WithAttrs(attrs []slog.Attr) slog.Handler {
	return ofRequest{h.Handler.WithAttrs(attrs)}
}
func (h ofRequest) WithGroup(name string) slog.Handler { return ofRequest{h.Handler.WithGroup(name)} }
