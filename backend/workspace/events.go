package workspace

import (
	"fmt"
	"time"

	"countersign/backend/audit"
)

// The kinds of event in the audit log. Once written they are never renamed.
const (
	eventWorkspaceCreated = "workspace-created"
	eventSignedIn         = "signed-in"       // factor: none, code, recovery; number
	eventRenamed          = "profile-renamed" // from, to
	eventEmailChanged     = "email-changed"   // from, to
	eventPasswordChanged  = "password-changed"
	eventEnabled          = "2fa-enabled" // sheet
	eventPhoneChanged     = "phone-changed"
	eventCodesReplaced    = "recovery-codes-replaced" // sheet, replaces
	eventCodesVoided      = "recovery-codes-voided"   // sheet, left
	eventDisabled         = "2fa-disabled"
	eventSteppedUp        = "stepped-up" // factor, number
)

// record appends an event in the transaction of the act that it tells of.
func (w *Workspace) record(tx Tx, at time.Time, kind, actor, subject string, detail map[string]string) error {
	seq, prev, err := tx.LastSeal()
	if err != nil {
		return err
	}
	w.mu.RLock()
	key := w.keys.integrity
	w.mu.RUnlock()
	if key.Len() != keySize {
		return fmt.Errorf("the integrity key is not loaded")
	}
	e := audit.Event{Seq: seq + 1, At: time.UnixMilli(at.UnixMilli()).UTC(), Kind: kind, Actor: actor, Subject: subject, Detail: detail}
	return tx.AppendEvent(e, audit.Seal(key, prev, e))
}
