package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/store"
)

// TestErrors_AreWhatTheServerSaysWithoutItsValues has a trigger answer with each SQLSTATE, and with
// a value of the row in everything that PostgreSQL lets it say.
func TestErrors_AreWhatTheServerSaysWithoutItsValues(t *testing.T) {
	t.Parallel()
	s, connString := staffed(t, "a")
	sneak(t, connString, `CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		RAISE EXCEPTION USING ERRCODE = NEW.reason, MESSAGE = 'the server says so', DETAIL = NEW.by_name, HINT = NEW.by_name; END $$`,
		`CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		RAISE EXCEPTION USING ERRCODE = NEW.kind, MESSAGE = NEW.actor; END $$`,
		"CREATE TRIGGER t BEFORE INSERT ON print_runs FOR EACH ROW EXECUTE FUNCTION public.refuse()",
		"CREATE TRIGGER t BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION public.tell()")
	for code, want := range map[string]error{
		"40001": store.ErrConflict, "40P01": store.ErrConflict, "53100": store.ErrFull,
		"25006": store.ErrReadOnly, "42501": store.ErrReadOnly, "53300": store.ErrBusy, "55P03": store.ErrBusy, "57P03": store.ErrBusy,
		"XX001": store.ErrDamaged, "XX002": store.ErrDamaged, "58030": store.ErrFailed, "XX000": store.ErrFailed, "53200": store.ErrFailed, "57014": store.ErrFailed,
	} {
		err := s.Update(t.Context(), func(tx store.WriteTx) error {
			return tx.InsertRun(store.Run{Number: 1, ByName: "hush-hush", Reason: code, Kind: store.RunPrint, State: store.RunDone})
		})
		is(t, code, err, want)
		if said := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(said, "hush-hush") || !strings.Contains(said, code) {
			t.Errorf("%s: %s", code, said)
		}
		if told := strings.Contains(fmt.Sprint(err), "the server says so"); told != (code[:2] != "42") {
			t.Errorf("%s: the message is told: %t", code, told)
		}
	}
	for _, code := range []string{"22001", "22P02", "22021", "23514", "P0001"} {
		err := s.Update(t.Context(), func(tx store.WriteTx) error {
			e := event(1, code, "hush-hush", "")
			return tx.AppendEvent(e)
		})
		is(t, code, err, store.ErrFailed)
		if said := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(said, "hush-hush") || !strings.Contains(said, code) {
			t.Errorf("%s: %s", code, said)
		}
	}
	err := s.Update(t.Context(), func(tx store.WriteTx) error {
		twin := person("hush-hush")
		twin.EmailKey = "a"
		return tx.InsertProfile(twin)
	})
	is(t, "a twin", err, store.ErrFailed)
	if said := err.Error(); !strings.Contains(said, "profiles_workspace_email_key_key") || strings.Contains(said, "hush-hush") {
		t.Error(said)
	}
}

func TestErrors_OfTheDriver(t *testing.T) {
	t.Parallel()
	cause := errors.New("the network is down")
	for err, want := range map[error]error{
		cause: store.ErrFailed, context.Canceled: context.Canceled, fmt.Errorf("x: %w", store.ErrBusy): store.ErrBusy, &pgconn.PgError{Code: "40001"}: store.ErrConflict,
	} {
		got := postgres.Explain(err)
		is(t, err.Error(), got, want)
		if again := postgres.Explain(got); again != got {
			t.Errorf("%v, said again: %v", got, again)
		}
	}
	if err := postgres.Explain(cause); !errors.Is(err, cause) {
		t.Errorf("the cause is lost: %v", err)
	}
	if err := postgres.Explain(context.Canceled); errors.Is(err, store.ErrFailed) {
		t.Errorf("an end is a failure: %v", err)
	}
}

