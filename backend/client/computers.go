package client

import (
	"context"
	"errors"
	"fmt"
	"os"
	"unicode/utf8"

	"countersign/backend/computer"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/text"
)

// The computers of a person, in a workspace at a server: see package computer.

// ComputerName is what the keychain's item with the key of this computer is called.
func ComputerName(workspace string) string { return workspace + "/computer" }

// nameOfThis is how this computer is called where it is added, in the form that a name has to have.
func nameOfThis() string {
	host, err := os.Hostname()
	name, ok := text.Name(host)
	if err != nil || !ok || name == "" || utf8.RuneCountInString(name) > service.MaxComputerName {
		return "Computer"
	}
	return name
}

// computerKey gives this computer's key for the workspace, which is made where there is none. Errors: keychain.
func (w *Workspace) computerKey(ctx context.Context) (computer.Key, error) {
	w.making.Lock()
	defer w.making.Unlock()
	if w.key.Valid() {
		return w.key, nil
	}
	name := ComputerName(w.ID())
	seed, err := w.secrets.Get(ctx, name)
	if errors.Is(err, store.ErrSecretMissing) {
		if seed, err = w.newShare(); err != nil { // as many random bytes
			return computer.Key{}, err
		}
		err = w.setAndReadBack(ctx, name, seed)
	}
	if err != nil {
		return computer.Key{}, service.Explain(fmt.Errorf("this computer's key: %w", err))
	}
	w.key, err = computer.NewKey(seed)
	return w.key, err
}

// computerID names this computer to a server. A workspace on this computer knows of none.
func (w *Workspace) computerID(ctx context.Context) (string, error) {
	if !w.served {
		return "", nil
	}
	key, err := w.computerKey(ctx)
	if err != nil {
		return "", err
	}
	return key.ID(), nil
}

// here is this computer as it is added to those of a person with a share; none for a workspace on this computer.
func (w *Workspace) here(ctx context.Context, share secret.Bytes) ([]service.NewComputer, error) {
	if !w.served {
		return nil, nil
	}
	key, err := w.computerKey(ctx)
	if err != nil {
		return nil, err
	}
	return []service.NewComputer{{Name: w.computer, Public: key.Public, Seal: key.Seal(share, w.ID())}}, nil
}

// Computer is one of the person's.
type Computer struct {
	service.Computer
	Strange bool // none of the person's computers has added it
}

// Computers are the person's.
type Computers struct {
	service.Computers
	All []Computer
}

// Computers gives the person's computers: see workspace.Session.Computers.
func (s *Session) Computers(ctx context.Context) (out Computers, err error) {
	share := s.ownShare()
	if out.Computers, err = s.Session.Computers(ctx); err != nil {
		return Computers{}, err
	}
	for _, c := range out.Computers.All {
		strange := c.ID != c.Public.ID() || share.Len() == 0 || !c.SealedBy(share, s.w.ID(), c.Seal)
		out.All = append(out.All, Computer{c, strange})
	}
	return out, nil
}

// ownShare is the person's, for as long as the session lasts.
func (s *Session) ownShare() secret.Bytes {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.share
}

// GiveComputerCode makes a code with which the person adds another computer: see workspace.Session.GiveComputerCode.
func (s *Session) GiveComputerCode(ctx context.Context, proof Proof) (GivenOut, error) {
	share := s.ownShare()
	if !s.w.served || share.Len() == 0 {
		return GivenOut{}, service.Refuse(service.CodeComputerUnknown)
	}
	code, made, err := s.w.newCodeWith(func(n *service.NewOneTime, key secret.Bytes) (err error) {
		n.Box, err = computer.LockUnder(key, s.w.ID(), share)
		return err
	})
	if err != nil {
		return GivenOut{}, err
	}
	defer code.Proof.Wipe()
	given, err := signing(ctx, s, proof, func(p service.Proof) (service.GivenOut, error) { return s.Session.GiveComputerCode(ctx, code, p) })
	if err != nil {
		return GivenOut{}, err
	}
	return GivenOut{given, made, s.w.place}, nil
}

// AddComputer adds this computer to those of a person who has made a code for it. They sign in afterwards. Errors: email_required,
// invitation_required, invitation_form, and those of workspace.RedeemAttempt; keychain.
func (w *Workspace) AddComputer(ctx context.Context, email string, input secret.Text) error {
	attempt, code, err := w.beginRedeem(ctx, email, input, service.RedeemComputer)
	if err != nil {
		return err
	}
	proof, key, err := proofOf(code, attempt.Terms())
	if err != nil {
		return err
	}
	defer key.Wipe()
	defer proof.Wipe()
	right, err := attempt.Check(ctx, proof)
	if err != nil {
		return err
	}
	share, err := computer.UnlockUnder(key, w.ID(), right.Box)
	if err == nil && computer.ShareID(share) != right.Share {
		err = computer.ErrBox
	}
	if err != nil {
		return service.Afterwards(service.Refuse(service.CodeInvitationWrong).At("invitation").Because(err), attempt.Leave(ctx))
	}
	if err := w.addShare(ctx, share); err != nil { // before the code is used up
		return service.Afterwards(err, attempt.Leave(ctx))
	}
	here, err := w.here(ctx, share)
	if err != nil {
		return service.Afterwards(err, attempt.Leave(ctx))
	}
	return attempt.AddComputer(ctx, here[0])
}

