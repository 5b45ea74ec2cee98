package racetest_test

import (
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// addApp adds another app, and gives its person as they are with that phone in hand.
func (p *person) addApp(name string) *person {
	p.o.Helper()
	s := p.signIn()
	shown, err := s.BeginAddApp(p.o.Context(), name, p.proof())
	p.o.ok(err)
	with := *p
	with.key = strings.Join(shown.Groups, "")
	_, err = s.Confirm(p.o.Context(), secret.NewText(with.code(0)))
	p.o.ok(err)
	for p.o.clock.step(time.Minute); p.code(0) == with.code(0); { // by chance, once in a million
		p.o.clock.step(time.Minute)
	}
	return &with
}

func TestVerify_CodesOfTwoAppsMakeOneSessionEach(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	owner.enable()
	tablet := owner.addApp("Tablet")
	var acts []func() error
	for i, c := range owner.challenges(4) { // fewer than begin a pause
		code := []string{owner.code(0), tablet.code(0)}[i%2]
		acts = append(acts, func() error { _, err := c.Verify(t.Context(), secret.NewText(code)); return err })
	}
	errs := atOnce(acts...)
	for app := range 2 {
		if n := o.succeeded([]error{errs[app], errs[app+2]}, service.CodeCodeUsed); n != 1 {
			t.Errorf("%d sessions of app %d", n, app)
		}
	}
}

func TestRemoveApp_TwoWindowsLeaveOne(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	owner.enable()
	owner.addApp("Tablet")
	var acts []func() error
	for i := range 2 {
		s := owner.signIn()
		all, err := s.Overview(t.Context())
		o.ok(err)
		o.ok(s.ForOneAct(t.Context()))
		acts = append(acts, func() error { return s.RemoveApp(t.Context(), all.TwoFactor.Apps[i].Number, client.Proof{}) })
	}
	if n := o.succeeded(atOnce(acts...), service.CodeAppLast, service.CodeSessionEnded); n != 1 {
		t.Errorf("%d apps were removed", n)
	}
}
