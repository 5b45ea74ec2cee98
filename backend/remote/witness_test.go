package remote_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"countersign/backend/api"
	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Each computer is a witness of the log. These tests put an older database back, keep two, or have the server lie, and look for who finds it.

// histories are a server's instances on one PostgreSQL, whose whole content can be put aside and put back, secrets and anchor with it.
type histories struct {
	*instances
	bella *client.Workspace
	admin *pgx.Conn
}

func newHistories(t *testing.T) *histories {
	t.Helper()
	h := &histories{instances: newInstances(t)}
	var err error
	h.admin, err = pgx.Connect(t.Context(), h.conn)
	h.ok(err)
	t.Cleanup(func() { _ = h.admin.Close(h.ctx()) })
	h.bella = h.member()
	return h
}

func (h *histories) sql(statement string, args ...any) {
	h.Helper()
	_, err := h.admin.Exec(h.ctx(), statement, args...)
	h.ok(err)
}

func (h *histories) tables() []string {
	h.Helper()
	rows, err := h.admin.Query(h.ctx(), "SELECT tablename FROM pg_tables WHERE schemaname = 'countersign' AND tablename <> 'goose_db_version'")
	h.ok(err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	h.ok(err)
	if len(all) < 15 {
		h.Fatalf("there are only the tables %v", all)
	}
	return all
}

// dump puts a copy of every row aside.
func (h *histories) dump(as string) {
	h.Helper()
	h.sql("CREATE SCHEMA " + as)
	for _, table := range h.tables() {
		h.sql(fmt.Sprintf("CREATE TABLE %s.%s AS TABLE countersign.%s", as, table, table))
	}
}

// restore puts what was put aside in the place of all that is there, as somebody does who can write the database.
func (h *histories) restore(as string) {
	h.Helper()
	script := []string{"BEGIN", "SET LOCAL session_replication_role = replica"}
	for _, table := range h.tables() {
		script = append(script, "DELETE FROM countersign."+table, fmt.Sprintf("INSERT INTO countersign.%s SELECT * FROM %s.%s", table, as, table))
	}
	h.sql(strings.Join(append(script, "COMMIT"), ";"))
}

// enters signs in and out, a moment after what was before: no two histories are the same.
func (p *place) enters(w *client.Workspace, email, pass string) error {
	p.Helper()
	p.clk.advance(time.Second)
	s, c, err := w.SignIn(p.ctx(), email, secret.NewText(pass))
	if err != nil {
		if s != nil || c != nil {
			p.Fatal("who is refused is in")
		}
		return err
	}
	return s.End(p.ctx())
}

func (p *place) ownerEnters() error { p.Helper(); return p.enters(p.owner, ownerEmail, ownerPass) }

func (h *histories) bellaEnters() error {
	h.Helper()
	return h.enters(h.bella, bellaEmail, bellaPass)
}

// kept is what a computer knows of the log.
func (p *place) kept(of store.Secrets) (audit.Witness, audit.Checkpoint) {
	p.Helper()
	b, err := of.Get(p.ctx(), client.CheckpointName(p.owner.ID()))
	p.ok(err)
	w, c, err := audit.ParseWitness(b.Reveal())
	p.ok(err)
	return w, c
}

func (h *histories) head() (n int64) {
	h.Helper()
	h.ok(h.admin.QueryRow(h.ctx(), "SELECT max(seq) FROM countersign.events").Scan(&n))
	return n
}

func TestWitness_FindsADatabaseThatWasRolledBack(t *testing.T) {
	t.Parallel()
	h := newHistories(t)
	h.ok(h.bellaEnters())
	h.ok(h.ownerEnters())
	h.dump("older")
	s := h.signIn(h.owner, ownerEmail, ownerPass)
	a, err := s.Admin(h.ctx())
	h.ok(err)
	h.ok(a.RenameWorkspace(h.ctx(), "Southwind"))
	h.ok(s.End(h.ctx()))
	h.ok(h.ownerEnters())
	_, known := h.kept(h.keys)
	h.restore("older")
	for range 2 {
		e := new(service.Error)
		if err := h.ownerEnters(); !errors.As(err, &e) || e.Code != service.CodeLogNotAuthentic || e.Args["event"] != int(known.Size) || e.Args["code"] != known.Short() {
			t.Fatalf("the owner, who knows of event %d: %v, %v", known.Size, err, e)
		}
		if said := h.post(api.Look.Path(), h.wire.lastToken(), "{}"); said.code() != service.CodeSessionEnded { // and nobody else uses the session
			t.Errorf("the session of who was refused: %s", said.body)
		}
	}
	h.ok(h.bellaEnters()) // whose computer has seen nothing that is gone
	h.sql("DROP SCHEMA older CASCADE")
	if _, still := h.kept(h.keys); still != known {
		t.Error("a log that was refused is known")
	}
}

func TestWitness_FindsTheOlderDatabaseThatHasGrown(t *testing.T) {
	t.Parallel()
	h := newHistories(t)
	h.dump("older")
	h.ok(h.ownerEnters())
	_, known := h.kept(h.keys)
	h.restore("older")
	for h.head() < known.Size+5 { // others go on, until it is longer than it was
		h.ok(h.bellaEnters())
	}
	h.refused(h.ownerEnters(), service.CodeLogNotAuthentic)
}

func TestWitness_FindsThatTwoMembersAreShownTwoLogs(t *testing.T) {
	t.Parallel()
	h := newHistories(t)
	h.ok(h.bellaEnters())
	h.ok(h.ownerEnters())
	h.dump("common")
	h.ok(h.ownerEnters()) // the owner sees one
	_, owners := h.kept(h.keys)
	h.dump("first")
	h.restore("common")
	h.ok(h.bellaEnters()) // and Bella another
	h.dump("second")
	s := h.signIn(h.bella, bellaEmail, bellaPass)
	h.refused(s.CompareLog(h.ctx(), owners.Size, owners.Short()), service.CodeLogCodeOther) // who tell each other find it
	h.ok(s.End(h.ctx()))
	h.refused(h.ownerEnters(), service.CodeLogNotAuthentic) // and so does whoever is shown the other's
	h.restore("first")
	h.refused(h.bellaEnters(), service.CodeLogNotAuthentic)
	h.ok(h.ownerEnters())
}

func TestWitness_FindsATailThatWasCutAndATreeThatWasChanged(t *testing.T) {
	t.Parallel()
	for name, statements := range map[string][]string{
		"cut":                       {"DELETE FROM countersign.events WHERE seq > (SELECT max(seq) - 2 FROM countersign.events)"},
		"hashes of subtrees":        {"UPDATE countersign.events SET tree = set_byte(tree, length(tree) - 1, get_byte(tree, length(tree) - 1) # 1)"},
		"all hashes":                {"UPDATE countersign.events SET tree = ''"},
		"the newest event's hashes": {"UPDATE countersign.events SET tree = '' WHERE seq = (SELECT max(seq) FROM countersign.events)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHistories(t)
			h.ok(h.ownerEnters())
			for _, s := range statements {
				h.sql(s)
			}
			h.refused(h.ownerEnters(), service.CodeLogNotAuthentic)
		})
	}
}

