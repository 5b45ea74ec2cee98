package workspace_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/totp"
	"countersign/backend/workspace"
)

// addApp adds another app to those that a user has.
func (h *fixture) addApp(p *user, name string) phone {
	h.Helper()
	s := p.signIn()
	shown, err := s.BeginAddApp(h.Context(), name, p.proof())
	h.ok(err)
	fresh := h.phoneOf(shown)
	issued, err := s.Confirm(h.Context(), secret.NewText(fresh.code()))
	h.ok(err)
	if issued != nil {
		h.Error("it came with recovery codes")
	}
	return fresh
}

// withApps is a fixture whose owner has several apps: "First" and those of these names. Their keys are the same in each run, so that no
// code of one is by chance one of another.
func withApps(t *testing.T, more ...string) (*fixture, *user, []phone, []string) {
	t.Helper()
	h, owner, codes := guarded(t)
	h.ok(owner.signIn().RenameApp(t.Context(), h.factor(owner).Apps[0].Generation, "First"))
	phones := []phone{owner.phone}
	for _, name := range more {
		phones = append(phones, h.addApp(owner, name))
	}
	for i, app := range h.factor(owner).Apps {
		phones[i].key = h.rekey(app, strings.Repeat(string(rune('a'+i)), totp.KeySize))
	}
	owner.phone = phones[0]
	h.clock.step(time.Minute)
	return h, owner, phones, codes
}

// rekey gives an app another key.
func (h *fixture) rekey(app store.App, key string) string {
	h.Helper()
	text := totp.Base32(secret.NewBytes([]byte(key))).Reveal()
	h.ok(h.secrets.Set(h.Context(), app.Item, secret.NewBytes([]byte(text))))
	return text
}

// app is the number of an app by its name.
func (h *fixture) app(p *user, name string) int {
	h.Helper()
	for _, a := range h.factor(p).Apps {
		if a.Name == name {
			return a.Generation
		}
	}
	h.Fatalf("no app %q", name)
	return 0
}

func (h *fixture) appNames(p *user) (names []string) {
	h.Helper()
	for _, a := range h.factor(p).Apps {
		names = append(names, a.Name)
	}
	return names
}

func TestAddApp_BothOpenAndEachCodeOnce(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	for _, p := range phones {
		h.ok(owner.comesWith(p))
		h.refused(owner.comesWith(p), service.CodeCodeUsed)
	}
	h.clock.step(30 * time.Second)
	h.ok(owner.comesWith(phones[1]))
	h.ok(owner.comesWith(phones[0])) // of a step that the other has used
	s := owner.signIn()
	apps := h.status(s).Apps
	if len(apps) != 2 || apps[0].Name != "First" || apps[1].Name != "Tablet" || apps[0].Number == apps[1].Number || apps[1].AddedAt.Before(apps[0].AddedAt) ||
		!apps[1].LastUsedAt.Before(apps[0].LastUsedAt) || apps[0].LastUse != service.UseSignIn || apps[1].LastUse != service.UseSignIn {
		t.Errorf("%+v", apps)
	}
	if h.items() != 2 || h.intents() != 0 {
		t.Errorf("%d items, %d intents", h.items(), h.intents())
	}
}

func TestAddApp_ConfirmingCodeIsUsedUp(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	s, other := owner.signIn(), owner.signIn()
	shown, err := s.BeginAddApp(t.Context(), " Tablet ", owner.proof())
	h.ok(err)
	fresh := h.phoneOf(shown)
	h.refused(s.Continue(t.Context()), service.CodeEnrolmentEnded) // it has no codes to continue with
	if h.status(s).Apps[0].Name != "" || len(h.status(s).Apps) != 1 {
		t.Error("it is there before its code")
	}
	h.ok(second(s.Confirm(t.Context(), secret.NewText(fresh.code()))))
	if apps := h.status(s).Apps; len(apps) != 2 || apps[1].Name != "Tablet" || apps[1].LastUse != service.UseAppAdded || apps[1].LastUsedAt.IsZero() {
		t.Errorf("%+v", apps)
	}
	h.refused(owner.comesWith(fresh), service.CodeCodeUsed)
	h.refused(second(s.Confirm(t.Context(), secret.NewText(fresh.code()))), service.CodeEnrolmentEnded)
	h.ok(second(other.Overview(t.Context()))) // what works goes on: nothing was taken away
	h.ok(second(owner.challenge().Recover(t.Context(), secret.NewText(codes[0]))))
	if log := strings.Join(h.ownLog(s), "\n"); !strings.Contains(log, "added the authenticator app “Tablet”") {
		t.Error(log)
	}
}

