package workspace_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/workspace"
)

// TestARowThatWasThereBeforeHashesAsItDid holds the encoding that the digests in
// the log are of. A line of it never changes: a workspace that has one like it
// would not open any more.
func TestARowThatWasThereBeforeHashesAsItDid(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 10, 123e6, time.UTC)
	for want, row := range map[string]any{
		`{"ID":"w","Name":"N","CreatedAt":"2026-11-23T09:00:10.123Z","Require2FA":true,"LastSheet":7}`: workspace.Info{
			ID: "w", Name: "N", CreatedAt: at, Require2FA: true, LastSheet: 7},
		`{"ID":"p","Email":"A@example.com","EmailKey":"a@example.com","Name":"A","Role":"owner","CreatedAt":"2026-11-23T09:00:10.123Z",` +
			`"Password":{"Salt":"AQI=","Params":{"MemoryKiB":19456,"Time":1,"Threads":1},"Verifier":"Aw==","ChangedAt":"2026-11-23T09:00:10.123Z"},` +
			`"LastSignInAt":"2026-11-23T09:00:10.123Z","Generation":2,"Epoch":3}`: workspace.Profile{
			ID: "p", Email: "A@example.com", EmailKey: "a@example.com", Name: "A", Role: workspace.RoleOwner, CreatedAt: at,
			Password:     workspace.PasswordRecord{Salt: []byte{1, 2}, Params: workspace.Argon2id{MemoryKiB: 19456, Time: 1, Threads: 1}, Verifier: []byte{3}, ChangedAt: at},
			LastSignInAt: at, Generation: 2, Epoch: 3},
		`{"ID":"s","ProfileID":"p","Sheet":4,"State":"active","Salt":"BQ==","Params":{"MemoryKiB":19456,"Time":2,"Threads":1},` +
			`"IssuedAt":"2026-11-23T09:00:10.123Z","IssuedBy":"A","Replaces":3,"EndedAt":"0001-01-01T00:00:00Z"}`: workspace.Set{
			ID: "s", ProfileID: "p", Sheet: 4, State: workspace.SetActive, Salt: []byte{5}, Params: workspace.Argon2id{MemoryKiB: 19456, Time: 2, Threads: 1}, IssuedAt: at, IssuedBy: "A", Replaces: 3},
		`{"ProfileID":"p","Generation":1,"Item":"w/totp/p/1","Since":"2026-11-23T09:00:10.123Z","PhoneSince":"2026-11-23T09:00:10.123Z","LastStep":9,` +
			`"LastUsedAt":"2026-11-23T09:00:10.123Z","LastUse":"sign-in"}`: workspace.Factor{
			ProfileID: "p", Generation: 1, Item: "w/totp/p/1", Since: at, PhoneSince: at, LastStep: 9, LastUsedAt: at, LastUse: workspace.UseSignIn},
		`{"ID":"i","Kind":"enrol","ProfileID":"p","Item":"x","Generation":1,"ConfirmedStep":2,"CreatedAt":"2026-11-23T09:00:10.123Z"}`: workspace.Intent{
			ID: "i", Kind: workspace.IntentEnrol, ProfileID: "p", Item: "x", Generation: 1, ConfirmedStep: 2, CreatedAt: at},
		`{"Number":1,"Hash":"Bg==","UsedAt":"2026-11-23T09:00:10.123Z","Use":"step-up"}`: workspace.CodeRow{
			Number: 1, Hash: []byte{6}, UsedAt: at, Use: workspace.UseStepUp},
		`{"Subject":"p","Kind":"code","Failures":1,"SinceSignIn":2,"ChargedAt":"2026-11-23T09:00:10.123Z","BeforeAt":"2026-11-23T09:00:10.123Z",` +
			`"LockedUntil":"2026-11-23T09:00:10.123Z"}`: workspace.Attempts{
			Subject: "p", Kind: workspace.KindCode, Failures: 1, SinceSignIn: 2, ChargedAt: at, BeforeAt: at, LockedUntil: at},
	} {
		got, err := json.Marshal(row)
		if err != nil || string(got) != want {
			t.Errorf("%T is now %s (%v)\nand was %s", row, got, err, want)
		}
	}
}

// firstHome is testdata/first: a database that the first schema made, with 2FA
// on, three sheets, used codes and wrong guesses, and the keychain that belongs
// to it. It was written by the program of that time.
type firstHome struct {
	At     time.Time
	Items  map[string]string // hexadecimal
	Phone  string
	Sheets map[string][]string
}

