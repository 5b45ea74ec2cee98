package workspace

import (
	"errors"
	"io"
	"testing"

	"countersign/backend/store"
)

func TestNoFiles_RefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	var f noFiles
	_, created := f.Create("x")
	_, opened := f.Open("x")
	_, read := f.ReadIndex()
	_, free := f.Free()
	for name, err := range map[string]error{
		"create": created, "open": opened, "settle": f.Settle("x"), "remove": f.Remove("x"), "sync": f.Sync(),
		"write the index": f.WriteIndex(func(io.Writer) error { return nil }), "read the index": read, "free": free,
	} {
		if !errors.Is(err, store.ErrBlobsFailed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
