package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestAddMembers_TellsEachProblemAndAddsAllOrNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	admin := h.one(person{role: store.RoleAdmin})
	removed := h.one(person{role: store.RoleMember, state: store.ProfileRemoved})
	rows := []service.NewMember{
		{Name: "Ana", Email: "ana@example.com", Role: store.RoleMember},
		{Name: " ", Email: "b@example.com", Role: store.RoleMember},
		{Name: "Bo", Email: "bo@example", Role: store.RoleMember},
		{Name: "Cy", Email: "ANA@example.com", Role: store.RoleMember},
		{Name: "Di", Email: strings.ToUpper(email), Role: store.RoleMember},
		{Name: "Ed", Email: "ed@example.com", Role: "Boss"},
		{Name: "Fe", Email: "fe@example.com", Role: store.RoleAdmin},
		{Name: "Gi", Email: removed.email, Role: store.RoleMember},
		{Name: "<img src=x onerror=alert(1)>", Email: "hi@example.com", Role: store.RoleMember},
		{Name: "a\u202eb", Email: "iv@example.com", Role: store.RoleMember},
		{Name: strings.Repeat("x", 1_000_000), Email: "jo@example.com", Role: store.RoleMember},
	}
	wrong, err := admin.admin().CheckMembers(t.Context(), rows)
	h.ok(err)
	got := ""
	for _, w := range wrong {
		got += fmt.Sprintf("%d %s %s; ", w.Index, w.Err.Code, w.Err.Field)
	}
	want := "1 name_required name; 2 email_form email; 3 email_twice email; 4 email_taken email; 5 role_unknown role; 6 forbidden role; 9 name_form name; 10 name_long name; "
	if got != want {
		t.Errorf("the preview says %s", got)
	}
	_, err = admin.admin().AddMembers(t.Context(), rows, admin.proof(), nil)
	if e := h.refused(err, service.CodeNameRequired); e.Args["row"] != 2 {
		t.Errorf("%v", e.Args)
	}
	before, err := admin.admin().Members(t.Context())
	h.ok(err)
	var total int64
	good := []service.NewMember{rows[0], rows[7], rows[8]}
	given, err := admin.admin().AddMembers(t.Context(), good, admin.proof(), func(done, of int64) { total = 10*done + of })
	h.ok(err)
	if len(given) != 3 || total != 33 || given[1].Email != removed.email {
		t.Errorf("%d were given out, progress %d", len(given), total)
	}
	after, err := owner.admin().Members(t.Context())
	h.ok(err)
	if len(after) != len(before)+3 {
		t.Errorf("there are %d after %d", len(after), len(before))
	}
	h.restart()
}

func TestAddMembers_EmptyTooLongOrCancelledAddsNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	_, err := owner.admin().AddMembers(t.Context(), nil, owner.proof(), nil)
	h.refused(err, service.CodeNobodyChosen)
	_, err = owner.admin().AddMembers(t.Context(), make([]service.NewMember, service.MaxImport+1), owner.proof(), nil)
	h.refused(err, service.CodeImportLong)
	rows := []service.NewMember{{Name: "A", Email: "a@example.com", Role: store.RoleMember}, {Name: "B", Email: "b@example.com", Role: store.RoleMember}}
	ctx, stop := context.WithCancel(t.Context())
	_, err = owner.admin().AddMembers(ctx, rows, owner.proof(), func(int64, int64) { stop() })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	_, err = owner.admin().AddMembers(t.Context(), rows, client.Proof{}, nil)
	h.refused(err, service.CodePasswordRequired)
	all, err := owner.admin().Members(t.Context())
	h.ok(err)
	if len(all) != 1 {
		t.Errorf("%d members", len(all))
	}
}

// Codes for many take minutes: they keep the session open, and end with it.
func TestAddMembers_MakingTheCodesIsUseOfTheSession(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.ok(owner.admin().SetIdle(t.Context(), 1))
	many := runtime.GOMAXPROCS(0) + 1 // some are begun after the first is done
	rows := make([]service.NewMember, many)
	for i := range rows {
		rows[i] = service.NewMember{Name: "A", Email: fmt.Sprintf("a%d@example.com", i), Role: store.RoleMember}
	}
	var mu sync.Mutex
	calls := 0
	_, err := owner.admin().AddMembers(t.Context(), rows, owner.proof(), func(int64, int64) {
		mu.Lock()
		defer mu.Unlock()
		if calls++; calls == 1 || calls == many {
			h.clock.step(h.w.Idle()/2 + time.Second)
		}
	})
	h.ok(err)

	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	var once sync.Once
	ended := make(chan error, 1)
	late := []service.NewMember{{Name: "B", Email: "b@example.com", Role: store.RoleMember}}
	_, err = a.AddMembers(t.Context(), late, owner.proof(), func(int64, int64) {
		once.Do(func() {
			go func() { ended <- s.End(context.Background()) }()
			for s.Touch() == nil {
				runtime.Gosched()
			}
		})
	})
	if err == nil {
		t.Error("they are added after the session's end")
	}
	h.ok(<-ended)
	all, err := owner.admin().Members(t.Context())
	h.ok(err)
	if len(all) != 1+many {
		t.Errorf("%d members", len(all))
	}
}
