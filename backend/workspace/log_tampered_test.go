package workspace_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"countersign/backend/audit"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/teststore"
)

// peopled is a workspace with everything that members bring, closed.
func peopled(t *testing.T) *fixture {
	t.Helper()
	h, owner := alone(t)
	m := h.membersWith2FA(2)
	a := owner.admin()
	h.invited(a)
	_, err := a.HelpCode(t.Context(), m[0].id, "", owner.proof())
	h.ok(err)
	_, err = a.AskApproval(t.Context(), store.ApproveReset2FA, []string{m[0].id}, "the phone is lost", owner.proof())
	h.ok(err)
	owner.printed(m...)
	h.ok(second(owner.admin().HandOver(t.Context(), 1, []int{1})))
	h.ok(owner.admin().Suspend(t.Context(), m[1].id))
	h.ok(owner.admin().SetIdle(t.Context(), 9))
	h.ok(h.store.Close())
	return h
}

// copied is another fixture with the same content, which nobody writes to.
func (h *fixture) copied(t *testing.T) *fixture {
	t.Helper()
	other := &fixture{T: t, path: filepath.Join(t.TempDir(), "workspace.db"), secrets: h.secrets, clock: h.clock}
	teststore.Copy(t, h.path, other.path)
	return other
}

func TestOpen_FindsEditedMembers(t *testing.T) {
	t.Parallel()
	home := peopled(t)
	for name, c := range map[string]struct {
		sql  string
		kind audit.FindingKind
		key  string
	}{
		"RoleRaised":       {"UPDATE profiles SET role = 'owner' WHERE state = 'suspended'", audit.FoundRowChanged, "profile/"},
		"SuspendedLifted":  {"UPDATE profiles SET state = '' WHERE state = 'suspended'", audit.FoundRowChanged, "profile/"},
		"StateMovedInTime": {"UPDATE profiles SET state_at = state_at + 1 WHERE state = 'suspended'", audit.FoundRowChanged, "profile/"},
		"CodeRemoved":      {"DELETE FROM one_time_codes WHERE kind = 'help'", audit.FoundRowRemoved, "onetime/help/"},
		"CodeProlonged":    {"UPDATE one_time_codes SET expires_at = expires_at + 1", audit.FoundRowChanged, "onetime/"},
		"CodeOpenedAgain":  {"UPDATE one_time_codes SET ended_at = ended_at + 1 WHERE kind = 'help'", audit.FoundRowChanged, "onetime/help/"},
		"CodeReplaced":     {"UPDATE one_time_codes SET hash = zeroblob(32) WHERE kind = 'invitation'", audit.FoundRowChanged, "onetime/invitation/"},
		"CodeAdded": {`INSERT INTO one_time_codes SELECT profile_id, 'password-reset', salt, memory, time, lanes, hash, issued_at, issued_by, expires_at, ended_at, box
			FROM one_time_codes WHERE kind = 'help'`, audit.FoundRowAdded, "onetime/password-reset/"},
		"RunRemoved": {"DELETE FROM print_runs", audit.FoundRowRemoved, "run/1"},
		"RunChanged": {"UPDATE print_runs SET members = '[]'", audit.FoundRowChanged, "run/1"},
		"RunAdded": {`INSERT INTO print_runs SELECT 2, at, by_id, by_name, reason, kind, state, members, sheets, ended_at, held_until FROM print_runs`,
			audit.FoundRowAdded, "run/2"},
		"ApprovalGiven": {"UPDATE approvals SET state = 'approved', decided_by = by_id", audit.FoundRowChanged, "approval/"},
		"ApprovalWider": {"UPDATE approvals SET members = '[\"x\"]'", audit.FoundRowChanged, "approval/"},
		"ApprovalAdded": {`INSERT INTO approvals SELECT 'x', kind, members, reason, by_id, at, expires_at, 'approved', by_id, at FROM approvals`,
			audit.FoundRowAdded, "approval/x"},
		"ApprovalRemoved":    {"DELETE FROM approvals", audit.FoundRowRemoved, "approval/"},
		"HandedOverUndone":   {"UPDATE recovery_sets SET handed_at = 0 WHERE handed_at > 0", audit.FoundRowChanged, "set/"},
		"AcknowledgedForged": {"UPDATE recovery_sets SET acknowledged = 1", audit.FoundRowChanged, "set/"},
		"SetOfAnotherRun":    {"UPDATE recovery_sets SET run = 7", audit.FoundRowChanged, "set/"},
		"IdleRaised":         {"UPDATE workspace SET idle_minutes = 1000", audit.FoundRowChanged, "workspace/"},
		"TwoPeopleOn":        {"UPDATE workspace SET two_people = 1", audit.FoundRowChanged, "workspace/"},
		"RequiredLater":      {"UPDATE workspace SET require_from = 1", audit.FoundRowChanged, "workspace/"},
		"NumbersAgain":       {"UPDATE workspace SET last_run = 0", audit.FoundRowChanged, "workspace/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := home.copied(t)
			h.sneak(c.sql)
			w, err := h.start()
			if w != nil {
				t.Fatal("it opened")
			}
			h.refused(err, service.CodeNotAuthentic)
			if !strings.Contains(findings(err), string(c.kind)+" "+c.key) {
				t.Errorf("found %s", findings(err))
			}
		})
	}
}

// findings are those of a report, a line each.
func findings(err error) (all string) {
	var r *audit.Mismatch
	if errors.As(err, &r) {
		for _, f := range r.Findings {
			all += string(f.Kind) + " " + f.Key + "\n"
		}
	}
	return all
}
