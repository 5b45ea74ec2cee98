package app

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"
)

func TestSaveFailed_SaysWhatItsPersonCanMend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cause error
		code  string
	}{
		{&fs.PathError{Op: "write", Err: syscall.ENOSPC}, codeSaveFull},
		{&fs.PathError{Op: "write", Err: syscall.EDQUOT}, codeSaveFull},
		{&fs.PathError{Op: "open", Err: syscall.EROFS}, codeSaveReadOnly},
		{&fs.PathError{Op: "open", Err: syscall.EACCES}, codeSaveForbidden},
		{&fs.PathError{Op: "open", Err: fs.ErrNotExist}, codeSaveFailed},
		{errors.New("no dialog"), codeSaveFailed},
		{nil, codeSaveFailed},
	} {
		var e *shellError
		if err := saveFailed("run.pdf", c.cause); !errors.As(err, &e) || e.code != c.code || e.args["name"] != "run.pdf" || !errors.Is(err, c.cause) && c.cause != nil {
			t.Errorf("%v: %v", c.cause, err)
		}
	}
}
