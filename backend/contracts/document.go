package contracts

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/text"
	"countersign/backend/vault"
)

// The bounds of what a document is called and tagged, in characters.
const (
	MaxName = 255
	MaxTag  = 40
	MaxTags = 20
)

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
	RemovedAt  time.Time // where it lies in the bin, or was deleted for good
	RemovedBy  string    // name of the profile that removed it
	State      store.DocumentState

	Generation int // of the vault's key that its file is encrypted with
}

// GoneAt is when the bin lets go of a removed document.
func (d Document) GoneAt() time.Time { return d.RemovedAt.Add(store.BinLife) }

// Restore takes it out of the bin.
func (d *Document) Restore() {
	d.State, d.RemovedBy, d.RemovedAt = store.DocumentKept, "", time.Time{}
}

// facts is what a row encrypts of its document. The names are part of the form.
type facts struct {
	Name       string   `json:"name"`
	Size       int64    `json:"size"`
	Type       string   `json:"type"`
	SHA256     string   `json:"sha256"`
	ModifiedAt int64    `json:"modified,omitempty"` // milliseconds
	AddedAt    int64    `json:"added"`
	AddedBy    string   `json:"by"`
	Tags       []string `json:"tags,omitempty"`
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

// Encrypt makes the row of a document under the newest key. Its file stays with the
// key of d.Generation.
func (d Document) Encrypt(keys vault.Keys) (store.DocumentRow, error) {
	plain, err := json.Marshal(facts{
		d.Name, d.Size, d.Type, hex.EncodeToString(d.SHA256[:]), millisOf(d.ModifiedAt), millisOf(d.AddedAt), d.AddedBy, d.Tags, d.RemovedBy,
	})
	if err != nil {
		return store.DocumentRow{}, err
	}
	defer clear(plain)
	sealed, err := keys.EncryptData(d.ID, plain)
	return store.DocumentRow{ID: d.ID, Generation: d.Generation, State: d.State, RemovedAt: d.RemovedAt, Ciphertext: sealed}, err
}

// Decrypt reads a row. Errors: document_damaged.
func Decrypt(r store.DocumentRow, keys vault.Keys) (Document, error) {
	d := Document{ID: r.ID, State: r.State, RemovedAt: r.RemovedAt, Generation: r.Generation}
	plain, err := keys.DecryptData(r.ID, r.Ciphertext)
	if err != nil {
		return d, service.Refuse(service.CodeDocumentDamaged).Because(err)
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
		return d, service.Refuse(service.CodeDocumentDamaged).Because(err)
	}
	copy(d.SHA256[:], sum)
	d.Name, d.Size, d.Type, d.AddedBy, d.Tags, d.RemovedBy = f.Name, f.Size, f.Type, f.AddedBy, f.Tags, f.RemovedBy
	d.ModifiedAt, d.AddedAt = timeOf(f.ModifiedAt), timeOf(f.AddedAt)
	return d, nil
}

// CleanName makes a file's name fit to be shown: what is no character, or would
// change how others are shown, is replaced, and what is too long is not taken, nor is a
// name in which nothing can be seen.
func CleanName(name string) (string, bool) {
	out := text.Shown(name)
	return out, out != "" && utf8.RuneCountInString(out) <= MaxName
}

// CheckName is for a name that a person types.
func CheckName(typed string) (string, error) {
	name, ok := text.Name(typed)
	switch {
	case !ok:
		return "", service.Refuse(service.CodeDocumentNameForm).At("name")
	case name == "":
		return "", service.Refuse(service.CodeDocumentNameRequired).At("name")
	case utf8.RuneCountInString(name) > MaxName:
		return "", service.Refuse(service.CodeDocumentNameLong).At("name").With("max", MaxName)
	}
	return name, nil
}

// CheckTags cleans tags that a person types: each once, whatever its case.
func CheckTags(tags []string) (out []string, err error) {
	for _, typed := range tags {
		t, ok := text.Name(typed)
		switch {
		case !ok:
			return nil, service.Refuse(service.CodeTagForm).At("tags")
		case t == "":
			continue
		case utf8.RuneCountInString(t) > MaxTag:
			return nil, service.Refuse(service.CodeTagLong).At("tags").With("max", MaxTag)
		}
		if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, t) }) {
			out = append(out, t)
		}
	}
	return out, nil
}
