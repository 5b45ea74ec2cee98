package client

import (
	"context"
	"errors"
	"io"
	"strings"

	"countersign/backend/contracts"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// listed are the contracts that somebody sees: those that are kept, and those in the bin.
var listed = []service.DocumentState{service.DocumentKept, service.DocumentRemoved}

// Documents reads all contracts that are kept or in the bin, in no order. Errors:
// vault_waiting, session_ended; folder.
func (s *Session) Documents(ctx context.Context) ([]contracts.Document, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	all, _, err := s.documents(ctx, listed...)
	return all, err
}

// rows are rows of documents, with the keys that open them.
type rows struct {
	service.DocumentRows
	keys vault.Keys
}

// read reads rows. Errors: vault_waiting, session_ended; folder.
func (s *Session) read(ctx context.Context, q service.DocumentQuery) (r rows, err error) {
	if r.DocumentRows, err = s.ReadDocuments(ctx, q); err == nil {
		r.keys, err = s.keysOf(r.Vault)
	}
	return r, err
}

func (s *Session) documents(ctx context.Context, states ...service.DocumentState) ([]contracts.Document, rows, error) {
	read, err := s.read(ctx, service.DocumentQuery{States: states})
	if err != nil {
		return nil, read, err
	}
	all := make([]contracts.Document, 0, len(read.Rows))
	for _, r := range read.Rows {
		d, err := contracts.Decrypt(r, read.keys)
		if err != nil {
			return nil, read, err
		}
		all = append(all, d)
	}
	return all, read, nil
}

// document reads one. Errors: document_gone, document_damaged.
func (s *Session) document(ctx context.Context, id string) (contracts.Document, vault.Keys, error) {
	read, err := s.read(ctx, service.DocumentQuery{IDs: []string{id}, States: listed})
	if err == nil && len(read.Rows) == 0 {
		err = service.Refuse(service.CodeDocumentGone)
	}
	if err != nil {
		return contracts.Document{}, vault.Keys{}, err
	}
	d, err := contracts.Decrypt(read.Rows[0], read.keys)
	return d, read.keys, err
}

// MissingFiles says which of these documents have no file. Errors: session_ended; folder.
func (s *Session) MissingFiles(ctx context.Context, docs []contracts.Document) (map[string]bool, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.ID
	}
	return s.Session.MissingFiles(ctx, ids)
}

// mostNames is how many contracts a sentence of the log names.
const mostNames = 3

// NameDocuments writes the names of documents into the details of a log's entries,
// which have only their IDs: "names", with a comma between, of the first few. Somebody without the
// vault's keys gets none. Errors: forbidden, session_ended; folder.
func (a *Admin) NameDocuments(ctx context.Context, entries []service.LogEntry) error {
	if _, err := a.s.Session.Watcher(ctx); err != nil { // they are still an admin
		return err
	}
	var wanted []string
	for _, e := range entries {
		ids := strings.Fields(e.Detail["documents"])
		wanted = append(wanted, ids[:min(len(ids), mostNames)]...)
	}
	read, err := a.s.read(ctx, service.DocumentQuery{IDs: distinct(wanted)})
	if closed(err) {
		return nil
	}
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, r := range read.Rows {
		if d, err := contracts.Decrypt(r, read.keys); err == nil {
			names[r.ID] = d.Name
		}
	}
	for _, e := range entries {
		ids := strings.Fields(e.Detail["documents"])
		var known []string
		for _, id := range ids[:min(len(ids), mostNames)] {
			if name, ok := names[id]; ok {
				known = append(known, name)
			}
		}
		if len(known) == 0 {
			continue
		}
		if len(ids) > mostNames {
			known = append(known, "…")
		}
		e.Detail["names"] = strings.Join(known, ", ")
	}
	return nil
}

// distinct gives each ID once, in order, and never nil.
func distinct(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	once := make([]string, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			once = append(once, id)
		}
	}
	return once
}

// writeIndex replaces the table of contents: see contracts.WriteIndex. What fails is
// left for the next change.
func (s *Session) writeIndex(ctx context.Context) {
	all, read, err := s.documents(ctx, listed...)
	if err == nil {
		err = contracts.WriteIndex(func(write func(io.Writer) error) error { return s.Files().WriteIndex(ctx, write) }, read.keys, all)
	}
	s.leftover(err)
}

// leftover notes what could not be tidied up: the next start does it.
func (s *Session) leftover(err error) {
	if err != nil {
		s.w.log.Warn("clean-up is left for the next start", "error", service.Cause(err))
	}
}

// maxTries is how often a change is made anew whose rows were changed meanwhile.
const maxTries = 8

// retryConflicts runs a change until nothing was changed meanwhile.
func retryConflicts(try func() error) (err error) {
	for range maxTries {
		if err = try(); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return err
}
