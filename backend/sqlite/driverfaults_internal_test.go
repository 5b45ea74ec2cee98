package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/store"
)

// onFaultyDriver gives a store of two people with a row or more in each table, each of
// whose calls to the driver may fail.
func onFaultyDriver(t *testing.T) (*Store, *driverFaults) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.db")
	good, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	err = good.Update(t.Context(), func(tx store.WriteTx) error {
		return errors.Join(tx.InsertInfo(store.Info{ID: "w", Name: "n"}), fill(tx))
	})
	if err := errors.Join(err, good.Close()); err != nil {
		t.Fatal(err)
	}
	return throughFaultyDriver(t, path)
}

func throughFaultyDriver(t *testing.T, path string) (*Store, *driverFaults) {
	t.Helper()
	f := &driverFaults{}
	s, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	sqliteDriver := s.db.Driver()
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	s.db = sql.OpenDB(faultyConnector{driver: sqliteDriver, dsn: dsn(path), driverFaults: f})
	t.Cleanup(func() { _ = s.Close() })
	return s, f
}

// samples has a row of each kind. Its keys are called id, so that a method finds what it asks
// for by a string.
func samples(id string, number int) map[reflect.Type]any {
	at := time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)
	params, some := store.Argon2id{MemoryKiB: 19456, Time: 2, Threads: 1}, []byte{1}
	all := map[reflect.Type]any{}
	for _, row := range []any{
		store.Info{ID: id, Name: "n"},
		store.Profile{ID: id, Email: id, EmailKey: id, Name: id, Role: store.RoleOwner, CreatedAt: at, Password: store.PasswordRecord{Salt: some, PublicKey: some, Lock: some}},
		store.Factor{ProfileID: id, Since: at, Apps: []store.App{{Generation: number, Item: id}}},
		store.Intent{ID: id, Kind: store.IntentEnrol, ProfileID: id, Item: id + "-next", Generation: 4, CreatedAt: at},
		store.Set{ID: id, ProfileID: id, Sheet: number, State: store.SetActive, Salt: some, Params: params, IssuedAt: at, Run: number},
		store.Attempts{Subject: id, Kind: store.KindCode, Failures: 3, ChargedAt: at},
		store.OneTime{ProfileID: id, Kind: store.OneTimeHelp, Salt: some, Hash: some, Params: params, IssuedAt: at, IssuedBy: "id", ExpiresAt: at},
		store.Run{Number: number, At: at, Kind: store.RunPrint, State: store.RunDone, Members: []string{"id"}},
		store.Approval{ID: id, Kind: store.ApproveHelpCode, Members: []string{id}, ByID: "id", At: at, ExpiresAt: at, State: store.ApprovalWaiting},
		store.VaultKey{Holder: id, Recipient: "age1", Wrapped: some, Ciphertext: some, OnlyOne: false},
		store.DocumentRow{ID: id, State: store.DocumentKept, Ciphertext: some},
		store.SignedEvent{Event: audit.Event{Seq: int64(number), At: at, Actor: "other", Subject: "id"}, Signature: []byte{1}, Tree: []byte{1}},
	} {
		all[reflect.TypeOf(row)] = row
	}
	return all
}

func sample[T any](of map[reflect.Type]any) T { return of[reflect.TypeFor[T]()].(T) }

// fill inserts two of each.
func fill(tx store.WriteTx) (err error) {
	for number, id := range []string{"id", "other"} {
		of := samples(id, number+1)
		pending := sample[store.Set](of)
		pending.ID, pending.Sheet, pending.State = id+"-next", number+3, store.SetPending
		err = errors.Join(err,
			tx.InsertProfile(sample[store.Profile](of)), tx.InsertFactor(sample[store.Factor](of)), tx.InsertIntent(sample[store.Intent](of)),
			tx.InsertSet(sample[store.Set](of), [][]byte{{1}, {2}}), tx.InsertSet(pending, [][]byte{{1}, {2}}),
			tx.SaveAttempts(sample[store.Attempts](of)), tx.InsertOneTime(sample[store.OneTime](of)), tx.InsertRun(sample[store.Run](of)),
			tx.InsertApproval(sample[store.Approval](of)), tx.SaveVaultKey(sample[store.VaultKey](of)), tx.InsertDocument(sample[store.DocumentRow](of)),
		)
	}
	for i, kind := range []string{"run-sheet-issued", "emergency-kit-made", "email-changed", "emergency-kit-used"} {
		e := sample[store.SignedEvent](samples("", i+1))
		e.Kind = kind
		err = errors.Join(err, tx.AppendEvent(e))
	}
	return err
}

