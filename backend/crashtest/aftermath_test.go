package crashtest

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/sqlite"
	"countersign/backend/workspace"
)

// afterwards is when the program is started again: every pause is over.
var afterwards = begin.Add(7 * 24 * time.Hour)

// state is where a home stands, as far as its owner could tell.
type state struct {
	Created, Sealed bool
	Name, Email     string
	Password        time.Time // when it was changed
	On              bool
	Phone           string // its key
	Sheet, Used     int    // the set in force, and how many of its codes were used
	Contracts       string // how many are kept, in the bin and gone
	Team            string // the other members, what is open for them, and what is asked of all
}

// but forgets what differs between two runs: the keys are random.
func (s state) but(p paper) state {
	s.Phone = fmt.Sprint(slices.Index(p.Phones, s.Phone))
	s.Used = 0
	return s
}

// aftermath starts the program on a home that a crash has left, and proves that
// it is whole. It fails t where anything is half done.
type aftermath struct {
	*testing.T
	home  home
	clock *clock
	paper paper
	store *sqlite.Store
	w     *workspace.Workspace // nil where the home is sealed
	state state
}

func look(t *testing.T, h home) *aftermath {
	t.Helper()
	a := &aftermath{T: t, home: h, clock: &clock{t: afterwards}}
	var err error
	if a.paper, err = h.paper(); err != nil {
		t.Fatal(err)
	}
	a.start()
	t.Cleanup(func() { a.close() })
	a.state = a.observe()
	a.nothingIsLeftOver()
	a.theLedgerAgrees()
	a.theFilesAreThoseOfTheRows()
	a.theLogVerifies()
	a.theFileIsSound()
	first := a.everything()
	a.close()
	a.start()
	for name, second := range a.everything() {
		if first[name] != second {
			t.Errorf("a second start changes %s:\n%s\n%s", name, first[name], second)
		}
		delete(first, name)
	}
	if len(first) > 0 {
		t.Errorf("a second start loses %v", slices.Collect(maps.Keys(first)))
	}
	return a
}

func (a *aftermath) start() {
	a.Helper()
	store, w, err := a.home.open(a.Context(), a.clock.now)
	if workspace.IsCode(err, workspace.CodeNotAuthentic) {
		if store, err = sqlite.Open(a.Context(), a.home.database()); err != nil {
			a.Fatal(err)
		}
		a.store, a.w = store, nil
		return
	}
	if err != nil {
		a.Fatalf("it does not start: %v (%v)", err, errors.Unwrap(err))
	}
	a.store, a.w = store, w
	if err := w.RecoverAll(a.Context()); err != nil {
		a.Fatalf("it does not recover: %v (%v)", err, errors.Unwrap(err))
	}
}

func (a *aftermath) close() {
	if a.store != nil {
		if err := a.store.Close(); err != nil {
			a.Error(err)
		}
	}
	a.store = nil
}

func (a *aftermath) view(fn func(workspace.ReadTx) error) {
	a.Helper()
	if err := a.store.View(a.Context(), fn); err != nil {
		a.Fatal(err)
	}
}

func (a *aftermath) items() map[string]string {
	a.Helper()
	items, err := a.home.keychain().items()
	if err != nil {
		a.Fatal(err)
	}
	return items
}

// owner is who made the workspace: the first profile.
func owner(tx workspace.ReadTx) (first workspace.Profile, err error) {
	all, err := profiles(tx)
	if err == nil && len(all) == 0 {
		err = workspace.ErrNotFound
	}
	if err != nil {
		return first, err
	}
	return slices.MinFunc(all, func(a, b workspace.Profile) int { return a.CreatedAt.Compare(b.CreatedAt) }), nil
}

func profiles(tx workspace.ReadTx) (all []workspace.Profile, err error) {
	for row, err := range tx.Rows() {
		if err != nil {
			return nil, err
		}
		if p, ok := row.Value.(workspace.Profile); ok {
			all = append(all, p)
		}
	}
	return all, nil
}

func (a *aftermath) observe() (s state) {
	a.Helper()
	s.Sealed = a.w == nil
	items := a.items()
	a.view(func(tx workspace.ReadTx) error {
		p, err := owner(tx)
		if errors.Is(err, workspace.ErrNotFound) {
			return nil
		}
		s.Created, s.Name, s.Email, s.Password = true, p.Name, p.Email, p.Password.ChangedAt
		if s.Team, err = team(tx, p.ID); err != nil {
			return err
		}
		if s.Contracts, err = contracts(tx); err != nil {
			return err
		}
		if s.Created && a.w != nil && !a.w.Created() {
			a.Error("there is a profile, and no workspace")
		}
		f, err := tx.Factor(p.ID)
		if err == nil {
			s.On, s.Phone = true, items[f.Item]
		} else if !errors.Is(err, workspace.ErrNotFound) {
			return err
		}
		set, err := tx.ActiveSet(p.ID)
		if errors.Is(err, workspace.ErrNotFound) {
			return nil
		}
		codes, err := tx.Codes(set.ID)
		s.Sheet = set.Sheet
		for _, c := range codes {
			if !c.UsedAt.IsZero() {
				s.Used++
			}
		}
		return err
	})
	if s.On && !slices.Contains(a.paper.Phones, s.Phone) {
		a.Error("2FA is on with a key that nobody has seen")
	}
	if s.Sheet > 0 && a.paper.Sheets[s.Sheet] == nil {
		a.Error("recovery codes are in force that nobody has seen")
	}
	if s.Sheet > 0 && !s.On {
		a.Error("recovery codes are in force with 2FA off")
	}
	return s
}

