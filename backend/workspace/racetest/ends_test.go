package racetest_test

import (
	"context"
	"database/sql"
	"runtime"
	"sync"
	"testing"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/teststore"
)

// closing calls close while a change is being written down.
type closing struct {
	store.Store
	close func()
}

func (c closing) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	return c.Store.Update(ctx, func(tx store.WriteTx) error { return fn(closingTx{tx, c.close}) })
}

type closingTx struct {
	store.WriteTx
	close func()
}

// Head is the first thing that is read to seal an event.
func (t closingTx) Head() (store.Head, error) {
	h, err := t.WriteTx.Head()
	t.close()
	return h, err
}

func TestClose_WhilePeopleActSealsNothingWithAWipedKey(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	for round := range 8 {
		store := &closing{Store: o.store, close: func() {}}
		c := o.config()
		c.Store = store
		w, err := local.Open(t.Context(), c)
		o.ok(err)
		s, _, err := w.SignIn(t.Context(), owner.email, secret.NewText(pass))
		o.ok(err)
		var all sync.WaitGroup
		store.close = func() {
			all.Go(func() {
				for range 1 << round {
					runtime.Gosched() // sooner and later
				}
				w.Close()
			})
		}
		_ = s.Rename(t.Context(), "Amara N. Okafor")
		_ = s.Rename(t.Context(), "Amara Okafor")
		all.Wait()
	}
	_, err := local.Open(t.Context(), o.config())
	o.ok(err)
}

// yielding lets others go first.
type yielding struct{ store.Secrets }

func (y yielding) Get(ctx context.Context, name string) (secret.Bytes, error) {
	v, err := y.Secrets.Get(ctx, name)
	for range 50 {
		runtime.Gosched()
	}
	return v, err
}

func TestSealed_GuessesAreAllCounted(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	owner.enable()
	_, err := owner.challenge().Verify(t.Context(), secret.NewText(owner.wrong()))
	if !service.IsCode(err, service.CodeCodeWrong) {
		t.Fatal(err)
	}
	o.ok(o.store.Close())
	db, err := sql.Open("sqlite", teststore.File(o, o.path))
	o.ok(err)
	_, err = db.ExecContext(t.Context(), "UPDATE attempts SET failures = 0 WHERE kind = 'code'")
	o.ok(err)
	o.ok(db.Close())
	o.reopen()
	if _, err := local.Open(t.Context(), o.config()); !service.IsCode(err, service.CodeNotAuthentic) {
		t.Fatalf("a changed database is opened: %v", err)
	}
	c := o.config()
	c.Secrets = yielding{o.secrets}
	s, err := local.OpenQuarantined(t.Context(), c)
	o.ok(err)
	var acts []func() error
	for range 30 {
		acts = append(acts, func() error {
			factor := client.FactorInput{Kind: service.FactorCode, Value: secret.NewText("000000")}
			_, err := s.Prove(t.Context(), owner.email, secret.NewText("not the password at all"), factor)
			return err
		})
	}
	o.countedTo(5, atOnce(acts...), service.CodeCredentialsWrong)
}
