package app

import (
	"context"
	"time"

	"countersign/backend/client"
	"countersign/backend/runexport"
	"countersign/backend/service"
)

// Settings is Settings → Workspace and what waits for a second admin.
type Settings struct{ s *shell }

// PolicyView is what the workspace asks of everybody.
type PolicyView struct {
	Name        string `json:"name"`
	Require2FA  bool   `json:"require2FA"`
	RequireFrom string `json:"requireFrom,omitempty"`
	InForce     bool   `json:"inForce"` // Require2FA, and its date has come
	TwoPeople   bool   `json:"twoPeople"`
	IdleMinutes int    `json:"idleMinutes"`
	CheckDays   int    `json:"checkDays"`             // 0: never
	QuickUnlock bool   `json:"quickUnlock"`           // after an idle lock the password alone opens the window
	Support     string `json:"support"`               // whom to ask for help
	NamesAdmins bool   `json:"namesAdmins"`           // at the sign-in
	SecretsFile bool   `json:"secretsFile,omitempty"` // ChangeSecretsPassphrase is there for owners
	Signature   string `json:"signature"`             // the fingerprint of the key that signs exports
	Vault       string `json:"vault,omitempty"`       // the fingerprint of the vault that one's client believes in; empty: it knows none
	VaultKey    int    `json:"vaultKey,omitempty"`    // which of its keys that is
	Clock       *Clock `json:"clock,omitempty"`       // the clock is behind the log: ConfirmClock is there for owners
}

// Clock is the computer's clock and the time of the log's newest entry.
type Clock struct {
	Now    string `json:"now"`
	Newest string `json:"newest"`
}

// Get reads the policy.
func (w *Settings) Get(session string) (PolicyView, error) {
	return w.change(session, func(context.Context, *client.Admin) error { return nil })
}

// change runs a use case and gives the policy as it is then.
func (w *Settings) change(session string, use func(context.Context, *client.Admin) error) (PolicyView, error) {
	var out PolicyView
	err := w.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error {
		if err := use(ctx, a); err != nil {
			return err
		}
		p, err := a.Policy(ctx)
		if err != nil {
			return err
		}
		clock, err := a.Clock(ctx)
		if err != nil {
			return err
		}
		signer, err := runexport.Signer(ctx, a)
		out = PolicyView{
			Name: p.Name, Require2FA: p.Require2FA, RequireFrom: stamp(p.RequireFrom), InForce: p.Require2FA && !w.s.now().Before(p.RequireFrom),
			TwoPeople: p.TwoPeople, IdleMinutes: p.IdleMinutes, CheckDays: p.CheckDays, QuickUnlock: p.QuickUnlock, Support: p.Support, NamesAdmins: p.NamesAdmins, Signature: signer.String(), SecretsFile: w.s.usesFile(),
		}
		if err == nil {
			out.Vault, out.VaultKey, err = runexport.Vault(ctx, a)
		}
		if clock.Behind {
			out.Clock = &Clock{Now: stamp(clock.Now), Newest: stamp(clock.Newest)}
		}
		return err
	})
	return out, err
}

// proving is change for an act with a step-up.
func (w *Settings) proving(session string, proof Proof, use func(context.Context, *client.Admin, client.Proof) error) (PolicyView, error) {
	in, err := w.s.use(session)
	if err != nil {
		return PolicyView{}, err
	}
	typed, err := in.proof(proof)
	if err != nil {
		return PolicyView{}, err
	}
	return w.change(session, func(ctx context.Context, a *client.Admin) error { return use(ctx, a, typed) })
}

// Rename sets the workspace's name.
func (w *Settings) Rename(session, name string) (PolicyView, error) {
	return w.change(session, func(ctx context.Context, a *client.Admin) error { return a.RenameWorkspace(ctx, name) })
}

// SetIdle sets after how many minutes without use a session ends. It applies at once, to
// this one as well.
func (w *Settings) SetIdle(session string, minutes int) (PolicyView, error) {
	return w.change(session, func(ctx context.Context, a *client.Admin) error { return a.SetIdle(ctx, minutes) })
}

// SetCheckDays sets after how many days people are asked for their recovery codes; 0: never.
func (w *Settings) SetCheckDays(session string, days int) (PolicyView, error) {
	return w.change(session, func(ctx context.Context, a *client.Admin) error { return a.SetCheckDays(ctx, days) })
}

// SetQuickUnlock lets the password alone open windows that were locked for want of use, or stops that.
func (w *Settings) SetQuickUnlock(session string, on bool, approval string, proof Proof) (PolicyView, error) {
	return w.proving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		return a.SetQuickUnlock(ctx, on, approval, p)
	})
}

// SetSupport sets whom to ask for help: words, an email or a link; empty: nobody in particular.
func (w *Settings) SetSupport(session, contact string) (PolicyView, error) {
	return w.change(session, func(ctx context.Context, a *client.Admin) error { return a.SetSupport(ctx, contact) })
}

// NameAdmins sets whether the sign-in's help names the owners and admins.
func (w *Settings) NameAdmins(session string, named bool) (PolicyView, error) {
	return w.change(session, func(ctx context.Context, a *client.Admin) error { return a.NameAdmins(ctx, named) })
}

