package workspace

import "context"

// Admin is a session of an owner or an admin, with what only they may do. Its
// methods look at the role again each time that they read, so that somebody who
// is no longer an admin is refused from then on.
type Admin struct{ s *Session }

// Admin gives the powers of an owner or an admin. Errors: forbidden,
// session_ended; folder.
func (s *Session) Admin(ctx context.Context) (*Admin, error) {
	a := &Admin{s}
	if err := a.view(ctx, func(Tx) error { return nil }); err != nil {
		return nil, err
	}
	return a, nil
}

// view reads as an admin: one use of the session, one snapshot.
func (a *Admin) view(ctx context.Context, fn func(Tx) error) error {
	done, err := a.s.begin()
	if err != nil {
		return err
	}
	defer done()
	return a.s.w.view(ctx, func(tx Tx) error {
		if _, err := a.profile(tx); err != nil {
			return err
		}
		return fn(tx)
	})
}
