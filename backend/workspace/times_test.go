package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

// noTimes are what a clock can show and no program can write down.
var noTimes = map[string]time.Time{
	"the beginning of time":    time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
	"before 1970":              time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC),
	"the beginning of 1970":    time.Unix(0, 0),
	"9999":                     time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	"10000":                    time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
	"the end of a 64-bit time": time.UnixMilli(1<<63 - 1),
}

func TestClock_ThatShowsNoTimeIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for name, no := range noTimes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			right := h.clock.now()
			in := workspace.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)}
			h.clock.t = no
			_, err := h.w.Create(t.Context(), in)
			h.refused(err, workspace.CodeClockWrong)
			if names := h.secrets.names(); len(names) > 0 {
				t.Errorf("the keychain has %v", names)
			}
			h.clock.t = right
			s, err := h.w.Create(t.Context(), in)
			h.ok(err)
			h.clock.t = no
			h.refused(s.Rename(t.Context(), "Amara"), workspace.CodeSessionEnded)
			for range 2 {
				if _, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass)); no.Year() > 9998 {
					h.refused(err, workspace.CodeClockWrong)
				} else if err != nil { // the log's time counts
					t.Error(err)
				}
				h.restart()
			}
			h.clock.t = right
			h.signedIn()
		})
	}
}

func TestRequire2FA_OnADayThatNoCalendarReaches(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.one(person{role: workspace.RoleOwner, on: true})
	for _, from := range []time.Time{h.clock.now().AddDate(10, 0, 2), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), time.UnixMilli(1<<63 - 1)} {
		if e := h.refused(owner.admin().Require2FA(t.Context(), from, "", owner.proof()), workspace.CodeRequireFar); e.Field != "from" {
			t.Errorf("%s: at %q", from, e.Field)
		}
	}
	h.ok(owner.admin().Require2FA(t.Context(), h.clock.now().AddDate(9, 0, 0), "", owner.proof()))
}

// What nothing of ours wrote is told as what it is: the database was changed.
func TestOpen_ValuesOutOfBoundsAreNotAuthentic(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"lanes of a password":   "UPDATE profiles SET password_lanes = 257",
		"memory of a password":  "UPDATE profiles SET password_memory = 4294967297",
		"lanes of codes":        "UPDATE recovery_sets SET lanes = 257",
		"a time of year 10000":  "UPDATE profiles SET created_at = 253402300800000",
		"a time of year 292277": "UPDATE factors SET last_used_at = 9223372036854775807",
		"a time before 1970":    "UPDATE factors SET since = -1",
		"an event of year 9999": "UPDATE events SET at = 253402300800000 WHERE seq = 2",
		"an event at 0":         "UPDATE events SET at = 0 WHERE seq = 2",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _, _, _ := enabled(t)
			h.sneak(change)
			_, err := workspace.Open(t.Context(), workspace.Config{Store: h.store, Secrets: h.secrets, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
			h.refused(err, workspace.CodeNotAuthentic)
		})
	}
}

func TestAddDocuments_ATimeThatNoCalendarReachesIsNotKnown(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	odd := map[string]time.Time{"late": time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), "early": time.Date(-300, 1, 1, 0, 0, 0, 0, time.UTC), "usual": h.clock.now()}
	for name, at := range odd {
		p := paper(name, "text")
		p.Modified = at
		h.add(s, p)
		if got := h.find(s, name).ModifiedAt; name == "usual" && !got.Equal(at) || name != "usual" && !got.IsZero() {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// What the bin lets go of is not had back, so it keeps all while the time cannot be told.
func TestEmptyBin_KeepsAllWhileTheClockIsBehind(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	h, s := created(t)
	h.add(s, paper("Lease", "text"))
	h.ok(s.RemoveDocuments(t.Context(), []string{h.find(s, "Lease").ID}))
	h.clock.step(year)
	h.signedIn()
	h.clock.step(-year)
	s = h.signedIn()
	h.ok(s.EmptyBin(t.Context()))
	if d := h.find(s, "Lease"); d.State != workspace.DocumentRemoved {
		t.Errorf("it is %q", d.State)
	}
	h.clock.step(year)
	s = h.signedIn()
	h.ok(s.EmptyBin(t.Context()))
	if len(h.papers()) > 0 {
		t.Errorf("the bin keeps %v", h.papers())
	}
}
