package workspace_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
	"countersign/backend/workspace"

	"golang.org/x/sync/errgroup"
)

// BenchmarkPrintRun makes and puts in force a run of a hundred sheets at the
// product's own cost, and compares it with the bare rate of its Argon2id on all
// cores. It reports the share of that rate, and how much memory grows above a
// run of ten sheets.
func BenchmarkPrintRun(b *testing.B) {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "workspace.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	now := &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)}
	w, err := local.Open(ctx, local.Config{Store: db, Secrets: keychain.NewMemory(), Now: now.now, Password: cheap})
	if err != nil {
		b.Fatal(err)
	}
	s, err := w.Create(ctx, northwind)
	if err != nil {
		b.Fatal(err)
	}
	a, err := s.Admin(ctx)
	if err != nil {
		b.Fatal(err)
	}
	var people []workspace.AddedProfile
	for i := range 100 {
		people = append(people, workspace.AddedProfile{Name: fmt.Sprint("Person ", i), Email: fmt.Sprintf("p%d@example.com", i), Role: store.RoleMember, Key: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"})
	}
	ids, err := workspace.AddProfiles(inner(w), ctx, email, people)
	if err != nil {
		b.Fatal(err)
	}
	run := func(ids []string) (took time.Duration, most uint64) {
		r, err := a.BeginRun(ctx, service.RunRequest{Members: ids, Reason: "r", Kind: store.RunPrint}, client.Proof{Password: secret.NewText(pass)})
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		begun := time.Now()
		var m runtime.MemStats
		err = r.Issue(ctx, nil, func(client.RunSheet) error {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.PutInForce(ctx, nil); err != nil {
			b.Fatal(err)
		}
		return time.Since(begun), most
	}
	bare := func(sheets int) time.Duration {
		begun := time.Now()
		var g errgroup.Group
		g.SetLimit(runtime.GOMAXPROCS(0))
		for range sheets * recovery.SetSize {
			g.Go(func() error {
				recovery.Derive(recovery.Code{}, make([]byte, recovery.SaltSize), recovery.DefaultParams)
				return nil
			})
		}
		_ = g.Wait() // nothing fails
		return time.Since(begun)
	}
	_, few := run(ids[:10])
	var hashing, whole time.Duration
	var most uint64
	for b.Loop() {
		hashing += bare(len(ids))
		took, memory := run(ids)
		whole, most = whole+took, max(most, memory)
	}
	b.ReportMetric(100*hashing.Seconds()/whole.Seconds(), "%-of-argon2id")
	b.ReportMetric(float64(len(ids)*b.N)/whole.Seconds(), "sheets/s")
	b.ReportMetric((float64(most)-float64(few))/(1<<20), "MiB-more-than-10-sheets")
}
