package workspace_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

func TestEnable_Turns2FAOnOnlyAtContinue(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	if shown.Issuer != "Northwind Legal" || shown.Account != email || len(shown.Groups) != 8 {
		t.Errorf("shown: %+v", shown)
	}
	p := h.phoneOf(shown)
	h.refused(s.Continue(t.Context()), service.CodeEnrolmentUnconfirmed)
	issued, err := s.Confirm(t.Context(), secret.NewText(p.code()))
	h.ok(err)
	if len(issued.Codes) != 10 || issued.Sheet != 1 || issued.Replaces != 0 {
		t.Errorf("issued: %+v", issued)
	}
	if h.status(s).On {
		t.Error("2FA is on before Continue")
	}
	if s2, c, err := h.w.SignIn(t.Context(), email, secret.NewText(pass)); err != nil || s2 == nil || c != nil {
		t.Error("the password alone no longer opens, before Continue")
	}
	h.ok(s.Continue(t.Context()))
	st := h.status(s)
	if !st.On || st.Codes.Left != 10 || len(st.Apps) != 1 || st.Apps[0].LastUse != store.UseEnrolment || h.items() != 1 || h.intents() != 0 {
		t.Errorf("after Continue: %+v, %d items, %d intents", st, h.items(), h.intents())
	}
	if _, err := s.Showing(t.Context()); !service.IsCode(err, service.CodeEnrolmentEnded) {
		t.Error("the codes can still be seen after Continue")
	}
	if _, err := s.ShowingKey(t.Context()); !service.IsCode(err, service.CodeEnrolmentEnded) {
		t.Error("the key can still be seen after Continue")
	}
	c := h.challenge()
	_, err = c.Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeCodeUsed) // the code that confirmed
	h.clock.step(30 * time.Second)
	s3, err := c.Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
	if w := s3.Welcome(); w.FailedCodes != 1 {
		t.Errorf("the replay is not told: %+v", w)
	}
}

func TestEnable_UnfinishedLeavesNothing(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*fixture, *client.Session){
		"Cancel":    func(h *fixture, s *client.Session) { h.ok(s.CancelEnrolment(t.Context())) },
		"TheWindow": func(h *fixture, s *client.Session) { h.ok(s.End(t.Context())) },
		"ACrash":    func(h *fixture, _ *client.Session) { h.restart() },
		"AnotherBegin": func(h *fixture, s *client.Session) {
			_, err := s.BeginEnable(t.Context(), secret.NewText(pass))
			h.ok(err)
			h.ok(s.CancelEnrolment(t.Context()))
		},
	}
	for name, end := range ends {
		for _, confirmed := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				h, s := created(t)
				shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
				h.ok(err)
				if confirmed {
					_, err := s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
					h.ok(err)
				}
				if h.items() != 1 {
					t.Fatal("the key is not in the keychain")
				}
				end(h, s)
				if h.items() != 0 || h.intents() != 0 {
					t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
				}
				s, c, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
				h.ok(err)
				if c != nil || h.status(s).On {
					t.Error("2FA is on")
				}
			})
		}
	}
}

func TestConfirm_WrongFirstCodeTellsAClockThatIsOff(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		ahead     time.Duration
		code      service.Code
		direction string
		minutes   int
	}{
		"TypedLate":        {-75 * time.Second, service.CodeCodeExpired, "", 0},
		"FiveMinutesFast":  {5 * time.Minute, service.CodeCodeClock, "ahead", 5},
		"SevenMinutesSlow": {-7 * time.Minute, service.CodeCodeClock, "behind", 7},
		"WrongTimeZone":    {2 * time.Hour, service.CodeCodeClock, "ahead", 120},
		"HalfADaySlow":     {-12 * time.Hour, service.CodeCodeClock, "behind", 720},
		"OutOfReach":       {30 * time.Hour, service.CodeCodeWrong, "", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := created(t)
			var p phone
			for { // one key in a hundred shows the same code at another time as well
				shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
				h.ok(err)
				p = h.phoneOf(shown)
				p.ahead = c.ahead
				if p.onlyNow() {
					break
				}
				h.ok(s.CancelEnrolment(t.Context()))
			}
			_, err := s.Confirm(t.Context(), secret.NewText(p.code()))
			e := h.refused(err, c.code)
			if c.direction != "" && (e.Args["direction"] != c.direction || e.Args["minutes"] != c.minutes) {
				t.Errorf("it says %v", e.Args)
			}
			p.ahead = 0
			_, err = s.Confirm(t.Context(), secret.NewText(p.code()))
			h.ok(err) // one wrong step locks nobody out
		})
	}
}

