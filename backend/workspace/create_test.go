package workspace_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestCreate_OwnerSignsInWithThePassword(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	if !h.w.Created() || h.w.Name() != "Northwind Legal" {
		t.Fatal("there is no workspace")
	}
	o, err := s.Overview(t.Context())
	h.ok(err)
	if o.Profile.Role != store.RoleOwner || o.TwoFactor.On {
		t.Errorf("got %+v", o)
	}
	h.ok(s.End(t.Context()))
	if _, err := s.Overview(t.Context()); !service.IsCode(err, service.CodeSessionEnded) {
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
	if _, err := h.w.Create(t.Context(), client.NewWorkspace{Workspace: "X", Name: "Y", Email: "z@example.com", Password: secret.NewText(pass)}); !service.IsCode(err, service.CodeWorkspaceExists) {
		t.Errorf("a second workspace: %v", err)
	}
}

func TestCreate_EachFieldHasItsOwnRefusals(t *testing.T) {
	t.Parallel()
	good := client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)}
	cases := map[string]struct {
		change func(*client.NewWorkspace)
		code   service.Code
		field  string
	}{
		"NoWorkspace":      {func(n *client.NewWorkspace) { n.Workspace = "  " }, service.CodeWorkspaceRequired, "workspace"},
		"LongWorkspace":    {func(n *client.NewWorkspace) { n.Workspace = strings.Repeat("é", 121) }, service.CodeWorkspaceLong, "workspace"},
		"TabInWorkspace":   {func(n *client.NewWorkspace) { n.Workspace = "Legal\tNorth" }, service.CodeWorkspaceForm, "workspace"},
		"NewlineInName":    {func(n *client.NewWorkspace) { n.Name = "Amara\nOkafor" }, service.CodeNameForm, "name"},
		"OverrideInName":   {func(n *client.NewWorkspace) { n.Name = "Amara\u202eOkafor" }, service.CodeNameForm, "name"},
		"NoName":           {func(n *client.NewWorkspace) { n.Name = "" }, service.CodeNameRequired, "name"},
		"BrokenUTF8":       {func(n *client.NewWorkspace) { n.Name = "a\xff" }, service.CodeNameForm, "name"},
		"NoEmail":          {func(n *client.NewWorkspace) { n.Email = "" }, service.CodeEmailRequired, "email"},
		"NoAt":             {func(n *client.NewWorkspace) { n.Email = "amara.example.com" }, service.CodeEmailForm, "email"},
		"NoEnding":         {func(n *client.NewWorkspace) { n.Email = "amara@example" }, service.CodeEmailForm, "email"},
		"SpaceInEmail":     {func(n *client.NewWorkspace) { n.Email = "am ara@example.com" }, service.CodeEmailForm, "email"},
		"TwoAts":           {func(n *client.NewWorkspace) { n.Email = "a@b@example.com" }, service.CodeEmailForm, "email"},
		"RightToLeftEmail": {func(n *client.NewWorkspace) { n.Email = "a\u200fb@example.com" }, service.CodeEmailForm, "email"},
		"LongEmail":        {func(n *client.NewWorkspace) { n.Email = strings.Repeat("a", 250) + "@b.de" }, service.CodeEmailLong, "email"},
		"NoPassword":       {func(n *client.NewWorkspace) { n.Password = secret.NewText("") }, service.CodePasswordRequired, "password"},
		"ShortPassword":    {func(n *client.NewWorkspace) { n.Password = secret.NewText("short") }, service.CodePasswordShort, "password"},
		"LongPassword":     {func(n *client.NewWorkspace) { n.Password = secret.NewText(strings.Repeat("xy z", 300)) }, service.CodePasswordLong, "password"},
		"CommonPassword":   {func(n *client.NewWorkspace) { n.Password = secret.NewText("passwordpassword") }, service.CodePasswordCommon, "password"},
		"OwnEmail":         {func(n *client.NewWorkspace) { n.Password = secret.NewText(email) }, service.CodePasswordCommon, "password"},
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
func (h *fixture) process() *client.Local {
	h.Helper()
	w, err := local.Open(h.Context(), local.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
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
	h.refused(err, service.CodeWorkspaceExists)
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
		h.secrets.fail(store.ErrKeychainLocked, nil, nil)
		_, err := other.Create(t.Context(), northwind)
		h.refused(err, service.CodeKeychainLocked)
		h.secrets.fail(nil, nil, nil)
	})
	_, err := h.w.Create(t.Context(), northwind)
	h.refused(err, service.CodeWorkspaceExists)
	_, err = other.Create(t.Context(), northwind)
	h.ok(err)
	h.restart()
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
}