func TestAddApp_NameAndRoomAreLookedAtBeforeAnyProof(t *testing.T) {
	t.Parallel()
	h, owner, _, _ := withApps(t, "Tablet", "Key chain", "Work")
	s := owner.signIn()
	begin := func(name string) error { return second(s.BeginAddApp(t.Context(), name, client.Proof{})) }
	for name, code := range map[string]service.Code{
		"": service.CodeAppName, " \u00a0": service.CodeAppName, strings.Repeat("x", service.MaxAppName+1): service.CodeAppName, "a\u202eb": service.CodeAppName, "a\nb": service.CodeAppName,
		"tablet": service.CodeAppNameTaken, "Other": service.CodeFactorRequired, strings.Repeat("é", service.MaxAppName): service.CodeFactorRequired,
	} {
		if err := begin(name); !service.IsCode(err, code) {
			t.Errorf("%q: %v, not %s", name, err, code)
		}
	}
	h.addApp(owner, "Other")
	h.refused(begin("One more"), service.CodeAppsFull)
	without := h.one(person{role: store.RoleMember})
	h.refused(second(without.signIn().BeginAddApp(t.Context(), "A", without.proof())), service.CodeTwoFactorOff)
}

// What has changed while the new phone was set up counts: another window may have taken the name, or turned 2FA off.
func TestAddApp_NameThatWasTakenMeanwhileIsRefused(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t)
	s, other := owner.signIn(), owner.signIn()
	shown, err := s.BeginAddApp(t.Context(), "Tablet", owner.proof())
	h.ok(err)
	h.ok(other.RenameApp(t.Context(), h.app(owner, "First"), "TABLET"))
	confirm := func() error { return second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))) }
	h.refused(confirm(), service.CodeAppNameTaken)
	h.ok(other.RenameApp(t.Context(), h.app(owner, "TABLET"), "First"))
	h.ok(confirm()) // it was still under way
	_ = phones
}

func TestAddApp_CrashLeavesNothing(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t)
	s := owner.signIn()
	h.ok(second(s.BeginAddApp(t.Context(), "Tablet", owner.proof())))
	if h.items() != 2 {
		t.Fatal("there is no second key")
	}
	h.restart()
	if h.items() != 1 || h.intents() != 0 || len(h.factor(owner).Apps) != 1 {
		t.Errorf("left behind: %d items, %d intents, %v", h.items(), h.intents(), h.appNames(owner))
	}
	h.clock.step(30 * time.Second)
	h.ok(owner.comesWith(phones[0]))
}

func TestAddApp_IsToldUntilItIsPutAway(t *testing.T) {
	t.Parallel()
	h, owner, _, _ := withApps(t)
	h.addApp(owner, "Tablet")
	news := owner.signIn().Welcome().News
	if len(news) != 1 || news[0].Kind != "app-added" || news[0].Detail["app"] != "Tablet" {
		t.Errorf("%+v", news)
	}
	s := owner.signIn()
	if again := s.Welcome().News; len(again) != 1 || again[0].Stays != news[0].Stays {
		t.Errorf("again: %+v", again)
	}
	h.ok(s.PutNewsAway(t.Context(), news[0].Stays))
	if news := owner.signIn().Welcome().News; len(news) != 0 {
		t.Errorf("after it was put away: %+v", news)
	}
}

