package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"countersign/backend/postgres"

	"countersign/backend/remote"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// state is what status prints. Each part that is not right says why.
type state struct {
	OK          bool       `json:"ok"`
	Version     string     `json:"version"`
	Database    part       `json:"database"`
	Clock       part       `json:"clock"`
	Workspace   part       `json:"workspace"`
	Name        string     `json:"name,omitempty"`
	ServerKey   string     `json:"serverKey,omitempty"` // fingerprint
	Certificate part       `json:"certificate"`
	Fingerprint string     `json:"fingerprint,omitempty"` // of the certificate's public key
	Expires     *time.Time `json:"expires,omitempty"`
}

// part is something that was looked at.
type part struct {
	OK   bool   `json:"ok"`
	Code string `json:"code,omitempty"`
	Text string `json:"text"`
}

func fine(text string) part { return part{OK: true, Text: text} }

func bad(err error) part {
	told, _ := explain(databaseFault(err))
	return part{Code: told.Code, Text: told.Message}
}

// status looks at what a running server stands on, whether or not one is running.
func status(ctx context.Context, e *env, _ []string) error {
	c, err := e.configured("database", "server-key", "certificate", "certificate-key")
	if err != nil {
		return err
	}
	st := state{Version: version}
	st.lookAtDatabase(ctx, e, c)
	st.lookAtCertificate(e, c)
	st.OK = st.Database.OK && st.Clock.OK && st.Workspace.OK && st.Certificate.OK
	if err := e.print(st, st.text()); err != nil || st.OK {
		return err
	}
	return errFound
}

func (st *state) lookAtDatabase(ctx context.Context, e *env, c *config) {
	unknown := part{Code: "unknown", Text: say(words.TerminalServerStatusUnknown, nil)}
	st.Clock, st.Workspace = unknown, unknown
	s, err := openSite(ctx, c, postgres.OpenBeside, slog.New(slog.DiscardHandler))
	if errors.Is(err, errNoWorkspace) {
		st.Database, st.Workspace = fine(say(words.TerminalServerStatusDatabaseGood, nil)), bad(err)
		return
	}
	if err != nil {
		st.Database = bad(err)
		return
	}
	defer s.close()
	st.ServerKey = s.fingerprint
	before := e.now()
	at, err := s.database.Ready(ctx)
	if err != nil {
		st.Database = bad(err)
		return
	}
	st.Database = fine(say(words.TerminalServerStatusDatabaseGood, nil))
	if off := apart(before, e.now(), at); off > mostOff {
		st.Clock = part{Code: "clock", Text: say(words.TerminalServerHealthClock, words.Args{"seconds": int(off.Round(time.Second).Seconds())})}
	} else {
		st.Clock = fine(say(words.TerminalServerStatusClockGood, nil))
	}
	st.Name = s.workspace.Name()
	st.Workspace = fine(cli.Printable(st.Name))
}

func (st *state) lookAtCertificate(e *env, c *config) {
	pair, err := readPair(c.certificate, c.certificateKey)
	if err != nil {
		st.Certificate = bad(err)
		return
	}
	st.Fingerprint, st.Expires = remote.FingerprintOf(pair.Leaf).String(), &pair.Leaf.NotAfter
	if why := checkCertificate(pair.Leaf, c.host(), e.now()); why != nil {
		st.Certificate = part{Code: "certificate", Text: why.Error()}
		return
	}
	st.Certificate = fine(say(words.TerminalServerStatusCertificateGood, words.Args{"at": minute(pair.Leaf.NotAfter)}))
}

func (st state) text() string {
	var rows [][]string
	line := func(name words.Key, value string) {
		if value != "" {
			rows = append(rows, []string{say(name, nil), value})
		}
	}
	line(words.TerminalStatusVersion, st.Version)
	line(words.TerminalStatusDatabase, st.Database.Text)
	line(words.TerminalServerStatusClock, st.Clock.Text)
	line(words.TerminalStatusWorkspace, st.Workspace.Text)
	line(words.TerminalServerStatusKey, st.ServerKey)
	line(words.TerminalServerStatusCertificate, st.Certificate.Text)
	line(words.TerminalServerStatusFingerprint, st.Fingerprint)
	return cli.Columns(rows, 11)
}