// One whose row is gone is damaged, and not made anew over its log.
func TestCreate_WorkspaceWhoseRowIsGoneIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	h.sneak("PRAGMA foreign_keys = OFF", "DELETE FROM workspace")
	before := len(h.secrets.names())
	_, err := h.w.Create(t.Context(), northwind)
	h.refused(err, service.CodeWorkspaceExists)
	if after := len(h.secrets.names()); after != before {
		t.Errorf("the keychain had %d items, and has %d", before, after)
	}
}

// openChanged opens the fixture's workspace with another configuration.
func (h *fixture) openChanged(change func(*local.Config)) {
	h.Helper()
	c := local.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes}
	change(&c)
	var err error
	h.w, err = local.Open(h.Context(), c)
	h.ok(err)
}

// A password that cannot be hashed is none to make a workspace with.
func TestCreate_PasswordThatCannotBeHashedMakesNone(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.openChanged(func(c *local.Config) { c.Password = password.Params{MemoryKiB: 1, Time: 1, Threads: 1} })
	if s, err := h.w.Create(t.Context(), northwind); !errors.Is(err, password.ErrParams) || s != nil {
		t.Errorf("%v, %v", s, err)
	}
	if h.w.Created() {
		t.Error("it is there")
	}
}

// blindStore cannot be read once, when blind says so.
type blindStore struct {
	store.Store
	blind func() bool
}

func (s *blindStore) View(ctx context.Context, fn func(store.ReadTx) error) error {
	if s.blind() {
		return store.ErrFailed
	}
	return s.Store.View(ctx, fn)
}

// A first try may have made the workspace although it failed, and could not see so.
func TestCreate_NextTryFindsWhatTheFirstHasMade(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	k, blinded := &hurt{Secrets: h.secrets, call: "set", item: "/anchor", n: 2}, false // the empty log's, the workspace's
	h.openChanged(func(c *local.Config) {
		c.Secrets = k
		c.Store = &blindStore{h.store, func() bool {
			now := k.n == 0 && !blinded
			blinded = blinded || now
			return now
		}}
	})
	_, err := h.w.Create(t.Context(), northwind)
	h.refused(err, service.CodeKeychainLocked)
	if !blinded || h.w.Created() {
		t.Fatalf("blinded: %t, created: %t", blinded, h.w.Created())
	}
	_, err = h.w.Create(t.Context(), northwind)
	h.refused(err, service.CodeWorkspaceExists)
	if !h.w.Created() {
		t.Error("it is not found")
	}
	_, _, err = h.w.SignIn(t.Context(), northwind.Email, northwind.Password)
	h.ok(err)
}

// What cannot be read after a change takes nothing away from what is known.
func TestChange_WorkspaceThatCannotBeReadAfterwardsStays(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	k := &hurt{Secrets: h.secrets, call: "set", item: "/anchor"}
	armed := false
	h.openChanged(func(c *local.Config) {
		c.Secrets = k
		c.Store = &blindStore{h.store, func() bool {
			if armed && k.n == 0 { // the commit stands, and its anchor does not
				armed = false
				h.sneak("UPDATE workspace SET created_at = 9223372036854775807")
			}
			return false
		}}
	})
	s := owner.signIn()
	armed, k.n = true, 1
	h.refused(s.Rename(t.Context(), "Amara"), service.CodeKeychainLocked)
	if armed || !h.w.Created() {
		t.Errorf("armed: %t, created: %t", armed, h.w.Created())
	}
}
