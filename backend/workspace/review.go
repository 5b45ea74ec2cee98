package workspace

import (
	"cmp"
	"encoding/hex"
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

// Review gives what was found.
func (a *Acceptance) Review() Review { return a.review }

// seeAll makes the review from one snapshot.
func (a *Acceptance) seeAll(tx ReadTx) (err error) {
	a.review = Review{LastGood: a.s.report.LastGood, CodesEnd: a.set.ID != "" && !a.codesFit, Opens: a.opens}
	if err := a.seePeople(tx); err != nil {
		return err
	}
	codes, err := tx.OneTimes()
	if err != nil {
		return err
	}
	for _, o := range codes {
		if o.EndedAt.IsZero() {
			a.review.OpenCodes++
		}
	}
	if a.review.Documents, err = tx.Documents(); err != nil {
		return err
	}
	return a.seeChanges(tx)
}

func (a *Acceptance) seePeople(tx ReadTx) error {
	members, err := tx.Members()
	if err != nil {
		return err
	}
	var ids []string
	for _, m := range members {
		switch {
		case m.State != ProfileActive:
		case m.Role == RoleMember:
			a.review.Members++
		default:
			ids = append(ids, m.ID)
			a.review.People = append(a.review.People, Returning{Name: m.Name, Email: m.Email, Role: m.Role, On: m.On})
		}
	}
	for i, id := range ids {
		r := &a.review.People[i]
		if r.Role != RoleOwner {
			continue
		}
		p, err := tx.Profile(id)
		if err != nil {
			return err
		}
		if _, _, r.Suspended, err = a.compare(tx, p); err != nil {
			return err
		}
	}
	slices.SortStableFunc(a.review.People, func(x, y Returning) int { return strings.Compare(string(y.Role), string(x.Role)) }) // owner before admin
	return nil
}

// seeChanges puts names to the rows that differ, as far as the database has them.
func (a *Acceptance) seeChanges(tx ReadTx) (err error) {
	for _, f := range a.s.report.Findings {
		if f.Key == "" {
			continue
		}
		table, id, _ := strings.Cut(f.Key, "/")
		changed := ChangedRows{Kind: f.Kind, Table: table, Count: 1}
		if table == "document" {
			changed.ID = id
		} else if changed.Name, err = a.nameOf(tx, table, id); err != nil {
			return err
		}
		a.review.Changed = append(a.review.Changed, changed)
	}
	a.review.Changed = Together(a.review.Changed)
	return nil
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

// nameOf names whom a row is about.
func (a *Acceptance) nameOf(tx ReadTx, table, id string) (string, error) {
	switch table {
	case "set":
		set, err := tx.Set(id)
		if err != nil {
			return "", ignoreMissing(err)
		}
		id = set.ProfileID
	case "intent":
		in, err := tx.Intent(id)
		if err != nil {
			return "", ignoreMissing(err)
		}
		id = in.ProfileID
	case "attempts", "onetime", "vaultkey":
		_, id, _ = strings.Cut(id, "/")
	case "profile", "factor":
	default:
		return "", nil
	}
	p, err := tx.Profile(id)
	return p.Name, ignoreMissing(err)
}

// hexOf is the check of a vault's key as a row has it: empty where there is none.
func hexOf(check []byte) string {
	if !slices.ContainsFunc(check, func(b byte) bool { return b != 0 }) {
		return ""
	}
	return hex.EncodeToString(check)
}
