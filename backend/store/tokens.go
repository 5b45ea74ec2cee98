package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"
)

// Digest is of a token, which is itself kept nowhere.
type Digest [sha256.Size]byte

// TokenKind says what a token stands for.
type TokenKind string

// The kinds of token. What begins without a proof has no row before it is used.
const (
	TokenOver      TokenKind = "over"      // it was good once
	TokenRedeem    TokenKind = "redeem"    // an invitation or a password reset that was right
	TokenChallenge TokenKind = "challenge" // a password that was right
	TokenEnrolment TokenKind = "enrolment" // somebody who can enrol, and no more
	TokenEntered   TokenKind = "entered"   // who has enrolled, and is in
	TokenSession   TokenKind = "session"   // who is in
	TokenLocked    TokenKind = "locked"    // whose window is locked: see service.Locked
)

// Ends reports whether something has to be undone when a token of this kind is over.
func (k TokenKind) Ends() bool { return k == TokenEnrolment || k == TokenEntered || k == TokenSession }

// Token is what a token stands for.
type Token struct {
	Digest Digest
	Kind   TokenKind
	Person string    // whose it is: of one person there are only so many
	State  []byte    // sealed: a store can neither read nor make it
	Until  time.Time // when it is over, by the workspace's clock, if it is not used. Zero: it had to make room
	Asked  Digest    // names the last request of it that has a key and was answered
	Answer []byte    // what that was answered; sealed as well
	Done   Digest    // see Take
}

// ErrHeld means that somebody is at work on a token, or that a holder is not, by now.
var ErrHeld = errors.New("another is at work on this token")

// Tokens are what the instances of a server know together of those who are on their way in, or in. Only servers have them: a workspace on
// one computer takes nobody in who has not just signed in there.
//
// One holder at a time works on a token. It has a lease, by the store's own clock, which it renews; when that has run out, the next
// takes it over. Nothing here is in the log or in its sums.
type Tokens interface {
	// Add adds one. With a holder, it is that one's already. It is false where there is one of this digest. Of a person's tokens of the same
	// sort (those that end, and others) all but the newest most have to make room.
	Add(ctx context.Context, t Token, most int, holder string, lease time.Duration) (added bool, err error)
	// Look gives one whoever holds it. Errors: ErrNotFound.
	Look(ctx context.Context, d Digest) (Token, error)
	// Take gives it to a holder, who is asked by a request: see Act. Done is then what the Act of that name has asked, where one stands, or zero.
	// Errors: ErrNotFound; ErrHeld.
	Take(ctx context.Context, d Digest, holder string, lease time.Duration, asks Digest) (Token, error)
	// Renew lengthens its holder's lease. Errors: ErrHeld.
	Renew(ctx context.Context, d Digest, holder string, lease time.Duration) error
	// Keep keeps all of it but its digest, and the lease. What was kept is durable when it returns. Errors: ErrHeld.
	Keep(ctx context.Context, t Token, holder string) error
	// Leave is Keep, and lets go. It need not be durable.
	Leave(ctx context.Context, t Token, holder string) error
	// Remove removes it, durably. Errors: ErrHeld.
	Remove(ctx context.Context, d Digest, holder string) error
	// Over removes, of those that are over by then and that nobody holds, at most so many that need no end, and gives at most so many that do. Of
	// Acts it removes at most so many.
	Over(ctx context.Context, now time.Time, most int) ([]Digest, error)
}
