package password_test

import (
	"os/exec"
	"testing"

	"countersign/backend/password"
	"countersign/backend/recovery"
)

func TestCheap_OnlyATestTakesIt(t *testing.T) {
	t.Parallel()
	if err := password.Cheap.Check(); err != nil {
		t.Error(err)
	}
	if err := recovery.Cheap.Check(); err != nil {
		t.Error(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "run", "./testdata/outside").CombinedOutput()
	if want := password.ErrParams.Error() + "\n" + recovery.ErrParams.Error() + "\n"; err != nil || string(out) != want {
		t.Errorf("%v\n%s", err, out)
	}
}
