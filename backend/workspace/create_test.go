package workspace_test

import (
	"strings"
	"testing"

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
			h := newFixture(t)
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
		h := newFixture(t)
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

// process opens the fixture's workspace as another program does.
func (h *fixture) process() *workspace.Workspace {
	h.Helper()
	w, err := workspace.Open(h.Context(), workspace.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	return w
}

// One that is there by now is not made again, and what is under way in it goes on.
func TestCreate_WorkspaceThatIsThereLosesNothing(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	late := h.process()
	s, err := h.w.Create(t.Context(), northwind)
	h.ok(err)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	_, err = late.Create(t.Context(), northwind)
	h.refused(err, workspace.CodeWorkspaceExists)
	if h.items() != 1 {
		t.Errorf("%d phones' keys are left", h.items())
	}
	_, err = s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
	h.ok(err)
	h.ok(s.Continue(t.Context()))
}

// Two programs at once: what another has begun anew is not finished with the keys of
// the first, whose items are gone.
func TestCreate_AnothersBeginningIsNotTakenForItsOwn(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	steps := h.onSteps()
	other := h.process()
	steps.before(2, func() { // the keys, the workspace
		h.secrets.fail(workspace.ErrKeychainLocked, nil, nil)
		_, err := other.Create(t.Context(), northwind)
		h.refused(err, workspace.CodeKeychainLocked)
		h.secrets.fail(nil, nil, nil)
	})
	_, err := h.w.Create(t.Context(), northwind)
	h.refused(err, workspace.CodeWorkspaceExists)
	_, err = other.Create(t.Context(), northwind)
	h.ok(err)
	h.restart()
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
}
