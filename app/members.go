package app

import (
	"context"
	"slices"

	"countersign/backend/client"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// Members is Settings → Members, for owners and admins.
type Members struct{ s *shell }

// MembersView is the table, by name.
type MembersView struct {
	Members   MemberColumns `json:"members"`
	Codes     CodeColumns   `json:"codes"`
	TwoPeople bool          `json:"twoPeople"` // resets, help codes and print runs need a second admin
}

// MemberView is a row of the table.
type MemberView struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	Email          string `json:"email"`
	Role           string `json:"role"`
	State          string `json:"state"` // active, invited, suspended
	Language       string `json:"language,omitempty"`
	TwoFactor      string `json:"twoFactor"`         // on, off, overdue
	OnSince        string `json:"onSince,omitempty"` // when 2FA was turned on
	CodesLeft      int    `json:"codesLeft"`
	Sheet          int    `json:"sheet,omitempty"` // in force
	Run            int    `json:"run,omitempty"`   // that issued it
	IssuedAt       string `json:"issuedAt,omitempty"`
	HandedOverAt   string `json:"handedOverAt,omitempty"`
	AcknowledgedAt string `json:"acknowledgedAt,omitempty"`
	CheckedAt      string `json:"checkedAt,omitempty"`
	LastSignInAt   string `json:"lastSignInAt,omitempty"`
	CreatedAt      string `json:"createdAt"`
	InvitedUntil   string `json:"invitedUntil,omitempty"` // an open invitation or password reset ends then
}

func (s *shell) memberView(m service.Member, p service.Policy) MemberView {
	return MemberView{
		ID: m.ID, Name: m.Name, Email: m.Email, Role: string(m.Role), State: stateOf(m), Language: m.Language, TwoFactor: s.twoFactorOf(m, p), OnSince: stamp(m.OnSince), CodesLeft: m.CodesLeft,
		Sheet: m.Sheet, Run: m.Run, IssuedAt: stamp(m.IssuedAt), HandedOverAt: stamp(m.HandedOverAt), AcknowledgedAt: stamp(m.Acknowledged), CheckedAt: stamp(m.Checked),
		LastSignInAt: stamp(m.LastSignInAt), CreatedAt: stamp(m.CreatedAt), InvitedUntil: stamp(m.InvitedUntil),
	}
}

func stateOf(m service.Member) string {
	if m.State == service.ProfileActive {
		return "active"
	}
	return string(m.State)
}

func (s *shell) twoFactorOf(m service.Member, p service.Policy) string {
	switch {
	case m.On:
		return "on"
	case p.Overdue(m, s.now()):
		return "overdue"
	}
	return "off"
}

// List reads the table.
func (m *Members) List(session string) (MembersView, error) {
	in, err := m.s.use(session)
	if err != nil {
		return MembersView{}, err
	}
	var out MembersView
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		out, err = in.members(ctx, a)
		return err
	})
	return out, err
}

// Follow is List for a table that is open while others change something of it. It is no use of the session.
func (m *Members) Follow(session string) (MembersView, error) {
	in, err := m.s.use(session)
	if err != nil {
		return MembersView{}, err
	}
	ctx := m.s.context()
	var out MembersView
	a, err := in.session.Watcher(ctx)
	if err == nil {
		out, err = in.members(ctx, a)
	}
	return out, in.after(err)
}

func (in *signIn) members(ctx context.Context, a *client.Admin) (MembersView, error) {
	policy, err := a.Policy(ctx)
	if err != nil {
		return MembersView{}, err
	}
	all, err := a.Members(ctx)
	if err != nil {
		return MembersView{}, err
	}
	open, err := a.OpenCodes(ctx)
	if err != nil {
		return MembersView{}, err
	}
	id := in.session.ProfileID()
	var actor service.Role
	if i := slices.IndexFunc(all, func(m service.Member) bool { return m.ID == id }); i >= 0 {
		actor = all[i].Role
	}
	return MembersView{Members: in.s.columns(all, policy, id, actor), Codes: codeColumns(open, all, id, actor), TwoPeople: policy.TwoPeople}, nil
}

// NewMember is a person to add.
type NewMember struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Role  string `json:"role"` // owner, admin, member

	Language string `json:"language"` // a tag; empty: none is known
}

// OneTimeView is a one-time code while it is shown.
type OneTimeView struct {
	Kind      string   `json:"kind"` // invitation, password-reset, help, computer
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	Workspace string   `json:"workspace"`
	Code      Envelope `json:"code"`
	IssuedBy  string   `json:"issuedBy"`
	IssuedAt  string   `json:"issuedAt"`
	ExpiresAt string   `json:"expiresAt"`
	Support   string   `json:"support,omitempty"` // whom to ask for help
	Server    string   `json:"server,omitempty"`  // where the workspace is; empty: on this computer
	ServerKey string   `json:"serverKey,omitempty"`
	Language  string   `json:"language,omitempty"` // in which it is printed; empty: the window's
}

// show hands a one-time code to the page, and keeps it for copying and saving
// until the page shows another, or the session ends.
func (in *signIn) show(g client.GivenOut, to recipient) (OneTimeView, error) {
	support, err := in.s.support()
	if err != nil {
		return OneTimeView{}, err
	}
	code, err := to.close(holdsInvitation, []byte(g.Code.Display()))
	if err != nil {
		return OneTimeView{}, err
	}
	err = in.note(func() error {
		in.given = []client.GivenOut{g}
		return nil
	})
	if err != nil {
		return OneTimeView{}, err
	}
	return oneTimeView(g, code, support.Contact), nil
}