// TestRow_ThatIsNoneOfOursIsAltered writes what no method writes. The transaction goes on, to say which one it is.
func TestRow_ThatIsNoneOfOursIsAltered(t *testing.T) {
	t.Parallel()
	s, connString := staffed(t, "a", "b")
	update(t, s, func(tx store.WriteTx) error {
		e := event(1, "k", "a", "b")
		return errors.Join(tx.AppendEvent(e), tx.InsertFactor(store.Factor{ProfileID: "a", Apps: []store.App{{Generation: 1, Item: "i"}}}),
			tx.InsertSet(set("s", "a", 1, store.SetActive), [][]byte{{1}, {2}}))
	})
	sneak(t, connString, "UPDATE profiles SET password_lanes = 257 WHERE id = 'a'", "UPDATE profiles SET created_at = 1::bigint << 60 WHERE id = 'b'",
		"UPDATE factors SET since = -62135596800001", "UPDATE recovery_codes SET used_at = 253402300800000 WHERE number = 2")
	view(t, s, func(tx store.ReadTx) error {
		for name, look := range map[string]func() error{
			"a byte that is none":   func() error { _, err := tx.Profile("a"); return err },
			"a time that is none":   func() error { _, err := tx.Profile("b"); return err },
			"a time that is before": func() error { _, err := tx.Factor("a"); return err },
			"a time that is after":  func() error { _, err := tx.Codes("s"); return err },
			"a member":              func() error { _, err := tx.Members(); return err },
			"a walk": func() (last error) {
				for _, err := range tx.Rows() {
					if last != nil {
						t.Errorf("a row after %v", last)
					}
					last = err
				}
				return last
			},
		} {
			err := look()
			is(t, name, err, store.ErrAltered, store.ErrNotFound, store.ErrFailed)
			for _, value := range []string{"257", "1152921504606846976", "62135596800001", "253402300800000"} {
				if strings.Contains(fmt.Sprint(err), value) {
					t.Errorf("%s: the value is told: %v", name, err)
				}
			}
		}
		_, err := tx.Set("s")
		return err
	})
	for _, statement := range []string{"UPDATE events SET detail = '{'", "UPDATE events SET detail = '{}', rows = '1'"} {
		sneak(t, connString, statement)
		view(t, s, func(tx store.ReadTx) error {
			for range 2 { // the transaction goes on
				var last error
				for _, err := range tx.Events(0) {
					last = err
				}
				is(t, statement, last, brokenLog, store.ErrFailed)
			}
			return nil
		})
	}
}

// TestRow_InTimeIsRead holds the bounds of time from within.
func TestRow_InTimeIsRead(t *testing.T) {
	t.Parallel()
	s, connString := staffed(t, "a")
	for _, at := range []int64{-62135596800000, 253402300799999} {
		sneak(t, connString, fmt.Sprintf("UPDATE profiles SET created_at = %d", at))
		view(t, s, func(tx store.ReadTx) error {
			p, err := tx.Profile("a")
			if p.CreatedAt.UnixMilli() != at {
				t.Errorf("%v, not %d", p.CreatedAt, at)
			}
			return err
		})
	}
}

// TestTable_WhoseFileIsDamagedIsDamaged overwrites a page of a table in a database that nobody has read from.
func TestTable_WhoseFileIsDamagedIsDamaged(t *testing.T) {
	t.Parallel()
	on := postgrestest.New(t)
	whole := on.Database(t)
	if err := postgres.Migrate(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	d, err := postgres.Open(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	put(t, d.Workspace("w"), "a", "b")
	var file string
	view(t, d.Workspace("w"), func(tx store.ReadTx) (err error) { file, err = postgres.FileOf(tx, "profiles"); return err })
	d.Close()
	_, name, _ := strings.Cut(whole, "dbname=")
	copied := on.Database(t, "TEMPLATE", name, "STRATEGY file_copy") // whose pages are not in the server's memory
	number := on.Number(t, copied)
	f, err := os.OpenFile(filepath.Join(on.Folder(), "data", "base", number, filepath.Base(file)), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte(strings.Repeat("\xff", 64)), 0)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	s := open(t, copied).Workspace("w")
	refused := errors.New("refused")
	err = s.View(t.Context(), func(tx store.ReadTx) error {
		_, _ = tx.Profile("a") // what the server finds damaged fails the transaction, even if it is overlooked
		return refused
	})
	is(t, "a view", err, store.ErrDamaged, refused)
	err = s.Update(t.Context(), func(tx store.WriteTx) error { return tx.UpdateProfile(person("a")) })
	is(t, "an update", err, store.ErrDamaged)
}

// TestTx_WithoutItsConnectionNoMethodAnswers calls each method that there is on a connection that is gone.
func TestTx_WithoutItsConnectionNoMethodAnswers(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t, "a")
	all := reflect.TypeFor[store.WriteTx]()
	for m := range all.Methods() {
		overlooked := s.Update(t.Context(), func(tx store.WriteTx) error {
			if err := postgres.Lose(tx); err != nil {
				return err
			}
			var in []reflect.Value
			for i := range m.Type.NumIn() {
				in = append(in, reflect.Zero(m.Type.In(i)))
			}
			out := reflect.ValueOf(tx).MethodByName(m.Name).Call(in)
			var err error
			if last := out[len(out)-1]; last.Kind() == reflect.Func { // a walk
				walked := 0
				for _, e := range last.Seq2() {
					err, _ = e.Interface().(error)
					walked++
				}
				if walked != 1 {
					t.Errorf("%s walks over %d rows", m.Name, walked)
				}
			} else {
				err, _ = last.Interface().(error)
			}
			is(t, m.Name, err, store.ErrFailed, store.ErrNotFound, store.ErrUnknownOutcome)
			return nil
		})
		is(t, m.Name+", overlooked", overlooked, store.ErrFailed, store.ErrUnknownOutcome)
	}
}
