package workspace_test

import (
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

const (
	shortPass  = "qv7#Lm2z"
	longerPass = "granite lagoon whisper 47"
)

// shortened is an owner with 2FA on who has chosen a password of eight characters
// while 2FA was required, and it no longer is.
func shortened(t *testing.T) (*fixture, *user) {
	t.Helper()
	h, owner, _ := guarded(t)
	h.one(person{role: store.RoleOwner, on: true})
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	h.ok(a.Require2FA(t.Context(), h.clock.now(), "", owner.proof()))
	h.ok(s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText(shortPass), owner.proof().Factor))
	owner.pass = shortPass
	h.ok(a.DropRequirement(t.Context(), "", owner.proof()))
	return h, owner
}

// alone turns the owner's 2FA off, so that the password stands alone.
func (p *user) alone(s *client.Session) {
	p.h.Helper()
	p.h.ok(s.Disable(p.h.Context(), byCode(p.newCode())))
	p.phone = phone{}
}

func TestSignIn_ShortPasswordDoesNotOpenAlone(t *testing.T) {
	t.Parallel()
	h, owner := shortened(t)
	s := owner.signIn()
	h.add(s, paper("a", "text"))
	owner.alone(s)
	c := owner.challenge()
	if !c.MustChoosePassword() || c.MustEnrol() {
		t.Fatal("nothing asks for a longer password")
	}
	_, err := c.Verify(t.Context(), secret.NewText("123456"))
	h.refused(err, service.CodeTwoFactorOff)
	_, err = c.Recover(t.Context(), secret.NewText("ABCD-EFGH-JKMN-PQRS"))
	h.refused(err, service.CodeRecoveryNone)
	_, err = c.UseHelpCode(t.Context(), secret.NewText("ABCD-EFGH-JKMN-PQRS"))
	h.refused(err, service.CodeHelpWrong)
	if _, err := c.Enrol(t.Context()); err == nil {
		t.Error("a challenge for a password leads to enrolling")
	}
	for typed, want := range map[string]service.Code{
		"": service.CodePasswordRequired, shortPass: service.CodePasswordShort, strings.Repeat("x", 14): service.CodePasswordShort,
		strings.Repeat("x", 1025): service.CodePasswordLong, "northwind legal": service.CodePasswordCommon,
	} {
		_, err := c.ChoosePassword(t.Context(), secret.NewText(typed))
		if e := h.refused(err, want); e.Field != "next" {
			t.Errorf("%q: it is about %q", typed, e.Field)
		}
	}
	s, err = c.ChoosePassword(t.Context(), secret.NewText(longerPass))
	h.ok(err)
	if h.read(s, "a") != "text" {
		t.Error("the contracts were lost")
	}
	_, err = c.ChoosePassword(t.Context(), secret.NewText(longerPass+" again"))
	h.refused(err, service.CodeChallengeEnded)
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(shortPass))
	h.refused(err, service.CodeCredentialsWrong)
	h.restart()
	owner.pass = longerPass
	if h.read(owner.signIn(), "a") != "text" {
		t.Error("the contracts were lost")
	}
}

func TestChoosePassword_EndsWhatTheOldOneOpened(t *testing.T) {
	t.Parallel()
	h, owner := shortened(t)
	former := owner.signIn()
	owner.alone(former)
	first, second := owner.challenge(), owner.challenge()
	_, err := first.ChoosePassword(t.Context(), secret.NewText(longerPass))
	h.ok(err)
	_, err = second.ChoosePassword(t.Context(), secret.NewText(longerPass+" again"))
	h.refused(err, service.CodeChallengeEnded)
	_, err = former.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
}

func TestChoosePassword_TellsAndLogsAsASignInDoes(t *testing.T) {
	t.Parallel()
	h, owner := shortened(t)
	owner.alone(owner.signIn())
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText("not the password at all"))
	h.refused(err, service.CodeCredentialsWrong)
	s, err := owner.challenge().ChoosePassword(t.Context(), secret.NewText(longerPass))
	h.ok(err)
	if w := s.Welcome(); w.FailedPasswords != 1 {
		t.Errorf("welcome: %+v", w)
	}
	a, err := s.Admin(t.Context())
	h.ok(err)
	page, err := a.Log(t.Context(), service.LogQuery{})
	h.ok(err)
	if got := sentence(page.Entries[0]); got != "Amara Okafor signed in with the password alone and chose a longer one." {
		t.Errorf("the log says %q", got)
	}
	o, err := s.Overview(t.Context())
	h.ok(err)
	if !o.Profile.PasswordChangedAt.Equal(h.clock.now()) || o.TwoFactor.ShortPassword {
		t.Errorf("changed at %v, too short: %v", o.Profile.PasswordChangedAt, o.TwoFactor.ShortPassword)
	}
}

