package crashtest

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// nothingIsLeftOver: no intent, no pending set, and exactly the keychain's items
// that the state needs.
func (a *aftermath) nothingIsLeftOver() {
	a.Helper()
	want := map[string]bool{}
	a.view(func(tx store.ReadTx) error {
		info, err := tx.Info()
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if info.CreatedAt.IsZero() {
			a.Error("half a workspace is left")
		}
		for _, key := range []string{"device", "lock", "pepper", "integrity", "anchor"} {
			want[info.ID+"/"+key] = true
		}
		items, err := tx.FactorItems()
		for _, item := range items {
			want[item] = true
		}
		return err
	})
	if a.w != nil { // what is sealed is not tidied up
		a.view(func(tx store.ReadTx) error {
			intents, err := tx.Intents()
			if len(intents) > 0 {
				a.Errorf("an intent is left: %+v", intents)
			}
			if err != nil {
				return err
			}
			pending, err := tx.PendingSets("")
			if len(pending) > 0 {
				a.Errorf("codes that were shown and not kept are left: %v", pending)
			}
			if err != nil {
				return err
			}
			for _, state := range []store.RunState{store.RunIssuing, store.RunReady} {
				runs, err := tx.RunsIn(state)
				if err != nil {
					return err
				}
				if len(runs) > 0 {
					a.Errorf("a print run is left as %s", state)
				}
			}
			return nil
		})
	}
	for name := range a.items() {
		switch short(name) {
		case "sealed-guesses", "computer", "vault", "checkpoint": // a computer’s key, and the vault that it knows, stay as long as the workspace is used here
			continue
		}
		if !want[name] {
			a.Errorf("the keychain keeps %s for nothing", short(name))
		}
		delete(want, name)
	}
	for name := range want {
		if a.w != nil {
			a.Errorf("the keychain lacks %s", short(name))
		}
	}
}

// theLedgerAgrees with what each member holds: the sheet of a run that stands
// there as in force is the one that opens, and whoever the run did not reach has
// the set from before. Both are on paper.
func (a *aftermath) theLedgerAgrees() {
	a.Helper()
	if a.w == nil {
		return
	}
	a.view(func(tx store.ReadTx) error {
		runs, err := tx.Runs(0, 100)
		if err != nil {
			return err
		}
		for _, r := range runs {
			reached := 0
			entries, err := tx.Ledger(r.Number)
			if err != nil {
				return err
			}
			for _, e := range entries {
				m, err := tx.Member(e.ProfileID)
				if err != nil {
					return err
				}
				if inForce := e.State == store.SetActive; inForce != (m.Sheet == e.Sheet && m.Run == r.Number) {
					a.Errorf("the ledger says that sheet %d is %s, and %s has sheet %d", e.Sheet, e.State, m.Email, m.Sheet)
				}
				switch e.State {
				case store.SetActive, store.SetReplaced, store.SetVoided: // or was, until a later one or somebody ended it
					reached++
					continue
				}
				if m.On && m.State != store.ProfileRemoved && a.paper.Sheets[sheetOf(m.Email, m.Sheet)] == nil {
					a.Errorf("%s was not reached, and has sheet %d, which nobody has seen", m.Email, m.Sheet)
				}
			}
			if r.State == store.RunDone && reached < len(r.Members) {
				a.Errorf("run %d is %s, with %d of %d sheets in force", r.Number, r.State, reached, len(r.Members))
			}
		}
		return nil
	})
}

