package contracts

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// indexHead names the columns of the table of contents.
var indexHead = []string{"file", "name", "bytes", "type", "added", "by", "removed", "sha256", "tags"}

func (d Document) line() []string {
	removed := ""
	if d.State == store.DocumentRemoved {
		removed = d.RemovedAt.Format(time.RFC3339)
	}
	return []string{
		store.BlobName(d.ID, d.Generation), defused(d.Name), strconv.FormatInt(d.Size, 10), d.Type, d.AddedAt.Format(time.RFC3339), defused(d.AddedBy), removed,
		hex.EncodeToString(d.SHA256[:]), defused(strings.Join(d.Tags, tagSeparator)),
	}
}

func documentOfLine(line []string) (d Document, ok bool) {
	if len(line) != len(indexHead) {
		return d, false
	}
	if d.ID, d.Generation, ok = store.ParseBlobName(line[0]); !ok {
		return d, false
	}
	sum, err := hex.DecodeString(line[7])
	if err != nil || len(sum) != len(d.SHA256) {
		return d, false
	}
	copy(d.SHA256[:], sum)
	if d.Size, err = strconv.ParseInt(line[2], 10, 64); err != nil {
		return d, false
	}
	if d.AddedAt, err = time.Parse(time.RFC3339, line[4]); err != nil {
		return d, false
	}
	d.Name, d.Type, d.AddedBy = strings.TrimPrefix(line[1], "'"), line[3], strings.TrimPrefix(line[5], "'")
	if line[8] != "" {
		d.Tags = strings.Split(strings.TrimPrefix(line[8], "'"), tagSeparator)
	}
	if line[6] != "" {
		if d.RemovedAt, err = time.Parse(time.RFC3339, line[6]); err != nil {
			return d, false
		}
		d.State = store.DocumentRemoved
	}
	return d, true
}

// WriteIndex replaces the table of contents, encrypted to the newest key: with an Emergency Kit
// and the age tool it says which file is which.
func WriteIndex(replace func(write func(io.Writer) error) error, keys vault.Keys, all []Document) error {
	all = slices.SortedFunc(slices.Values(all), func(a, b Document) int { return strings.Compare(a.Name, b.Name) })
	var text strings.Builder
	out := csv.NewWriter(&text)
	_ = out.Write(indexHead)
	for _, d := range all {
		_ = out.Write(d.line())
	}
	out.Flush()
	return replace(func(w io.Writer) error {
		_, err := keys.Encrypt(w, strings.NewReader(text.String()), nil)
		return err
	})
}

// ReadIndex reads the encrypted table of contents. Errors: kit_none where there is
// none, kit_wrong where it does not open; folder.
func ReadIndex(files store.Blobs, identity vault.Identity) (found []Document, err error) {
	in, err := files.ReadIndex()
	if errors.Is(err, store.ErrBlobMissing) {
		return nil, service.Refuse(service.CodeKitNone)
	}
	if err != nil {
		return nil, service.Explain(err)
	}
	found, err = readIndex(in, identity)
	if closed := in.Close(); closed != nil { // a folder that fails is never told as a refusal
		err = service.Explain(closed)
	}
	return found, err
}

func readIndex(in io.Reader, identity vault.Identity) (found []Document, err error) {
	var text bytes.Buffer
	if _, err := vault.KeysOf(1, identity).Decrypt(&text, 1, in, nil); errors.Is(err, vault.ErrDocument) || errors.Is(err, vault.ErrNoKey) {
		return nil, service.Refuse(service.CodeKitWrong).At("kit").Because(err)
	} else if err != nil {
		return nil, service.Explain(err)
	}
	lines, err := csv.NewReader(&text).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, service.Refuse(service.CodeKitNone).Because(err)
	}
	for _, line := range lines[1:] {
		if d, ok := documentOfLine(line); ok {
			found = append(found, d)
		}
	}
	return found, nil
}

// tagSeparator stands between the tags in their cell: no tag can have it in it.
const tagSeparator = "\n"

// defused keeps a spreadsheet from calculating a cell. A cell that begins with the sign for that has
// another, so that the first one can be taken away again.
func defused(cell string) string {
	if cell != "" && strings.ContainsRune("'=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