func TestShortPassword_IsEnoughWithASecondFactorAndIsTold(t *testing.T) {
	t.Parallel()
	h, owner := shortened(t)
	c := owner.challenge()
	if c.MustChoosePassword() {
		t.Fatal("a longer password is asked for beside a second factor")
	}
	_, err := c.ChoosePassword(t.Context(), secret.NewText(longerPass))
	h.refused(err, service.CodeChallengeEnded) // with the password alone nobody sets another one
	s := owner.signIn()
	if !h.status(s).ShortPassword {
		t.Error("nothing says that the password is too short to stand alone")
	}
	h.ok(s.ChangePassword(t.Context(), secret.NewText(shortPass), secret.NewText(longerPass), owner.proof().Factor))
	if h.status(s).ShortPassword {
		t.Error("a long password is called short")
	}
}

func TestSignIn_ShortPasswordIsCaughtAfterAReset(t *testing.T) {
	t.Parallel()
	h, owner := shortened(t)
	second := h.one(person{role: store.RoleOwner, on: true})
	second.pass = shortPass
	h.ok(second.admin().Reset2FA(t.Context(), owner.id, "", second.proof()))
	owner.phone = phone{}
	if !owner.challenge().MustChoosePassword() {
		t.Error("nothing asks for a longer password")
	}
}

func TestChoosePassword_IsOverWhere2FAIsRequiredByThen(t *testing.T) {
	t.Parallel()
	h, owner := shortened(t)
	owner.alone(owner.signIn())
	c := owner.challenge()
	second := h.one(person{role: store.RoleOwner, on: true})
	second.pass = shortPass
	h.ok(second.admin().Require2FA(t.Context(), h.clock.now(), "", second.proof()))
	_, err := c.ChoosePassword(t.Context(), secret.NewText(longerPass))
	h.refused(err, service.CodeChallengeEnded)
	if !owner.challenge().MustEnrol() {
		t.Error("2FA is not asked for")
	}
}

func TestChoosePassword_IsForAPasswordThatIsTooShortAlone(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.one(person{role: store.RoleOwner, on: true})
	member := h.one(person{role: store.RoleMember})
	a := owner.admin()
	h.ok(a.Require2FA(t.Context(), h.clock.now(), "", owner.proof()))
	c := member.challenge()
	h.ok(a.DropRequirement(t.Context(), "", owner.proof()))
	_, err := c.ChoosePassword(t.Context(), secret.NewText(longerPass))
	h.refused(err, service.CodeChallengeEnded)
	_, err = c.Challenge.ChoosePassword(t.Context(), h.chosen(longerPass)) // as a client asks that was changed
	h.refused(err, service.CodeChallengeEnded)
}

// What unwraps the contracts goes to nobody for whom another factor is due.
func TestChallenge_GivesOwnKeysOnlyWhereThePasswordStandsAlone(t *testing.T) {
	t.Parallel()
	h, owner := shortened(t)
	keys := func(c *client.Challenge) error {
		own, err := c.OwnKeys(t.Context())
		if err != nil && (own.Lock.Len() > 0 || len(own.Wrapped) > 0) {
			t.Error("they come with a refusal")
		}
		return err
	}
	h.refused(keys(owner.challenge()), service.CodeChallengeEnded) // a code is due
	s := owner.signIn()
	owner.alone(s)
	c := owner.challenge()
	h.ok(keys(c))
	_, err := owner.challenge().Challenge.ChoosePassword(t.Context(), h.chosen(shortPass))
	h.refused(err, service.CodeChallengeEnded)
	second := h.one(person{role: store.RoleOwner, on: true})
	second.pass = shortPass
	h.ok(second.admin().Require2FA(t.Context(), h.clock.now(), "", second.proof()))
	h.refused(keys(c), service.CodeChallengeEnded) // 2FA was required in between
	h.ok(second.admin().DropRequirement(t.Context(), "", second.proof()))
	c = owner.challenge()
	c.Challenge.Leave()
	h.refused(keys(c), service.CodeChallengeEnded)
	c = owner.challenge()
	_, err = owner.challenge().ChoosePassword(t.Context(), secret.NewText(longerPass))
	h.ok(err)
	h.refused(keys(c), service.CodeChallengeEnded) // another window has chosen one
}
