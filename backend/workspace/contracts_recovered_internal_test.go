package workspace

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/vault"
)

// contractOf is a document as a table of contents can name it.
func contractOf(id string, generation int) Document {
	return Document{
		ID: id, Name: "=Lease.pdf", Size: 12, Type: "application/pdf", SHA256: [32]byte{1, 31: 2}, AddedAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
		AddedBy: "-Amara", Tags: []string{"+a", "b"}, generation: generation,
	}
}

func TestDocumentOfLine_LinesThatAreNoneNameNothing(t *testing.T) {
	t.Parallel()
	d := contractOf("abc", 3)
	if got, ok := documentOfLine(d.line()); !ok || !reflect.DeepEqual(got, d) {
		t.Errorf("its own line: %t, %+v", ok, got)
	}
	d.State, d.RemovedAt, d.Tags = DocumentRemoved, time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), nil
	if got, ok := documentOfLine(d.line()); !ok || !reflect.DeepEqual(got, d) {
		t.Errorf("the line of one in the bin: %t, %+v", ok, got)
	}
	sum := strings.Repeat("ab", 32)
	for name, change := range map[string]func(line []string) []string{
		"a column less":              func(l []string) []string { return l[:len(l)-1] },
		"a column more":              func(l []string) []string { return append(l, "") },
		"no column":                  func([]string) []string { return nil },
		"another file's name":        func(l []string) []string { l[0] = "abc.3.pdf"; return l },
		"a size that is no number":   func(l []string) []string { l[2] = "12x"; return l },
		"a day that is none":         func(l []string) []string { l[4] = "yesterday"; return l },
		"a day of removal, likewise": func(l []string) []string { l[6] = "tomorrow"; return l },
		"no digest":                  func(l []string) []string { l[7] = ""; return l },
		"a digest short of a byte":   func(l []string) []string { l[7] = sum[:62]; return l },
		"a digest with a byte more":  func(l []string) []string { l[7] = sum + "ab"; return l },
		"a digest, and half a byte":  func(l []string) []string { l[7] = sum + "a"; return l },
		"a digest, and no digit":     func(l []string) []string { l[7] = sum + "zz"; return l },
	} {
		if got, ok := documentOfLine(change(d.line())); ok {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// indexFiles are files of which there is only the table of contents.
type indexFiles struct {
	noFiles
	sealed      []byte
	open, close error
}

func (f indexFiles) ReadIndex() (io.ReadCloser, error) {
	return closeWith{bytes.NewReader(f.sealed), f.close}, f.open
}

type closeWith struct {
	io.Reader
	err error
}

func (c closeWith) Close() error { return c.err }

// sealedIndex is a table of contents for an identity.
func sealedIndex(t *testing.T, i vault.Identity, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := vault.KeysOf(1, i).Encrypt(&out, strings.NewReader(text), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func tableOf(all ...Document) string {
	var text strings.Builder
	out := csv.NewWriter(&text)
	_ = out.Write(indexHead)
	for _, d := range all {
		_ = out.Write(d.line())
	}
	out.Flush()
	return text.String()
}

func TestIndexDocuments_ReadsWholeTablesOnly(t *testing.T) {
	t.Parallel()
	own, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	table := tableOf(contractOf("abc", 1), contractOf("def", 1))
	strange := strings.Replace(table, "abc.1.age", "abc.1.pdf", 1)
	for name, c := range map[string]struct {
		files indexFiles
		want  []string
		code  Code
	}{
		"two contracts":               {indexFiles{sealed: sealedIndex(t, own, table)}, []string{"abc", "def"}, ""},
		"none":                        {indexFiles{sealed: sealedIndex(t, own, tableOf())}, nil, ""},
		"a line that is of none":      {indexFiles{sealed: sealedIndex(t, own, strange)}, []string{"def"}, ""},
		"nothing at all":              {indexFiles{sealed: sealedIndex(t, own, "")}, nil, CodeKitNone},
		"no table":                    {indexFiles{sealed: sealedIndex(t, own, "a,\"b\nc")}, nil, CodeKitNone},
		"another's":                   {indexFiles{sealed: sealedIndex(t, other, table)}, nil, CodeKitWrong},
		"no sealed text":              {indexFiles{sealed: []byte("lease.pdf")}, nil, CodeKitWrong},
		"no file":                     {indexFiles{open: ErrFileMissing}, nil, CodeKitNone},
		"a folder that fails":         {indexFiles{open: ErrFilesFailed}, nil, CodeFolderFailed},
		"a folder that fails so late": {indexFiles{sealed: sealedIndex(t, own, table), close: ErrFilesFailed}, []string{"abc", "def"}, CodeFolderFailed},
	} {
		found, err := indexDocuments(c.files, own)
		var ids []string
		for _, d := range found {
			ids = append(ids, d.ID)
		}
		err = Explain(err)
		if !slices.Equal(ids, c.want) || (err == nil) != (c.code == "") || err != nil && !IsCode(err, c.code) {
			t.Errorf("%s: %v, %v", name, ids, err)
		}
	}
}

func TestRecovered_TableOfContentsCountsUnderItsNewestKeyOnly(t *testing.T) {
	t.Parallel()
	own, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	files := indexFiles{sealed: sealedIndex(t, own, tableOf(contractOf("abc", 2), contractOf("old", 1), contractOf("def", 2)))}
	r, err := ReadRecovered(t.Context(), nil, files, own.Text())
	if err != nil {
		t.Fatal(err)
	}
	if r.Contracts() != 2 || r.keys.Generation() != 2 || r.rows[0].ID != "abc" || r.rows[1].ID != "def" {
		t.Errorf("generation %d of %+v", r.keys.Generation(), r.rows)
	}
}

func TestUnreadable_OnlyADocumentsOwnBytesAreDamage(t *testing.T) {
	t.Parallel()
	other := errors.New("another fault")
	for _, c := range []struct {
		err  error
		want Code
	}{{vault.ErrDocument, CodeDocumentDamaged}, {vault.ErrNoKey, CodeDocumentDamaged}, {ErrFilesFailed, CodeFolderFailed}, {ErrFileMissing, CodeDocumentMissing}} {
		if got := unreadable(c.err); !IsCode(got, c.want) || !errors.Is(got, c.err) {
			t.Errorf("%v: %v", c.err, got)
		}
	}
	if got := unreadable(other); got != other {
		t.Errorf("what has no words became %v", got)
	}
}
