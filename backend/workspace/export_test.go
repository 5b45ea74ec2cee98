package workspace

import "context"

// ReadAnchor gives the sequence numbers of the head and of the mark.
func ReadAnchor(w *Workspace, ctx context.Context) (head, marked int64, err error) {
	h, m, err := w.readAnchor(ctx)
	return h.seq, m.seq, err
}

// SetRole gives a profile another role, as a change with its event.
func SetRole(w *Workspace, ctx context.Context, id string, role Role) error {
	return w.update(ctx, func(tx Tx) error {
		p, err := tx.Profile(id)
		if err != nil {
			return err
		}
		p.Role = role
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		return w.record(tx, w.now(), "role-changed", id, id, map[string]string{"role": string(role)})
	})
}

// KnownKinds are the kinds of event that have words.
func KnownKinds() (kinds []string) {
	for k := range logKinds {
		kinds = append(kinds, k)
	}
	return kinds
}
