package service

import "time"

// Limits of what people type, in characters (Unicode code points).
const (
	MaxName  = 120
	MaxEmail = 254 // RFC 5321 §4.5.3.1.3, less the angle brackets
	// MaxAppName is of an authenticator app's name: it stands in a row with buttons.
	MaxAppName = 40
)

// MaxApps is how many authenticator apps a profile can have: each is one more secret that a guess can hit.
const MaxApps = 5

// MaxDocuments is how many documents one request may name: more than a workspace is made for.
const MaxDocuments = 100_000

// Elapsed is how much time has gone between two readings of a clock: the most that may have. Time that a computer sleeps is not in its monotonic reading,
// and a time of day can be set back; the larger of the two counts, where both are known.
func Elapsed(since, now time.Time) time.Duration {
	return max(now.Sub(since), now.Round(0).Sub(since.Round(0)))
}

// Session times: SP 800-63B-4 §2.2.3 (AAL2) asks for reauthentication after at
// most 1 hour without use and 24 hours in all; for contracts we are stricter.
const (
	DefaultIdle  = 5 * time.Minute
	SessionLimit = 12 * time.Hour
	// ChallengeLife is how long a right password waits for its second factor.
	ChallengeLife = 10 * time.Minute
	// GrantLife is how long a step-up waits for the one act it was made for.
	GrantLife = 5 * time.Minute
	// ConfirmLife is how long a step-up is good for acts of its group.
	ConfirmLife = 10 * time.Minute
)
