package workspace_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// runBatch is how many sheets share a commit.
const runBatch = 32

// beside is a second process on the same store.
func (h *fixture) beside() *client.Local {
	h.Helper()
	w, err := local.Open(h.Context(), local.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	h.Cleanup(w.Close)
	return w
}

func TestRecover_EnrolmentUnderWayIsLeft(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	other := h.beside()
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	h.ok(other.Recover(t.Context()))
	p := h.phoneOf(shown)
	_, err = s.Confirm(t.Context(), secret.NewText(p.code()))
	h.ok(err)
	h.ok(other.Recover(t.Context()))
	h.ok(s.Continue(t.Context()))
	if h.intents() != 0 || h.items() != 1 {
		t.Errorf("%d intents and %d items", h.intents(), h.items())
	}
}

func TestRecover_AbandonedEnrolmentIsUndone(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	_, err = s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
	h.ok(err)
	other := h.beside()
	h.clock.step(service.SessionLimit - time.Second)
	h.ok(other.Recover(t.Context()))
	if h.intents() != 1 || h.items() != 1 || h.pending() != 1 {
		t.Fatalf("%d intents, %d items and %d pending sets a second before the session's limit", h.intents(), h.items(), h.pending())
	}
	h.clock.step(time.Second)
	h.ok(other.Recover(t.Context()))
	if h.intents() != 0 || h.items() != 0 || h.pending() != 0 {
		t.Errorf("%d intents, %d items and %d pending sets are left", h.intents(), h.items(), h.pending())
	}
}

func TestRecover_NewCodesAreLeftWhileTheyAreShown(t *testing.T) {
	t.Parallel()
	h, s, p, _ := enabled(t)
	other := h.beside()
	begin := func() {
		h.clock.step(30 * time.Second)
		issued, err := s.BeginNewCodes(t.Context(), client.Proof{Password: secret.NewText(pass), Factor: byCode(p.code())})
		h.ok(err)
		if len(issued.Codes) == 0 {
			t.Fatal("no codes")
		}
	}
	begin()
	h.ok(other.Recover(t.Context()))
	h.ok(s.KeepNewCodes(t.Context()))

	begin()
	h.clock.step(service.SessionLimit)
	h.ok(other.Recover(t.Context()))
	if h.pending() != 0 {
		t.Error("the codes of a session that is over are left")
	}
}

func TestRecover_RunGoesOnWhileItsOwnerShowsSignsOfLife(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(runBatch + 1)
	r := owner.beginRun(people...)
	other := h.beside()
	batches := 0
	h.ok(r.Issue(t.Context(), nil, func(s client.RunSheet) error {
		if len(r.order)%runBatch == 0 {
			batches++
			h.clock.step(90 * time.Second) // twice that is longer than one hold
			h.ok(other.Recover(t.Context()))
		}
		return r.take(s)
	}))
	if batches != 2 {
		t.Fatalf("%d batches", batches)
	}
	_, err := r.PutInForce(t.Context(), nil)
	h.ok(err)
	if state, _, _ := owner.account(1); state != store.RunDone {
		t.Errorf("the run is %q", state)
	}
}

func TestRecover_RunWhoseOwnerIsGoneIsInterrupted(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(runBatch + 1)
	r := owner.beginRun(people...)
	other := h.beside()
	head := int64(0)
	err := r.Issue(t.Context(), nil, func(s client.RunSheet) error {
		if len(r.order) == 0 { // the first batch is stored
			h.clock.step(2*time.Minute - time.Second)
			h.ok(other.Recover(t.Context()))
			if h.pending() != runBatch {
				t.Fatalf("%d pending sets while it is held", h.pending())
			}
			h.clock.step(time.Second)
			head = h.head()
			h.ok(other.Recover(t.Context()))
			if n := h.kinds(head, "run-interrupted"); n != 1 || h.head() != head+1 || h.pending() != 0 {
				t.Errorf("%v, and %d pending sets", h.eventsAfter(head), h.pending())
			}
		}
		return r.take(s)
	})
	h.refused(err, service.CodeRunOver)
	if head == 0 || people[0].opens(r.sheets[people[0].id], 1) {
		t.Error("a sheet of it opens")
	}
}

func TestRecover_RunWaitsForItsPaper(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(2)
	r := owner.beginRun(people...)
	r.issue()
	other := h.beside()
	h.clock.step(4 * time.Minute) // the print dialog is open
	h.ok(other.Recover(t.Context()))
	if _, err := r.PutInForce(t.Context(), nil); err != nil {
		t.Error(err)
	}

	left := owner.beginRun(people...)
	left.issue()
	h.clock.step(service.SessionLimit)
	head := h.head()
	h.ok(other.Recover(t.Context()))
	if n := h.kinds(head, "run-interrupted"); n != 1 || h.pending() != 0 {
		t.Errorf("%v, and %d pending sets", h.eventsAfter(head), h.pending())
	}
}

func TestRecover_WorkspaceThatIsBeingMadeIsLeft(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.secrets.fail(store.ErrKeychainLocked, nil, nil)
	_, err := h.w.Create(t.Context(), client.NewWorkspace{Workspace: "N", Name: "A", Email: email, Password: secret.NewText(pass)})
	h.refused(err, service.CodeKeychainLocked)
	before := h.intents()
	h.ok(h.beside().Recover(t.Context()))
	if before == 0 || h.intents() != before {
		t.Errorf("%d intents, then %d", before, h.intents())
	}
}

// pending counts the sets that were shown and not kept.
func (h *fixture) pending() (n int) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) error {
		ids, err := tx.PendingSets("")
		n = len(ids)
		return err
	}))
	return n
}