// arguments makes what a method is called with.
func arguments(m reflect.Method) (in []reflect.Value) {
	strings := map[reflect.Type]string{
		reflect.TypeFor[store.OneTimeKind](): string(store.OneTimeHelp),
		reflect.TypeFor[store.Kind]():        string(store.KindCode),
		reflect.TypeFor[store.RunState]():    string(store.RunDone),
	}
	numbers := map[string]int64{ // the others are asked for the first
		"Runs": 10, "DocumentsBefore": 10, "EventsBefore": 10, "VaultKeysBehind": 10,
		"Events": 0, "EventsAbout": 0, "EventsOf": 0, "OwnNews": 0, "KitEvents": 0, "SheetsIssued": 0,
	}
	for i := range m.Type.NumIn() {
		of := m.Type.In(i)
		v := reflect.New(of).Elem()
		switch of.Kind() {
		case reflect.String:
			v.SetString("id")
			if s, ok := strings[of]; ok {
				v.SetString(s)
			}
		case reflect.Int, reflect.Int64:
			v.SetInt(1)
			if n, ok := numbers[m.Name]; ok {
				v.SetInt(n)
			}
		case reflect.Func:
			v = reflect.MakeFunc(of, func([]reflect.Value) []reflect.Value { return []reflect.Value{reflect.Zero(of.Out(0))} })
		case reflect.Struct:
			if row, ok := samples("id", 1)[of]; ok {
				v = reflect.ValueOf(row)
			}
		case reflect.Slice:
			v = reflect.MakeSlice(of, 1, 1)
			if of.Elem().Kind() == reflect.Slice {
				v.Index(0).SetBytes([]byte{1})
			}
		}
		in = append(in, v)
	}
	return in
}

// outcome calls a method in a transaction of its own that is rolled back, and gives its error.
func outcome(t *testing.T, s *Store, f *driverFaults, m reflect.Method) (err error) {
	t.Helper()
	rollback := errors.New("roll back")
	got := s.Update(t.Context(), func(tx store.WriteTx) error {
		if strings.HasPrefix(m.Name, "Insert") || m.Name == "AppendEvent" { // what it inserts must not be there
			f.armed = false
			if e := clearTables(tx); e != nil {
				t.Fatal(e)
			}
		}
		f.mu.Lock()
		f.armed, f.calls, f.rows = true, 0, 0
		f.mu.Unlock()
		out := reflect.ValueOf(tx).MethodByName(m.Name).Call(arguments(m))
		last := out[len(out)-1]
		if last.Kind() == reflect.Func { // a sequence of values and errors
			for _, e := range last.Seq2() {
				if e, bad := e.Interface().(error); bad && e != nil {
					err = e
					break
				}
			}
		} else if e, bad := last.Interface().(error); bad {
			err = e
		}
		f.mu.Lock()
		f.armed = false
		f.mu.Unlock()
		return rollback
	})
	if unanswered := errors.Is(err, store.ErrFailed); unanswered && !errors.Is(got, store.ErrFailed) || !unanswered && !errors.Is(got, rollback) {
		t.Fatalf("%s: %v inside, then %v", m.Name, err, got)
	}
	return err
}

