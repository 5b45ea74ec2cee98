package workspace_test

import (
	"strings"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func TestCreate_OwnerSignsInWithThePassword(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	if !h.w.Created() || h.w.Name() != "Northwind Legal" {
		t.Fatal("there is no workspace")
	}
	o, err := s.Overview(t.Context())
	h.ok(err)
	if o.Profile.Role != workspace.RoleOwner || o.TwoFactor.On {
		t.Errorf("got %+v", o)
	}
	h.ok(s.End(t.Context()))
	if _, err := s.Overview(t.Context()); !workspace.IsCode(err, workspace.CodeSessionEnded) {
		t.Errorf("an ended session still reads: %v", err)
	}
	h.restart()
	for _, spelling := range []string{email, strings.ToUpper(email), "  " + email + " "} {
		s, c, err := h.w.SignIn(t.Context(), spelling, secret.NewText(pass))
		h.ok(err)
		if s == nil || c != nil {
			t.Fatalf("%q did not open", spelling)
		}
	}
	if _, err := h.w.Create(t.Context(), workspace.NewWorkspace{Workspace: "X", Name: "Y", Email: "z@example.com", Password: secret.NewText(pass)}); !workspace.IsCode(err, workspace.CodeWorkspaceExists) {
		t.Errorf("a second workspace: %v", err)
	}
}

func TestCreate_EachFieldHasItsOwnRefusals(t *testing.T) {
	t.Parallel()
	good := workspace.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)}
	cases := map[string]struct {
		change func(*workspace.NewWorkspace)
		code   workspace.Code
		field  string
	}{
		"NoWorkspace":      {func(n *workspace.NewWorkspace) { n.Workspace = "  " }, workspace.CodeWorkspaceRequired, "workspace"},
		"LongWorkspace":    {func(n *workspace.NewWorkspace) { n.Workspace = strings.Repeat("é", 121) }, workspace.CodeWorkspaceLong, "workspace"},
		"TabInWorkspace":   {func(n *workspace.NewWorkspace) { n.Workspace = "Legal\tNorth" }, workspace.CodeWorkspaceForm, "workspace"},
		"NewlineInName":    {func(n *workspace.NewWorkspace) { n.Name = "Amara\nOkafor" }, workspace.CodeNameForm, "name"},
		"OverrideInName":   {func(n *workspace.NewWorkspace) { n.Name = "Amara\u202eOkafor" }, workspace.CodeNameForm, "name"},
		"NoName":           {func(n *workspace.NewWorkspace) { n.Name = "" }, workspace.CodeNameRequired, "name"},
		"BrokenUTF8":       {func(n *workspace.NewWorkspace) { n.Name = "a\xff" }, workspace.CodeNameForm, "name"},
		"NoEmail":          {func(n *workspace.NewWorkspace) { n.Email = "" }, workspace.CodeEmailRequired, "email"},
		"NoAt":             {func(n *workspace.NewWorkspace) { n.Email = "amara.example.com" }, workspace.CodeEmailForm, "email"},
		"NoEnding":         {func(n *workspace.NewWorkspace) { n.Email = "amara@example" }, workspace.CodeEmailForm, "email"},
		"SpaceInEmail":     {func(n *workspace.NewWorkspace) { n.Email = "am ara@example.com" }, workspace.CodeEmailForm, "email"},
		"TwoAts":           {func(n *workspace.NewWorkspace) { n.Email = "a@b@example.com" }, workspace.CodeEmailForm, "email"},
		"RightToLeftEmail": {func(n *workspace.NewWorkspace) { n.Email = "a\u200fb@example.com" }, workspace.CodeEmailForm, "email"},
		"LongEmail":        {func(n *workspace.NewWorkspace) { n.Email = strings.Repeat("a", 250) + "@b.de" }, workspace.CodeEmailLong, "email"},
		"NoPassword":       {func(n *workspace.NewWorkspace) { n.Password = secret.NewText("") }, workspace.CodePasswordRequired, "password"},
		"ShortPassword":    {func(n *workspace.NewWorkspace) { n.Password = secret.NewText("short") }, workspace.CodePasswordShort, "password"},
		"LongPassword":     {func(n *workspace.NewWorkspace) { n.Password = secret.NewText(strings.Repeat("xy z", 300)) }, workspace.CodePasswordLong, "password"},
		"CommonPassword":   {func(n *workspace.NewWorkspace) { n.Password = secret.NewText("passwordpassword") }, workspace.CodePasswordCommon, "password"},
		"OwnEmail":         {func(n *workspace.NewWorkspace) { n.Password = secret.NewText(email) }, workspace.CodePasswordCommon, "password"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			in := good
			c.change(&in)
			_, err := h.w.Create(t.Context(), in)
			if e := h.refused(err, c.code); e.Field != c.field {
				t.Errorf("it is about %q, not %q", e.Field, c.field)
			}
			if h.w.Created() || len(h.secrets.names()) > 0 {
				t.Error("something was made")
			}
		})
	}
	t.Run("EmojiAndArabicAreNames", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		in := good
		in.Workspace, in.Name = "مكتب 🏛️ Legal/50 %", "أميرة <img src=x onerror=alert(1)>"
		s, err := h.w.Create(t.Context(), in)
		h.ok(err)
		o, err := s.Overview(t.Context())
		h.ok(err)
		if o.Profile.Name != in.Name || o.Workspace != in.Workspace {
			t.Errorf("got %q, %q", o.Profile.Name, o.Workspace)
		}
		h.enable(s)
	})
}

