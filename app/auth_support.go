package app

import (
	"net/url"

	"countersign/backend/service"
)

// SupportView is whom a person can ask for help, signed in or not.
type SupportView struct {
	Contact string   `json:"contact"`
	Opens   bool     `json:"opens"` // OpenSupport leads there: it is an email or a link
	Names   []string `json:"names"` // of owners and admins; empty where they are hidden
}

// Support says whom to ask for help. There may be nobody: before there is a workspace, and
// where none is open. It opens none, which would end a restore.
func (d *Auth) Support() (SupportView, error) {
	s, err := d.s.support()
	return SupportView{Contact: s.Contact, Opens: s.Address != "", Names: strs(s.Names)}, err
}

func (s *shell) support() (service.Support, error) {
	s.mu.Lock()
	open := s.opened
	s.mu.Unlock()
	if open == nil {
		return service.Support{}, nil
	}
	support, err := open.workspace.Support(s.context())
	if !mayOpen(support.Address) { // which a server may have made up
		support.Address = ""
	}
	return support, err
}

// mayOpen reports whether an address leads to a page or an email, and to no other program of this computer.
func mayOpen(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "mailto")
}

// OpenSupport opens the contact with the system's program for it: the page gives no address.
func (d *Auth) OpenSupport() error {
	s, err := d.s.support()
	if err == nil && s.Address != "" {
		d.s.desktop.OpenURL(s.Address)
	}
	return err
}
