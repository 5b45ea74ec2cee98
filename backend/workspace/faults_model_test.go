package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/teststore"
)

// rough is a fixture whose keychain and store stand in a weather.
func rough(t *testing.T) (*fixture, *weather, func() *client.Local) {
	t.Helper()
	h := newFixture(t)
	over := &weather{}
	secrets := &roughSecrets{Secrets: keychain.NewMemory(), weather: over}
	open := func() *client.Local {
		t.Helper()
		h.ok(h.store.Close())
		var err error
		h.store, err = teststore.Open(t.Context(), t, h.path)
		h.ok(err)
		store := h.store
		t.Cleanup(func() { _ = store.Close() })
		w, err := local.Open(t.Context(), local.Config{Store: roughStore{h.store, over}, Secrets: secrets, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
		h.ok(err)
		h.ok(w.RecoverAll(t.Context()))
		return w
	}
	return h, over, open
}

// after is fine for n calls that write, and then this trouble.
func after(n int, t trouble) []trouble { return append(make([]trouble, n), t) }

var northwind = client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)}

// The writes of Create: the intents, three keys, the anchor of an empty log, the
// commit, and its anchor.
const writesOfCreate = 7

func TestFault_AtEachWriteOfCreateCanBeRetried(t *testing.T) {
	t.Parallel()
	busy := []error{nil, store.ErrBusy} // the look afterwards cannot tell what stands
	for i, what := range []trouble{refuses, lies, late, refuses, lies} {
		for n := range writesOfCreate {
			h, over, open := rough(t)
			w := open()
			var viewing []error
			if i >= 3 {
				viewing = busy
			}
			over.turn(forecast{writing: after(n, what), viewing: viewing, keeping: store.ErrKeychainLocked, storing: store.ErrFull})
			s, err := w.Create(t.Context(), northwind)
			if s != nil || err == nil {
				t.Fatalf("%s at write %d: nobody is told", what, n+1)
			}
			if err.Error() == "" || !isWorded(err) {
				t.Errorf("%s at write %d: no words: %v", what, n+1, err)
			}
			if what == refuses && n < writesOfCreate-1 && w.Created() {
				t.Errorf("%s at write %d: a workspace that was never committed is there", what, n+1)
			}
			s = nil
			for try := 0; s == nil && try < 6; try++ { // a late call keeps the next ones waiting
				if w.Created() {
					s, _, err = w.SignIn(t.Context(), email, secret.NewText(pass))
				} else {
					s, err = w.Create(t.Context(), northwind)
				}
			}
			if s == nil {
				t.Errorf("%s at write %d: the owner cannot go on: %v", what, n+1, err)
				continue
			}
			w = open()
			_, _, err = w.SignIn(t.Context(), email, secret.NewText(pass))
			h.ok(err)
		}
	}
}

func isWorded(err error) bool {
	for _, c := range []service.Code{
		service.CodeKeychainLocked, service.CodeKeychainSlow, service.CodeKeychainMismatch, service.CodeFolderFull, service.CodeFolderFailed,
	} {
		if service.IsCode(err, c) {
			return true
		}
	}
	return false
}

func TestFault_LostAnchorWriteIsTold(t *testing.T) {
	t.Parallel()
	h, over, open := rough(t)
	w := open()
	s, err := w.Create(t.Context(), northwind)
	h.ok(err)
	over.turn(forecast{writing: after(1, lies)})
	h.refused(s.Rename(t.Context(), "Amara N. Okafor"), service.CodeKeychainMismatch)
	h.ok(s.Rename(t.Context(), "Amara O."))
	_ = open()
}

func TestFault_LostAnchorWriteChecksNothingAndCostsNoGuess(t *testing.T) {
	t.Parallel()
	h, over, open := rough(t)
	w := open()
	_, err := w.Create(t.Context(), northwind)
	h.ok(err)
	for range 8 { // more than a throttle allows
		over.turn(forecast{writing: after(1, lies)})
		_, _, err := w.SignIn(t.Context(), email, secret.NewText(pass))
		h.refused(err, service.CodeKeychainMismatch)
	}
	s, _, err := w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	if n := s.Welcome().FailedPasswords; n != 0 {
		t.Errorf("%d guesses are counted that nobody looked at", n)
	}
}

func TestFault_QuarantinedGuessThatIsNotCountedIsRefused(t *testing.T) {
	t.Parallel()
	h, _, _ := lived(t)
	h.sneak("UPDATE attempts SET failures = 0 WHERE kind = 'code'")
	s := h.sealed()
	h.secrets.swallow = true
	h.refused(accept(t.Context(), s, email, secret.NewText("not the password at all"), byCode("000000")), service.CodeKeychainMismatch)
}

func TestFault_PauseEndsOnceAClockThatWasAheadIsRight(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	h.clock.step(10 * 365 * 24 * time.Hour)
	for range 5 {
		_, _, err := h.w.SignIn(t.Context(), email, secret.NewText("not the password at all"))
		h.refused(err, service.CodeCredentialsWrong)
	}
	h.clock.step(-10 * 365 * 24 * time.Hour)
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeThrottled) // the pause holds, in full
	h.clock.step(31 * time.Second)
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
}
