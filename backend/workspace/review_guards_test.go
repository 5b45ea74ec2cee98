package workspace_test

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"iter"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/teststore"
)

// closed is a fixture whose owner has 2FA on, and that no longer fits its log.
func closed(t *testing.T, statements ...string) (*fixture, *user, []string) {
	t.Helper()
	h, owner, codes := guarded(t)
	h.ok(h.store.Close())
	h.sneak(append(statements, "UPDATE profiles SET name = 'x' WHERE id = '"+owner.id+"'")...)
	return h, owner, codes
}

// hurt is a keychain that fails when it is asked about one item for the nth time from
// now on.
type hurt struct {
	store.Secrets
	call, item string // get, set or delete, and the end of the item's name
	n          int    // 1: at once; 0: never
}

func (k *hurt) fails(call, name string) bool {
	if call != k.call || !strings.HasSuffix(name, k.item) || k.n == 0 {
		return false
	}
	k.n--
	return k.n == 0
}

func (k *hurt) Get(ctx context.Context, name string) (secret.Bytes, error) {
	if k.fails("get", name) {
		return secret.Bytes{}, store.ErrKeychainLocked
	}
	return k.Secrets.Get(ctx, name)
}

func (k *hurt) Set(ctx context.Context, name string, v secret.Bytes) error {
	if k.fails("set", name) {
		return store.ErrKeychainLocked
	}
	return k.Secrets.Set(ctx, name, v)
}

func (k *hurt) Delete(ctx context.Context, name string) error {
	if k.fails("delete", name) {
		return store.ErrKeychainLocked
	}
	return k.Secrets.Delete(ctx, name)
}

// sealedOn opens what start has refused, with other secrets or files.
func (h *fixture) sealedOn(secrets store.Secrets, files store.Blobs) *client.Quarantine {
	h.Helper()
	store, err := teststore.Open(h.Context(), h.T, h.path)
	h.ok(err)
	h.Cleanup(func() { _ = store.Close() })
	h.store = store
	s, err := local.OpenQuarantined(h.Context(), local.Config{Store: store, Secrets: secrets, Files: files, Now: h.clock.now, Password: cheap})
	h.ok(err)
	return s
}

func TestOpenSealed_OnlyWhatDoesNotFitIsSealed(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	open := func() (*client.Quarantine, error) {
		return local.OpenQuarantined(t.Context(), local.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap})
	}
	if s, err := open(); s != nil || err != nil {
		t.Errorf("a folder without a workspace: %v, %v", s, err)
	}
	h, _ = created(t)
	if s, err := open(); s != nil || err != nil {
		t.Errorf("a workspace that fits: %v, %v", s, err)
	}
	h.ok(h.secrets.Delete(t.Context(), h.secrets.prefix()+"/pepper"))
	s, err := open()
	if h.refused(err, service.CodeKeychainItemMissing); s != nil {
		t.Error("a workspace without its key is sealed")
	}
}

func TestOpen_WorkspaceKeysOfAnotherLengthAreNone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"lock", "pepper", "integrity"} {
		for _, n := range []int{0, 31, 33} {
			h, _ := created(t)
			h.ok(h.secrets.Set(t.Context(), h.secrets.prefix()+"/"+name, secret.NewBytes(make([]byte, n))))
			h.ok(h.store.Close())
			w, err := h.start()
			if h.refused(err, service.CodeKeychainItemMissing); w != nil {
				t.Errorf("it opens with %d bytes of %s", n, name)
			}
		}
	}
}

func TestOpen_KeychainThatFailsIsNoForeignDatabase(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	w, err := local.Open(t.Context(), local.Config{
		Store: h.store, Secrets: &hurt{Secrets: h.secrets, call: "get", item: "/anchor", n: 1}, Now: h.clock.now, Password: cheap,
	})
	if h.refused(err, service.CodeKeychainLocked); w != nil {
		t.Error("it opens unchecked")
	}
}

func TestProve_EmptyFieldsAreTheirOwnRefusal(t *testing.T) {
	t.Parallel()
	h, owner, _ := closed(t)
	s := h.sealed()
	for range 6 { // more than there are guesses: none is counted
		_, err := s.Prove(t.Context(), "", secret.NewText(pass), noFactor)
		if e := h.refused(err, service.CodeEmailRequired); e.Field != "email" {
			t.Errorf("at %q", e.Field)
		}
		_, err = s.Prove(t.Context(), email, secret.NewText(""), noFactor)
		if e := h.refused(err, service.CodePasswordRequired); e.Field != "password" {
			t.Errorf("at %q", e.Field)
		}
	}
	_, err := owner.proves(s)
	h.ok(err)
}

