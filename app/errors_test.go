package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/backend/service"
	"countersign/backend/store"
)

func TestErrors_FailingStoreIsLoggedWithItsCause(t *testing.T) {
	t.Parallel()
	p := newWindow(t)
	_, err := p.auth.State()
	p.ok(err)
	failed := service.Explain(fmt.Errorf("%w: the disk exploded", store.ErrFailed))
	for _, err := range []error{failed, errors.Join(failed, service.Fault(service.CodeSuspendedSelf, nil, nil))} {
		e := p.s.present(err)
		if e.Code != string(service.CodeFolderFailed) || e.Reference == "" || strings.Contains(fmt.Sprint(e), "exploded") {
			t.Errorf("%+v", e)
		}
		log, err := os.ReadFile(filepath.Join(p.s.path(), logName))
		if err != nil || !strings.Contains(string(log), e.Reference) || !strings.Contains(string(log), "exploded") {
			t.Errorf("the log has %q, %v", log, err)
		}
	}
}

func TestErrors_UnforeseenIsAReferenceAlone(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	if _, err := w.auth.State(); err != nil {
		t.Fatal(err)
	}
	e := w.s.present(errors.New("select * from somewhere: exploded at /home/x"))
	if e.Code != "internal" || e.Reference == "" || strings.Contains(fmt.Sprint(e), "exploded") {
		t.Errorf("%+v", e)
	}
	log, err := os.ReadFile(filepath.Join(w.s.path(), logName))
	w.ok(err)
	if !strings.Contains(string(log), e.Reference) || !strings.Contains(string(log), "exploded") {
		t.Errorf("the log does not explain it: %s", log)
	}
}
