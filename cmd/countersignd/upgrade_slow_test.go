//go:build slow

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/cmd/internal/cli"
)

// TestUpgrade_TwoVersionsSideBySideLoseNoRequest updates two instances behind HAProxy, one after the other, while members work.
func TestUpgrade_TwoVersionsSideBySideLoseNoRequest(t *testing.T) {
	t.Parallel()
	old := newPlace(t)
	old.settings["proxies"] = "127.0.0.1"
	old.settings["drain"] = "5s" // far longer than HAProxy takes to notice
	v := old.init()
	next := old.of(nextVersion(t))
	next.refused(cli.ExitUnavailable, "database_older", "serve") // before the migration

	b := newBalancer(t, "old1", "old2", "new1", "new2")
	one, two := old.serve(), old.serve()
	b.leadsTo("old1", one)
	b.leadsTo("old2", two)
	through := &serving{p: old, main: b.at}
	at := through.computer(v)
	ctx := context.WithoutCancel(t.Context())
	first, _, err := at.Redeem(ctx, v.Email, secret.NewText(v.Code), secret.NewText(ownerPass))
	if err != nil {
		t.Fatal(err)
	}
	var acts atomic.Int64
	done := make(chan struct{})
	var members sync.WaitGroup
	var mu sync.Mutex
	added := map[string]string{}
	works := func(who, round int) error {
		in, _, err := at.SignIn(ctx, ownerEmail, secret.NewText(ownerPass))
		if err != nil {
			return fmt.Errorf("signing in: %w", err)
		}
		text := fmt.Sprintf("Lease %d of member %d", round, who)
		papers, err := in.AddDocuments(ctx, slices.Values([]client.Source{paper(text+".txt", text)}), nil)
		if err != nil || len(papers.IDs) != 1 {
			return fmt.Errorf("adding: %+v, %w", papers, err)
		}
		mu.Lock()
		added[papers.IDs[0]] = text
		mu.Unlock()
		if err := in.Rename(ctx, fmt.Sprintf("Amara the %d.", round)); err != nil {
			return fmt.Errorf("renaming: %w", err)
		}
		if _, err := in.Documents(ctx); err != nil {
			return fmt.Errorf("looking: %w", err)
		}
		if err := in.End(ctx); err != nil {
			return fmt.Errorf("signing out: %w", err)
		}
		acts.Add(1)
		return nil
	}
	for who := range 3 {
		members.Go(func() {
			for round := 0; ; round++ {
				if err := works(who, round); err != nil {
					t.Errorf("member %d, round %d: %v", who, round, err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	// A contract is on its way for as long as the old instances are.
	large := strings.Repeat("Lease of the mill. ", 50_000)
	goOn := make(chan struct{})
	uploaded := make(chan error, 1)
	begun := make(chan struct{})
	go func() {
		papers, err := first.AddDocuments(ctx, slices.Values([]client.Source{{Name: "Mill.txt", Size: int64(len(large)), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(large[:len(large)/2]), &waits{begun, goOn}, strings.NewReader(large[len(large)/2:]))), nil
		}}}), nil)
		if err == nil && len(papers.IDs) == 1 {
			mu.Lock()
			added[papers.IDs[0]] = large
			mu.Unlock()
		} else {
			err = fmt.Errorf("%+v, %w", papers, err)
		}
		uploaded <- err
	}()
	<-begun
	more := func() { // some acts under way all the time
		t.Helper()
		for from := acts.Load(); acts.Load() < from+3 && !t.Failed(); {
			select {
			case <-time.After(10 * time.Millisecond):
			case <-t.Context().Done():
				t.Fatal("nobody works")
			}
		}
	}
	more()
	next.good("migrate")
	more() // the old ones go on
	again := old.serve()
	if status, text := again.watch("/readyz"); status != http.StatusOK {
		t.Errorf("an old instance that starts after the migration: %d, %s", status, text)
	}
	again.signal(syscall.SIGKILL)
	old.refused(cli.ExitUnavailable, "database_newer", "backup", old.path("backup.age")) // what has all in it is for the newer one
	for _, step := range []struct {
		name, old string
		ends      *serving
	}{{"new1", "old1", one}, {"new2", "old2", two}} {
		b.leadsTo(step.name, next.serve())
		more() // by both versions
		step.ends.signal(syscall.SIGTERM)
		step.ends.says(`"msg":"ending"`)
		b.awaits(step.old, "DOWN")
		more()
	}
	close(goOn)
	if err := <-uploaded; err != nil {
		t.Errorf("what was on its way: %v", err)
	}
	<-one.over
	<-two.over
	more()
	close(done)
	members.Wait()
	for _, s := range []*serving{one, two} {
		if !s.cmd.ProcessState.Success() || strings.Contains(s.log(), "cut off") {
			t.Errorf("it ended with %v: %s", s.cmd.ProcessState, s.log())
		}
	}
	for id, text := range added {
		var out strings.Builder
		if err := first.CopyDocument(ctx, id, &out, nil); err != nil || out.String() != text {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	if out := next.good("verify"); strings.ContainsAny(out, "{}") {
		t.Error(out)
	}
}