func TestConfirm_TakesOnlyAWholeCode(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	p := h.phoneOf(shown)
	for _, bad := range []string{"12345", "1234567", "１２３４５６", "٠١٢٣٤٥", "+87082", "2.8708", "12345\x00", "123456\n", "123\u00a0456", "abcdef"} {
		_, err := s.Confirm(t.Context(), secret.NewText(bad))
		h.refused(err, service.CodeCodeForm)
	}
	_, err = s.Confirm(t.Context(), secret.NewText(""))
	h.refused(err, service.CodeCodeRequired)
	code := p.code()
	_, err = s.Confirm(t.Context(), secret.NewText(code[:3]+" "+code[3:])) // and none of the above was counted
	h.ok(err)
}

func TestEnable_OfTwoAtOnceOneIsRefused(t *testing.T) {
	t.Parallel()
	h, first := created(t)
	second, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	a, err := first.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	_, err = first.Confirm(t.Context(), secret.NewText(h.phoneOf(a).code()))
	h.ok(err)
	b, err := second.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	_, err = second.Confirm(t.Context(), secret.NewText(h.phoneOf(b).code()))
	h.ok(err)
	h.refused(first.Continue(t.Context()), service.CodeEnrolmentEnded)
	h.ok(second.Continue(t.Context()))
	if h.items() != 1 || h.intents() != 0 {
		t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
	}
	h.clock.step(time.Minute)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(h.phoneOf(b).code()))
	h.ok(err)
	_, err = first.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded) // turning 2FA on ends sessions that came in without it
}

func TestEnable_FailingKeychainIsTold(t *testing.T) {
	t.Parallel()
	for err, code := range map[error]service.Code{
		store.ErrKeychainAbsent: service.CodeKeychainAbsent, store.ErrKeychainLocked: service.CodeKeychainLocked,
		store.ErrKeychainSlow: service.CodeKeychainSlow, store.ErrKeychainDismissed: service.CodeKeychainDismissed,
		store.ErrKeychainFailed: service.CodeKeychainFailed,
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			h, s := created(t)
			h.secrets.fail(err, nil, nil)
			for range 6 { // and it costs no guess, however often
				_, got := s.BeginEnable(t.Context(), secret.NewText(pass))
				h.refused(got, code)
			}
			h.secrets.fail(nil, nil, nil)
			if h.status(s).On || h.items() != 0 || h.intents() != 0 {
				t.Error("something was left behind")
			}
			_, got := s.BeginEnable(t.Context(), secret.NewText(pass))
			h.ok(got)
		})
	}
	t.Run("SaysYesAndKeepsNothing", func(t *testing.T) {
		t.Parallel()
		h, s := created(t)
		h.secrets.swallow = true
		_, err := s.BeginEnable(t.Context(), secret.NewText(pass))
		h.refused(err, service.CodeKeychainMismatch)
		if h.intents() != 0 {
			t.Error("an intent was left behind")
		}
	})
	t.Run("LosesTheItemBeforeContinue", func(t *testing.T) {
		t.Parallel()
		h, s := created(t)
		shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
		h.ok(err)
		_, err = s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
		h.ok(err)
		h.secrets.fail(nil, store.ErrSecretMissing, nil)
		h.refused(s.Continue(t.Context()), service.CodeKeychainMismatch)
		h.secrets.fail(nil, nil, nil)
		h.ok(s.Continue(t.Context())) // and nothing was lost
	})
}

