package service

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Review is what an owner sees before they accept a database that does not fit its
// log: what was changed, who can sign in afterwards, and which contracts are missing.
type Review struct {
	LastGood  time.Time // of the newest event that fits; zero: none does
	Changed   []ChangedRows
	People    []Returning   // owners and admins who could sign in, by role and name
	Members   int           // who can sign in
	OpenCodes int           // invitations, resets and temporary codes, which end
	CodesEnd  bool          // the owner's own recovery codes are not the ones that are known, and end
	Opens     bool          // the owner's key pair opens the vault
	Documents []DocumentRow // all of the database
}

// ChangedRows are rows of one table, and of one person or contract where that is known,
// that differ in one way from what the log last said.
type ChangedRows struct {
	Kind  FindingKind // row-changed, row-added, row-removed
	Table string
	Name  string // of a person; empty: not known, or none
	ID    string // of a contract, whose name only the owner's client can read
	Count int
}

// Returning is an owner or an admin of the database.
type Returning struct {
	Name, Email string
	Role        Role
	On          bool // 2FA
	Suspended   bool // by acceptance: the keychain does not know this owner
}

// Together sums up what is told alike, by table and name.
func Together(changed []ChangedRows) (sum []ChangedRows) {
	for _, c := range changed {
		same := func(r ChangedRows) bool {
			return r.Kind == c.Kind && r.Table == c.Table && r.Name == c.Name && r.ID == c.ID
		}
		if i := slices.IndexFunc(sum, same); i >= 0 {
			sum[i].Count += c.Count
		} else {
			sum = append(sum, c)
		}
	}
	slices.SortStableFunc(sum, func(x, y ChangedRows) int {
		return cmp.Or(strings.Compare(x.Table, y.Table), strings.Compare(x.Name, y.Name), strings.Compare(string(x.Kind), string(y.Kind)))
	})
	return sum
}

// ReviewKeys are what opens the vault to the owner who reviews a database, and the vault's key as the keychain knows it:
// what the database has may be another that somebody has encrypted to the owner.
type ReviewKeys struct {
	OwnKeys
	Keys       SealedKeys
	Generation int
	PublicKey  string // hex; of the key of this generation
}

// ReviewTerms are what a client needs to prove an owner who reviews a database.
type ReviewTerms struct {
	PasswordTerms
	Recovery CodeTerms // what a proof of a recovery code is made with
}
