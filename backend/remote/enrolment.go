package remote

import (
	"context"
	"time"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// enrolmentSession is somebody who got in as far as enrolling a phone. Its session may do no more until Enter.
type enrolmentSession struct {
	s    *session
	kind service.EnrolmentKind
}

func (e *enrolmentSession) Kind() service.EnrolmentKind   { return e.kind }
func (e *enrolmentSession) Remaining() time.Duration      { return e.s.Remaining() }
func (e *enrolmentSession) LimitReached() bool            { return e.s.LimitReached() }
func (e *enrolmentSession) Overdue() bool                 { return e.s.Overdue() }
func (e *enrolmentSession) Touch() error                  { return e.s.Touch() }
func (e *enrolmentSession) End(ctx context.Context) error { return e.s.End(ctx) }

func (e *enrolmentSession) Begin(ctx context.Context) (service.Shown, error) {
	shown, err := call(ctx, e.s.k, e.s, api.Begin, api.None{})
	return shown.Service(), err
}

func (e *enrolmentSession) Confirm(ctx context.Context, input secret.Text, made service.NewSet) (*service.Issued, error) {
	return e.s.Confirm(ctx, input, made)
}

func (e *enrolmentSession) Continue(ctx context.Context) error { return e.s.Continue(ctx) }
func (e *enrolmentSession) CancelEnrolment(ctx context.Context) error {
	return e.s.CancelEnrolment(ctx)
}

func (e *enrolmentSession) Showing(ctx context.Context) (service.Issued, error) {
	return e.s.Showing(ctx)
}

func (e *enrolmentSession) ShowingKey(ctx context.Context) (secret.Text, error) {
	return e.s.ShowingKey(ctx)
}

// Enter gives the session, once the phone is enrolled. It is the one that enrolled, with the same token.
func (e *enrolmentSession) Enter(ctx context.Context) (service.Session, error) {
	start, err := call(ctx, e.s.k, e.s, api.Enter, api.None{})
	if start == nil {
		return nil, err
	}
	e.s.has(start.Own.Service())
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	e.s.id, e.s.welcome = start.ProfileID, start.Welcome
	return e.s, err
}
