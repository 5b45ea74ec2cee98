package workspace_test

import (
	"context"
	"crypto/rand"
	"io"
	"runtime"
	"testing"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestBeginRun_OfNoKindIsNotBegun(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.membersWith2FA(1)[0]
	a := owner.admin()
	head := h.head()
	for _, kind := range []store.RunKind{"", "fax"} {
		r, err := a.Admin.BeginRun(t.Context(), service.RunRequest{Members: []string{member.id}, Reason: "r", Kind: kind}, service.Proof{})
		if service.IsCode(err, service.CodePasswordRequired) {
			t.Errorf("%q: a proof is asked for", kind)
		}
		if r != nil || err == nil {
			t.Errorf("%q: %v, %v", kind, r, err)
		}
	}
	if h.head() != head {
		t.Errorf("%v", h.eventsAfter(head))
	}
}

func TestBeginRun_SessionThatEndedMeanwhileLeavesNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.membersWith2FA(1)[0]
	db := h.onAfter()
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	ended := make(chan error, 1)
	db.happen = func() {
		go func() { ended <- s.End(context.WithoutCancel(t.Context())) }()
		for s.Touch() == nil { // until it is over
			runtime.Gosched()
		}
	}
	db.n = 3 // the guess, the proof, the run
	r, err := a.BeginRun(t.Context(), service.RunRequest{Members: []string{member.id}, Reason: "r", Kind: store.RunPrint}, owner.proof())
	if h.refused(err, service.CodeSessionEnded); r != nil || db.n != 0 {
		t.Error("there is a run")
	}
	h.ok(<-ended)
	all, err := owner.admin().Runs(t.Context(), 0)
	if h.ok(err); len(all) != 1 || all[0].State != store.RunCancelled {
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
	if h.ok(err); res.State != store.RunDone || res.InForce != 0 || len(res.Skipped) != 2 || res.Skipped[0].Reason != service.CodeCodesChanged {
		t.Errorf("%+v", res)
	}
	p[2].signIn() // so that the log tells of them
	r = owner.beginRun(p[2])
	h.sneak("DELETE FROM profiles WHERE id = '" + p[2].id + "'")
	h.refused(r.Issue(t.Context(), nil, r.take), service.CodeMemberGone)
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
	h.refused(r.Issue(t.Context(), nil, r.take), service.CodeSessionEnded)
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
	h.refused(r.Issue(t.Context(), nil, r.take), service.CodeRunOver)
	if len(r.order) > 0 {
		t.Errorf("there are sheets %v", r.order)
	}
}

// Sheets are made for the members in their order, a batch at most at a time, each once.
func TestMakeSheets_TakesNoMoreThanThereAreMembersAndABatch(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	const all = service.RunBatch + 1
	r := owner.beginRun(h.membersWith2FA(all)...)
	sets := func(n int) (made []service.NewSet) {
		for range n {
			set := service.NewSet{Salt: make([]byte, recovery.SaltSize), Params: store.Argon2id(recovery.Cheap)}
			for range recovery.SetSize {
				proof := make([]byte, recovery.HashSize)
				_, _ = rand.Read(proof)
				set.Proofs = append(set.Proofs, secret.NewBytes(proof))
			}
			made = append(made, set)
		}
		return made
	}
	for _, n := range []int{0, all} {
		if sheets, err := r.MakeSheets(t.Context(), sets(n)); err == nil || sheets != nil {
			t.Errorf("%d sets gave %d sheets", n, len(sheets))
		}
	}
	if sheets, err := r.MakeSheets(t.Context(), make([]service.NewSet, 1)); err == nil || sheets != nil {
		t.Error("a set without codes was taken")
	}
	first, err := r.MakeSheets(t.Context(), sets(all-1))
	h.ok(err)
	_, err = r.PrintRun.PrintRun.PutInForce(t.Context(), nil)
	h.refused(err, service.CodeRunOver) // one member has no sheet
	if sheets, err := r.MakeSheets(t.Context(), sets(2)); err == nil || sheets != nil {
		t.Errorf("%d sheets for one member", len(sheets))
	}
	last, err := r.MakeSheets(t.Context(), sets(1))
	h.ok(err)
	if len(first) != all-1 || first[0].Sheet != 1 || first[1].Sheet != 1 || len(last) != 1 || last[0].Sheet != 1 || last[0].CheckWord == "" || last[0].Name != r.Plan().Names[all-1] {
		t.Errorf("%+v, %+v", first, last)
	}
	_, err = r.MakeSheets(t.Context(), sets(1))
	h.refused(err, service.CodeRunOver)
	_, err = r.PutInForce(t.Context(), nil)
	h.refused(err, service.CodeRunOver) // the client has taken none
	res, err := r.PrintRun.PrintRun.PutInForce(t.Context(), nil)
	if h.ok(err); res.InForce != all {
		t.Errorf("%+v", res)
	}
}
