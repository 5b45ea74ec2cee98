package store

import (
	"encoding/json"
	"fmt"
)

// CopyTx is a WriteTx that takes whole rows, of a workspace that another store has.
type CopyTx interface {
	WriteTx
	// SetLastRun sets what NextRun has given last.
	SetLastRun(run int) error
	// MarkUsed notes of a code when and for what it was used, whatever the state of its set.
	MarkUsed(setID string, code CodeRow) error
}

// PutRow writes a row as Rows gives it, where there is none of its key. Rows come in the order of Rows: profiles
// before what belongs to them. Errors: ErrAltered for what is no row.
func PutRow(to CopyTx, r Row) error {
	switch v := r.Value.(type) {
	case Info:
		return putInfo(to, v)
	case Profile:
		return to.InsertProfile(v)
	case Factor:
		return to.InsertFactor(v)
	case Intent:
		return to.InsertIntent(v)
	case Attempts:
		return to.SaveAttempts(v)
	case OneTime:
		return to.InsertOneTime(v)
	case Run:
		return to.InsertRun(v)
	case Approval:
		return to.InsertApproval(v)
	case VaultKey:
		return to.SaveVaultKey(v)
	case DocumentRow:
		return to.InsertDocument(v)
	case Computer:
		return to.SaveComputer(v)
	case SetRow:
		return putSet(to, v)
	}
	return fmt.Errorf("%w: a row of the table %q", ErrAltered, r.Key.Table)
}

func putInfo(to CopyTx, i Info) error {
	if err := to.InsertInfo(i); err != nil {
		return err
	}
	if err := to.UpdateInfo(i); err != nil {
		return err
	}
	return to.SetLastRun(i.LastRun)
}

func putSet(to CopyTx, s SetRow) error {
	hashes := make([][]byte, len(s.Codes))
	for i, c := range s.Codes {
		if c.Number != i+1 {
			return fmt.Errorf("%w: code %d of a set in the place of code %d", ErrAltered, c.Number, i+1)
		}
		hashes[i] = c.Hash
	}
	if err := to.InsertSet(s.Set, hashes); err != nil {
		return err
	}
	for _, c := range s.Codes {
		if c.UsedAt.IsZero() {
			continue
		}
		if err := to.MarkUsed(s.Set.ID, c); err != nil {
			return err
		}
	}
	return nil
}

// rowForms read what json.Marshal has made of a row's value, by its table.
var rowForms = map[string]func([]byte) (any, error){
	"workspace": formOf[Info], "profile": formOf[Profile], "factor": formOf[Factor], "intent": formOf[Intent], "set": formOf[SetRow],
	"attempts": formOf[Attempts], "onetime": formOf[OneTime], "run": formOf[Run], "approval": formOf[Approval], "vaultkey": formOf[VaultKey], "document": formOf[DocumentRow],
	"computer": formOf[Computer],
}

func formOf[T any](text []byte) (any, error) {
	var v T
	err := json.Unmarshal(text, &v)
	return v, err
}

// ParseRow reads what json.Marshal has made of a row's value. Errors: ErrAltered, without the text.
func ParseRow(table string, text []byte) (any, error) {
	read, known := rowForms[table]
	if !known {
		return nil, fmt.Errorf("%w: a row of the table %.20q", ErrAltered, table)
	}
	v, err := read(text)
	if err != nil {
		return nil, fmt.Errorf("%w: a row of the table %s cannot be read", ErrAltered, table)
	}
	return v, nil
}
