package workspace

import "context"

// ReadAnchor gives the sequence numbers of the head and of the mark.
func ReadAnchor(w *Workspace, ctx context.Context) (head, marked int64, err error) {
	h, m, err := w.readAnchor(ctx)
	return h.seq, m.seq, err
}
