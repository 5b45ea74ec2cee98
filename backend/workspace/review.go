package workspace

import (
	"encoding/hex"
	"slices"
	"strings"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Review gives what was found.
func (a *Acceptance) Review() service.Review { return a.review }

// seeAll makes the review from one snapshot.
func (a *Acceptance) seeAll(tx store.ReadTx) (err error) {
	a.review = service.Review{LastGood: a.s.report.LastGood, CodesEnd: a.set.ID != "" && !a.codesFit, Opens: a.opens}
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

func (a *Acceptance) seePeople(tx store.ReadTx) error {
	members, err := tx.Members()
	if err != nil {
		return err
	}
	var ids []string
	for _, m := range members {
		switch {
		case m.State != store.ProfileActive:
		case m.Role == store.RoleMember:
			a.review.Members++
		default:
			ids = append(ids, m.ID)
			a.review.People = append(a.review.People, service.Returning{Name: m.Name, Email: m.Email, Role: m.Role, On: m.On})
		}
	}
	for i, id := range ids {
		r := &a.review.People[i]
		if r.Role != store.RoleOwner {
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
	slices.SortStableFunc(a.review.People, func(x, y service.Returning) int { return strings.Compare(string(y.Role), string(x.Role)) }) // owner before admin
	return nil
}

// seeChanges puts names to the rows that differ, as far as the database has them.
func (a *Acceptance) seeChanges(tx store.ReadTx) (err error) {
	for _, f := range a.s.report.Findings {
		if f.Key == "" {
			continue
		}
		table, id, _ := strings.Cut(f.Key, "/")
		changed := service.ChangedRows{Kind: f.Kind, Table: table, Count: 1}
		if table == "document" {
			changed.ID = id
		} else if changed.Name, err = a.nameOf(tx, table, id); err != nil {
			return err
		}
		a.review.Changed = append(a.review.Changed, changed)
	}
	a.review.Changed = service.Together(a.review.Changed)
	return nil
}

// nameOf names whom a row is about.
func (a *Acceptance) nameOf(tx store.ReadTx, table, id string) (string, error) {
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
