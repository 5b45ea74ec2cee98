package workspace_test

import (
	"io"
	"path/filepath"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// BenchmarkLog measures what an admin does with a log of 100,000 events. The
// events are not sealed rightly, which costs the same.
func BenchmarkLog(b *testing.B) {
	const events = 100_000
	db, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "workspace.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	now := time.Now()
	w, err := local.Open(b.Context(), local.Config{Store: db, Secrets: keychain.NewMemory(), Now: func() time.Time { return now }, Password: cheap, Sentence: searched})
	if err != nil {
		b.Fatal(err)
	}
	s, err := w.Create(b.Context(), client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)})
	if err != nil {
		b.Fatal(err)
	}
	err = db.Update(b.Context(), func(tx store.WriteTx) error {
		for i := range int64(events) {
			e := audit.Event{
				Seq: i + 2, At: now, Kind: "signed-in", Actor: s.ProfileID(), Subject: s.ProfileID(), Detail: map[string]string{"factor": "code"},
				Rows: []audit.Row{{Key: "profile/" + s.ProfileID(), Digest: string(make([]byte, 64))}, {Key: "factor/" + s.ProfileID(), Digest: string(make([]byte, 64))}},
			}
			if err := tx.AppendEvent(store.SignedEvent{Event: e, Signature: make([]byte, audit.SignatureSize), Tree: make([]byte, 32)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	a, err := s.Admin(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	acts := map[string]func() error{
		"FirstPage": func() error { _, err := a.Log(b.Context(), service.LogQuery{}); return err },
		"SearchAll": func() error { _, err := a.Log(b.Context(), service.LogQuery{Text: "zebra"}); return err },
		"Verify":    func() error { _, err := a.VerifyLog(b.Context(), nil); return err },
		"Export":    func() error { _, err := a.ExportLog(b.Context(), io.Discard, nil); return err },
	}
	for name, act := range acts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := act(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
