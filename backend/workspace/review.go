package workspace

import (
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"countersign/backend/contracts"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Review is what an owner sees before they accept a database that does not fit its
// log: what was changed, who can sign in afterwards, and which contracts are missing.
type Review struct {
	LastGood  time.Time // of the newest event that fits; zero: none does
	Changed   []ChangedRows
	People    []Returning // owners and admins who could sign in, by role and name
	Members   int         // who can sign in
	OpenCodes int         // invitations, resets and temporary codes, which end
	CodesEnd  bool        // the owner's own recovery codes are not the ones that are known, and end
	Contracts ReviewedContracts
}

// ChangedRows are rows of one table, and of one person or contract where that is known,
// that differ in one way from what the log last said.
type ChangedRows struct {
	Kind  FindingKind // row-changed, row-added, row-removed
	Table string
	Name  string // of a person or a contract; empty: not known, or none
	Count int
}

// Returning is an owner or an admin of the database.
type Returning struct {
	Name, Email string
	Role        Role
	On          bool // 2FA
	Suspended   bool // by acceptance: the keychain does not know this owner
}

// ReviewedContracts is how the contracts would be.
type ReviewedContracts struct {
	Closed  bool     // the owner cannot open the vault with this database
	There   int      // whose row and file are there
	Missing []string // names, or where Closed IDs: whose row or file is not
	Strange int      // files of which neither the database nor the table of contents speaks
}

// Review gives what was found.
func (a *Acceptance) Review() Review { return a.review }

// seeAll makes the review from one snapshot.
func (a *Acceptance) seeAll(tx ReadTx, w *Workspace, info Info) error {
	a.review = Review{LastGood: a.s.report.LastGood, CodesEnd: a.set.ID != "" && !a.codesFit}
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
	if err := a.seeContracts(tx, w); err != nil {
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

// seeContracts holds the database against the folder and its encrypted table of contents,
// which may be newer than an older copy of the database.
func (a *Acceptance) seeContracts(tx ReadTx, w *Workspace) error {
	c := &a.review.Contracts
	c.Closed = a.keys.Empty()
	if _, none := w.files.(noFiles); none {
		return nil
	}
	files := map[string]bool{}
	if err := w.files.List(func(name string, _ bool, _ int64) error {
		files[name] = true
		return nil
	}); err != nil {
		return err
	}
	listed := map[string]string{} // names, by ID
	if !c.Closed {
		docs, err := contracts.ReadIndex(w.files, a.keys.Newest())
		if err != nil && !service.IsCode(err, service.CodeKitNone) && !service.IsCode(err, service.CodeKitWrong) {
			return err // what does not open as a table of contents names nothing
		}
		for _, d := range docs {
			listed[d.ID] = d.Name
		}
	}
	rows, err := tx.Documents()
	if err != nil {
		return err
	}
	for _, r := range rows {
		file := store.BlobName(r.ID, r.Generation)
		there := files[file]
		delete(files, file)
		delete(listed, r.ID)
		if r.State == DocumentPurged {
			continue
		}
		name := r.ID
		d, err := contracts.Decrypt(r, a.keys)
		if err == nil {
			name = d.Name
		}
		if there && (err == nil || c.Closed) {
			c.There++
		} else {
			c.Missing = append(c.Missing, name)
		}
	}
	for id, name := range listed {
		c.Missing = append(c.Missing, name)
		for file := range files {
			if of, _, ok := store.ParseBlobName(file); ok && of == id {
				delete(files, file)
			}
		}
	}
	c.Strange = len(files)
	slices.Sort(c.Missing)
	return nil
}

// seeChanges puts names to the rows that differ, as far as the database has them.
func (a *Acceptance) seeChanges(tx ReadTx) error {
	for _, f := range a.s.report.Findings {
		if f.Key == "" {
			continue
		}
		table, id, _ := strings.Cut(f.Key, "/")
		name, err := a.nameOf(tx, table, id)
		if err != nil {
			return err
		}
		same := func(r ChangedRows) bool { return r.Kind == f.Kind && r.Table == table && r.Name == name }
		if i := slices.IndexFunc(a.review.Changed, same); i >= 0 {
			a.review.Changed[i].Count++
			continue
		}
		a.review.Changed = append(a.review.Changed, ChangedRows{f.Kind, table, name, 1})
	}
	slices.SortFunc(a.review.Changed, func(x, y ChangedRows) int {
		return strings.Compare(x.Table+"\x00"+x.Name+"\x00"+string(x.Kind), y.Table+"\x00"+y.Name+"\x00"+string(y.Kind))
	})
	return nil
}

// nameOf names whom or what a row is about.
func (a *Acceptance) nameOf(tx ReadTx, table, id string) (string, error) {
	switch table {
	case "document":
		r, err := tx.Document(id)
		if err != nil {
			return "", ignoreMissing(err)
		}
		d, _ := contracts.Decrypt(r, a.keys) // one that does not open has no name
		return d.Name, nil
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
