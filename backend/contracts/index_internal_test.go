package contracts

import (
	"bytes"
	"encoding/csv"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// contractOf is a document as a table of contents can name it.
func contractOf(id string, generation int) Document {
	return Document{
		ID: id, Name: "=Lease.pdf", Size: 12, Type: "application/pdf", SHA256: [32]byte{1, 31: 2}, AddedAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
		AddedBy: "-Amara", Tags: []string{"+a", "b"}, Generation: generation,
	}
}

func TestDocumentOfLine_NamesAndTagsSurviveTheTable(t *testing.T) {
	t.Parallel()
	for _, change := range []func(d *Document){
		func(d *Document) { d.Name = "'Lease.pdf" },
		func(d *Document) { d.AddedBy = "'t Hooft" },
		func(d *Document) { d.Tags = []string{"'90s", "rent"} },
		func(d *Document) { d.Tags = []string{"a; b", "c"} },
		func(d *Document) { d.Tags = nil },
	} {
		d := contractOf("abc", 3)
		change(&d)
		if got, ok := documentOfLine(d.line()); !ok || !reflect.DeepEqual(got, d) {
			t.Errorf("%q by %q, %q became %q by %q, %q", d.Name, d.AddedBy, d.Tags, got.Name, got.AddedBy, got.Tags)
		}
	}
}

func TestDocumentOfLine_LinesThatAreNoneNameNothing(t *testing.T) {
	t.Parallel()
	d := contractOf("abc", 3)
	if got, ok := documentOfLine(d.line()); !ok || !reflect.DeepEqual(got, d) {
		t.Errorf("its own line: %t, %+v", ok, got)
	}
	d.State, d.RemovedAt, d.Tags = store.DocumentRemoved, time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), nil
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

func TestLine_SpreadsheetCalculatesNoCell(t *testing.T) {
	t.Parallel()
	d := contractOf("abc", 3)
	line := d.line()
	if line[1] != "'=Lease.pdf" || line[5] != "'-Amara" || line[8] != "'+a\nb" {
		t.Errorf("%q", line)
	}
	d.Name, d.AddedBy, d.Tags = "Lease = rent.pdf", "Amara", nil
	line = d.line()
	if line[1] != "Lease = rent.pdf" || line[5] != "Amara" || line[8] != "" {
		t.Errorf("%q, in which nothing is to be calculated", line)
	}
}

// indexFiles are files of which there is only the table of contents.
type indexFiles struct {
	store.Blobs
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

func TestReadIndex_ReadsWholeTablesOnly(t *testing.T) {
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
		code  service.Code
	}{
		"two contracts":               {indexFiles{sealed: sealedIndex(t, own, table)}, []string{"abc", "def"}, ""},
		"none":                        {indexFiles{sealed: sealedIndex(t, own, tableOf())}, nil, ""},
		"a line that is of none":      {indexFiles{sealed: sealedIndex(t, own, strange)}, []string{"def"}, ""},
		"nothing at all":              {indexFiles{sealed: sealedIndex(t, own, "")}, nil, service.CodeKitNone},
		"no table":                    {indexFiles{sealed: sealedIndex(t, own, "a,\"b\nc")}, nil, service.CodeKitNone},
		"another's":                   {indexFiles{sealed: sealedIndex(t, other, table)}, nil, service.CodeKitWrong},
		"no sealed text":              {indexFiles{sealed: []byte("lease.pdf")}, nil, service.CodeKitWrong},
		"no file":                     {indexFiles{open: store.ErrBlobMissing}, nil, service.CodeKitNone},
		"a folder that fails":         {indexFiles{open: store.ErrBlobsFailed}, nil, service.CodeFolderFailed},
		"a folder that fails so late": {indexFiles{sealed: sealedIndex(t, own, table), close: store.ErrBlobsFailed}, []string{"abc", "def"}, service.CodeFolderFailed},
	} {
		found, err := ReadIndex(c.files, own)
		var ids []string
		for _, d := range found {
			ids = append(ids, d.ID)
		}
		err = service.Explain(err)
		if !slices.Equal(ids, c.want) || (err == nil) != (c.code == "") || err != nil && !service.IsCode(err, c.code) {
			t.Errorf("%s: %v, %v", name, ids, err)
		}
	}
}

// A time that is not known is not there, rather than the year 1.
func TestEncrypt_LeavesOutTimesThatAreNotKnown(t *testing.T) {
	t.Parallel()
	keys, err := vault.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	row, err := contractOf("abc", 1).Encrypt(keys)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := keys.DecryptData("abc", row.Ciphertext)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(plain); !strings.Contains(got, `"added":`) || strings.Contains(got, `"modified"`) || strings.Contains(got, `"removed"`) {
		t.Error(got)
	}
}

// What was encrypted under the vault's key is a document only if all of it is.
func TestDecrypt_TakesWholeFactsOnly(t *testing.T) {
	t.Parallel()
	keys, err := vault.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	digest := strings.Repeat("ab", 32)
	for plain, good := range map[string]bool{
		`{"name":"a","sha256":"` + digest + `"}`:              true,
		`{"name":"a","sha256":"` + digest + `","size":"one"}`: false,
		`{"name":"a","sha256":"abab"}`:                        false,
		`{"name":"a","sha256":"` + digest + `ab"}`:            false,
		`{"name":"a"}`: false,
		`{"name":"a","sha256":"` + digest[:63] + `x"}`: false,
		`{"name":`: false,
	} {
		sealed, err := keys.EncryptData("id", []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Decrypt(store.DocumentRow{ID: "id", Ciphertext: sealed}, keys)
		if good && err != nil || !good && !service.IsCode(err, service.CodeDocumentDamaged) {
			t.Errorf("%s: %v", plain, err)
		}
	}
}