// guessed writes into the keychain that so many guesses were made, two hours ago.
func (h *fixture) guessed(n int) {
	h.Helper()
	b := binary.BigEndian.AppendUint64(nil, uint64(n))
	b = binary.BigEndian.AppendUint64(b, uint64(h.clock.now().Add(-2*time.Hour).UnixMilli()))
	h.ok(h.secrets.Set(h.Context(), h.secrets.prefix()+"/sealed-guesses", secret.NewBytes(b)))
}

func TestProve_TwentyGuessesTurnTheAuthenticatorOff(t *testing.T) {
	t.Parallel()
	h, owner, codes := closed(t)
	s := h.sealed()
	h.guessed(19)
	_, err := owner.proves(s)
	h.ok(err)
	h.guessed(20)
	_, err = owner.proves(s)
	if e := h.refused(err, service.CodeAuthenticatorOff); e.Field != "code" {
		t.Errorf("at %q", e.Field)
	}
	h.guessed(20)
	_, err = s.Prove(t.Context(), email, secret.NewText(pass), byRecovery(codes[0]))
	h.ok(err)
}

func TestProve_WrongRecoveryCodeProvesNothing(t *testing.T) {
	t.Parallel()
	h, _, codes := closed(t)
	s := h.sealed()
	a, err := s.Prove(t.Context(), email, secret.NewText(pass), byRecovery(noCode))
	if e := h.refused(err, service.CodeRecoveryWrong); a != nil || e.Field != "recovery" || e.Args["sheet"] != 1 || e.Args["left"] != 4 {
		t.Errorf("%v and %+v", a, e)
	}
	_, err = s.Prove(t.Context(), email, secret.NewText(pass), byRecovery(codes[0]))
	h.ok(err)
}

func TestProve_NoRecoveryCodesAreNone(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	h.ok(owner.signIn().NotMe(t.Context()))
	h.ok(h.store.Close())
	h.sneak("UPDATE profiles SET name = 'x' WHERE id = '" + owner.id + "'")
	_, err := h.sealed().Prove(t.Context(), email, secret.NewText(pass), byRecovery(codes[0]))
	h.refused(err, service.CodeRecoveryNone)
}

func TestProve_CodeThatTheDatabaseHasUsedIsUsed(t *testing.T) {
	t.Parallel()
	h, _, codes := closed(t, "UPDATE recovery_codes SET used_at = 1, use = 'sign-in' WHERE number = 3")
	s := h.sealed()
	_, err := s.Prove(t.Context(), email, secret.NewText(pass), byRecovery(codes[2]))
	if e := h.refused(err, service.CodeRecoveryUsed); e.Args["number"] != 3 {
		t.Errorf("%v", e.Args)
	}
	_, err = s.Prove(t.Context(), email, secret.NewText(pass), byRecovery(codes[3]))
	h.ok(err)
}

func TestProve_KeychainThatFailsProvesNothing(t *testing.T) {
	t.Parallel()
	right := func(o *user) client.FactorInput { return byCode(o.newCode()) }
	none := func(*user) client.FactorInput { return noFactor }
	for name, c := range map[string]struct {
		call, item string
		n          int
		factor     func(*user) client.FactorInput
	}{
		"before a guess is counted":     {"get", "/sealed-guesses", 1, right},
		"while a guess is counted":      {"set", "/sealed-guesses", 1, right},
		"before the owner is known":     {"get", "/anchor", 1, right},
		"before a code is used up":      {"get", "/anchor", 2, right},
		"while a code is used up":       {"set", "/anchor", 1, right},
		"while guesses are forgiven":    {"delete", "/sealed-guesses", 1, right},
		"before a guess is given back":  {"get", "/sealed-guesses", 3, none},
		"while a guess is given back":   {"set", "/sealed-guesses", 2, none},
		"while the giving back is read": {"get", "/sealed-guesses", 4, none},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, _ := closed(t)
			k := &hurt{Secrets: h.secrets}
			s := h.sealedOn(k, h.files)
			k.call, k.item, k.n = c.call, c.item, c.n
			a, err := s.Prove(t.Context(), email, secret.NewText(pass), c.factor(owner))
			if a != nil || !service.IsCode(err, service.CodeKeychainLocked) {
				t.Errorf("%v, %v", a, err)
			}
			if k.n != 0 {
				t.Error("it was not asked")
			}
		})
	}
}

