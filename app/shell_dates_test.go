package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/words"
)

// dated is an office whose clock the test sets, from its beginning.
func dated(t *testing.T) (o *office, pass func(time.Duration)) {
	t.Helper()
	w := newWindow(t)
	var late atomic.Int64
	w.s.now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	return officeOn(w), func(d time.Duration) { late.Add(int64(d)) }
}

func (o *office) due(now time.Time, want ...words.Key) {
	o.Helper()
	got, err := o.s.current().due(o.Context(), now)
	if o.ok(err); !slices.Equal(got, want) {
		o.Errorf("due is %v, not %v", got, want)
	}
}

func TestDue_AnOwnerHasKitAndBackupAndCodesThatEnd(t *testing.T) {
	t.Parallel()
	o, _ := dated(t)
	const day = 24 * time.Hour
	now := o.s.now()
	o.due(now) // the checklist says it on the first day
	o.due(now.Add(day+time.Minute), words.NotifyKit, words.NotifyBackup)

	_, err := (&Members{o.s}).HelpCode(o.in.Token, o.ids[0], "", o.page.proof(pass, "none", ""), o.page.mailbox().PublicKey)
	o.ok(err) // which lasts for 48 hours
	o.due(now.Add(2*day-endsSoon-time.Hour), words.NotifyKit, words.NotifyBackup)
	o.due(now.Add(2*day-endsSoon+time.Hour), words.NotifyEnding, words.NotifyKit, words.NotifyBackup)
	o.ok((&Members{o.s}).EndCode(o.in.Token, o.ids[0], "help"))
	o.due(now.Add(2*day-endsSoon+time.Hour), words.NotifyKit, words.NotifyBackup)

	_, err = (&Contracts{o.s}).MakeKit(o.in.Token, o.page.proof(pass, "none", ""), o.page.mailbox().PublicKey)
	o.ok(err)
	o.due(now.Add(2*day), words.NotifyBackup)
	a := archiveOf(o.window, o.in)
	a.desk.saveTo = filepath.Join(a.dir, "backup.age")
	_, err = (&Settings{o.s}).Backup(o.in.Token, BackupRequest{Recipients: a.key.Recipient().String()}, o.page.proof(pass, "none", ""))
	o.ok(err)
	o.due(now.Add(2 * day))
	o.due(now.Add(oldBackup - time.Hour))
	o.due(now.Add(oldBackup+time.Hour), words.NotifyBackup)
}

func TestDue_AMemberHasTheCheckOfRecoveryCodesAlone(t *testing.T) {
	t.Parallel()
	o, late := dated(t)
	enter := func(n int) {
		o.auth.Lock(o.in.Token)
		res, err := o.auth.SignIn(people[n], pass)
		o.ok(err)
		o.in, err = o.auth.UseRecoveryCode(res.Challenge.Token, o.old[n])
		o.ok(err)
	}
	enter(0)
	o.due(o.s.now().Add(48 * time.Hour))
	o.auth.Lock(o.in.Token)
	late(91 * 24 * time.Hour)
	enter(1)
	o.due(o.s.now(), words.NotifyCheck)
}

func TestDue_AnAdminHasNothingOfWhatOthersLookAfter(t *testing.T) {
	t.Parallel()
	o, _ := dated(t)
	m := &Members{o.s}
	o.ok(m.SetRole(o.in.Token, o.ids[1], "admin", o.page.proof(pass, "none", "")))
	_, err := m.HelpCode(o.in.Token, o.ids[0], "", o.page.proof(pass, "none", ""), o.page.mailbox().PublicKey)
	o.ok(err)
	o.auth.Lock(o.in.Token)
	res, err := o.auth.SignIn(people[1], pass)
	o.ok(err)
	o.in, err = o.auth.UseRecoveryCode(res.Challenge.Token, o.old[1])
	o.ok(err)
	o.due(o.s.now().Add(47 * time.Hour))
}

func TestDates_AreToldOnceADayAndAtAnotherWindowOnly(t *testing.T) {
	t.Parallel()
	o, late := dated(t)
	o.auth.Lock(o.in.Token)
	late(25 * time.Hour)
	o.back()
	shown := make(chan string, 16)
	o.desk.mu.Lock()
	o.desk.noted = shown
	o.desk.mu.Unlock()
	tell := func() int {
		o.s.current().tellDates(o.s.now())
		return len(shown)
	}
	if n := tell(); n > 0 {
		t.Errorf("at the window, %d are shown", n)
	}
	o.goes(true)
	if n := tell(); n != 1 {
		t.Fatalf("%d are shown", n)
	}
	want := "Your workspace has no current Emergency Kit. Open Countersign to create one.\nYour workspace has no backup from the last 30 days. Open Countersign to create one."
	if got := <-shown; got != want {
		t.Errorf("they are shown %q", got)
	}
	if n := tell(); n > 0 {
		t.Errorf("on the same day, %d are shown", n)
	}
	o.auth.Lock(o.in.Token)
	late(toldFor(words.NotifyKit) - time.Minute)
	o.back()
	if n := tell(); n > 0 {
		t.Errorf("within a week, %d are shown", n)
	}
	late(2 * time.Minute)
	if n := tell(); n != 1 {
		t.Errorf("after a week, %d are shown", n)
	}
}

