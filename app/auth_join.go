package app

import (
	"slices"

	"countersign/backend/joined"
	"countersign/backend/remote"
	"countersign/backend/service"
)

// Invited is what an invitation says beside where the server is.
type Invited struct {
	Email    string   `json:"email"`
	Code     Envelope `json:"code"`
	Computer bool     `json:"computer"` // the code adds a computer, and is for AddComputer
}

// JoinByLink joins the workspace that an invitation leads to, and gives what is left of the invitation, for Redeem or AddComputer. It may be the
// whole message that the invitation came in. Where the folder has a workspace already, it is refused.
func (d *Auth) JoinByLink(invitation Envelope, answer PublicKey) (Invited, error) {
	text, err := d.s.current().keys.open(holdsInvitation, invitation)
	if err != nil {
		return Invited{}, err
	}
	to, err := answerTo(answer)
	if err != nil {
		return Invited{}, err
	}
	i, err := remote.ParseInvitation(text)
	if err != nil {
		return Invited{}, err
	}
	if err := d.s.join(i.Server, i.Key); err != nil {
		return Invited{}, err
	}
	out := Invited{Email: i.Email, Computer: i.Computer}
	out.Code, err = to.close(holdsInvitation, []byte(i.Code.Reveal()))
	return out, err
}

// Join joins the workspace at a server, as they are typed from paper.
func (d *Auth) Join(server, key string) error {
	at, err := remote.ParseServer(server)
	if err != nil {
		return err
	}
	f, err := remote.ParseFingerprint(key)
	if err != nil {
		return err
	}
	return d.s.join(at, f)
}

// join lets go of the folder, which has nothing in it yet, and opens the server's workspace in its place.
func (s *shell) join(server string, key remote.Fingerprint) error {
	o, err := s.ready()
	if err == nil && o.created() {
		err = service.Fault(service.CodeWorkspaceExists, nil, nil)
	}
	if err != nil {
		return err
	}
	err = s.rejoin(func() error {
		secrets, err := s.openSecrets()
		if err != nil {
			return err
		}
		return joined.Join(s.context(), s.path(), secrets, remote.Config{Server: server, Key: key, Now: s.now, Log: s.log()}, s.mayHave)
	})
	if err != nil {
		return err
	}
	_, err = s.ready()
	return err
}

// LeaveServer forgets the workspace that the folder has joined: this computer can be used for it again only with a new code.
func (d *Auth) LeaveServer() error {
	if !d.s.hasJoined() {
		return service.Fault(service.CodeForbidden, nil, nil)
	}
	d.s.lock("asked")
	d.s.ending.Wait()
	return d.s.rejoin(func() error {
		secrets, err := d.s.openSecrets()
		if err != nil {
			return err
		}
		return joined.Leave(d.s.context(), d.s.path(), secrets)
	})
}

// rejoin changes what the folder has joined, while it is not open.
func (s *shell) rejoin(change func() error) error {
	s.opening.Lock()
	defer s.opening.Unlock()
	if err := s.closeOpened(); err != nil {
		return err
	}
	return change()
}

// atServer reports whether the workspace that is open is at a server.
func (s *shell) atServer() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened != nil && s.opened.joined != nil
}

// permissionsOf is what a role may do here: a server's workspace is backed up where it is.
func (s *shell) permissionsOf(role service.Role) []service.Permission {
	all := service.PermissionsOf(role)
	if s.atServer() {
		all = slices.DeleteFunc(all, func(p service.Permission) bool { return p == service.MayBackUp || p == service.MayChangeSecrets })
	}
	return all
}

// hasJoined reports whether the folder has joined a server's workspace.
func (s *shell) hasJoined() bool {
	there, err := joined.Has(s.path())
	return there && err == nil
}

// AcceptRestored takes a server's log that was restored, with which a sign-in was refused: see client.Workspace.AcceptRestored.
func (d *Auth) AcceptRestored(code string) error {
	o, err := d.s.ready()
	if err != nil {
		return err
	}
	return o.workspace.AcceptRestored(d.s.context(), code)
}