// theLogVerifies from its first event, whatever marks there are.
func (a *aftermath) theLogVerifies() {
	a.Helper()
	var key string
	for name, value := range a.items() {
		if short(name) == "integrity" {
			key = value
		}
	}
	v := audit.NewVerifier(secret.NewBytes([]byte(key)))
	a.view(func(tx store.ReadTx) error {
		for e, err := range tx.Events(0) {
			if err == nil {
				err = v.Next(e.Event, e.Signature)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if a.state.Created && v.Seq() == 0 {
		a.Error("the log is empty")
	}
}

func (a *aftermath) theFileIsSound() {
	a.Helper()
	for _, pragma := range []string{"integrity_check", "foreign_key_check"} {
		if got := a.rows("PRAGMA " + pragma); got != "" && got != "[ok]\n" {
			a.Errorf("%s says %s", pragma, got)
		}
	}
}

// everything is all rows of all tables, and all items of the keychain.
func (a *aftermath) everything() map[string]string {
	a.Helper()
	all := map[string]string{}
	for table := range strings.Lines(a.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
		table = strings.Trim(table, "[]\n")
		all[table] = a.rows("SELECT * FROM " + table)
	}
	for name, value := range a.items() {
		all[name] = fmt.Sprintf("%x", value)
	}
	for _, name := range a.files() {
		all[name] = "a file"
	}
	return all
}

func (a *aftermath) rows(query string) string {
	a.Helper()
	db, err := sql.Open("sqlite", a.home.database())
	if err != nil {
		a.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(a.Context(), query)
	if err != nil {
		a.Fatal(err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		columns, err := rows.Columns()
		if err != nil {
			a.Fatal(err)
		}
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			a.Fatal(err)
		}
		lines = append(lines, fmt.Sprint(values)+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// signInsMatchTheState proves with what is on paper who gets in and who does
// not: each password, each phone, a code of each sheet.
func (a *aftermath) signInsMatchTheState() {
	a.Helper()
	if a.state.Quarantined {
		a.theOwnerCanAccept()
	}
	if !a.state.Created {
		a.aWorkspaceCanBeMade()
		return
	}
	pass := a.thePassword()
	a.theContractsOpen(pass)
	for _, key := range a.paper.Phones {
		a.clock.step(time.Hour)
		err := a.comeIn(pass, func(c *client.Challenge) error {
			_, err := c.Verify(a.Context(), secret.NewText(code(key, a.clock.now())))
			return err
		})
		if opens := err == nil; opens != a.state.opens(key) {
			a.Errorf("of %d phones, this one is an app of the profile: %v; it answers %v", len(a.paper.Phones), a.state.opens(key), err)
		}
	}
	for sheet, codes := range a.paper.Sheets {
		a.clock.step(time.Hour)
		err := a.comeIn(pass, func(c *client.Challenge) error {
			_, err := c.Recover(a.Context(), secret.NewText(codes[9]))
			return err
		})
		if opens := err == nil; opens != (sheet == sheetOf(email, a.state.Sheet)) {
			a.Errorf("sheet %d is in force; a code of %s answers %v", a.state.Sheet, sheet, err)
		}
	}
}

var errOff = errors.New("2FA is off")

// comeIn gives the password and then whatever second does with the challenge.
func (a *aftermath) comeIn(pass string, second func(*client.Challenge) error) error {
	a.Helper()
	s, c, err := a.w.SignIn(a.Context(), a.state.Email, secret.NewText(pass))
	if err != nil {
		a.Fatalf("the password does not work any more: %v", err)
	}
	if c != nil && c.MustChoosePassword() { // it stands alone, and opens nothing yet
		return errOff
	}
	if (s != nil) == a.state.On {
		a.Fatalf("2FA on: %v, and the password alone opens: %v", a.state.On, s != nil)
	}
	if c == nil {
		return errOff
	}
	return second(c)
}

// thePassword is the one that opens: exactly one of those on paper.
func (a *aftermath) thePassword() (right string) {
	a.Helper()
	opens := 0
	for _, pass := range a.paper.Passwords {
		a.clock.step(time.Hour)
		_, _, err := a.w.SignIn(a.Context(), a.state.Email, secret.NewText(pass))
		if err == nil {
			right = pass
			opens++
		} else if !service.IsCode(err, service.CodeCredentialsWrong) {
			a.Error(err)
		}
	}
	if opens != 1 {
		a.Fatalf("%d of %d passwords open", opens, len(a.paper.Passwords))
	}
	return right
}

func (a *aftermath) aWorkspaceCanBeMade() {
	a.Helper()
	_, err := a.w.Create(a.Context(), client.NewWorkspace{
		Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(firstPass),
	})
	if err != nil {
		a.Errorf("a workspace cannot be made: %v", err)
	}
}

func (a *aftermath) theOwnerCanAccept() {
	a.Helper()
	ctx := a.Context()
	sealed, err := local.OpenQuarantined(ctx, local.Config{Store: a.store, Secrets: a.home.keychain(), Now: a.clock.now, Password: cheap, Recovery: cheapCodes})
	if err == nil {
		err = accept(ctx, sealed, email, secret.NewText(firstPass), byCode(code(a.state.onePhone(), a.clock.now())))
	}
	if err != nil {
		a.Fatalf("the owner cannot go on: %v (%v)", err, errors.Unwrap(err))
	}
	a.close()
	a.start()
	if a.w == nil {
		a.Fatal("what was accepted does not open")
	}
}
