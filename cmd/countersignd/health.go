package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// asked is the database, as far as whether this server is ready depends on it.
type asked interface {
	Ready(ctx context.Context) (time.Time, error)
	Fingerprint(ctx context.Context) (string, error)
}

// health says whether the server is ready. It asks the database at most once in a while, however often it is asked itself.
type health struct {
	database    asked
	fingerprint string // of the server's key
	now         func() time.Time

	ending atomic.Bool

	mu   sync.Mutex // guards what follows, and one question at a time
	at   time.Time
	last error
}

const (
	askEvery = time.Second
	timeOut  = 3 * time.Second
	// mostOff is how far the clocks of server and database may be apart: pauses, codes and sessions go by them.
	mostOff = 2 * time.Second
)

var errEnding = cli.Fail("ending", cli.ExitUnavailable, words.TerminalServerHealthEnding, nil)

// ready is nil where the server can work.
func (h *health) ready(ctx context.Context) error {
	if h.ending.Load() {
		return errEnding
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := h.now(); h.at.IsZero() || now.Sub(h.at) >= askEvery || now.Before(h.at) {
		h.last, h.at = h.ask(ctx), now
	}
	return h.last
}

// ask asks the database. Whoever waits may give up; the answer is everybody's.
func (h *health) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeOut)
	defer cancel()
	before := h.now()
	at, err := h.database.Ready(ctx)
	after := h.now()
	if err != nil {
		return databaseFault(err)
	}
	if off := apart(before, after, at); off > mostOff {
		return cli.Fail("clock", cli.ExitUnavailable, words.TerminalServerHealthClock, words.Args{"seconds": int(off.Round(time.Second).Seconds())})
	}
	belongs, err := h.database.Fingerprint(ctx)
	if err == nil && belongs != h.fingerprint {
		err = cli.Fail("key_other", cli.ExitUnavailable, words.TerminalServerFailureKeyOther, nil)
	}
	return databaseFault(err)
}

// mind has requests refused for as long as a newer version's schema doesn't serve this one. Balancers see that as well, a little later, and only where they look.
func (h *health) mind(ctx context.Context, pause func(on bool), log *slog.Logger) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	paused := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var why *cli.Failure
		err := h.ready(ctx)
		newer := errors.As(err, &why) && why.Code == "database_newer"
		if newer == paused || err != nil && !newer { // what else it may be tells nothing of the schema
			continue
		}
		paused = newer
		pause(paused)
		if paused {
			log.Error("requests are refused: the database is from a newer version that doesn’t serve this one")
		} else {
			log.Info("requests are answered again")
		}
	}
}

// apart is by how much a clock is off that was read at some moment between two.
func apart(before, after, at time.Time) time.Duration {
	switch {
	case at.Before(before):
		return before.Sub(at)
	case at.After(after):
		return at.Sub(after)
	}
	return 0
}

// end makes the server unready, whatever the database says.
func (h *health) end() { h.ending.Store(true) }

// watch is what the listener for whoever watches the server answers.
func watch(h *health, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		tell(w, http.StatusOK, say(words.TerminalServerHealthGood, nil))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		err := h.ready(r.Context())
		var why *cli.Failure
		switch {
		case err == nil:
			tell(w, http.StatusOK, say(words.TerminalServerHealthReady, nil))
		case errors.As(err, &why):
			tell(w, http.StatusServiceUnavailable, why.Error())
		default: // the log says more
			tell(w, http.StatusServiceUnavailable, say(words.TerminalServerHealthFailed, nil))
		}
	})
	mux.Handle("GET /metrics", metrics)
	return mux
}

func tell(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // whoever has hung up
}