// CopySignature puts the fingerprint on the clipboard. It is no secret, and stays there.
func (w *Settings) CopySignature(session string) error {
	p, err := w.Get(session)
	if err != nil {
		return err
	}
	if err := w.s.desktop.SetClipboard(p.Signature); err != nil {
		return &shellError{code: codeClipboardFailed, cause: err}
	}
	return nil
}

// RehearsalView is what would happen if 2FA were required.
type RehearsalView struct {
	Blocked   []MemberView `json:"blocked"` // could get only as far as enrolling
	Ready     int          `json:"ready"`
	Keepers   []MemberView `json:"keepers"`   // could let others back in
	Approvers []string     `json:"approvers"` // names of those who could approve less of a policy
	Possible  bool         `json:"possible"`
	Approval  bool         `json:"approval"` // a second admin could approve: SetTwoPeople is possible
}

// Rehearse names who would be blocked if 2FA were required now.
func (w *Settings) Rehearse(session string) (RehearsalView, error) {
	out := RehearsalView{Blocked: []MemberView{}, Keepers: []MemberView{}, Approvers: []string{}}
	in, err := w.s.use(session)
	if err != nil {
		return out, err
	}
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		r, err := a.Rehearse(ctx)
		if err != nil {
			return err
		}
		p, err := a.Policy(ctx)
		if err != nil {
			return err
		}
		for _, m := range r.Blocked {
			out.Blocked = append(out.Blocked, w.s.memberView(m, p))
		}
		for _, m := range r.Keepers {
			out.Keepers = append(out.Keepers, w.s.memberView(m, p))
			if service.MayApprove(in.session.ProfileID(), m) {
				out.Approvers = append(out.Approvers, m.Name)
			}
		}
		out.Ready, out.Possible, out.Approval = r.Ready, r.Possible(), r.CanApprove()
		return nil
	})
	return out, err
}

// Require2FA requires 2FA from the beginning of a day on, as this computer counts
// days (2006-01-02); today is at once. A later day than before may need an approval.
func (w *Settings) Require2FA(session, day, approval string, proof Proof) (PolicyView, error) {
	in, err := w.s.use(session)
	if err != nil {
		return PolicyView{}, err
	}
	from, err := time.ParseInLocation(time.DateOnly, day, w.s.now().Location())
	if err != nil {
		if len(day) > len(time.DateOnly) { // past 9999
			return PolicyView{}, service.Fault(service.CodeRequireFar, map[string]any{"years": service.RequireYears}, err)
		}
		return PolicyView{}, service.Fault(service.CodeRequirePast, nil, err)
	}
	defer in.watchAnew() // it may be tonight
	return w.proving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		return a.Require2FA(ctx, from, approval, p)
	})
}

// DropRequirement makes 2FA everybody's own choice again.
func (w *Settings) DropRequirement(session, approval string, proof Proof) (PolicyView, error) {
	return w.proving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		return a.DropRequirement(ctx, approval, p)
	})
}

// ConfirmClock takes the computer's clock for right where the log is ahead of it.
func (w *Settings) ConfirmClock(session string, proof Proof) (PolicyView, error) {
	return w.proving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		return a.ConfirmClock(ctx, p)
	})
}

// SetTwoPeople turns on or off that print runs, resets, help codes and less of a
// policy need a second admin.
func (w *Settings) SetTwoPeople(session string, on bool, approval string, proof Proof) (PolicyView, error) {
	return w.proving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		return a.SetTwoPeople(ctx, on, approval, p)
	})
}

// ApprovalView is an act that waits for a second admin, or for the first one after that.
type ApprovalView struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"` // print-run, reset-2fa, reset-password, help-code, drop-requirement, two-people-off, quick-unlock
	Members   []string `json:"members"`
	Names     []string `json:"names"`
	Reason    string   `json:"reason"`
	By        string   `json:"by"`
	At        string   `json:"at"`
	ExpiresAt string   `json:"expiresAt"`
	State     string   `json:"state"` // waiting, approved
	Mine      bool     `json:"mine"`
	May       bool     `json:"may"` // this person may approve it
}

// Approvals lists what waits.
func (w *Settings) Approvals(session string) ([]ApprovalView, error) {
	out := []ApprovalView{}
	err := w.s.asAdmin(session, func(ctx context.Context, a *client.Admin) (err error) {
		out, err = approvalViews(ctx, a)
		return err
	})
	return out, err
}

// AskApproval asks a second admin for leave.
func (w *Settings) AskApproval(session, kind string, members []string, reason string, proof Proof) error {
	return w.s.asAdminProving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		_, err := a.AskApproval(ctx, service.ApprovalKind(kind), members, reason, p)
		return err
	})
}

// Approve gives leave.
func (w *Settings) Approve(session, approval string, proof Proof) error {
	return w.s.asAdminProving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		return a.Approve(ctx, approval, p)
	})
}

// Refuse says no, or takes back what one has asked for oneself.
func (w *Settings) Refuse(session, approval string) error {
	return w.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error { return a.Refuse(ctx, approval) })
}
