package service

import "time"

// Welcome is what a person is told after signing in.
type Welcome struct {
	FailedCodes          int // since the last sign-in: of every kind, one-time codes too
	FailedOther          int // of these, what were no verification codes
	LastFailedCodeAt     time.Time
	FailedPasswords      int
	LastFailedPasswordAt time.Time
	UsedCode             int // number of the recovery code that was used, 0 for none
	CodesLeft            int // with UsedCode
	AuthenticatorOff     bool
	RequireFrom          time.Time // when 2FA, which is off, will be required; zero: it will not
	NoComputers          bool      // the person has none that the workspace knows of
	News                 []News    // what others have done since the last sign-in, newest first: see newsOf
	Seq                  int64     // the last event that this takes into account: see Session.Happened
}

// News is something that an admin did to a profile, or that somebody did with the
// Emergency Kit.
type News struct {
	Kind   string // a kind of event
	At     time.Time
	By     string // name: who did it, or came in with the kit
	Detail map[string]string

	UsedKit bool  // somebody came in with the Emergency Kit
	Stays   int64 // it is told at each sign-in until it is put away by this number: see Session.PutNewsAway; 0: it is told once
}

// Redeemed is what a right code leads to.
type Redeemed struct {
	Name    string         // of its person: no secret to whoever has the code, and one to everybody else
	KeyPair WrappedKeyPair // came with the code, wrapped under it; may be empty
	Share   string         // names the share that the password before was made with; empty: there was none
	Box     []byte         // the person's share, under a computer's code: computer.LockUnder
}

// StepUpNeeds says what the next sensitive act will ask for.
type StepUpNeeds struct {
	Password         bool
	Factor           bool
	AuthenticatorOff bool // only a recovery code will do
}