func TestRecover_RunThatEndedInBetweenIsNotInterrupted(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	r := owner.beginRun(h.membersWith2FA(1)...)
	head := h.head()
	steps.before(0, nil)
	h.ok(h.w.RecoverAll(t.Context()))
	if n := steps.stop(); n != 1 || h.kinds(head, "run-interrupted") != 1 {
		t.Fatalf("%d commits, and %v", n, h.eventsAfter(head))
	}
	if res, err := r.Cancel(t.Context()); err != nil || res.State != store.RunInterrupted {
		t.Errorf("a run that was interrupted ends as %+v, %v", res, err)
	}
	h.refused(r.Issue(t.Context(), nil, r.take), service.CodeRunOver)

	r = owner.beginRun(h.membersWith2FA(1)...)
	head = h.head()
	h.ok(h.amid(steps, 1, func() { h.ok(second(r.Cancel(context.WithoutCancel(t.Context())))) }, func() error { return h.w.RecoverAll(t.Context()) }))
	if n := h.kinds(head, "run-interrupted"); n != 0 || h.kinds(head, "run-cancelled") != 1 {
		t.Errorf("%v", h.eventsAfter(head))
	}
}

// A folder without a workspace is only looked at.
func TestRecoverAll_FolderWithoutAWorkspaceIsNotWritten(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	steps := h.onSteps()
	steps.before(0, nil)
	h.ok(h.w.RecoverAll(t.Context()))
	if n := steps.stop(); n != 0 {
		t.Errorf("%d commits", n)
	}
}

// A workspace that another program is making is nothing to clean up, and the log of the program
// says nothing of it. Nor does it where all was done.
func TestRecover_WhereNothingIsLeftNothingIsWarnedOf(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	var said bytes.Buffer
	log := func(c *local.Config) { c.Log = slog.New(slog.NewTextHandler(&said, nil)) }
	h.secrets.fail(store.ErrKeychainLocked, nil, nil)
	_, err := h.w.Create(t.Context(), northwind)
	h.refused(err, service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	h.openChanged(log)
	h.ok(h.w.Recover(t.Context()))
	if said.Len() > 0 || h.intents() == 0 {
		t.Errorf("with %d intents: %s", h.intents(), &said)
	}

	s, err := h.w.Create(t.Context(), northwind)
	h.ok(err)
	p, _ := h.enable(s)
	h.clock.step(time.Minute)
	h.ok(s.Disable(t.Context(), byCode(p.code())))
	h.ok(h.w.RecoverAll(t.Context()))
	if said.Len() > 0 {
		t.Errorf("all was done: %s", &said)
	}
}

// A set that cannot be read is not passed over, nor is one with such a code.
func TestRecover_SetThatCannotBeReadIsTold(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]string{
		"a set":  "UPDATE recovery_sets SET issued_at = 9223372036854775807 WHERE state = 'pending'",
		"a code": "UPDATE recovery_codes SET used_at = 9223372036854775807 WHERE set_id IN (SELECT id FROM recovery_sets WHERE state = 'pending')",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s, p, _ := enabled(t)
			h.ok(second(s.BeginNewCodes(t.Context(), proof(byCode(p.code())))))
			h.sneak(spoil)
			head := h.head()
			h.refused(h.w.RecoverAll(t.Context()), service.CodeNotAuthentic)
			if h.head() != head || h.pending() != 1 {
				t.Errorf("%v, and %d pending sets", h.eventsAfter(head), h.pending())
			}
		})
	}
}