func TestWitness_SeesEachActThatMustNotBeLost(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(h *histories, a *client.Admin, bella string, p client.Proof) error{
		"a password reset": func(h *histories, a *client.Admin, bella string, p client.Proof) error {
			return second(a.ResetPassword(h.ctx(), bella, "", p))
		},
		"a kit": func(h *histories, a *client.Admin, _ string, p client.Proof) error {
			return second(a.MakeKit(h.ctx(), p))
		},
		"a rotation": func(h *histories, a *client.Admin, _ string, p client.Proof) error {
			return a.BeginRotation(h.ctx(), p)
		},
		"the end of a rotation": func(h *histories, a *client.Admin, _ string, p client.Proof) error {
			h.ok(a.BeginRotation(h.ctx(), p))
			return a.Rotate(h.ctx(), nil)
		},
		"a role": func(h *histories, a *client.Admin, bella string, p client.Proof) error {
			return a.SetRole(h.ctx(), bella, service.RoleAdmin, p)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHistories(t)
			s := h.signIn(h.owner, ownerEmail, ownerPass)
			a, err := s.Admin(h.ctx())
			h.ok(err)
			all, err := a.Members(h.ctx())
			h.ok(err)
			bella := ""
			for _, m := range all {
				if m.Email == bellaEmail {
					bella = m.ID
				}
			}
			h.dump("before")
			h.ok(act(h, a, bella, client.Proof{Password: secret.NewText(ownerPass)}))
			if _, c := h.kept(h.keys); c.Size != h.head() {
				t.Errorf("the computer knows %d events of %d", c.Size, h.head())
			}
			h.restore("before") // an act that was given is gone
			h.refused(h.ownerEnters(), service.CodeLogNotAuthentic)
		})
	}
}