// Add adds a member and gives the invitation. An owner or an admin needs a proof.
func (m *Members) Add(session string, n NewMember, proof Proof, answer PublicKey) (OneTimeView, error) {
	return m.give(session, proof, answer, func(ctx context.Context, a *client.Admin, p client.Proof) (client.GivenOut, error) {
		return a.AddMember(ctx, service.NewMember{Name: n.Name, Email: n.Email, Role: service.Role(n.Role), Language: n.Language}, p)
	})
}

// ResetPassword gives a one-time code for a new password, or for somebody who
// has not signed in yet a new invitation.
func (m *Members) ResetPassword(session, member, approval string, proof Proof, answer PublicKey) (OneTimeView, error) {
	return m.give(session, proof, answer, func(ctx context.Context, a *client.Admin, p client.Proof) (client.GivenOut, error) {
		return a.ResetPassword(ctx, member, approval, p)
	})
}

// HelpCode gives a one-time code that stands in for a lost phone.
func (m *Members) HelpCode(session, member, approval string, proof Proof, answer PublicKey) (OneTimeView, error) {
	return m.give(session, proof, answer, func(ctx context.Context, a *client.Admin, p client.Proof) (client.GivenOut, error) {
		return a.HelpCode(ctx, member, approval, p)
	})
}

func (m *Members) give(session string, proof Proof, answer PublicKey,
	act func(context.Context, *client.Admin, client.Proof) (client.GivenOut, error)) (OneTimeView, error) {
	in, err := m.s.use(session)
	if err != nil {
		return OneTimeView{}, err
	}
	to, err := answerTo(answer)
	if err != nil {
		return OneTimeView{}, err
	}
	var out OneTimeView
	err = in.asAdminProving(proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		g, err := act(ctx, a, p)
		if err != nil {
			return err
		}
		out, err = in.show(g, to)
		return err
	})
	return out, err
}

// CopyGiven puts the one-time code that is shown on the clipboard for a short time.
func (m *Members) CopyGiven(session string) error {
	in, err := m.s.use(session)
	if err != nil {
		return err
	}
	given, err := in.shownCodes()
	if err != nil {
		return err
	}
	text, err := givenText(given[0])
	if err != nil {
		return err
	}
	return in.copySecret(text)
}

// givenText is a one-time code with what its person needs to use it: for a workspace at a server, the line that leads there.
func givenText(g client.GivenOut) (secret.Text, error) {
	if g.At.Server != "" && g.Kind != service.OneTimeHelp {
		key, err := remote.ParseFingerprint(g.At.Key)
		return remote.Invitation{Server: g.At.Server, Key: key, Email: g.Email, Code: secret.NewText(g.Code.Display()), Computer: g.Kind == service.OneTimeComputer}.Link(), err
	}
	return secret.NewText(g.Workspace + ", " + g.Email + "\n" + g.Code.Display()), nil
}

// Hide forgets the one-time codes that were shown.
func (m *Members) Hide(session string) error {
	in, err := m.s.use(session)
	if err != nil {
		return err
	}
	return in.note(func() error {
		in.given = nil
		return nil
	})
}

// Print opens the system's print dialog on the invitation that is shown.
func (m *Members) Print(session string) error {
	in, err := m.s.use(session)
	if err != nil {
		return err
	}
	if _, err := in.shownCodes(); err != nil {
		return err
	}
	m.s.desktop.Print()
	return nil
}

// shownCodes are the one-time codes that are shown now, one or more.
func (in *signIn) shownCodes() (given []client.GivenOut, err error) {
	err = in.note(func() error {
		if given = in.given; len(given) == 0 {
			return service.Fault(service.CodeEnrolmentEnded, nil, nil)
		}
		return nil
	})
	return given, err
}

// EndCode ends a one-time code that was given out.
func (m *Members) EndCode(session, member, kind string) error {
	return m.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error {
		return a.EndCode(ctx, member, service.OneTimeKind(kind))
	})
}

// SetRole gives somebody another role.
func (m *Members) SetRole(session, member, role string, proof Proof) error {
	return m.s.asAdminProving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		return a.SetRole(ctx, member, service.Role(role), p)
	})
}

// SetLanguage notes in which language members read.
func (m *Members) SetLanguage(session string, members []string, language string) error {
	return m.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error { return a.SetLanguageOf(ctx, members, language) })
}

// Suspend keeps somebody out until Resume.
func (m *Members) Suspend(session, member string) error {
	return m.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error { return a.Suspend(ctx, member) })
}

// Resume lets a suspended person sign in again.
func (m *Members) Resume(session, member string) error {
	return m.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error { return a.Resume(ctx, member) })
}

// Remove ends a profile for good.
func (m *Members) Remove(session, member string, proof Proof) error {
	return m.s.asAdminProving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		return a.Remove(ctx, member, p)
	})
}

// Reset2FA turns somebody's 2FA off.
func (m *Members) Reset2FA(session, member, approval string, proof Proof) error {
	return m.s.asAdminProving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		return a.Reset2FA(ctx, member, approval, p)
	})
}