func TestAddApp_RightCodeEndsTheWrongOnes(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	s := owner.signIn()
	for _, name := range []string{"Tablet", "Laptop"} {
		shown, err := s.BeginAddApp(t.Context(), name, owner.proof())
		h.ok(err)
		fresh := h.phoneOf(shown)
		for left := 4; left > 0; left-- {
			if e := h.refused(second(s.Confirm(t.Context(), secret.NewText(fresh.wrong()))), service.CodeCodeWrong); e.Args["left"] != left {
				t.Errorf("%s: %v left in place of %d", name, e.Args["left"], left)
			}
		}
		h.ok(second(s.Confirm(t.Context(), secret.NewText(fresh.code()))))
		h.clock.step(time.Minute)
	}
}

func TestAddApp_TurnsTheAuthenticatorOnAgain(t *testing.T) {
	t.Parallel()
	h, owner, phones, codes := withApps(t)
	wrongs(h, owner, phones, 20)
	h.refused(owner.comesWith(phones[0]), service.CodeAuthenticatorOff)
	s, err := owner.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	shown, err := s.BeginAddApp(t.Context(), "Tablet", client.Proof{})
	h.ok(err)
	h.ok(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))))
	h.clock.step(30 * time.Second)
	h.ok(owner.comesWith(phones[0]))
}

// Who has several phones sees which of them somebody came in with.
func TestApps_LogSaysWhoseCodeItWas(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	says := func(what string) {
		t.Helper()
		if log := h.ownLog(owner.signIn()); !slices.ContainsFunc(log, func(line string) bool { return strings.Contains(line, what) }) {
			t.Errorf("the log has no %q: %v", what, log)
		}
		h.clock.step(time.Minute)
	}
	h.ok(owner.comesWith(phones[1]))
	h.clock.step(time.Minute)
	says("signed in with a verification code from Tablet.")
	s := owner.signIn()
	h.clock.step(time.Minute)
	h.ok(s.ChangeEmail(t.Context(), "amara@example.org", proof(byCode(phones[1].code()))))
	owner.email = "amara@example.org"
	h.clock.step(time.Minute)
	says("confirmed their identity with a verification code from Tablet.")
	s = owner.signIn()
	h.clock.step(time.Minute)
	h.ok(s.RemoveApp(t.Context(), h.app(owner, "Tablet"), owner.proof()))
	h.clock.step(time.Minute)
	h.ok(owner.comesWith(phones[0]))
	h.clock.step(time.Minute)
	if log := h.ownLog(owner.signIn()); strings.Contains(log[0], "First") { // the only one there is
		t.Error(log[0])
	}
}

func TestRemoveApp_ItsCodesOpenNothing(t *testing.T) {
	t.Parallel()
	h, owner, phones, codes := withApps(t, "Tablet", "Work")
	s, other := owner.signIn(), owner.signIn()
	tablet := h.app(owner, "Tablet")
	h.clock.step(30 * time.Second)
	h.ok(s.RemoveApp(t.Context(), tablet, proof(byCode(phones[1].code())))) // proven by itself
	if names := h.appNames(owner); !slices.Equal(names, []string{"First", "Work"}) || h.items() != 2 || h.intents() != 0 {
		t.Errorf("%v, %d items, %d intents", names, h.items(), h.intents())
	}
	h.refused(second(other.Overview(t.Context())), service.CodeSessionEnded)
	h.ok(s.Touch())
	h.refused(s.RemoveApp(t.Context(), tablet, owner.proof()), service.CodeAppGone)
	h.clock.step(30 * time.Second)
	h.strange(owner.comesWith(phones[1]))
	h.ok(owner.comesWith(phones[0]))
	h.ok(owner.comesWith(phones[2]))
	h.ok(second(owner.challenge().Recover(t.Context(), secret.NewText(codes[0]))))
	if log := strings.Join(h.ownLog(s), "\n"); !strings.Contains(log, "removed the authenticator app “Tablet”") {
		t.Error(log)
	}
}

