package service

import (
	"time"

	"countersign/backend/recovery"
)

// Overview is what Settings → Profile shows.
type Overview struct {
	Profile   Profile
	Workspace string
	TwoFactor TwoFactor
}

// Profile is one person's account, as its person sees it.
type Profile struct {
	ID                string
	Email             string
	Name              string
	Role              Role
	CreatedAt         time.Time
	LastSignInAt      time.Time // zero: never
	PasswordChangedAt time.Time
	Language          string // of what is printed for its person; empty: none is known
}

// TwoFactor is where a profile's 2FA stands.
type TwoFactor struct {
	On               bool
	Required         bool      // by the workspace, now
	RequireFrom      time.Time // when it will be; zero: not required, or already
	ShortPassword    bool      // too short to stand alone, as far as this session knows
	Since            time.Time
	Apps             []App // in the order in which they were added
	AuthenticatorOff bool
	Codes            *CodeUsage // nil with 2FA off
}

// App is an authenticator app of a profile.
type App struct {
	Number     int    // names it; one that takes its place has another
	Name       string // empty: its person has given it none
	AddedAt    time.Time
	LastUsedAt time.Time
	LastUse    Use
}

// CodeUsage is a recovery set with what was used of it.
type CodeUsage struct {
	Sheet    int
	State    SetState // active or voided
	IssuedAt time.Time
	IssuedBy string
	Left     int       // good for use now: none of a voided set
	Codes    []CodeUse // by number

	Run            int // print run, 0: issued by its holder
	HandedOverAt   time.Time
	AcknowledgedAt time.Time
	CheckedAt      time.Time // when its holder last said that they have it
	CheckDue       bool      // it is time to ask
}

// CodeUse is a recovery code, and what it was used for.
type CodeUse struct {
	Number int       // 1 to 10, the order on the sheet
	UsedAt time.Time // zero: not used
	Use    Use
}

// Low reports whether few enough codes are left to say so.
func (c CodeUsage) Low() bool { return c.Left <= recovery.Warn }