// RemoveComputer takes a computer from the person, and every other that none of theirs has added. Whoever has a computer that is removed has its
// share: another one takes its place, which those that stay get at their next sign-in. Errors: computer_gone, computer_here, password_required; as ChangePassword; keychain.
func (s *Session) RemoveComputer(ctx context.Context, id string, proof Proof) error {
	if err := s.begin(); err != nil {
		return err
	}
	if proof.Password.Empty() {
		return service.Refuse(service.CodePasswordRequired).At("password")
	}
	known, err := s.Computers(ctx)
	if err != nil {
		return err
	}
	return s.replaceShare(ctx, known, id, proof)
}

func (s *Session) replaceShare(ctx context.Context, known Computers, id string, proof Proof) error {
	w := s.w
	next, err := w.newShare()
	if err != nil {
		return err
	}
	stay, gone, err := s.handOver(ctx, known, id, next)
	if err != nil {
		return err
	}
	current, err := s.sign(ctx, proof)
	if err != nil {
		return err
	}
	pair, err := s.ownOrNew()
	if err != nil {
		return err
	}
	chosen, t, err := w.choose(ctx, proof.Password, pair, next)
	if err != nil {
		return err
	}
	defer t.wipe()
	chosen.Computers = stay
	if err := w.addShare(ctx, next); err != nil { // before the password needs it
		return err
	}
	if err := s.RemoveComputers(ctx, gone, current, chosen); err != nil {
		return w.keepsShare(ctx, next, err)
	}
	s.have(pair.own, next)
	return s.witnessed(ctx)
}

// handOver makes the next share ready for each computer that stays, and tells which go: the one of an ID, and those that none of the person's has added.
func (s *Session) handOver(ctx context.Context, known Computers, id string, next secret.Bytes) (stay []service.NewComputer, gone []string, err error) {
	w, before := s.w, s.ownShare()
	if stay, err = w.here(ctx, next); err != nil {
		return nil, nil, err
	}
	if id != "" {
		gone = []string{id} // if it is this one, or none, that is refused
	}
	for _, c := range known.All {
		switch {
		case c.ID == id, c.Here:
		case c.Strange:
			gone = append(gone, c.ID)
		default:
			box, err := c.HandOver(w.ID(), before, next)
			if err != nil {
				return nil, nil, err
			}
			stay = append(stay, service.NewComputer{Name: c.Name, Public: c.Public, Seal: c.Public.Seal(next, w.ID()), Box: box})
		}
	}
	return stay, gone, nil
}

// keepsShare forgets a share that was made ready for an act which was refused.
func (w *Workspace) keepsShare(ctx context.Context, next secret.Bytes, err error) error {
	var refused *service.Error
	if errors.As(err, &refused) && !errors.Is(err, store.ErrUnknownOutcome) {
		err = service.Afterwards(err, w.dropShare(ctx, next))
	}
	return err
}

// nextShare is the share under which a new password is chosen, with the computers that it is handed to: the one that the person has, and none, unless an
// admin has removed a computer of theirs, which has it.
func (s *Session) nextShare(ctx context.Context, has secret.Bytes) (share secret.Bytes, stay []service.NewComputer, err error) {
	if !s.w.served || s.ownShare().Len() == 0 {
		return has, nil, nil
	}
	known, err := s.Computers(ctx)
	if err != nil || !known.Exposed {
		return has, nil, err
	}
	if share, err = s.w.newShare(); err != nil {
		return has, nil, err
	}
	stay, strange, err := s.handOver(ctx, known, "", share)
	if err != nil || len(strange) > 0 { // which go with another share, and are removed by name: see RemoveComputer
		return has, nil, err
	}
	return share, stay, s.w.addShare(ctx, share)
}

// saveHere adds this computer where the person has none: the workspace has come to the server from a computer like this one.
func (s *Session) saveHere(ctx context.Context) error {
	if !s.w.served || !s.Welcome().NoComputers {
		return nil
	}
	here, err := s.w.here(ctx, s.ownShare())
	if err != nil {
		return err
	}
	return s.SaveComputer(ctx, here[0])
}

// beginRedeem begins an attempt with a one-time code that was typed.
func (w *Workspace) beginRedeem(ctx context.Context, email string, input secret.Text, kind service.RedeemKind) (service.RedeemAttempt, recovery.Code, error) {
	attempt, err := w.BeginRedeem(ctx, email, kind)
	if service.IsCode(err, service.CodeEmailRequired) {
		return nil, recovery.Code{}, err
	}
	code, wrong := parseCode(input, "invitation", service.CodeInvitationRequired, service.CodeInvitationForm)
	if wrong != nil {
		return nil, code, wrong
	}
	return attempt, code, err
}
