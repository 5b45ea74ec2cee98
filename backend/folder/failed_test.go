package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestKeep_FileThatLacksAWriteIsNeverKept lets one write of several fail, as on a disk that was full for a moment.
func TestKeep_FileThatLacksAWriteIsNeverKept(t *testing.T) {
	t.Parallel()
	none := func(string) (*os.File, bool) { return nil, false }
	type file interface {
		Write([]byte) (int, error)
		Drop() error
	}
	for name, unnamed := range map[string]func(string) (*os.File, bool){"unnamed where it can be": createUnnamed, "named": none} {
		for act, keep := range map[string]func(dir, at string) (file, **os.File, func() error){
			"Keep": func(_, at string) (file, **os.File, func() error) {
				w, err := begin(at, unnamed)
				if err != nil {
					t.Fatal(err)
				}
				return w, &w.f, w.Keep
			},
			"KeepFree": func(dir, at string) (file, **os.File, func() error) {
				w, err := begin(at, unnamed)
				if err != nil {
					t.Fatal(err)
				}
				return w, &w.f, func() error {
					_, err := w.KeepFree(slices.Values([]string{filepath.Join(dir, "free")}))
					return err
				}
			},
			"Fresh.Keep": func(dir, _ string) (file, **os.File, func() error) {
				w, err := beginFresh(filepath.Join(dir, "meanwhile"), unnamed)
				if err != nil {
					t.Fatal(err)
				}
				return w, &w.f, func() error { return w.Keep(filepath.Join(dir, "free")) }
			},
		} {
			dir := t.TempDir()
			at := filepath.Join(dir, "backup.age")
			if err := os.WriteFile(at, []byte("the good one"), 0o600); err != nil {
				t.Fatal(err)
			}
			w, f, keep := keep(dir, at)
			failing, err := os.Open(at) // for reading only
			if err != nil {
				t.Fatal(err)
			}
			writable := *f
			_, before := w.Write([]byte("a beginning "))
			*f = failing
			_, failed := w.Write([]byte("a middle "))
			*f = writable
			_, after := w.Write([]byte("and an end"))
			if before != nil || failed == nil || after == nil {
				t.Fatalf("%s, %s: %v, %v, %v", name, act, before, failed, after)
			}
			if err := keep(); !errors.Is(err, failed) || errors.Is(err, fs.ErrExist) {
				t.Errorf("%s, %s: a file that lacks a write was kept: %v", name, act, err)
			}
			if err := errors.Join(w.Drop(), failing.Close()); err != nil {
				t.Error(err)
			}
			left, err := os.ReadDir(dir)
			if got, _ := os.ReadFile(at); err != nil || len(left) != 1 || string(got) != "the good one" {
				t.Errorf("%s, %s: %v %v, and what was there reads %q", name, act, left, err, got)
			}
		}
	}
}