func TestCancelEnrolment_NextStartDeletesTheItem(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	_, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	h.secrets.fail(nil, nil, store.ErrKeychainLocked)
	h.refused(s.CancelEnrolment(t.Context()), service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	if h.items() != 1 || h.intents() != 1 {
		t.Fatal("the intent does not remember the item")
	}
	h.restart()
	if h.items() != 0 || h.intents() != 0 {
		t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
	}
	h.restart()
	if h.items() != 0 || h.intents() != 0 {
		t.Error("a second start changed something")
	}
}

func TestVerify_ClockBefore1970IsRefused(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	code := p.code()
	h.clock.step(-70 * 365 * 24 * time.Hour)
	c := h.challenge()
	_, err := c.Verify(t.Context(), secret.NewText(code))
	h.refused(err, service.CodeClockWrong)
}

// A code of two minutes ago was typed slowly; an older one is of a clock that is behind.
func TestConfirm_TellsALateCodeFromASlowClock(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	for ahead, want := range map[time.Duration]service.Code{-2 * time.Minute: service.CodeCodeExpired, -150 * time.Second: service.CodeCodeClock} {
		p := h.phoneOf(shown)
		p.ahead = ahead
		_, err = s.Confirm(t.Context(), secret.NewText(p.code()))
		h.refused(err, want)
	}
}

// A key that cannot be shown is not left in the keychain.
func TestEnable_KeyThatCannotBeShownIsDeleted(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.sneak("UPDATE profiles SET email = ''")
	if _, err := s.BeginEnable(t.Context(), secret.NewText(pass)); err == nil {
		t.Error("it is shown without an account")
	}
	if h.items() != 0 || h.intents() != 0 {
		t.Errorf("%d items and %d intents are left", h.items(), h.intents())
	}
}

func TestShowing_KeyThatIsNotConfirmedHasNoCodes(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.ok(second(s.BeginEnable(t.Context(), secret.NewText(owner.pass))))
	h.refused(second(s.Showing(t.Context())), service.CodeEnrolmentEnded)
}

func TestEnable_WhereItIsOnIsRefusedBeforeAnyProof(t *testing.T) {
	t.Parallel()
	h, s, _, _ := enabled(t)
	head := h.head()
	h.refused(second(s.BeginEnable(t.Context(), secret.Text{})), service.CodeTwoFactorOn)
	if h.head() != head {
		t.Errorf("%v", h.eventsAfter(head))
	}
}

// One enrolment takes another's place only once the other's key can go.
func TestEnable_KeyThatCannotGoIsToldBeforeAnother(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.ok(second(s.BeginEnable(t.Context(), secret.NewText(pass))))
	h.secrets.fail(nil, nil, store.ErrKeychainLocked)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.refused(err, service.CodeKeychainLocked)
	if len(shown.Groups) > 0 || h.items() != 1 {
		t.Errorf("there are %d keys", h.items())
	}
}

// A key that the keychain did not take is not waited for: its intent goes at once.
func TestEnable_KeyThatIsNotTakenLeavesNoIntent(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	k := &hurt{Secrets: h.secrets, call: "set", item: "/totp/" + owner.id + "/1"}
	h.openChanged(func(c *local.Config) { c.Secrets = k })
	s := owner.signIn()
	k.n = 1
	h.refused(second(s.BeginEnable(t.Context(), secret.NewText(pass))), service.CodeKeychainLocked)
	if k.n != 0 || h.items() != 0 || h.intents() != 0 {
		t.Errorf("%d items and %d intents", h.items(), h.intents())
	}
	h.enable(s)
}

func TestEnrolment_EndedSessionIsToldSo(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.ok(second(s.BeginEnable(t.Context(), secret.NewText(pass))))
	h.ok(s.End(t.Context()))
	h.refused(second(s.Confirm(t.Context(), secret.NewText("123456"))), service.CodeSessionEnded)
	h.refused(s.CancelEnrolment(t.Context()), service.CodeSessionEnded)
}

// Who goes back to the page with the codes sees the same ones, whatever is typed.
func TestConfirm_AgainShowsTheSameCodes(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	first, err := s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
	h.ok(err)
	head := h.head()
	again, err := s.Confirm(t.Context(), secret.Text{})
	h.ok(err)
	if !slices.Equal(display(again), display(first)) || h.head() != head {
		t.Errorf("sheet %d after sheet %d, and %v", again.Sheet, first.Sheet, h.eventsAfter(head))
	}
}

// Before 1970 there is no code to look at, and so none is counted.
func TestConfirm_ClockBefore1970CostsNoGuess(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.clock.step(-70 * 365 * 24 * time.Hour)
	s := owner.signIn()
	h.ok(second(s.BeginEnable(t.Context(), secret.NewText(pass))))
	for range 6 {
		h.refused(second(s.Confirm(t.Context(), secret.NewText("123456"))), service.CodeClockWrong)
	}
}

func TestConfirm_RightCodeClearsTheWrongOnesBefore(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	p := h.phoneOf(shown)
	for range 4 { // the fifth begins a pause
		h.refused(second(s.Confirm(t.Context(), secret.NewText(p.wrong()))), service.CodeCodeWrong)
	}
	h.ok(second(s.Confirm(t.Context(), secret.NewText(p.code()))))
	h.ok(s.CancelEnrolment(t.Context()))
	shown, err = s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	h.ok(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))))
}

