package postgres_test

import (
	"errors"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/store"
)

func TestSetIn_ItemIsCommittedWithAllElseOrNotAtAll(t *testing.T) {
	t.Parallel()
	connString, key := migrated(t), newKey(t)
	of, secrets := instance(t, connString, key)
	_, elsewhere := instance(t, connString, key)
	setItem(t, secrets, "w/anchor", "old")
	over := errors.New("over")
	for _, c := range []struct {
		ends error
		want string
	}{{over, "old"}, {nil, "new"}} {
		err := of.Update(t.Context(), func(tx store.WriteTx) error {
			in, err := secrets.SetIn(tx, "w/anchor", secret.NewBytes([]byte("new")))
			if !in || err != nil {
				t.Errorf("%v, %v", in, err)
			}
			itemIs(t, "before the commit", elsewhere, "w/anchor", "old")
			return c.ends
		})
		if !errors.Is(err, c.ends) {
			t.Fatal(err)
		}
		itemIs(t, "afterwards", elsewhere, "w/anchor", c.want)
	}
}

func TestSetIn_OnlyInATransactionOfItsOwnStore(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	_, secrets := instance(t, migrated(t), key)
	another, _ := instance(t, migrated(t), key) // a workspace of the same name
	err := another.Update(t.Context(), func(tx store.WriteTx) error {
		for _, tx := range []store.WriteTx{tx, struct{ store.WriteTx }{tx}} {
			if in, err := secrets.SetIn(tx, "w/anchor", secret.NewBytes([]byte("x"))); in || err != nil {
				t.Errorf("%v, %v", in, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	itemIs(t, "of a transaction elsewhere", secrets, "w/anchor", "")
}

func TestSetIn_RefusesWhatSetRefuses(t *testing.T) {
	t.Parallel()
	of, secrets := instance(t, migrated(t), newKey(t))
	for name, value := range map[string]secret.Bytes{"": secret.NewBytes([]byte("x")), "w/anchor": secret.NewBytes(make([]byte, store.MaxSecret+1))} {
		err := of.Update(t.Context(), func(tx store.WriteTx) error {
			in, err := secrets.SetIn(tx, name, value)
			if in || err == nil {
				t.Errorf("%q of %d bytes was taken", name, value.Len())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
