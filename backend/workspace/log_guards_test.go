package workspace_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func TestVerifyLog_LooksAtWhatThereWasWhenItBegan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happen  func(h *fixture, owner *user)
		checked int64 // less than there were
		first   workspace.LogBreakKind
	}{
		"nothing":                   {func(*fixture, *user) {}, 0, ""},
		"another wrote":             {func(_ *fixture, owner *user) { owner.signIn() }, 0, ""},
		"the newest event was lost": {func(h *fixture, _ *user) { h.sneak("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)") }, 1, workspace.BreakEventMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			store := h.onAfter()
			a := owner.admin()
			head := h.head()
			store.n, store.happen = 1, func() { c.happen(h, owner) }
			r, err := a.VerifyLog(t.Context(), nil)
			h.ok(err)
			if r.Events != head || r.Checked != head-c.checked || (r.First == nil) != (c.first == "") || (r.Breaks == 0) != (c.first == "") {
				t.Errorf("of %d: %+v", head, r)
			}
			if r.First != nil && (r.First.Kind != c.first || r.First.Seq != head) {
				t.Errorf("%+v", r.First)
			}
		})
	}
}

func TestVerifyLog_AnchorOfAnEmptyLogIsBehindAndFits(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	b := bytes.Clone(anchorOf(h).Reveal())
	clear(b[:anchorPlace])
	setAnchor(h, secret.NewBytes(b))
	r, err := a.VerifyLog(t.Context(), nil)
	if h.ok(err); r.Breaks != 0 {
		t.Errorf("%+v, %+v", r, r.First)
	}
}

func TestVerifyLog_KeychainThatFailsIsNoAnswer(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	k := &hurt{Secrets: h.secrets, call: "get", item: "/anchor"}
	var err error
	h.w, err = workspace.Open(t.Context(), workspace.Config{Store: h.store, Secrets: k, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	a := owner.admin()
	k.n = 1
	h.refused(second(a.VerifyLog(t.Context(), nil)), workspace.CodeKeychainLocked)
}

func TestSigningKey_ClosedWorkspaceHasNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	key, err := a.SigningKey(t.Context())
	if h.ok(err); len(key) == 0 {
		t.Fatal("there is no key")
	}
	h.w.Close()
	if key, err := a.SigningKey(t.Context()); err == nil || key != nil {
		t.Errorf("a key of %d bytes, %v", len(key), err)
	}
}

// spoilt is a writer that fails once, at its nth call.
type spoilt struct{ n int }

var errSpoilt = errors.New("the disk is spoilt")

func (s *spoilt) Write(b []byte) (int, error) {
	if s.n--; s.n == 0 {
		return 0, errSpoilt
	}
	return len(b), nil
}

func TestExportLog_WriterThatFailsIsTold(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	for i := range 40 { // more than are written at once
		h.ok(s.Rename(t.Context(), "Amara "+strings.Repeat("x", i)+strings.Repeat("é", 20)))
	}
	whole := &spoilt{}
	_, err = a.ExportLog(t.Context(), whole, nil)
	h.ok(err)
	for n := 1; n <= -whole.n; n++ {
		if _, err := a.ExportLog(t.Context(), &spoilt{n}, nil); !errors.Is(err, errSpoilt) {
			t.Errorf("write %d of %d: %v", n, -whole.n, err)
		}
	}
}

func TestLog_WorkspaceClosedMeanwhileIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(a *workspace.Admin, p workspace.Progress) error{
		"verify": func(a *workspace.Admin, p workspace.Progress) error { return second(a.VerifyLog(t.Context(), p)) },
		"export": func(a *workspace.Admin, p workspace.Progress) error {
			return second(a.ExportLog(t.Context(), io.Discard, p))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			h.refused(read(owner.admin(), func(int64, int64) { h.w.Close() }), workspace.CodeSessionEnded)
		})
	}
}
