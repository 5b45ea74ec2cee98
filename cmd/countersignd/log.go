package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"

	"countersign/backend/api"
)

// newLog writes a line of JSON for each entry. What is done for a request has its ID.
func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(ofRequest{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})})
}

type requestKey struct{}

// withRequest gives what is done for a request its ID: the one that its client has in its own log, or a new one.
func withRequest(r *http.Request) (_ context.Context, id string) {
	if id = r.Header.Get(api.RequestID); !api.IsRequestID(id) {
		id = api.NewRequestID()
	}
	return context.WithValue(r.Context(), requestKey{}, id), id
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