func TestSignIn_WrongPasswordsArePausedForUnknownEmailsToo(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	for _, who := range []string{email, "nobody@example.com"} {
		for range 4 {
			_, _, err := h.w.SignIn(t.Context(), who, secret.NewText("not the password at all"))
			if e := h.refused(err, workspace.CodeCredentialsWrong); len(e.Args) > 0 {
				t.Errorf("%s: it tells %v", who, e.Args)
			}
		}
		_, _, err := h.w.SignIn(t.Context(), strings.ToUpper(who), secret.NewText("not the password at all"))
		if e := h.refused(err, workspace.CodeCredentialsWrong); len(e.Args) != 1 || e.Args["pause"] != 30 {
			t.Errorf("%s: the fifth says %v", who, e.Args)
		}
		_, _, err = h.w.SignIn(t.Context(), who, secret.NewText(pass))
		if e := h.refused(err, workspace.CodeThrottled); e.Args["seconds"] != 30 {
			t.Errorf("%s: %v", who, e.Args)
		}
	}
	h.restart()
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, workspace.CodeThrottled)
	h.clock.step(31 * time.Second)
	s, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	if w := s.Welcome(); w.FailedPasswords != 5 || w.LastFailedPasswordAt.IsZero() {
		t.Errorf("the next sign-in does not tell: %+v", w)
	}
	s, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	if w := s.Welcome(); w.FailedPasswords != 0 {
		t.Errorf("told twice: %+v", w)
	}
}

func TestThrottle_PauseHoldsIfTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	for range 5 {
		_, _, err := h.w.SignIn(t.Context(), email, secret.NewText("not the password at all"))
		h.refused(err, workspace.CodeCredentialsWrong)
	}
	h.clock.step(-24 * time.Hour)
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	if e := h.refused(err, workspace.CodeThrottled); e.Args["seconds"] != 30 {
		t.Errorf("got %v", e.Args)
	}
}

func TestSession_EndsWithoutUseAndAfterItsLongestTime(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.clock.step(4 * time.Minute)
	h.ok(s.Touch())
	h.clock.step(4 * time.Minute)
	h.ok(s.Touch())
	h.clock.step(5 * time.Minute)
	_, err := s.Overview(t.Context())
	h.refused(err, workspace.CodeSessionEnded)

	s, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	for range 12 * 15 {
		h.clock.step(4 * time.Minute)
		err = s.Touch()
	}
	h.refused(err, workspace.CodeSessionEnded)
	if !s.LimitReached() {
		t.Error("it does not say that the day is over")
	}
}

func TestChangePassword_EndsOtherSessionsAndChallenges(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	other, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	next := "granite lagoon whisper 47"
	none := workspace.FactorInput{Kind: workspace.FactorNone}
	h.refused(s.ChangePassword(t.Context(), secret.NewText("wrong password, really"), secret.NewText(next), none), workspace.CodePasswordWrong)
	h.refused(s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText("short"), none), workspace.CodePasswordShort)
	h.refused(s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText(pass), none), workspace.CodePasswordSame)
	h.ok(s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText(next), none))
	h.ok(s.Touch())
	if _, err := s.Overview(t.Context()); err != nil {
		t.Errorf("its own session ended: %v", err)
	}
	_, err = other.Overview(t.Context())
	h.refused(err, workspace.CodeSessionEnded)
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, workspace.CodeCredentialsWrong)
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(next))
	h.ok(err)
}

func TestProfile_NameAndEmailAreCheckedWhenChanged(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.ok(s.Rename(t.Context(), " Amara N. Okafor "))
	h.ok(s.ChangeEmail(t.Context(), "amara@example.org", proof(workspace.FactorInput{})))
	h.refused(s.Rename(t.Context(), ""), workspace.CodeNameRequired)
	h.refused(s.ChangeEmail(t.Context(), "amara@", proof(workspace.FactorInput{})), workspace.CodeEmailForm)
	o, err := s.Overview(t.Context())
	h.ok(err)
	if o.Profile.Name != "Amara N. Okafor" || o.Profile.Email != "amara@example.org" {
		t.Errorf("got %q, %q", o.Profile.Name, o.Profile.Email)
	}
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, workspace.CodeCredentialsWrong)
	_, _, err = h.w.SignIn(t.Context(), "AMARA@example.org", secret.NewText(pass))
	h.ok(err)
}
