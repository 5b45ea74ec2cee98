package workspace

import (
	"context"

	"countersign/backend/store"
)

// Admin is a session of an owner or an admin, with what only they may do. Its
// methods look at the role again each time that they read, so that somebody who
// is no longer an admin is refused from then on.
type Admin struct {
	s       *Session
	looking bool // its reads are no use of the session
}

// Admin gives the powers of an owner or an admin. Errors: forbidden,
// session_ended; folder.
func (s *Session) Admin(ctx context.Context) (*Admin, error) {
	return s.admin(ctx, false)
}

// Watcher gives the powers of an owner or an admin for a page that looks again by
// itself, such as the log while somebody follows it: its reads do not count as
// use, so that a window nobody is at still locks. Errors: as Admin.
func (s *Session) Watcher(ctx context.Context) (*Admin, error) {
	return s.admin(ctx, true)
}

func (s *Session) admin(ctx context.Context, looking bool) (*Admin, error) {
	a := &Admin{s, looking}
	if err := a.view(ctx, func(store.ReadTx) error { return nil }); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wasAdmin = true
	return a, nil
}

// view reads as an admin: one use of the session, or for a watcher none, and one snapshot.
func (a *Admin) view(ctx context.Context, fn func(store.ReadTx) error) error {
	begin := a.s.begin
	if a.looking {
		begin = a.s.look
	}
	done, err := begin()
	if err != nil {
		return err
	}
	defer done()
	return a.s.w.view(ctx, func(tx store.ReadTx) error {
		if _, err := a.profile(tx); err != nil {
			return err
		}
		return fn(tx)
	})
}