func TestWitness_SeesAPasswordAndAComputerThatWasRemoved(t *testing.T) {
	t.Parallel()
	h := newHistories(t)
	s := h.signIn(h.owner, ownerEmail, ownerPass)
	given, err := s.GiveComputerCode(h.ctx(), client.Proof{Password: secret.NewText(ownerPass)})
	h.ok(err)
	other := h.computer(t)
	h.ok(other.AddComputer(h.ctx(), ownerEmail, secret.NewText(given.Code.Display())))
	list, err := s.Computers(h.ctx())
	h.ok(err)
	i := slices.IndexFunc(list.All, func(c client.Computer) bool { return !c.Here })
	h.ok(s.RemoveComputer(h.ctx(), list.All[i].ID, client.Proof{Password: secret.NewText(ownerPass)}))
	if _, c := h.kept(h.keys); c.Size != h.head() {
		t.Errorf("after the removal the computer knows %d events of %d", c.Size, h.head())
	}
	h.ok(s.ChangePassword(h.ctx(), secret.NewText(ownerPass), secret.NewText("granite lagoon whisper 47"), client.FactorInput{}))
	if _, c := h.kept(h.keys); c.Size != h.head() {
		t.Errorf("after the change the computer knows %d events of %d", c.Size, h.head())
	}
	list, err = s.Computers(h.ctx()) // the share is the one that is in force
	h.ok(err)
	if len(list.All) != 1 || list.All[0].Strange {
		t.Errorf("%+v", list)
	}
}

func TestWitness_APrintRunIsSeenOnceItsSheetsAreInForce(t *testing.T) {
	t.Parallel()
	h := newHistories(t)
	bella := h.signIn(h.bella, bellaEmail, bellaPass)
	h.enable(bella, bellaPass)
	s := h.signIn(h.owner, ownerEmail, ownerPass)
	a, err := s.Admin(h.ctx())
	h.ok(err)
	run, err := a.BeginRun(h.ctx(), service.RunRequest{Members: []string{bella.ProfileID()}, Kind: service.RunPrint, Reason: "New codes"}, client.Proof{Password: secret.NewText(ownerPass)})
	h.ok(err)
	if _, c := h.kept(h.keys); c.Size != h.head() {
		t.Errorf("once it was begun the computer knows %d events of %d", c.Size, h.head())
	}
	h.ok(run.Issue(h.ctx(), nil, func(client.RunSheet) error { return nil }))
	_, err = run.PutInForce(h.ctx(), nil)
	h.ok(err)
	if _, c := h.kept(h.keys); c.Size != h.head() {
		t.Errorf("once its sheets are in force the computer knows %d events of %d", c.Size, h.head())
	}
}

