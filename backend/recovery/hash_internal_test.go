package recovery

import (
	"errors"
	"testing"
)

func TestParamsCheck_CheapOnesAreForTestsAlone(t *testing.T) {
	t.Parallel()
	if err := Cheap.Check(); err != nil {
		t.Errorf("a test is refused them: %v", err)
	}
	if err := Cheap.check(false); !errors.Is(err, ErrParams) {
		t.Errorf("a program takes them: %v", err)
	}
	for _, p := range []Params{{Cheap.MemoryKiB + 1, 1, 1}, {Cheap.MemoryKiB, 2, 1}, {Cheap.MemoryKiB, 1, 2}} {
		if err := p.Check(); !errors.Is(err, ErrParams) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
