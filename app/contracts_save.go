package app

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"unicode"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/folder"
	"countersign/backend/service"
	"countersign/backend/words"
)

// SavedCopies says what was left where. Without any the dialog was dismissed.
type SavedCopies struct {
	Count  int    `json:"count"`
	Name   string `json:"name"` // of the file, where it is one
	Folder string `json:"folder"`
}

// SaveProgress tells of copies on their way: the event "saving".
type SaveProgress struct {
	Name       string `json:"name"`
	Done       int    `json:"done"`
	Total      int    `json:"total"`
	Bytes      int64  `json:"bytes"`
	TotalBytes int64  `json:"totalBytes"`
}

// SaveCopy asks for a place and writes contracts there, decrypted: one under a
// name that is asked for, several into a folder. Each file is for its owner alone,
// whole or absent, and verified. None that is there already is replaced unasked.
func (c *Contracts) SaveCopy(session string, ids []string) (SavedCopies, error) {
	in, err := c.s.use(session)
	if err != nil {
		return SavedCopies{}, err
	}
	chosen, err := in.chosen(ids)
	if err != nil || len(chosen) == 0 {
		return SavedCopies{}, in.after(err)
	}
	var out SavedCopies
	var keep func(contracts.Document, *folder.Whole) error
	var place func(contracts.Document) string
	if len(chosen) == 1 {
		name := fileNameFor(c.s.words(), chosen[0].Name)
		path, err := c.s.desktop.SaveAs(words.DialogSaveCopy, name, []fileKind{{words.DialogKindAll, "*"}})
		if err != nil {
			return SavedCopies{}, saveFailed("", err)
		}
		if path == "" {
			return SavedCopies{}, nil
		}
		place = func(contracts.Document) string { return path }
		keep = func(_ contracts.Document, f *folder.Whole) error { return f.Keep() } // the dialog has asked
		out.Name, out.Folder = filepath.Base(path), filepath.Dir(path)
	} else {
		dir, err := c.s.desktop.OpenFolder(words.DialogSaveCopies)
		if err != nil {
			return SavedCopies{}, saveFailed("", err)
		}
		if dir == "" {
			return SavedCopies{}, nil
		}
		place, out.Folder = func(d contracts.Document) string { return filepath.Join(dir, fileNameFor(c.s.words(), d.Name)) }, dir
		taken := map[string]bool{}
		keep = func(d contracts.Document, f *folder.Whole) error {
			at, err := f.KeepFree(freeNames(dir, fileNameFor(c.s.words(), d.Name), taken))
			taken[strings.ToLower(filepath.Base(at))] = true
			return err
		}
	}
	ctx, end, err := in.beginJob(jobSaving) // the dialog may have stood open for long
	if err != nil {
		return SavedCopies{}, err
	}
	defer end()
	p := SaveProgress{Total: len(chosen)}
	for _, d := range chosen {
		p.TotalBytes += d.Size
	}
	tell := in.telling("saving")
	for i, d := range chosen {
		before := p.Bytes
		p.Name, p.Done = d.Name, i
		err := saveCopy(ctx, in.session, d, place(d), keep, func(n int64) {
			p.Bytes = before + n
			tell(p, false)
		})
		if ctx.Err() != nil {
			return out, nil // stopped: what is there is whole
		}
		if err != nil {
			return out, in.after(err)
		}
		p.Bytes = before + d.Size
		out.Count++
	}
	p.Done = len(chosen)
	tell(p, true)
	return out, nil
}

// StopSaving stops; what was saved until then stays.
func (c *Contracts) StopSaving(session string) error { return c.s.stopJob(session, jobSaving) }

// saveCopy writes a copy beside place, and keep gives it its name.
func saveCopy(ctx context.Context, ses *client.Session, d contracts.Document, place string,
	keep func(contracts.Document, *folder.Whole) error, progress func(int64)) error {
	f, err := folder.CreateWhole(place)
	if err != nil {
		return saveFailed(filepath.Base(place), err)
	}
	defer func() { _ = f.Drop() }()
	if err := ses.CopyDocument(ctx, d.ID, f, progress); err != nil {
		return asRefusal(filepath.Base(place), err)
	}
	if err := keep(d, f); err != nil {
		return saveFailed(filepath.Base(place), err)
	}
	return nil
}

// chosen finds documents by ID, in the order asked for; one that is gone is an error.
func (in *signIn) chosen(ids []string) (out []contracts.Document, err error) {
	all, err := in.session.Documents(in.s.context())
	if err != nil {
		return nil, err
	}
	byID := make(map[string]contracts.Document, len(all))
	for _, d := range all {
		byID[d.ID] = d
	}
	for _, id := range ids {
		d, ok := byID[id]
		if !ok {
			return nil, service.Fault(service.CodeDocumentGone, nil, nil)
		}
		out = append(out, d)
	}
	return out, nil
}

// mostNames is how many names are tried for a file.
const mostNames = 10_000

// freeNames are the paths in dir that something may be saved at, the first that is
// free is to be taken: its name, and then the name with a number. Those that differ
// only in case from one in taken are left out, since some systems cannot have both.
func freeNames(dir, name string, taken map[string]bool) iter.Seq[string] {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	return func(yield func(string) bool) {
		for n := 2; n < mostNames+2; n++ {
			if !taken[strings.ToLower(name)] && !yield(filepath.Join(dir, name)) {
				return
			}
			name = fmt.Sprintf("%s (%d)%s", stem, n, ext)
		}
	}
}

// maxFileName is the most bytes that the systems take for a name, with room for a number.
const maxFileName = 240

// fileNameFor makes a contract's name fit for each system's files: no path, nothing
// hidden, none of the names and characters that Windows keeps for itself.
func fileNameFor(c *words.Catalogue, name string) string {
	out := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	ext := filepath.Ext(out)
	for len(out) > maxFileName { // of whole characters
		stem := []rune(strings.TrimSuffix(out, ext))
		if len(stem) < 2 {
			ext, stem = "", []rune(out)
		}
		out = string(stem[:len(stem)-1]) + ext
	}
	out = strings.TrimRight(strings.TrimLeft(out, "."), ". ")
	stem, _, _ := strings.Cut(strings.ToUpper(out), ".")
	switch {
	case out == "":
		return c.Text(words.DialogNameContract, nil)
	case windowsKeeps[stem]:
		return "_" + out
	}
	return out
}

// windowsKeeps are names that mean devices there.
var windowsKeeps = map[string]bool{
	"CON": true, "PRN": true, "AUX": true, "NUL": true, "COM1": true, "COM2": true, "COM3": true, "COM4": true, "COM5": true,
	"COM6": true, "COM7": true, "COM8": true, "COM9": true, "LPT1": true, "LPT2": true, "LPT3": true, "LPT4": true, "LPT5": true,
	"LPT6": true, "LPT7": true, "LPT8": true, "LPT9": true,
}
