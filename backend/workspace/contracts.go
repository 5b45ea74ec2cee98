package workspace

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/backend/service"
	"countersign/backend/text"
	"countersign/backend/vault"
)

// The bounds of what a document is called and tagged, in characters.
const (
	MaxDocumentName = 255
	MaxTag          = 40
	MaxTags         = 20
)

// BinLife is how long a removed document can be put back.
const BinLife = 30 * 24 * time.Hour

// Document is a contract, as somebody sees it who holds the vault's keys.
type Document struct {
	ID         string
	Name       string
	Size       int64 // bytes
	Type       string
	SHA256     [32]byte
	ModifiedAt time.Time // of the file that was added; zero: not known
	AddedAt    time.Time
	AddedBy    string // name, at the time
	Tags       []string
	RemovedAt  time.Time // with State DocumentRemoved or DocumentPurged
	RemovedBy  string    // name; empty: the bin let go of it by itself
	State      DocumentState

	generation int
}

// GoneAt is when the bin lets go of a removed document.
func (d Document) GoneAt() time.Time { return d.RemovedAt.Add(BinLife) }

// facts is what a row seals of its document. The names are part of the form.
type facts struct {
	Name       string   `json:"name"`
	Size       int64    `json:"size"`
	Type       string   `json:"type"`
	SHA256     string   `json:"sha256"`
	ModifiedAt int64    `json:"modified,omitempty"` // milliseconds
	AddedAt    int64    `json:"added"`
	AddedBy    string   `json:"by"`
	Tags       []string `json:"tags,omitempty"`
	RemovedAt  int64    `json:"removed,omitempty"`
	RemovedBy  string   `json:"removedBy,omitempty"`
}

func millisOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis).UTC()
}

// seal makes the row of a document under the newest key. Its file stays with the
// key of d.generation.
func (d Document) seal(keys vault.Keys) (DocumentRow, error) {
	plain, err := json.Marshal(facts{
		d.Name, d.Size, d.Type, hex.EncodeToString(d.SHA256[:]), millisOf(d.ModifiedAt), millisOf(d.AddedAt), d.AddedBy, d.Tags,
		millisOf(d.RemovedAt), d.RemovedBy,
	})
	if err != nil {
		return DocumentRow{}, err
	}
	defer clear(plain)
	sealed, err := keys.Seal(d.ID, plain)
	return DocumentRow{ID: d.ID, Generation: d.generation, State: d.State, Sealed: sealed}, err
}

// unseal reads a row. Errors: document_damaged.
func unseal(r DocumentRow, keys vault.Keys) (Document, error) {
	d := Document{ID: r.ID, State: r.State, generation: r.Generation}
	plain, err := keys.OpenSealed(r.ID, r.Sealed)
	if err != nil {
		return d, refuse(service.CodeDocumentDamaged).Because(err)
	}
	defer clear(plain)
	var f facts
	sum := []byte(nil)
	if err = json.Unmarshal(plain, &f); err == nil {
		sum, err = hex.DecodeString(f.SHA256)
	}
	if err == nil && len(sum) != len(d.SHA256) {
		err = fmt.Errorf("a digest of %d bytes", len(sum))
	}
	if err != nil {
		return d, refuse(service.CodeDocumentDamaged).Because(err)
	}
	copy(d.SHA256[:], sum)
	d.Name, d.Size, d.Type, d.AddedBy, d.Tags, d.RemovedBy = f.Name, f.Size, f.Type, f.AddedBy, f.Tags, f.RemovedBy
	d.ModifiedAt, d.AddedAt, d.RemovedAt = timeOf(f.ModifiedAt), timeOf(f.AddedAt), timeOf(f.RemovedAt)
	return d, nil
}

// fileName is what the document's ciphertext is called in the data folder.
func fileName(id string, generation int) string { return id + "." + strconv.Itoa(generation) + ".age" }

// parseFileName is the inverse of fileName.
func parseFileName(name string) (id string, generation int, ok bool) {
	stem, ok := strings.CutSuffix(name, ".age")
	id, number, cut := strings.Cut(stem, ".")
	n, err := strconv.Atoi(number)
	return id, n, ok && cut && err == nil && fileName(id, n) == name
}

// Documents reads all contracts that are kept or in the bin, in no order. Errors:
// vault_waiting, session_ended; folder.
func (s *Session) Documents(ctx context.Context) (all []Document, err error) {
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

func documentsIn(tx ReadTx, keys vault.Keys, states ...DocumentState) (all []Document, err error) {
	rows, err := tx.Documents()
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if !slices.Contains(states, r.State) {
			continue
		}
		d, err := unseal(r, keys)
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
				if d, err := unseal(r, keys); err == nil {
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
func document(tx ReadTx, keys vault.Keys, id string, states ...DocumentState) (Document, error) {
	r, err := tx.Document(id)
	if errors.Is(err, ErrNotFound) || err == nil && !slices.Contains(states, r.State) {
		return Document{}, refuse(service.CodeDocumentGone)
	}
	if err != nil {
		return Document{}, err
	}
	return unseal(r, keys)
}

// cleanName makes a file's name fit to be shown: what is no character, or would
// change how others are shown, is replaced, and what is too long is not taken, nor is a
// name in which nothing can be seen.
func cleanName(name string) (string, bool) {
	out := text.Shown(name)
	return out, out != "" && utf8.RuneCountInString(out) <= MaxDocumentName
}

// checkDocumentName is for a name that a person types.
func checkDocumentName(typed string) (string, error) {
	name, ok := text.Name(typed)
	switch {
	case !ok:
		return "", refuse(service.CodeDocumentNameForm).At("name")
	case name == "":
		return "", refuse(service.CodeDocumentNameRequired).At("name")
	case utf8.RuneCountInString(name) > MaxDocumentName:
		return "", refuse(service.CodeDocumentNameLong).At("name").With("max", MaxDocumentName)
	}
	return name, nil
}

// checkTags cleans tags that a person types: each once, whatever its case.
func checkTags(tags []string) (out []string, err error) {
	for _, typed := range tags {
		t, ok := text.Name(typed)
		switch {
		case !ok:
			return nil, refuse(service.CodeTagForm).At("tags")
		case t == "":
			continue
		case utf8.RuneCountInString(t) > MaxTag:
			return nil, refuse(service.CodeTagLong).At("tags").With("max", MaxTag)
		}
		if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, t) }) {
			out = append(out, t)
		}
	}
	return out, nil
}
