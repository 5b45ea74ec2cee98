package workspace_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// admin proves itself with a new code each time, and is good for an hour.
func (h *fuzzFixture) admin(tb testing.TB) *client.Admin {
	tb.Helper()
	h.clock.step(2 * time.Hour) // over every pause
	ctx := context.Background()
	_, c, err := h.w.SignIn(ctx, email, secret.NewText(pass))
	if err != nil {
		tb.Fatal(err)
	}
	s, err := c.Verify(ctx, secret.NewText(h.phone.code()))
	if err != nil {
		tb.Fatal(err)
	}
	a, err := s.Admin(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	h.clock.step(time.Minute)
	return a
}

func (h *fuzzFixture) proof() client.Proof {
	return client.Proof{Password: secret.NewText(pass), Factor: byCode(h.phone.code())}
}

var typedCodes = []string{
	"", " ", "ABCD-EFGH-JKMN-PQRS", "abcd efgh jkmn pqrs", "oil0-oil0-oil0-oil0", "ABCD-EFGH-JKMN-PQR", "ABCD-EFGH-JKMN-PQRSS", "\x00", "\xff", "１２３４",
	strings.Repeat("A", 100_000), "ABCD\u00a0EFGH\u2011JKMN-PQRS", "<img src=x onerror=alert(1)>",
}

// FuzzRedeem types anything where an invitation is redeemed, while one is open.
func FuzzRedeem(f *testing.F) {
	for _, s := range typedCodes {
		f.Add(otherEmail, s, "granite lagoon whisper 47")
	}
	f.Add("nobody@example.com", "ABCD-EFGH-JKMN-PQRS", "")
	f.Add(" "+email, "ABCD-EFGH-JKMN-PQRS", "short")
	f.Add("removed:x", "ABCD-EFGH-JKMN-PQRS", strings.Repeat("x", 10_000))
	h := newFuzzFixture(f)
	given, err := h.admin(f).AddMember(context.Background(), service.NewMember{Name: "Bela", Email: otherEmail, Role: store.RoleMember}, client.Proof{})
	if err != nil {
		f.Fatal(err)
	}
	var turn sync.Mutex
	f.Fuzz(func(t *testing.T, who, code, pw string) {
		turn.Lock()
		defer turn.Unlock()
		h.clock.step(2 * time.Hour)
		s, c, err := h.w.Redeem(t.Context(), who, secret.NewText(code), secret.NewText(pw))
		worded(t, err, who, code, pw)
		if s != nil || c != nil || err == nil {
			t.Fatalf("%q with %q came in: %v", who, code, err)
		}
		if strings.EqualFold(code, given.Code.Display()) {
			t.Fatal("the fuzzer has guessed 80 bits")
		}
	})
}

// FuzzHelpCode types anything where a help code is asked for, while one is open.
func FuzzHelpCode(f *testing.F) {
	for _, s := range typedCodes {
		f.Add(s)
	}
	h := newFuzzFixture(f)
	owner := h.admin(f)
	ctx := context.Background()
	given, err := owner.AddMember(ctx, service.NewMember{Name: "Bela", Email: otherEmail, Role: store.RoleAdmin}, h.proof())
	if err != nil {
		f.Fatal(err)
	}
	other, _, err := h.w.Redeem(ctx, otherEmail, secret.NewText(given.Code.Display()), secret.NewText(pass))
	if err != nil {
		f.Fatal(err)
	}
	a, err := other.Admin(ctx)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := a.HelpCode(ctx, ownerOf(f, h), "", client.Proof{Password: secret.NewText(pass)}); err != nil {
		f.Fatal(err)
	}
	var turn sync.Mutex
	f.Fuzz(func(t *testing.T, code string) {
		turn.Lock()
		defer turn.Unlock()
		g, err := h.challenge(t).UseHelpCode(t.Context(), secret.NewText(code))
		worded(t, err, code)
		if g != nil || err == nil {
			t.Fatalf("%q came in: %v", code, err)
		}
	})
}

func ownerOf(tb testing.TB, h *fuzzFixture) (id string) {
	tb.Helper()
	err := h.store.View(context.Background(), func(tx store.ReadTx) error {
		p, err := tx.ProfileByEmail(email)
		id = p.ID
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

// FuzzAddMember adds anybody, as an import does, and reads them back.
func FuzzAddMember(f *testing.F) {
	for i, s := range []string{"Bela", "<img src=x onerror=alert(1)>", "=1+1", "a\u202eb", "\x00", "\xff", "", strings.Repeat("x", 121), "أميرة"} {
		f.Add(s, fmt.Sprintf("f%d@example.com", i), "member")
		f.Add("Bela", s, "member")
		f.Add("Bela", fmt.Sprintf("g%d@example.com", i), s)
	}
	f.Add("Owner", "o@example.com", "owner")
	f.Add("Admin", strings.ToUpper(email), "admin")
	h := newFuzzFixture(f)
	var turn sync.Mutex
	f.Fuzz(func(t *testing.T, name, address, role string) {
		turn.Lock()
		defer turn.Unlock()
		ctx := t.Context()
		a := h.admin(t)
		n := service.NewMember{Name: name, Email: address, Role: store.Role(role)}
		wrong, err := a.CheckMembers(ctx, []service.NewMember{n, n})
		if err != nil || len(wrong) == 0 { // the second is at least a double of the first
			t.Fatalf("%v, %v", wrong, err)
		}
		if _, err := a.AddMembers(ctx, []service.NewMember{n, n}, h.proof(), nil); err == nil {
			t.Fatal("one was added twice")
		}
		given, err := a.AddMember(ctx, n, h.proof())
		worded(t, err, name, address, role)
		if (err == nil) != (len(wrong) == 1) {
			t.Fatalf("the preview says %v, and adding %v", wrong, err)
		}
		if err != nil {
			return
		}
		m, err := a.Member(ctx, given.ProfileID)
		if err != nil || m.State != store.ProfileInvited || m.InvitedUntil.IsZero() || m.Role != n.Role || m.Name == "" || strings.TrimSpace(m.Name) != m.Name {
			t.Fatalf("%+v, %v", m, err)
		}
	})
}

// FuzzAcknowledge types anything where a check word is asked for.
func FuzzAcknowledge(f *testing.F) {
	for _, s := range append(typedCodes, "lantern", " LANTERN ") {
		f.Add(s)
	}
	h := newFuzzFixture(f)
	ctx := context.Background()
	r, err := h.admin(f).BeginRun(ctx, service.RunRequest{Members: []string{ownerOf(f, h)}, Reason: "r", Kind: store.RunPrint}, h.proof())
	if err != nil {
		f.Fatal(err)
	}
	word := ""
	if err := r.Issue(ctx, nil, func(s client.RunSheet) error { word = s.CheckWord; return nil }); err != nil {
		f.Fatal(err)
	}
	if _, err := r.PutInForce(ctx, nil); err != nil {
		f.Fatal(err)
	}
	var turn sync.Mutex
	f.Fuzz(func(t *testing.T, typed string) {
		turn.Lock()
		defer turn.Unlock()
		s, err := h.challenge(t).Verify(t.Context(), secret.NewText(h.phone.code()))
		if err != nil {
			t.Fatal(err)
		}
		err = s.Acknowledge(t.Context(), secret.NewText(typed))
		worded(t, err, typed)
		if err == nil && !strings.EqualFold(strings.TrimSpace(typed), word) {
			t.Fatalf("%q passed for %q", typed, word)
		}
	})
}
