package app

import (
	"time"
)

// Kept is what a page hands over while it is there, and its person comes back to after a lock: where they
// were, and what they had typed and not saved. Nothing of it is secret, and what it means is the page's business.
type Kept struct {
	Place  string            `json:"place"`
	Drafts map[string]string `json:"drafts"` // by what they are of
}

// Bounds of a Kept: what is above them is not kept.
const (
	mostDrafts = 20
	longDraft  = 4 << 10 // bytes, of a name or of a text
)

func (k Kept) small() bool {
	if len(k.Place) > longDraft || len(k.Drafts) > mostDrafts {
		return false
	}
	for name, text := range k.Drafts {
		if len(name) > longDraft || len(text) > longDraft {
			return false
		}
	}
	return true
}

// left is who was in when the window was locked, and what they come back to. It is in memory only, until
// somebody is in again there or says that they are not that person.
type left struct {
	id, email string
	kept      Kept
	unlock    *unlockable // after an idle lock: their password alone opens the window; nil: it does not
	since     time.Time   // with unlock: when they signed in
}

// leaves is what the sign-in's person comes back to after a lock; the zero left where they were in to enrol only.
func (in *signIn) leaves(reason string) left {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.session == nil || in.closed {
		return left{}
	}
	l := left{id: in.session.ProfileID(), email: in.email, kept: in.kept}
	if reason == "idle" {
		l.unlock, l.since, in.unlock = in.unlock, in.since, nil
	}
	return l
}

// keepLeft notes who was in last, and gives what is not needed any more. It is called with s.mu held.
func (s *shell) keepLeft(l left) (over *unlockable) {
	over = s.left[s.folderID()].unlock
	s.left[s.folderID()] = l
	return over
}

// knownAs notes the email of who is in: the sign-in after a lock shows it.
func (in *signIn) knownAs(email string) {
	_ = in.note(func() error {
		in.email = email
		return nil
	})
}

// takeLeft gives what the person who is in has left, if it was they who were in last, and forgets it.
func (s *shell) takeLeft(id string) *Kept {
	was := s.forget()
	if was.id != id {
		return nil
	}
	return &was.kept
}

// forget drops what the window knows of who was in last.
func (s *shell) forget() left {
	s.mu.Lock()
	was := s.left[s.folderID()]
	delete(s.left, s.folderID())
	s.mu.Unlock()
	leaveAll([]*unlockable{was.unlock})
	return was
}

// whoLeft is the email of who was in last; empty: nobody, or somebody else is in.
func (s *shell) whoLeft() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.left[s.folderID()].email
}

// Keep takes what the person who is in would come back to after a lock. It is no use of the session.
func (d *Auth) Keep(session string, kept Kept) error {
	in, err := d.s.named(session)
	if err != nil || !kept.small() {
		return err
	}
	return in.note(func() error {
		in.kept = kept
		return nil
	})
}

// Forget drops what the window knows of who was in last: "Not you?".
func (d *Auth) Forget() { d.s.forget() }
