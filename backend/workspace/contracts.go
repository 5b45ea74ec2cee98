package workspace

import (
	"context"
	"errors"
	"slices"
	"strings"

	"countersign/backend/contracts"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// Documents reads all contracts that are kept or in the bin, in no order. Errors:
// vault_waiting, session_ended; folder.
func (s *Session) Documents(ctx context.Context) (all []contracts.Document, err error) {
	done, err := s.begin()
	if err != nil {
		return nil, err
	}
	defer done()
	_, err = s.readVault(ctx, func(tx ReadTx, keys vault.Keys) (err error) {
		all, err = documentsIn(tx, keys, DocumentKept, DocumentRemoved)
		return err
	})
	return all, err
}

func documentsIn(tx ReadTx, keys vault.Keys, states ...DocumentState) (all []contracts.Document, err error) {
	rows, err := tx.Documents()
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if !slices.Contains(states, r.State) {
			continue
		}
		d, err := contracts.Unseal(r, keys)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// mostNames is how many contracts a sentence of the log names.
const mostNames = 3

// NameDocuments writes the names of documents into the details of a log's entries,
// which have only their IDs: "names", with a comma between, of the first few. Somebody without the
// vault's keys gets none. Errors: forbidden, session_ended; folder.
func (a *Admin) NameDocuments(ctx context.Context, entries []LogEntry) error {
	err := a.s.w.view(ctx, func(tx ReadTx) error {
		if _, err := a.profile(tx); err != nil {
			return err
		}
		keys, err := a.s.keysIn(tx)
		if err != nil {
			return err
		}
		for _, e := range entries {
			var names []string
			ids := strings.Fields(e.Detail["documents"])
			for _, id := range ids[:min(len(ids), mostNames)] {
				r, err := tx.Document(id)
				if errors.Is(err, ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				if d, err := contracts.Unseal(r, keys); err == nil {
					names = append(names, d.Name)
				}
			}
			if len(ids) > mostNames && len(names) > 0 {
				names = append(names, "…")
			}
			if len(names) > 0 {
				e.Detail["names"] = strings.Join(names, ", ")
			}
		}
		return nil
	})
	if service.IsCode(err, service.CodeVaultWaiting) {
		return nil
	}
	return err
}

// document reads one within tx. Errors: document_gone, document_damaged.
func document(tx ReadTx, keys vault.Keys, id string, states ...DocumentState) (contracts.Document, error) {
	r, err := tx.Document(id)
	if errors.Is(err, ErrNotFound) || err == nil && !slices.Contains(states, r.State) {
		return contracts.Document{}, refuse(service.CodeDocumentGone)
	}
	if err != nil {
		return contracts.Document{}, err
	}
	return contracts.Unseal(r, keys)
}
