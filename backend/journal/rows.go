package journal

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// Hash hashes a row as the store has it now; one that is not there is zero.
func (j *Journal) Hash(tx store.ReadTx, k store.Key) (audit.Hash, error) {
	row, err := readRow(tx, k)
	if errors.Is(err, store.ErrNotFound) {
		return audit.Hash{}, nil
	}
	if err != nil {
		return audit.Hash{}, err
	}
	return j.hash(k, row)
}

// Hashes hashes every row, and keeps none. fn may ask nothing of the transaction.
func (j *Journal) Hashes(tx store.ReadTx, fn func(store.Key, audit.Hash)) error {
	for row, err := range tx.Rows() {
		if err != nil {
			return err
		}
		h, err := j.hash(row.Key, row.Value)
		if err != nil {
			return err
		}
		fn(row.Key, h)
	}
	return nil
}

// hash hashes what a row says, in the form that readRow and ReadTx.Rows give it.
func (j *Journal) hash(k store.Key, row any) (h audit.Hash, err error) {
	content, err := json.Marshal(row)
	if err != nil {
		return h, err
	}
	err = j.key(func(key secret.Bytes) { h = audit.RowHash(key, k.String(), content) })
	return h, err
}

// Digest is a hash as an event has it: empty where the row is not there.
func Digest(h audit.Hash) string {
	if h == (audit.Hash{}) {
		return ""
	}
	return hex.EncodeToString(h[:])
}

// readRow reads everything that a row says. The field names of these types are part
// of what is hashed, so none is renamed: store's tests hold them.
func readRow(tx store.ReadTx, k store.Key) (any, error) {
	switch k.Table {
	case "workspace":
		return rowOf(tx.Info())
	case "profile":
		return rowOf(tx.Profile(k.ID))
	case "factor":
		return rowOf(tx.Factor(k.ID))
	case "intent":
		return rowOf(tx.Intent(k.ID))
	case "attempts":
		kind, subject, _ := strings.Cut(k.ID, "/")
		return rowOf(tx.Attempts(subject, store.Kind(kind)))
	case "onetime":
		kind, profile, _ := strings.Cut(k.ID, "/")
		return rowOf(tx.OneTime(profile, store.OneTimeKind(kind)))
	case "run":
		number, err := strconv.Atoi(k.ID)
		if err != nil {
			return nil, err
		}
		return rowOf(tx.Run(number))
	case "approval":
		return rowOf(tx.Approval(k.ID))
	case "vaultkey":
		return rowOf(tx.VaultKey(k.ID))
	case "computer":
		id, profile, _ := strings.Cut(k.ID, "/")
		return rowOf(tx.Computer(profile, id))
	case "document":
		return rowOf(tx.Document(k.ID))
	case "set":
		set, err := tx.Set(k.ID)
		if err != nil {
			return nil, err
		}
		codes, err := tx.Codes(k.ID)
		return store.SetRow{Set: set, Codes: codes}, err
	}
	return nil, fmt.Errorf("no table %q", k.Table)
}

func rowOf[T any](row T, err error) (any, error) { return row, err }

func key(table, id string) store.Key { return store.Key{Table: table, ID: id} }

func oneTimeKey(profileID string, kind store.OneTimeKind) store.Key {
	return key("onetime", string(kind)+"/"+profileID)
}

func computerKey(profileID, id string) store.Key { return key("computer", id+"/"+profileID) }

func runKey(number int) store.Key { return key("run", strconv.Itoa(number)) }

func attemptsKey(subject string, kind store.Kind) store.Key {
	return key("attempts", string(kind)+"/"+subject)
}

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