func openFirst(t *testing.T) (*house, firstHome) {
	t.Helper()
	h := &house{T: t, path: filepath.Join(t.TempDir(), "workspace.db"), secrets: &faulty{Secrets: keychain.NewMemory()}}
	var first firstHome
	b, err := os.ReadFile(filepath.Join("testdata", "first", "keychain.json"))
	h.ok(err)
	h.ok(json.Unmarshal(b, &first))
	for name, value := range first.Items {
		raw, err := hex.DecodeString(value)
		h.ok(err)
		h.ok(h.secrets.Set(t.Context(), name, secret.NewBytes(raw)))
	}
	b, err = os.ReadFile(filepath.Join("testdata", "first", "workspace.db"))
	h.ok(err)
	h.ok(os.WriteFile(h.path, b, 0o600))
	h.clock = &clock{t: first.At.Add(24 * time.Hour)}
	return h, first
}

func TestAWorkspaceOfTheFirstSchemaOpensVerifiesAndItsOwnerSignsInWithTheSamePhone(t *testing.T) {
	t.Parallel()
	h, first := openFirst(t)
	h.open()
	p := phone{key: first.Phone, clock: h.clock}
	s, err := h.challenge().Verify(t.Context(), p.code())
	h.ok(err)
	if wel := s.Welcome(); wel.FailedCodes != 1 || len(wel.News) > 0 {
		t.Errorf("told: %+v", wel)
	}
	o, err := s.Overview(t.Context())
	h.ok(err)
	if o.Profile.Name != "Amara N. Okafor" || o.Profile.Role != workspace.RoleOwner || !o.TwoFactor.On || o.TwoFactor.Codes.Left != 9 || o.TwoFactor.Codes.Sheet != 3 {
		t.Errorf("%+v", o)
	}
	a, err := s.Admin(t.Context())
	h.ok(err)
	v, err := a.VerifyLog(t.Context(), nil)
	h.ok(err)
	if v.Breaks != 0 {
		t.Errorf("the log breaks: %+v", v)
	}
	_, err = h.challenge().Recover(t.Context(), first.Sheets["2"][4]) // voided
	h.refused(err, workspace.CodeRecoveryWrong)
	_, err = h.challenge().Recover(t.Context(), first.Sheets["3"][0]) // used
	h.refused(err, workspace.CodeRecoveryUsed)
	_, err = h.challenge().Recover(t.Context(), first.Sheets["3"][4])
	h.ok(err)
	h.restart()
	me := &somebody{h: h, id: s.ProfileID(), name: o.Profile.Name, email: email, pass: pass, phone: p}
	m := h.membersWith2FA(1)[0]
	if r := me.printed(m); r.order[0] != 4 {
		t.Errorf("sheet %v after sheet 3", r.order)
	}
	h.restart()
}

func TestAWorkspaceOfTheFirstSchemaThatWasTamperedWithIsSealedAfterItsMigration(t *testing.T) {
	t.Parallel()
	for _, sql := range []string{"UPDATE profiles SET epoch = epoch + 1", "UPDATE recovery_codes SET used_at = 0 WHERE used_at > 0", "DELETE FROM factors"} {
		h, _ := openFirst(t)
		h.sneak(sql)
		_, err := h.start()
		h.refused(err, workspace.CodeNotAuthentic)
	}
}

// peopled is a workspace with everything that members bring, closed.
func peopled(t *testing.T) *house {
	t.Helper()
	h, owner := alone(t)
	m := h.membersWith2FA(2)
	a := owner.admin()
	h.invited(a)
	_, err := a.HelpCode(t.Context(), m[0].id, "", owner.proof())
	h.ok(err)
	_, err = a.AskApproval(t.Context(), workspace.ApproveReset2FA, []string{m[0].id}, "the phone is lost", owner.proof())
	h.ok(err)
	owner.printed(m...)
	h.ok(second(owner.admin().HandOver(t.Context(), 1, []int{1})))
	h.ok(owner.admin().Suspend(t.Context(), m[1].id))
	h.ok(owner.admin().SetIdle(t.Context(), 9))
	h.ok(h.store.Close())
	return h
}

// copied is another house with the same content, which nobody writes to.
func (h *house) copied(t *testing.T) *house {
	t.Helper()
	b, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	other := &house{T: t, path: filepath.Join(t.TempDir(), "workspace.db"), secrets: h.secrets, clock: h.clock}
	other.ok(os.WriteFile(other.path, b, 0o600))
	return other
}