func TestProve_CountThatIsOfNoFormIsNoCount(t *testing.T) {
	t.Parallel()
	h, owner, _ := closed(t)
	s := h.sealed()
	for _, n := range []int{0, 3, 8, 15, 17} {
		h.ok(h.secrets.Set(t.Context(), h.secrets.prefix()+"/sealed-guesses", secret.NewBytes([]byte(strings.Repeat("\xff", n)))))
		_, err := owner.proves(s)
		h.ok(err)
	}
}

func TestProve_PauseBeginsAnewOnceUnderAClockSetBack(t *testing.T) {
	t.Parallel()
	h, owner, _ := closed(t)
	s := h.sealed()
	const years = 10 * 365 * 24 * time.Hour
	h.clock.step(years)
	for range 5 {
		_, err := s.Prove(t.Context(), email, secret.NewText("not the password at all"), noFactor)
		h.refused(err, service.CodeCredentialsWrong)
	}
	h.clock.step(-years)
	_, err := s.Prove(t.Context(), email, secret.NewText(pass), noFactor)
	h.refused(err, service.CodeThrottled)
	h.clock.step(31 * time.Second)
	_, err = owner.proves(s)
	h.ok(err)
}

func TestReport_SomeOwnerIsEnoughToAccept(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	other := h.one(person{role: store.RoleOwner, on: true})
	h.ok(h.store.Close())
	for _, gone := range []*user{owner, other} {
		h := h.copied(t)
		h.sneak("DELETE FROM profiles WHERE id = '" + gone.id + "'")
		s := h.sealed()
		if !s.Report().Acceptable {
			t.Errorf("%s is gone, and nobody is left who could accept", gone.name)
		}
	}
}

// An owner accepts what they were shown, after a proof that is good once and for its time.
func TestAcceptance_IsOfWhatWasLookedAt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	old := h.olderCopy()
	h.ok(owner.signIn().Rename(t.Context(), "Amara O."))
	h.putBack(old)
	share, err := h.secrets.Get(t.Context(), h.secrets.prefix()+"/device")
	h.ok(err)
	q := h.sealed()
	begin := func() (service.ReviewAttempt, []byte) {
		r, err := q.BeginProve(t.Context(), owner.email)
		h.ok(err)
		derived := password.Derive(secret.NewText(owner.pass), r.Terms().Salt, password.Params(r.Terms().Params))
		return r, password.Sign(derived, share, service.SignInMessage(r.Terms().WorkspaceID, r.Terms().Nonce))
	}
	late, signature := begin()
	h.clock.step(service.ChallengeLife + time.Millisecond)
	_, err = late.Prove(t.Context(), signature, service.FactorInput{})
	h.refused(err, service.CodeChallengeEnded)
	r, signature := begin()
	a, err := r.Prove(t.Context(), signature, service.FactorInput{})
	h.ok(err)
	_, err = r.Prove(t.Context(), signature, service.FactorInput{})
	h.refused(err, service.CodeChallengeEnded)
	h.refused(a.Accept(t.Context()), service.CodeChallengeEnded) // it was not looked at
	h.ok(a.Look(t.Context(), make([]byte, ed25519.SignatureSize)))
	if a.Review().Opens {
		t.Error("contracts are open without the vault's keys")
	}
	h.ok(a.Accept(t.Context()))
}

// silentLog does not answer what was done to a profile.
type silentLog struct {
	store.Store
	err error
}

func (s *silentLog) View(ctx context.Context, fn func(store.ReadTx) error) error {
	return s.Store.View(ctx, func(tx store.ReadTx) error { return fn(silentTx{tx, s.err}) })
}

type silentTx struct {
	store.ReadTx
	err error
}

func (tx silentTx) EventsOf(string) iter.Seq2[store.SignedEvent, error] {
	return func(yield func(store.SignedEvent, error) bool) { yield(store.SignedEvent{}, tx.err) }
}

// Whether a code was told of is asked before it proves anything. What is damaged may be what is wrong with the database.
func TestProve_LogThatDoesNotAnswerProvesNobody(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.ok(h.store.Close())
	h.sneak("UPDATE profiles SET name = 'x'")
	db, err := teststore.Open(t.Context(), t, h.path)
	h.ok(err)
	t.Cleanup(func() { _ = db.Close() })
	log := &silentLog{db, store.ErrFailed}
	sealed, err := local.OpenQuarantined(t.Context(), local.Config{Store: log, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap})
	h.ok(err)
	_, err = owner.proves(sealed)
	h.refused(err, service.CodeFolderFailed)
	log.err = store.ErrDamaged
	_, err = owner.proves(sealed)
	h.ok(err)
}