func TestRemoveApp_WithoutANameIsToldSo(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	tablet := h.addApp(owner, "Tablet")
	s := owner.signIn()
	h.ok(s.RemoveApp(t.Context(), h.app(owner, ""), owner.proof()))
	owner.phone = tablet
	if log := strings.Join(h.ownLog(s), "\n"); !strings.Contains(log, "removed an authenticator app.") {
		t.Error(log)
	}
}

func TestRemoveApp_TheLastOneStays(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	s := owner.signIn()
	h.ok(s.RemoveApp(t.Context(), h.app(owner, "Tablet"), owner.proof()))
	head := h.head()
	h.refused(s.RemoveApp(t.Context(), h.app(owner, "First"), client.Proof{}), service.CodeAppLast) // before any proof
	h.refused(s.RemoveApp(t.Context(), 0, client.Proof{}), service.CodeAppGone)
	if h.head() != head {
		t.Errorf("%v", h.eventsAfter(head))
	}
	h.clock.step(30 * time.Second)
	h.ok(owner.comesWith(phones[0]))
	off := h.one(person{role: store.RoleMember})
	h.refused(off.signIn().RemoveApp(t.Context(), 1, off.proof()), service.CodeTwoFactorOff)
}

// Two windows each remove one of two apps: one stays, whoever comes first.
func TestRemoveApp_TwoAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	h, owner, _, _ := withApps(t, "Tablet")
	steps := h.onSteps()
	s := owner.signIn()
	first, tablet := h.app(owner, "First"), h.app(owner, "Tablet")
	proof := owner.proof()
	steps.before(4, func() { // the password, the code, the proof, the removal
		h.ok(workspace.Change(inner(h.w), t.Context(), func(tx store.WriteTx) error { return second(tx.DeleteApp(owner.id, first)) }))
	})
	h.refused(s.RemoveApp(t.Context(), tablet, proof), service.CodeAppLast)
	if names := h.appNames(owner); !slices.Equal(names, []string{"Tablet"}) {
		t.Error(names)
	}
}

func TestRemoveApp_NextStartDeletesTheItem(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	s := owner.signIn()
	h.secrets.fail(nil, nil, store.ErrKeychainLocked)
	h.ok(s.RemoveApp(t.Context(), h.app(owner, "Tablet"), owner.proof())) // it stands
	h.secrets.fail(nil, nil, nil)
	if h.items() != 2 || h.intents() != 1 {
		t.Fatalf("%d items, %d intents", h.items(), h.intents())
	}
	h.clock.step(30 * time.Second)
	h.strange(owner.comesWith(phones[1]))
	h.restart()
	if h.items() != 1 || h.intents() != 0 {
		t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
	}
}

// What was to take an app's place goes with it.
func TestRemoveApp_EndsAChangeOfPhone(t *testing.T) {
	t.Parallel()
	h, owner, _, _ := withApps(t, "Tablet")
	s := owner.signIn()
	tablet := h.app(owner, "Tablet")
	shown, err := s.BeginChangePhone(t.Context(), tablet, owner.proof())
	h.ok(err)
	h.ok(s.RemoveApp(t.Context(), tablet, owner.proof()))
	h.refused(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))), service.CodeEnrolmentEnded)
	if h.items() != 1 || h.intents() != 0 {
		t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
	}
}

func TestRenameApp_ChangesTheNameAlone(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	s, other := owner.signIn(), owner.signIn()
	first, tablet := h.app(owner, "First"), h.app(owner, "Tablet")
	before := h.factor(owner)
	h.ok(s.RenameApp(t.Context(), tablet, "  Her tablet "))
	h.ok(s.RenameApp(t.Context(), tablet, "her Tablet")) // another spelling of its own name
	before.Apps[1].Name = "her Tablet"
	if after := h.factor(owner); !slices.Equal(after.Apps, before.Apps) {
		t.Errorf("%+v\nnot %+v", after.Apps, before.Apps)
	}
	head := h.head()
	h.ok(s.RenameApp(t.Context(), tablet, "her Tablet"))
	h.refused(s.RenameApp(t.Context(), first, "HER TABLET"), service.CodeAppNameTaken)
	h.refused(s.RenameApp(t.Context(), first, ""), service.CodeAppName)
	h.refused(s.RenameApp(t.Context(), 99, "New"), service.CodeAppGone)
	if h.head() != head {
		t.Errorf("%v", h.eventsAfter(head))
	}
	h.ok(other.Touch())
	h.clock.step(30 * time.Second)
	h.ok(owner.comesWith(phones[1]))
	if log := strings.Join(h.ownLog(s), "\n"); !strings.Contains(log, "renamed an authenticator app to “her Tablet”") {
		t.Error(log)
	}
}