func TestWhatWasChangedAboutMembersBehindOurBackIsFound(t *testing.T) {
	t.Parallel()
	home := peopled(t)
	for name, c := range map[string]struct {
		sql  string
		kind workspace.FindingKind
		key  string
	}{
		"RoleRaised":       {"UPDATE profiles SET role = 'owner' WHERE state = 'suspended'", workspace.FoundRowChanged, "profile/"},
		"SuspendedLifted":  {"UPDATE profiles SET state = '' WHERE state = 'suspended'", workspace.FoundRowChanged, "profile/"},
		"StateMovedInTime": {"UPDATE profiles SET state_at = state_at + 1 WHERE state = 'suspended'", workspace.FoundRowChanged, "profile/"},
		"CodeRemoved":      {"DELETE FROM one_time_codes WHERE kind = 'help'", workspace.FoundRowRemoved, "onetime/help/"},
		"CodeProlonged":    {"UPDATE one_time_codes SET expires_at = expires_at + 1", workspace.FoundRowChanged, "onetime/"},
		"CodeOpenedAgain":  {"UPDATE one_time_codes SET ended_at = ended_at + 1 WHERE kind = 'help'", workspace.FoundRowChanged, "onetime/help/"},
		"CodeReplaced":     {"UPDATE one_time_codes SET hash = zeroblob(32) WHERE kind = 'invitation'", workspace.FoundRowChanged, "onetime/invitation/"},
		"CodeAdded": {`INSERT INTO one_time_codes SELECT profile_id, 'password-reset', salt, memory, time, lanes, hash, issued_at, issued_by, expires_at, ended_at
			FROM one_time_codes WHERE kind = 'help'`, workspace.FoundRowAdded, "onetime/password-reset/"},
		"RunRemoved": {"DELETE FROM print_runs", workspace.FoundRowRemoved, "run/1"},
		"RunChanged": {"UPDATE print_runs SET members = '[]'", workspace.FoundRowChanged, "run/1"},
		"RunAdded": {`INSERT INTO print_runs SELECT 2, at, by_id, by_name, reason, kind, state, members, ended_at FROM print_runs`,
			workspace.FoundRowAdded, "run/2"},
		"ApprovalGiven": {"UPDATE approvals SET state = 'approved', decided_by = by_id", workspace.FoundRowChanged, "approval/"},
		"ApprovalWider": {"UPDATE approvals SET members = '[\"x\"]'", workspace.FoundRowChanged, "approval/"},
		"ApprovalAdded": {`INSERT INTO approvals SELECT 'x', kind, members, reason, by_id, at, expires_at, 'approved', by_id, at FROM approvals`,
			workspace.FoundRowAdded, "approval/x"},
		"ApprovalRemoved":    {"DELETE FROM approvals", workspace.FoundRowRemoved, "approval/"},
		"HandedOverUndone":   {"UPDATE recovery_sets SET handed_at = 0 WHERE handed_at > 0", workspace.FoundRowChanged, "set/"},
		"AcknowledgedForged": {"UPDATE recovery_sets SET acknowledged = 1", workspace.FoundRowChanged, "set/"},
		"SetOfAnotherRun":    {"UPDATE recovery_sets SET run = 7", workspace.FoundRowChanged, "set/"},
		"IdleRaised":         {"UPDATE workspace SET idle_minutes = 1000", workspace.FoundRowChanged, "workspace/"},
		"TwoPeopleOn":        {"UPDATE workspace SET two_people = 1", workspace.FoundRowChanged, "workspace/"},
		"RequiredLater":      {"UPDATE workspace SET require_from = 1", workspace.FoundRowChanged, "workspace/"},
		"NumbersAgain":       {"UPDATE workspace SET last_run = 0", workspace.FoundRowChanged, "workspace/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := home.copied(t)
			h.sneak(c.sql)
			w, err := h.start()
			if w != nil {
				t.Fatal("it opened")
			}
			h.refused(err, workspace.CodeNotAuthentic)
			if !strings.Contains(findings(err), string(c.kind)+" "+c.key) {
				t.Errorf("found %s", findings(err))
			}
		})
	}
}

// findings are those of a report, a line each.
func findings(err error) (all string) {
	var r *workspace.Report
	if errors.As(err, &r) {
		for _, f := range r.Findings {
			all += string(f.Kind) + " " + f.Key + "\n"
		}
	}
	return all
}