func TestWitness_ARestoreIsAcceptedWithItsCodeAlone(t *testing.T) {
	t.Parallel()
	h := newHistories(t)
	h.ok(h.bellaEnters())
	h.dump("backup")
	h.ok(h.ownerEnters())
	_, known := h.kept(h.keys)
	h.restore("backup")
	h.ok(h.inner.NoteRestored(h.ctx(), h.clk.now()))
	event, code, err := h.inner.LogCode(h.ctx())
	h.ok(err)
	if event != h.head() {
		t.Fatalf("the restore gives the code of event %d", event)
	}
	h.refused(h.owner.AcceptRestored(h.ctx(), code), service.CodeLogCode) // nobody has been refused yet
	h.ok(h.bellaEnters())                                                 // who knows nothing that is gone
	e := new(service.Error)
	if err := h.ownerEnters(); !errors.As(err, &e) || e.Code != service.CodeLogRestored || e.Args["event"] != int(event) {
		t.Fatalf("%v, %+v", err, e)
	}
	h.refused(h.owner.AcceptRestored(h.ctx(), "ABCD"), service.CodeLogCode)
	h.refused(h.owner.AcceptRestored(h.ctx(), known.Short()), service.CodeLogCodeOther)
	h.refused(h.ownerEnters(), service.CodeLogRestored)
	h.ok(h.owner.AcceptRestored(h.ctx(), " "+strings.ToLower(strings.ReplaceAll(code, "-", " "))+" "))
	h.refused(h.owner.AcceptRestored(h.ctx(), code), service.CodeLogCode) // once
	h.ok(h.ownerEnters())
	// A database that is rolled back after a restore is found all the same.
	h.dump("again")
	h.ok(h.ownerEnters())
	h.restore("again")
	h.refused(h.ownerEnters(), service.CodeLogNotAuthentic)
}

// TestWitness_ARefusedSignInUsesUpNoNews: the workspace has let the person in, and takes what it told for told. They have seen nothing of it.
func TestWitness_ARefusedSignInUsesUpNoNews(t *testing.T) {
	t.Parallel()
	h := newHistories(t)
	h.ok(h.ownerEnters())
	h.dump("backup")
	h.ok(h.ownerEnters())
	h.restore("backup")
	h.ok(h.inner.NoteRestored(h.ctx(), h.clk.now()))
	_, code, err := h.inner.LogCode(h.ctx())
	h.ok(err)
	h.ok(h.bellaEnters())
	wrong := func() {
		_, _, err := h.owner.SignIn(h.ctx(), ownerEmail, secret.NewText("granite lagoon whisper 47"))
		h.refused(err, service.CodeCredentialsWrong)
	}
	wrong()
	var refused *client.RefusedHere
	if err := h.ownerEnters(); !errors.As(err, &refused) || !service.IsCode(err, service.CodeLogRestored) || refused.Untold.FailedPasswords != 1 || !toldOfRestore(refused.Untold.News) {
		t.Fatalf("refused, it says %v, %+v", err, refused)
	}
	wrong()
	h.refused(h.ownerEnters(), service.CodeLogRestored)
	h.ok(h.owner.AcceptRestored(h.ctx(), code))
	s := h.signIn(h.owner, ownerEmail, ownerPass)
	told := s.Welcome()
	if told.FailedPasswords != 2 || told.LastFailedPasswordAt.IsZero() || !toldOfRestore(told.News) || told.Seq <= refused.Untold.Seq {
		t.Errorf("the next sign-in tells %+v", told)
	}
	h.ok(s.End(h.ctx()))
	if told := h.signIn(h.owner, ownerEmail, ownerPass).Welcome(); told.FailedPasswords != 0 || toldOfRestore(told.News) {
		t.Errorf("it is told twice: %+v", told)
	}
	if told := h.signIn(h.bella, bellaEmail, bellaPass).Welcome(); told.FailedPasswords != 0 {
		t.Errorf("another is told it: %+v", told)
	}
}

// toldOfRestore reports whether a restore is among the news, and once.
func toldOfRestore(news []service.News) bool {
	n := 0
	for _, one := range news {
		if one.Kind == "server-restored" {
			n++
		}
	}
	return n == 1
}

