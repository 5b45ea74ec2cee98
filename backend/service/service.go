package service

import (
	"context"
	"time"

	"countersign/backend/secret"
)

// The interface between the two halves. Each value stands for what its holder has proven, and its methods are what that allows. Package
// workspace implements it in this process, and says of each method what it does and how it refuses. Arguments and results are plain
// values, but for streams of bytes, for the values that follow from a proof, and for Progress, which is told on the way.
//
// Of two results that are a Session and a Challenge, one is set.

// Workspace is a workspace as it is used before anybody has signed in.
type Workspace interface {
	ID() string // empty before its keys are made
	Name() string
	Now() time.Time // never before the newest event of the log
	Idle() time.Duration
	MinPassword() int
	HasKit() (bool, error)
	Support(ctx context.Context) (Support, error)

	BeginSignIn(ctx context.Context, email, computer string) (SignInAttempt, error)
	BeginRedeem(ctx context.Context, email string, kind RedeemKind) (RedeemAttempt, error)
	BeginKit(ctx context.Context) (KitAttempt, error)
}

// SignInAttempt is a sign-in that has begun.
type SignInAttempt interface {
	Terms() PasswordTerms
	SignIn(ctx context.Context, in SignIn) (Session, Challenge, error)
}

// RedeemAttempt is an attempt to choose a password with an invitation or a password reset, or to add a computer with a code for one.
type RedeemAttempt interface {
	Terms() CodeTerms
	Check(ctx context.Context, proof secret.Bytes) (Redeemed, error)
	Redeem(ctx context.Context, next NewPassword) (Session, Challenge, error)
	AddComputer(ctx context.Context, c NewComputer) error
	Leave(ctx context.Context) error
}

// KitAttempt is an attempt to come in with the Emergency Kit.
type KitAttempt interface {
	Terms() KitTerms
	Use(ctx context.Context, in NewOwner, signature []byte) (Session, Challenge, error)
}

// Challenge is a right password whose second factor, or whose longer password, is still due.
type Challenge interface {
	Name() string
	Email() string
	MustEnrol() bool
	MustChoosePassword() bool
	RequiredSince() time.Time
	AuthenticatorOff(ctx context.Context) (bool, error)

	Verify(ctx context.Context, input secret.Text) (Session, error)
	BeginRecovery(ctx context.Context) (CodeTerms, error)
	Recover(ctx context.Context, proof secret.Bytes) (Session, error)
	BeginHelp(ctx context.Context) (CodeTerms, error)
	UseHelpCode(ctx context.Context, proof secret.Bytes) (EnrolmentSession, error)
	Enrol(ctx context.Context) (EnrolmentSession, error)
	OwnKeys(ctx context.Context) (OwnKeys, error)
	ChoosePassword(ctx context.Context, next NewPassword) (Session, error)
	Leave()
}

// Locked is a session whose window locks for want of use, where the workspace lets the password alone open it again. What that opens is another
// session, which ends when the first would have ended at the latest.
type Locked interface {
	Terms() PasswordTerms
	Remaining() time.Duration
	Unlock(ctx context.Context, in SignIn) (Session, error)
	Leave()
}

// EnrolmentSession is somebody who got in as far as enrolling a phone, and no further.
type EnrolmentSession interface {
	Kind() EnrolmentKind
	Remaining() time.Duration
	LimitReached() bool
	Overdue() bool
	Touch() error

	Begin(ctx context.Context) (Shown, error)
	Confirm(ctx context.Context, input secret.Text, made NewSet) (*Issued, error)
	Continue(ctx context.Context) error
	CancelEnrolment(ctx context.Context) error
	Showing(ctx context.Context) (Issued, error)
	ShowingKey(ctx context.Context) (secret.Text, error)
	Enter(ctx context.Context) (Session, error)
	End(ctx context.Context) error
}
