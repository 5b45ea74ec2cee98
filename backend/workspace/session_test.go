package workspace_test

import (
	"crypto/ed25519"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/computer"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestSession_EndsWithoutUseAndAfterItsLongestTime(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.clock.step(4 * time.Minute)
	h.ok(s.Touch())
	h.clock.step(4 * time.Minute)
	h.ok(s.Touch())
	h.clock.step(5 * time.Minute)
	_, err := s.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)

	s, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	for range 12 * 15 {
		h.clock.step(4 * time.Minute)
		err = s.Touch()
	}
	h.refused(err, service.CodeSessionEnded)
	if !s.LimitReached() {
		t.Error("it does not say that the day is over")
	}
}

func TestSession_EndedOrWithoutAProfileIsOver(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s, other := owner.signIn(), h.one(person{role: store.RoleMember}).signIn()
	h.ok(s.Whole())
	h.ok(s.End(t.Context()))
	h.refused(s.Whole(), service.CodeSessionEnded)
	h.sneak("DELETE FROM profiles WHERE id = '" + other.ProfileID() + "'")
	h.refused(second(other.Overview(t.Context())), service.CodeSessionEnded)
}

func TestForOneAct_OldSessionIsAskedAgain(t *testing.T) {
	t.Parallel()
	for age, password := range map[time.Duration]bool{0: false, 59 * time.Second: false, time.Minute: true, 4 * time.Minute: true} {
		h, owner := alone(t)
		s := owner.signIn()
		h.clock.step(age)
		h.ok(s.ForOneAct(t.Context()))
		if n, err := s.StepUp(t.Context(), service.EachTime); err != nil || n.Password != password {
			t.Errorf("after %s: %+v, %v", age, n, err)
		}
	}
}

func TestForOneAct_IsNothingOnceTheSignInHasStoodForAnAct(t *testing.T) {
	t.Parallel()
	needs := func(h *fixture, s *client.Session) {
		h.Helper()
		h.ok(s.ForOneAct(t.Context()))
		if n, err := s.StepUp(t.Context(), service.EachTime); err != nil || !n.Password {
			t.Errorf("%+v, %v", n, err)
		}
	}
	h, owner := alone(t)
	s := owner.signIn()
	h.ok(s.ForOneAct(t.Context()))
	h.ok(second(s.BeginEnable(t.Context(), secret.Text{})))
	needs(h, s)

	h, _, p, _ := enabled(t)
	s, err := h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
	h.clock.step(30 * time.Second)
	h.ok(s.Disable(t.Context(), byCode(p.code()))) // after which nothing stands that was proven by it
	needs(h, s)
}

// TestSession_EndedDoesNothingOfWhatItCould calls what asks for a session as a client that was changed would: with nothing in hand.
func TestSession_EndedDoesNothingOfWhatItCould(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	h.ok(s.Session.End(t.Context()))
	head := h.head()
	always := []string{"Session.End", "Session.ForOneAct"} // these ask for none
	given := map[string][]any{                             // what is refused for its form before
		"Session.FoundVault":   {strings.Repeat("00", ed25519.PublicKeySize), service.WrappedKeyPair{Recipient: "age1", Wrapped: []byte("w"), Keys: service.SealedKeys{Ciphertext: []byte("k"), Generation: 1, OnlyOne: true}, Signature: someSignature}},
		"Session.AddDocuments": {1, make([]service.DocumentRow, 1)}, "Session.ChangeDocuments": {service.DocumentsRename}, "Session.SaveComputer": {service.NewComputer{Name: "C", Public: computer.Public{SigningKey: make([]byte, 32), BoxKey: make([]byte, 32)}, Seal: make([]byte, 32)}}, "Session.RenameComputer": {"c", "C"}, "Session.BeginAddApp": {"A"}, "Session.RenameApp": {1, "A"},
		"Session.SaveKeyPair": {service.WrappedKeyPair{Recipient: "age1", Wrapped: []byte("w")}},
		"Admin.AskApproval":   {service.ApprovePrintRun, []string{"a"}, "r"}, "Admin.BeginRun": {service.RunRequest{Members: []string{"a"}, Kind: service.RunPrint, Reason: "r"}},
		"Admin.NoteExport": {service.ExportOpened}, "Admin.RenameWorkspace": {"Other"}, "Admin.SetIdle": {3}, "Admin.SetCheckDays": {30}, "Admin.SetLanguageOf": {[]string{"a"}, "de"}, "Admin.SetRole": {"a", service.RoleMember},
	}
	for of, v := range map[string]reflect.Value{"Session": reflect.ValueOf(s.Session), "Admin": reflect.ValueOf(a.Admin)} {
		for m, method := range v.Methods() {
			takes := method.Type()
			name := of + "." + m.Name
			if slices.Contains(always, name) || takes.NumIn() == 0 || takes.NumOut() == 0 || takes.Out(takes.NumOut()-1) != reflect.TypeFor[error]() {
				continue
			}
			args := []reflect.Value{reflect.ValueOf(t.Context())}
			for _, arg := range given[name] {
				args = append(args, reflect.ValueOf(arg))
			}
			for i := len(args); i < takes.NumIn(); i++ {
				args = append(args, reflect.Zero(takes.In(i)))
			}
			results := method.Call(args)
			err, _ := results[len(results)-1].Interface().(error)
			if !service.IsCode(err, service.CodeSessionEnded) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if h.head() != head {
		t.Errorf("%v", h.eventsAfter(head))
	}
}