// nothingIsLeftOver: no intent, no pending set, and exactly the keychain's items
// that the state needs.
func (a *aftermath) nothingIsLeftOver() {
	a.Helper()
	want := map[string]bool{}
	a.view(func(tx workspace.ReadTx) error {
		info, err := tx.Info()
		if errors.Is(err, workspace.ErrNotFound) {
			return nil
		}
		if info.CreatedAt.IsZero() {
			a.Error("half a workspace is left")
		}
		for _, key := range []string{"device", "pepper", "integrity", "anchor"} {
			want[info.ID+"/"+key] = true
		}
		items, err := tx.FactorItems()
		for _, item := range items {
			want[item] = true
		}
		return err
	})
	if a.w != nil { // what is sealed is not tidied up
		a.view(func(tx workspace.ReadTx) error {
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
			for _, state := range []workspace.RunState{workspace.RunIssuing, workspace.RunReady} {
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
		if !want[name] && short(name) != "sealed-guesses" {
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
	a.view(func(tx workspace.ReadTx) error {
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
				if inForce := e.State == workspace.SetActive; inForce != (m.Sheet == e.Sheet && m.Run == r.Number) {
					a.Errorf("the ledger says that sheet %d is %s, and %s has sheet %d", e.Sheet, e.State, m.Email, m.Sheet)
				}
				switch e.State {
				case workspace.SetActive, workspace.SetReplaced, workspace.SetVoided: // or was, until a later one or somebody ended it
					reached++
					continue
				}
				if m.On && m.State != workspace.ProfileRemoved && a.paper.Sheets[m.Sheet] == nil {
					a.Errorf("%s was not reached, and has sheet %d, which nobody has seen", m.Email, m.Sheet)
				}
			}
			if r.State == workspace.RunDone && reached < len(r.Members) {
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
	a.view(func(tx workspace.ReadTx) error {
		for e, err := range tx.Events(0) {
			if err == nil {
				err = v.Next(e.Event, e.Seal)
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

// theDoorsAreAsTheStateSays proves with what is on paper who gets in and who does
// not: each password, each phone, a code of each sheet.
func (a *aftermath) theDoorsAreAsTheStateSays() {
	a.Helper()
	if a.state.Sealed {
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
		err := a.comeIn(pass, func(c *workspace.Challenge) error {
			_, err := c.Verify(a.Context(), secret.NewText(code(key, a.clock.now())))
			return err
		})
		if opens := err == nil; opens != (a.state.On && key == a.state.Phone) {
			a.Errorf("of %d phones, one is the factor: %v; this one answers %v", len(a.paper.Phones), key == a.state.Phone, err)
		}
	}
	for sheet, codes := range a.paper.Sheets {
		a.clock.step(time.Hour)
		err := a.comeIn(pass, func(c *workspace.Challenge) error {
			_, err := c.Recover(a.Context(), secret.NewText(codes[9]))
			return err
		})
		if opens := err == nil; opens != (sheet == a.state.Sheet) {
			a.Errorf("sheet %d is in force; a code of sheet %d answers %v", a.state.Sheet, sheet, err)
		}
	}
}

var errOff = errors.New("2FA is off")

// comeIn gives the password and then whatever second does with the challenge.
func (a *aftermath) comeIn(pass string, second func(*workspace.Challenge) error) error {
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
		} else if !workspace.IsCode(err, workspace.CodeCredentialsWrong) {
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
	_, err := a.w.Create(a.Context(), workspace.NewWorkspace{
		Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(firstPass),
	})
	if err != nil {
		a.Errorf("a workspace cannot be made: %v", err)
	}
}

func (a *aftermath) theOwnerCanAccept() {
	a.Helper()
	ctx := a.Context()
	sealed, err := workspace.OpenSealed(ctx, workspace.Config{Store: a.store, Secrets: a.home.keychain(), Now: a.clock.now, Password: cheap})
	if err == nil {
		err = accept(ctx, sealed, email, secret.NewText(firstPass), byCode(code(a.state.Phone, a.clock.now())))
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

// attempts gives the failures in a row that are counted for the owner.
func (a *aftermath) attempts(kind workspace.Kind) (n int) {
	a.Helper()
	a.view(func(tx workspace.ReadTx) error {
		p, err := owner(tx)
		if err != nil {
			return err
		}
		at, err := tx.Attempts(p.ID, kind)
		if errors.Is(err, workspace.ErrNotFound) {
			return nil
		}
		n = at.Failures
		return err
	})
	return n
}