func TestChangePhone_ReplacesTheAppThatIsChosen(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"First", "Tablet"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, phones, _ := withApps(t, "Tablet")
			s := owner.signIn()
			h.refused(second(s.BeginChangePhone(t.Context(), 0, client.Proof{})), service.CodeAppGone) // which one is not said
			h.refused(second(s.BeginChangePhone(t.Context(), 99, client.Proof{})), service.CodeAppGone)
			was := h.app(owner, name)
			shown, err := s.BeginChangePhone(t.Context(), was, owner.proof())
			h.ok(err)
			fresh := h.phoneOf(shown)
			h.ok(second(s.Confirm(t.Context(), secret.NewText(fresh.code()))))
			is := h.app(owner, name)
			if is == was || len(h.factor(owner).Apps) != 2 || h.items() != 2 || h.intents() != 0 {
				t.Errorf("%+v, %d items, %d intents", h.factor(owner).Apps, h.items(), h.intents())
			}
			for _, app := range h.factor(owner).Apps { // the key is random: another one is by chance no other's
				if app.Generation == is {
					fresh.key = h.rekey(app, strings.Repeat("n", totp.KeySize))
				}
			}
			h.clock.step(30 * time.Second)
			h.strange(owner.comesWith(phones[i]))
			h.ok(owner.comesWith(phones[1-i]))
			h.ok(owner.comesWith(fresh))
		})
	}
}

func TestHelpCode_TakesThePlaceOfAllApps(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	phones := []phone{p.phone, h.addApp(p, "Tablet")}
	given, err := owner.admin().HelpCode(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	g, err := p.challenge().UseHelpCode(t.Context(), secret.NewText(given.Code.Display()))
	h.ok(err)
	p.enrolAt(g)
	if f := h.factor(p); len(f.Apps) != 1 || f.Apps[0].Name != "" || f.Since.IsZero() || h.items() != 1 || h.intents() != 0 {
		t.Errorf("%+v, %d items, %d intents", f, h.items(), h.intents())
	}
	h.rekey(h.factor(p).Apps[0], strings.Repeat("n", totp.KeySize))
	h.clock.step(time.Minute)
	for _, lost := range phones {
		if err := p.comesWith(lost); err == nil {
			t.Error("a lost phone opens")
		}
	}
}

func TestFactorThatEnds_TakesAllAppsWithIt(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *fixture, owner, p *user) error{
		"disabled": func(h *fixture, _, p *user) error { return p.signIn().Disable(h.Context(), p.proof().Factor) },
		"reset": func(h *fixture, owner, p *user) error {
			return owner.admin().Reset2FA(h.Context(), p.id, "", owner.proof())
		},
		"removed": func(h *fixture, owner, p *user) error { return owner.admin().Remove(h.Context(), p.id, owner.proof()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			p := h.one(person{role: store.RoleMember, on: true})
			h.addApp(p, "Tablet")
			h.addApp(p, "Work")
			h.secrets.fail(nil, nil, store.ErrKeychainLocked)
			h.ok(end(h, owner, p))
			h.secrets.fail(nil, nil, nil)
			h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
				if _, err := tx.Factor(p.id); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%v", err)
				}
				return nil
			}))
			if h.items() != 3 || h.intents() != 3 {
				t.Errorf("%d items, %d orders to delete them", h.items(), h.intents())
			}
			h.restart()
			if h.items() != 0 || h.intents() != 0 {
				t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
			}
		})
	}
}
