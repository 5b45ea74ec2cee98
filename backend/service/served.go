package service

import (
	"context"

	"countersign/backend/secret"
)

// Served is a workspace as a server has it, whose instances go on with each other’s values: what one of them saves, another resumes. No
// client sees any of this.
type Served interface {
	Workspace
	// Refresh looks again at what the methods that have no context tell: another instance may have changed it. Errors: folder.
	Refresh(ctx context.Context) error
	// Recover finishes or undoes what an instance has left that is gone. Errors: folder.
	Recover(ctx context.Context) error
	// Save gives what Resume needs. It is to be encrypted, and wiped. A value that is over, and has nothing to be undone, gives nothing.
	Save(v Value) (secret.Bytes, error)
	// Resume goes on with what was saved. Errors: session_ended, challenge_ended; folder.
	Resume(ctx context.Context, saved secret.Bytes, hold Hold) (Value, error)
	// AdminOf gives what a session may do as an admin. Where it has been that, it is left to each act to look whether it still is. Errors: as
	// Session.Admin.
	AdminOf(ctx context.Context, s Session, watch bool) (Admin, error)
	// RunOf goes on with the print run of a session, which has one at a time. Errors: run_over, forbidden, session_ended; folder.
	RunOf(ctx context.Context, s Session, number int) (PrintRun, error)
}

// Value is what a token of a server stands for. Of its fields one is set; or a Session with the enrolment that it was entered by.
type Value struct {
	SignIn    SignInAttempt
	Redeem    RedeemAttempt
	Kit       KitAttempt
	Challenge Challenge
	Locked    Locked
	Enrolment EnrolmentSession
	Session   Session
}

// Hold is an instance’s hold on a value, which it loses to another where it does not answer for a while.
type Hold interface {
	// Check refuses where the hold may be lost. Each act asks it before it commits.
	Check() error
	// Keep saves the value, durably, before something is used that is good once. Where the hold is lost it refuses, and nothing was used.
	Keep(ctx context.Context) error
}