func TestUntold_ClockThatWasSetBackSilencesNothing(t *testing.T) {
	t.Parallel()
	s := readReminders(t.TempDir())
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	due := func() []words.Key { return []words.Key{words.NotifyEnding, words.NotifyKit, words.NotifyCheck} }
	if err := s.note("a", []words.Key{words.NotifyEnding, words.NotifyKit}, now); err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	for _, c := range []struct {
		profile string
		at      time.Time
		want    []words.Key
	}{
		{"a", now, []words.Key{words.NotifyCheck}},
		{"a", now.Add(day - 1), []words.Key{words.NotifyCheck}},
		{"a", now.Add(day), []words.Key{words.NotifyEnding, words.NotifyCheck}},
		{"a", now.Add(7*day - 1), []words.Key{words.NotifyEnding, words.NotifyCheck}},
		{"a", now.Add(7 * day), due()},
		{"a", now.Add(-time.Second), due()},
		{"b", now, due()},
	} {
		if got := s.untold(c.profile, due(), c.at); !slices.Equal(got, c.want) {
			t.Errorf("%s at %v: %v", c.profile, c.at, got)
		}
	}
}

// Who starts the app each morning is told once a week as well.
func TestReminders_AreKnownAtTheNextStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	note := func(profile string, at time.Time, told ...words.Key) {
		t.Helper()
		if err := readReminders(dir).note(profile, told, at); err != nil {
			t.Fatal(err)
		}
	}
	untold := func(profile string, at time.Time) int {
		return len(readReminders(dir).untold(profile, []words.Key{words.NotifyKit, words.NotifyBackup}, at))
	}
	note("a", now, words.NotifyKit)
	note("b", now.Add(day), words.NotifyKit, words.NotifyBackup)
	if a, b := untold("a", now.Add(6*day)), untold("b", now.Add(6*day)); a != 1 || b != 0 {
		t.Errorf("%d and %d are told again", a, b)
	}
	note("b", now.Add(9*day), words.NotifyBackup)
	text, err := os.ReadFile(filepath.Join(dir, remindersName))
	if err != nil || strings.Contains(string(text), `"a"`) || strings.Contains(string(text), words.NotifyKit.String()) {
		t.Errorf("what is of no use any more is there: %s, %v", text, err)
	}
	// The file is anybody's to edit: what can't be read was not told, and is replaced.
	for _, odd := range []string{"", "no", `{"b":3}`, `{"b":{"notify.backup":"long ago"}}`, `{"b":{"notify.backup":"9999-01-01T00:00:00Z"}}`, `{"x":"` + strings.Repeat("x", remindersMax)} {
		if err := os.WriteFile(filepath.Join(dir, remindersName), []byte(odd), 0o600); err != nil {
			t.Fatal(err)
		}
		if n := untold("b", now); n != 2 {
			t.Errorf("%.60q keeps %d from being told", odd, 2-n)
		}
		note("b", now, words.NotifyKit, words.NotifyBackup)
		if n := untold("b", now); n > 0 {
			t.Errorf("after %.60q, %d are told again", odd, n)
		}
	}
}

func TestKeepDates_LooksOnceTheirPersonIsElsewhere(t *testing.T) {
	t.Parallel()
	o, late := dated(t)
	o.auth.Lock(o.in.Token)
	late(25 * time.Hour)
	shown := make(chan string, 16)
	o.desk.mu.Lock()
	o.desk.noted = shown
	o.desk.mu.Unlock()
	o.s.datesPause = time.Millisecond
	looked := make(chan struct{})
	o.desk.mu.Lock()
	o.desk.looked = looked
	o.desk.mu.Unlock()
	o.back()
	for range 3 { // while they are at the window, it is looked again and again
		select {
		case <-looked:
		case <-time.After(time.Minute):
			t.Fatal("it was not looked for a minute")
		}
	}
	if len(shown) > 0 {
		t.Errorf("at the window, they are shown %q", <-shown)
	}
	o.goes(true)
	select {
	case <-shown:
	case <-time.After(time.Minute):
		t.Fatal("nothing was shown for a minute")
	}
}

func TestDepartures_LooksAsTheyLeaveAndOnceAnHour(t *testing.T) {
	t.Parallel()
	var d departures
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		after time.Duration
		away  bool
		want  bool
	}{
		{0, false, false},
		{time.Minute, true, true},
		{2 * datesAgain, true, false}, // they are still away: a look would put the lock off
		{time.Minute, false, false},
		{time.Minute, true, true},
		{time.Minute, false, false},
		{time.Minute, true, false}, // within the hour
		{datesAgain, false, false},
		{time.Minute, true, true},
	} {
		if now = now.Add(c.after); d.looks(c.away, now) != c.want {
			t.Errorf("step %d: %v", i, !c.want)
		}
	}
}