func TestWitness_WhatIsComparedIsVerified(t *testing.T) {
	t.Parallel()
	h := newHistories(t)
	s := h.signIn(h.owner, ownerEmail, ownerPass)
	b := h.signIn(h.bella, bellaEmail, bellaPass)
	owners, err := s.LogState(h.ctx())
	h.ok(err)
	if _, c := h.kept(h.keys); owners.Event != h.head() || owners.Code != c.Short() || !owners.At.Equal(c.At) || !strings.HasPrefix(owners.Key, "countersign/"+h.owner.ID()+"+") {
		t.Errorf("%+v", owners)
	}
	h.ok(b.Rename(h.ctx(), "Bella N."))
	h.ok(b.CompareLog(h.ctx(), owners.Event, owners.Code))
	h.ok(b.CompareLog(h.ctx(), owners.Event, strings.ToLower(strings.ReplaceAll(owners.Code, "-", ""))))
	h.refused(b.CompareLog(h.ctx(), owners.Event-1, owners.Code), service.CodeLogCodeOther)
	h.refused(b.CompareLog(h.ctx(), h.head()+1, owners.Code), service.CodeEventUnknown)
	h.refused(b.CompareLog(h.ctx(), 0, owners.Code), service.CodeEventUnknown)
	h.refused(b.CompareLog(h.ctx(), -3, owners.Code), service.CodeEventUnknown)
	h.refused(b.CompareLog(h.ctx(), owners.Event, "ABC"), service.CodeLogCode)
}

// otherKey signs for a log as another server would.
var otherKey = ed25519.NewKeyFromSeed([]byte("a seed of thirty-two bytes ....."))

func (p *place) signedByAnother(c audit.Checkpoint) service.Checkpoint {
	p.Helper()
	public := otherKey.Public().(ed25519.PublicKey)
	key, err := audit.CheckpointKey(c.Origin, public)
	p.ok(err)
	signed, err := c.Sign(public, func(m []byte) ([]byte, error) { return ed25519.Sign(otherKey, m), nil })
	p.ok(err)
	return service.Checkpoint{Key: key, Signed: signed}
}

func TestLyingServer_ShowsNoLogOfItsOwn(t *testing.T) {
	t.Parallel()
	p, l := newLiar(t)
	enters := func(lie func(service.CheckpointQuery, service.Checkpoint) service.Checkpoint, code service.Code) {
		t.Helper()
		l.lie(lies{shown: lie})
		err := p.ownerEnters()
		l.lie(lies{})
		if code == "" {
			p.ok(err)
		} else {
			p.refused(err, code)
		}
	}
	enters(nil, "")
	var older service.Checkpoint
	enters(func(_ service.CheckpointQuery, c service.Checkpoint) service.Checkpoint { older = c; return c }, "")
	enters(nil, "")
	opened := func(c service.Checkpoint) audit.Checkpoint {
		t.Helper()
		is, err := audit.OpenCheckpoint(c.Signed, c.Key)
		p.ok(err)
		return is
	}
	for name, lie := range map[string]func(service.CheckpointQuery, service.Checkpoint) service.Checkpoint{
		"an older one": func(service.CheckpointQuery, service.Checkpoint) service.Checkpoint { return older },
		"no proof": func(_ service.CheckpointQuery, c service.Checkpoint) service.Checkpoint {
			c.Consistent = nil
			return c
		},
		"a proof that was changed": func(_ service.CheckpointQuery, c service.Checkpoint) service.Checkpoint {
			if len(c.Consistent) == 0 {
				t.Error("there is no proof")
				return service.Checkpoint{}
			}
			c.Consistent[0] = bytes.Repeat([]byte{7}, 32)
			return c
		},
		"another key": func(_ service.CheckpointQuery, c service.Checkpoint) service.Checkpoint {
			other := p.signedByAnother(opened(c))
			other.Consistent = c.Consistent
			return other
		},
		"another key under the name of the old one": func(_ service.CheckpointQuery, c service.Checkpoint) service.Checkpoint {
			other := p.signedByAnother(opened(c))
			other.Consistent, other.Key = c.Consistent, c.Key
			return other
		},
		"another workspace's": func(_ service.CheckpointQuery, c service.Checkpoint) service.Checkpoint {
			is := opened(c)
			is.Origin = audit.Origin("aaaaaaaaaaaaaaaaaaaaaaaaaa")
			return p.signedByAnother(is)
		},
		"a restore that another key has signed": func(_ service.CheckpointQuery, c service.Checkpoint) service.Checkpoint {
			is := opened(older)
			is.Since = audit.Restored{Seq: 1, At: is.At}
			return p.signedByAnother(is)
		},
		"nothing": func(service.CheckpointQuery, service.Checkpoint) service.Checkpoint { return service.Checkpoint{} },
	} {
		t.Run(name, func(t *testing.T) {
			enters(lie, service.CodeLogNotAuthentic)
			enters(nil, "")
		})
	}
	if strings.Contains(p.log.String(), ownerPass) {
		t.Error("the log has the password")
	}
}

