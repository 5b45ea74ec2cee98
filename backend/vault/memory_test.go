package vault_test

import (
	"io"
	"runtime"
	"runtime/metrics"
	"testing"
)

// It is not parallel: the heap is everybody's.
func TestStream_MemoryDoesNotGrowWithADocument(t *testing.T) {
	const size, limit = 256 << 20, 96 << 20
	k := newKeys(t, 1)
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before, most := heap(), uint64(0)
	r, w := io.Pipe()
	encrypted := make(chan error, 1)
	go func() {
		_, err := k.Encrypt(w, &stream{left: size}, nil)
		encrypted <- w.CloseWithError(err)
	}()
	sum, err := k.Decrypt(io.Discard, 1, r, func(int64) { most = max(most, heap()) })
	if err != nil || sum.Size != size {
		t.Errorf("%d bytes came back, %v", sum.Size, err)
	}
	if err := <-encrypted; err != nil {
		t.Error(err)
	}
	if most > before+limit {
		t.Errorf("the heap grew from %d to %d MiB", before>>20, most>>20)
	}
}