func clearTables(x store.WriteTx) error {
	within := x.(*tx)
	if _, err := within.tx.Exec("PRAGMA defer_foreign_keys = ON"); err != nil {
		return err
	}
	for _, table := range []string{"recovery_codes", "recovery_sets", "apps", "factors", "intents", "one_time_codes", "print_runs", "approvals", "documents", "computers", "profiles", "workspace", "events"} {
		if _, err := within.tx.Exec("DELETE FROM " + table); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// TestTx_EachFaultOfTheDriverIsAnError lets every call to the driver fail, in every method
// that there is. None may answer as if it had read or written everything.
func TestTx_EachFaultOfTheDriverIsAnError(t *testing.T) {
	t.Parallel()
	s, f := onFaultyDriver(t)
	all := reflect.TypeFor[store.WriteTx]()
	for i := range all.NumMethod() {
		m := all.Method(i)
		f.failCall, f.failedRow = 0, 0
		if err := outcome(t, s, f, m); err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v without a fault", m.Name, err)
			continue
		}
		calls, rows := f.calls, f.rows
		if calls == 0 {
			t.Errorf("%s asks nothing", m.Name)
		}
		for n := 1; n <= calls; n++ {
			f.failCall = n
			if err := outcome(t, s, f, m); !errors.Is(err, store.ErrFailed) || !errors.Is(err, errDriver) {
				t.Errorf("%s: %v where call %d of %d failed", m.Name, err, n, calls)
			}
		}
		f.failCall = 0
		for n := 1; n <= rows; n++ {
			f.failedRow = n
			if err := outcome(t, s, f, m); !errors.Is(err, store.ErrAltered) {
				t.Errorf("%s: %v where row %d of %d is none of ours", m.Name, err, n, rows)
			}
		}
	}
}

// TestRun_AFailedStatementFailsItsTransaction overlooks each error of a transaction, and refuses
// something in place of another.
func TestRun_AFailedStatementFailsItsTransaction(t *testing.T) {
	t.Parallel()
	s, f := onFaultyDriver(t)
	refused := errors.New("refused")
	for _, answer := range []error{nil, refused, store.ErrNotFound} {
		for name, act := range map[string]func() error{
			"view": func() error {
				return s.View(t.Context(), func(tx store.ReadTx) error {
					f.armed, f.calls, f.failCall = true, 0, 1
					_, _ = tx.Profile("id")
					f.armed = false
					_, _ = tx.Profile("id")
					return answer
				})
			},
			"update": func() error {
				f.damage = true // which a statement that writes never answers
				defer func() { f.damage = false }()
				return s.Update(t.Context(), func(tx store.WriteTx) error {
					f.armed, f.calls, f.failCall = true, 0, 2
					_ = tx.DeleteVaultKey("id")
					_ = tx.DeleteVaultKey("other")
					f.armed = false
					return answer
				})
			},
		} {
			if err := act(); !errors.Is(err, errDriver) || answer != nil && errors.Is(err, answer) {
				t.Errorf("%s: %v where %v was the answer", name, err, answer)
			}
		}
	}
	f.armed = false
	if err := s.View(t.Context(), func(tx store.ReadTx) error { _, err := tx.VaultKey("id"); return err }); err != nil {
		t.Errorf("what came before the fault was kept: %v", err)
	}
}

// TestRows_EndWithTheirFirstFault goes on asking after it.
func TestRows_EndWithTheirFirstFault(t *testing.T) {
	t.Parallel()
	s, f := onFaultyDriver(t)
	for name, prepare := range map[string]func(store.WriteTx) error{
		"with sheets": func(store.WriteTx) error { return nil }, "without any": clearTables,
	} {
		for n := 1; ; n++ {
			var faults []error
			calls := 0
			err := s.Update(t.Context(), func(tx store.WriteTx) error {
				err := prepare(tx)
				f.armed, f.calls, f.failCall = true, 0, n
				for _, fault := range tx.Rows() {
					if len(faults) > 0 {
						t.Errorf("%s: a row after %v, at call %d", name, faults, n)
					}
					if fault != nil {
						faults = append(faults, fault)
					}
				}
				calls, f.armed = f.calls, false
				return errors.Join(err, errDriver)
			})
			if !errors.Is(err, errDriver) {
				t.Fatal(err)
			}
			if calls < n { // none failed
				break
			}
			if len(faults) != 1 || !errors.Is(faults[0], errDriver) {
				t.Errorf("%s: %v where call %d failed", name, faults, n)
			}
		}
	}
}

func TestRows_MayBeLeftAtAnyOfThem(t *testing.T) {
	t.Parallel()
	s, _ := onFaultyDriver(t)
	if err := s.View(t.Context(), func(tx store.ReadTx) error {
		for n := 1; ; n++ {
			seen := 0
			for _, err := range tx.Rows() {
				if err != nil {
					return err
				}
				if seen++; seen == n {
					break
				}
			}
			if seen < n {
				return nil
			}
		}
	}); err != nil {
		t.Error(err)
	}
}

func TestRows_CodeThatCannotBeReadIsAltered(t *testing.T) {
	t.Parallel()
	s, _ := onFaultyDriver(t)
	if _, err := s.db.ExecContext(t.Context(), "UPDATE recovery_codes SET used_at = 1 << 60 WHERE set_id = 'id' AND number = 1"); err != nil {
		t.Fatal(err)
	}
	var last error
	if err := s.View(t.Context(), func(tx store.ReadTx) error {
		for _, err := range tx.Rows() {
			last = err
		}
		return nil
	}); err != nil || !errors.Is(last, store.ErrAltered) {
		t.Errorf("%v, then %v", last, err)
	}
}