// A guess may be counted just as 2FA goes: a phone that was proven afterwards works.
func TestEnable_NewPhoneWorksWhateverWasGuessedBefore(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.ok(workspace.Change(inner(h.w), t.Context(), func(tx store.WriteTx) error {
		return tx.SaveAttempts(store.Attempts{Subject: owner.id, Kind: store.KindCode, Failures: 20, SinceSignIn: 20, ChargedAt: h.clock.now()})
	}))
	owner.phone, _ = h.enable(s)
	owner.signIn()
}

// What another window has ended is not shown any more.
func TestContinue_EnrolmentThatWasEndedIsNotShown(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s, other := owner.signIn(), owner.signIn()
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	h.ok(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))))
	h.ok(second(other.BeginEnable(t.Context(), secret.NewText(pass))))
	h.refused(s.Continue(t.Context()), service.CodeEnrolmentEnded)
	h.refused(second(s.ShowingKey(t.Context())), service.CodeEnrolmentEnded)
	h.refused(second(s.Showing(t.Context())), service.CodeEnrolmentEnded)
}

// An order to delete a key that may not stand is not carried out: the next start looks.
func TestCancelEnrolment_KeyStaysWhereItsEndIsNotAnchored(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	k := &hurt{Secrets: h.secrets, call: "set", item: "/anchor"}
	h.openChanged(func(c *local.Config) { c.Secrets = k })
	s := owner.signIn()
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	h.ok(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))))
	k.n = 1
	h.refused(s.CancelEnrolment(t.Context()), service.CodeKeychainLocked)
	if h.items() != 1 || h.intents() != 1 || h.pending() != 0 {
		t.Errorf("%d items, %d intents and %d pending sets", h.items(), h.intents(), h.pending())
	}
	h.restart()
	if h.items() != 0 || h.intents() != 0 {
		t.Errorf("%d items and %d intents", h.items(), h.intents())
	}
}

func TestVerify_TakesOnlyAWholeCode(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	c := h.challenge()
	for range 6 { // none is counted
		h.refused(second(c.Verify(t.Context(), secret.NewText("12345"))), service.CodeCodeForm)
	}
	h.ok(second(c.Verify(t.Context(), secret.NewText(p.code()))))
}

// An item that holds no key is as good as none, and the code costs no guess.
func TestVerify_ItemThatHoldsNoKeyIsMissing(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	for _, name := range h.secrets.names() {
		if strings.Contains(name, "/totp/") {
			h.ok(h.secrets.Set(t.Context(), name, secret.NewBytes([]byte("not a key"))))
		}
	}
	c := h.challenge()
	for range 6 {
		h.refused(second(c.Verify(t.Context(), secret.NewText(p.code()))), service.CodeKeychainItemMissing)
	}
}

func TestConfirm_WrongFirstCodesArePausedAsOthers(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	p := h.phoneOf(shown)
	for range 5 {
		h.refused(second(s.Confirm(t.Context(), secret.NewText(p.wrong()))), service.CodeCodeWrong)
	}
	h.refused(second(s.Confirm(t.Context(), secret.NewText(p.code()))), service.CodeThrottled)
	h.refused(s.Continue(t.Context()), service.CodeEnrolmentUnconfirmed)
	h.clock.step(30 * time.Second)
	h.ok(second(s.Confirm(t.Context(), secret.NewText(p.code()))))
}

func TestContinue_StoreThatFailsLeavesTheEnrolment(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	full := h.onFullStore()
	s := owner.signIn()
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	h.ok(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))))
	full.full.Store(true)
	h.refused(s.Continue(t.Context()), service.CodeFolderFull)
	full.full.Store(false)
	h.ok(second(s.Showing(t.Context())))
	h.ok(s.Continue(t.Context()))
	h.refused(s.Continue(t.Context()), service.CodeEnrolmentEnded)
	if !h.status(s).On {
		t.Error("2FA is off")
	}
}
