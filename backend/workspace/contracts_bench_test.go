package workspace_test

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/sqlite"
)

// BenchmarkContracts adds ten thousand small contracts, lists them, and opens the
// workspace that has them: what a person waits for at a start and on the home screen.
func BenchmarkContracts(b *testing.B) {
	const many = 10_000
	ctx := context.Background()
	dir := b.TempDir()
	path, secrets := filepath.Join(dir, "workspace.db"), keychain.NewMemory()
	files, err := documents.Open(filepath.Join(dir, "documents"))
	if err != nil {
		b.Fatal(err)
	}
	open := func() (*client.Local, *sqlite.Store) {
		store, err := sqlite.Open(ctx, path)
		if err != nil {
			b.Fatal(err)
		}
		w, err := local.Open(ctx, local.Config{Store: store, Secrets: secrets, Files: files, Password: cheap})
		if err != nil {
			b.Fatal(err)
		}
		return w, store
	}
	w, store := open()
	s, err := w.Create(ctx, client.NewWorkspace{Workspace: "Northwind", Name: "Amara", Email: email, Password: secret.NewText(pass)})
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat("x", 20_000)
	var sources iter.Seq[client.Source] = func(yield func(client.Source) bool) {
		for i := range many {
			if !yield(paper(fmt.Sprintf("Contract %d.txt", i), fmt.Sprint(i, text))) {
				return
			}
		}
	}
	begun := time.Now()
	out, err := s.AddDocuments(ctx, sources, nil)
	if err != nil || len(out.IDs) != many {
		b.Fatal(err, len(out.IDs))
	}
	added := time.Since(begun)
	var listing, opening, tidying time.Duration
	for b.Loop() {
		begun := time.Now()
		all, err := s.Documents(ctx)
		if err != nil || len(all) != many {
			b.Fatal(err, len(all))
		}
		if _, err := s.MissingFiles(ctx, all); err != nil {
			b.Fatal(err)
		}
		listing += time.Since(begun)
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
		begun = time.Now()
		w, store = open()
		opening += time.Since(begun)
		begun = time.Now()
		if err := w.RecoverAll(ctx); err != nil {
			b.Fatal(err)
		}
		tidying += time.Since(begun)
		if s, _, err = w.SignIn(ctx, email, secret.NewText(pass)); err != nil {
			b.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	n := float64(b.N)
	b.ReportMetric(added.Seconds()*1000/many, "ms/added")
	b.ReportMetric(listing.Seconds()*1000/n, "ms/list")
	b.ReportMetric(opening.Seconds()*1000/n, "ms/open")
	b.ReportMetric(tidying.Seconds()*1000/n, "ms/tidy")
}
