package service

import "time"

// The bounds of the idle time, in minutes (SP 800-63B-4 §2.2.3 allows an hour).
const (
	MinIdleMinutes = 1
	MaxIdleMinutes = 15
)

// After how many days people can be asked whether they still have their recovery codes; 0: never.
var CheckDays = []int{0, 30, 90, 180}

// FirstCheckDays is what a new workspace has.
const FirstCheckDays = 90

// CheckPause is for how long somebody is not asked who wants to be asked later.
const CheckPause = 7 * 24 * time.Hour

// Policy is Settings → Workspace.
type Policy struct {
	Name        string
	Require2FA  bool
	RequireFrom time.Time // with Require2FA: from when
	TwoPeople   bool
	IdleMinutes int
	CheckDays   int // see CheckDays
	Support     string
	NamesAdmins bool // at the sign-in
	QuickUnlock bool // after an idle lock the password alone opens the session again
}

// Rehearsal is what would happen if 2FA were required from a day on.
type Rehearsal struct {
	Blocked []Member // who could get only as far as enrolling, were it that day already
	Ready   int      // who would not notice
	Keepers []Member // owners and admins who could sign in and let the others back in
	Admins  int      // owners and admins with 2FA on
	Kit     bool     // there is an Emergency Kit, with which one could come in
}

// mostKeepers is how many people have to be able to let the workspace back in:
// one who has lost phone and codes needs another.
const mostKeepers = 2

// Possible reports whether enough people could let the workspace back in.
func (r Rehearsal) Possible() bool {
	return len(r.Keepers) >= mostKeepers || len(r.Keepers) >= 1 && r.Kit
}

// CanApprove reports whether one of them could approve what another asks for.
func (r Rehearsal) CanApprove() bool { return r.Admins > 1 }

// RequireYears is how far ahead 2FA can be required: a later day is a slip of the
// keyboard, and times past 9999 have no form.
const RequireYears = 10

// Overdue reports whether 2FA is off and was required since a time that has
// passed.
func (p Policy) Overdue(m Member, now time.Time) bool {
	return !m.On && m.State != ProfileSuspended && p.Require2FA && !now.Before(p.RequireFrom)
}

// ApprovalLife is how long an act waits for a second admin, and then for the first.
const ApprovalLife = 48 * time.Hour

// AskedApproval is an approval with the names that it is about.
type AskedApproval struct {
	Approval
	ByName string
	Names  []string // of the members, in the order of Members
	Mine   bool     // asked for by this session's profile
	May    bool     // this session may decide on it
}
