package bundle_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"countersign/backend/bundle"
)

func TestEach_OnlyTheEndConfirmsTheFiles(t *testing.T) {
	t.Parallel()
	good := made(t, toOurs(t), func(w *bundle.Writer) error { return w.Add("long", bytes.NewReader(make([]byte, 300_000))) })
	edited := bytes.Clone(good)
	edited[len(edited)-1] ^= 1
	for name, tt := range map[string]struct {
		file []byte
		want error
	}{"good": {good, nil}, "edited at its end": {edited, bundle.ErrEnd}} {
		r, err := bundle.Open(bytes.NewReader(tt.file), withOurs(t))
		if err != nil {
			t.Fatal(err)
		}
		var seen []string
		c, err := r.Each(func(f bundle.File, content io.Reader) error {
			if f.Name == "long" {
				return nil // what is not read is verified all the same
			}
			_, err := io.Copy(io.Discard, content)
			seen = append(seen, f.Name)
			return err
		})
		if !errors.Is(err, tt.want) || (err == nil) != (len(c.Files) == 4) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
		if !strings.HasPrefix(strings.Join(seen, " "), "sheets.csv empty.txt sheets.json") {
			t.Errorf("%s: %v went by", name, seen)
		}
	}
	r, err := bundle.Open(bytes.NewReader(good), withOurs(t))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := r.Each(func(bundle.File, io.Reader) error { return errDisk }); !errors.Is(err, errDisk) || len(c.Files) > 0 {
		t.Errorf("%+v, %v", c, err)
	}
}
