package workspace_test

import (
	"context"
	"io"
	"runtime"
	"testing"

	"countersign/backend/workspace"
)

func TestBeginRun_OfNoKindIsNotBegun(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.membersWith2FA(1)[0]
	a := owner.admin()
	for _, kind := range []workspace.RunKind{"", "fax"} {
		r, err := a.BeginRun(t.Context(), workspace.RunRequest{Members: []string{member.id}, Reason: "r", Kind: kind}, owner.proof())
		if r != nil || err == nil {
			t.Errorf("%q: %v, %v", kind, r, err)
		}
	}
	if all, err := a.Runs(t.Context(), 0); err != nil || len(all) > 0 {
		t.Errorf("there are %v, %v", all, err)
	}
}

func TestBeginRun_SessionThatEndedMeanwhileLeavesNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.membersWith2FA(1)[0]
	store := h.onAfter()
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	ended := make(chan error, 1)
	store.happen = func() {
		go func() { ended <- s.End(context.WithoutCancel(t.Context())) }()
		for s.Touch() == nil { // until it is over
			runtime.Gosched()
		}
	}
	store.n = 3 // the guess, the proof, the run
	r, err := a.BeginRun(t.Context(), workspace.RunRequest{Members: []string{member.id}, Reason: "r", Kind: workspace.RunPrint}, owner.proof())
	if h.refused(err, workspace.CodeSessionEnded); r != nil || store.n != 0 {
		t.Error("there is a run")
	}
	h.ok(<-ended)
	all, err := owner.admin().Runs(t.Context(), 0)
	if h.ok(err); len(all) != 1 || all[0].State != workspace.RunCancelled {
		t.Errorf("%+v", all)
	}
}

func TestPrintRun_MemberWhoseRowsAreGoneIsToldOf(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.membersWith2FA(3)
	r := owner.beginRun(p[0], p[1])
	r.issue()
	h.sneak("DELETE FROM recovery_sets WHERE state = 'pending'")
	res, err := r.PutInForce(t.Context(), nil)
	if h.ok(err); res.State != workspace.RunDone || res.InForce != 0 || len(res.Skipped) != 2 || res.Skipped[0].Reason != workspace.CodeCodesChanged {
		t.Errorf("%+v", res)
	}
	p[2].signIn() // so that the log tells of them
	r = owner.beginRun(p[2])
	h.sneak("DELETE FROM profiles WHERE id = '" + p[2].id + "'")
	h.refused(r.Issue(t.Context(), nil, r.take), workspace.CodeMemberGone)
	h.ok(second(r.Cancel(t.Context())))
	l, err := owner.admin().Ledger(t.Context(), r.Plan().Number)
	if h.ok(err); len(l.Entries) != 0 || len(l.Without) != 0 {
		t.Errorf("%+v", l)
	}
	if _, err := owner.admin().ExportLog(t.Context(), io.Discard, nil); err != nil {
		t.Error(err)
	}
}

func TestPrintRun_WorkspaceThatWasClosedMakesNoCodes(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	r := owner.beginRun(h.membersWith2FA(1)...)
	h.w.Close()
	h.refused(r.Issue(t.Context(), nil, r.take), workspace.CodeSessionEnded)
}

func TestPrintRun_BatchThatIsFullEndsTheRun(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	const batch = 32
	r := owner.beginRun(h.membersWith2FA(batch)...)
	r.issue()
	told := 0
	res, err := r.PutInForce(t.Context(), func(done, total int64) {
		if told++; done != batch || total != batch {
			t.Errorf("%d of %d", done, total)
		}
	})
	if h.ok(err); res.InForce != batch || told != 1 {
		t.Errorf("%+v, told %d times", res, told)
	}
}

func TestIssue_RunThatWasInterruptedMakesNoSheets(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	r := owner.beginRun(h.membersWith2FA(1)...)
	h.ok(h.w.RecoverAll(t.Context()))
	h.refused(r.Issue(t.Context(), nil, r.take), workspace.CodeRunOver)
	if len(r.order) > 0 {
		t.Errorf("there are sheets %v", r.order)
	}
}