func TestLyingServer_ShowsNoOtherEventsCode(t *testing.T) {
	t.Parallel()
	p, l := newLiar(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	is, err := s.LogState(p.ctx())
	p.ok(err)
	afterFirst, err := s.Session.Checkpoint(p.ctx(), service.CheckpointQuery{At: is.Event, After: 1})
	p.ok(err)
	var first service.Checkpoint
	l.lie(lies{shown: func(q service.CheckpointQuery, c service.Checkpoint) service.Checkpoint {
		if q.At == 1 && q.After == 0 {
			first = c
		}
		return c
	}})
	p.refused(s.CompareLog(p.ctx(), 1, is.Code), service.CodeLogCodeOther)
	c, err := audit.OpenCheckpoint(first.Signed, first.Key)
	p.ok(err)
	p.ok(s.CompareLog(p.ctx(), 1, c.Short()))
	l.lie(lies{shown: func(q service.CheckpointQuery, c service.Checkpoint) service.Checkpoint {
		if q.After == 1 { // without the proof that the log leads on from there
			c.Consistent = nil
		}
		return c
	}})
	p.refused(s.CompareLog(p.ctx(), 1, c.Short()), service.CodeLogNotAuthentic)
	l.lie(lies{shown: func(q service.CheckpointQuery, c service.Checkpoint) service.Checkpoint {
		if q.At == 2 && q.After == 0 { // the code of another event, for which somebody has asked
			return first
		}
		if q.After == 2 {
			return afterFirst
		}
		return c
	}})
	p.refused(s.CompareLog(p.ctx(), 2, c.Short()), service.CodeLogNotAuthentic)
}

func TestLyingServer_ThatKeepsTheLogToItselfLetsNobodyIn(t *testing.T) {
	t.Parallel()
	p, l := newLiar(t)
	l.mu.Lock()
	l.silent = true
	l.mu.Unlock()
	if err := p.ownerEnters(); err == nil {
		t.Fatal("who was shown no checkpoint is in")
	}
	l.mu.Lock()
	l.silent = false
	l.mu.Unlock()
	p.ok(p.ownerEnters())
}

func TestWitness_BelievesInNothingWhenItsOwnItemIsSpoilt(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.ok(p.ownerEnters())
	name := client.CheckpointName(p.owner.ID())
	whole, err := p.keys.Get(p.ctx(), name)
	p.ok(err)
	p.ok(p.keys.Set(p.ctx(), name, secret.NewBytes([]byte("no checkpoint"))))
	p.refused(p.ownerEnters(), service.CodeKeychainItemMissing)
	p.ok(p.keys.Set(p.ctx(), name, whole))
	p.ok(p.ownerEnters())
}

func TestWitness_EachOfAPersonsComputersIsOne(t *testing.T) {
	t.Parallel()
	h := newHistories(t)
	secrets := keychain.NewMemory()
	s := h.signIn(h.owner, ownerEmail, ownerPass)
	given, err := s.GiveComputerCode(h.ctx(), client.Proof{Password: secret.NewText(ownerPass)})
	h.ok(err)
	other := h.computerWith(t, remote.Config{Server: h.ts.URL}, secrets)
	h.ok(other.AddComputer(h.ctx(), ownerEmail, secret.NewText(given.Code.Display())))
	h.ok(h.enters(other, ownerEmail, ownerPass))
	h.dump("older")
	h.ok(h.enters(other, ownerEmail, ownerPass))
	h.restore("older")
	h.refused(h.enters(other, ownerEmail, ownerPass), service.CodeLogNotAuthentic)
	h.ok(h.ownerEnters()) // the first one has not been there since
}
