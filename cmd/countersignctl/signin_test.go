package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
)

const herePass = "tundra velvet orchard 91"

// here is a workspace in this process, whose owner is in. A test moves its clock.
type here struct {
	ok    func(error)
	w     *client.Local
	owner *client.Session
	now   time.Time
}

func newHere(t *testing.T) *here {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	h := &here{now: time.Now(), ok: func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}}
	store, err := sqlite.Open(ctx, filepath.Join(dir, "workspace.db"))
	h.ok(err)
	t.Cleanup(func() { h.ok(store.Close()) })
	files, err := documents.Open(filepath.Join(dir, "documents"))
	h.ok(err)
	h.w, err = local.Open(ctx, local.Config{Store: store, Secrets: keychain.NewMemory(), Files: files, Now: func() time.Time { return h.now }, Password: password.Cheap})
	h.ok(err)
	h.owner, err = h.w.Create(ctx, client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: "amara@example.com", Password: secret.NewText(herePass)})
	h.ok(err)
	return h
}

func TestACommandUnderWayWhen2FAIsRequiredSaysWhatToDo(t *testing.T) {
	t.Parallel()
	ctx, pass := t.Context(), secret.NewText(herePass)
	h := newHere(t)
	ok, w, owner := h.ok, h.w, h.owner
	shown, err := owner.BeginEnable(ctx, pass)
	ok(err)
	code, err := totp.GenerateCode(strings.Join(shown.Groups, ""), h.now)
	ok(err)
	_, err = owner.Confirm(ctx, secret.NewText(code))
	ok(err)
	ok(owner.Continue(ctx))
	a, err := owner.Admin(ctx)
	ok(err)
	ok(owner.ForOneAct(ctx))
	kit, err := a.MakeKit(ctx, client.Proof{})
	ok(err)
	late, _, err := w.UseKit(ctx, client.NewOwner{Name: "Daniel Whitlock", Email: "daniel@example.com", Password: pass, Kit: kit.Identity})
	ok(err)
	_, err = late.Overview(ctx)
	ok(whyEnded(late, err))

	code, err = totp.GenerateCode(strings.Join(shown.Groups, ""), h.now.Add(30*time.Second))
	ok(err)
	ok(a.Require2FA(ctx, time.Time{}, "", client.Proof{Password: pass, Factor: client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(code)}}))
	_, err = late.Overview(ctx)
	if err := whyEnded(late, err); !errors.Is(err, errEnrolFirst) {
		t.Errorf("it says %v", err)
	}
	if err := whyEnded(owner, service.Fault(service.CodeSessionEnded, nil, nil)); errors.Is(err, errEnrolFirst) {
		t.Error("who has 2FA on is told to enable it")
	}
}

func TestSignIn_ShortPasswordIsSentToTheWindow(t *testing.T) {
	t.Parallel()
	ctx, pass, short := t.Context(), secret.NewText(herePass), secret.NewText("qv7#Lm2z")
	h := newHere(t)
	ok, w, s := h.ok, h.w, h.owner
	shown, err := s.BeginEnable(ctx, pass)
	ok(err)
	code := func() string {
		h.now = h.now.Add(30 * time.Second)
		digits, err := totp.GenerateCode(strings.Join(shown.Groups, ""), h.now)
		ok(err)
		return digits
	}
	factor := func() client.FactorInput {
		return client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(code())}
	}
	_, err = s.Confirm(ctx, secret.NewText(code()))
	ok(err)
	ok(s.Continue(ctx))
	a, err := s.Admin(ctx)
	ok(err)
	_, err = a.MakeKit(ctx, client.Proof{Password: pass, Factor: factor()})
	ok(err)
	ok(a.Require2FA(ctx, time.Time{}, "", client.Proof{Password: pass, Factor: factor()}))
	ok(s.ChangePassword(ctx, pass, short, factor()))
	ok(a.DropRequirement(ctx, "", client.Proof{Password: short, Factor: factor()}))
	ok(s.Disable(ctx, factor()))

	in, typed, err := os.Pipe()
	ok(err)
	defer in.Close()
	_, err = typed.WriteString(short.Reveal() + "\n")
	ok(errors.Join(err, typed.Close()))
	e := &env{options: options{email: "amara@example.com", fromStdin: true}, stdin: in}
	if _, err := e.signInTo(ctx, &place{Workspace: w.Workspace}); !errors.Is(err, errLongerFirst) {
		t.Errorf("it says %v", err)
	}
}

func TestAsAdmin_AnAnswerThatCameTooLateIsToldAsThat(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h := newHere(t)
	ok, s := h.ok, h.owner
	a, err := s.Admin(ctx)
	ok(err)
	ok(a.SetIdle(ctx, service.MaxIdleMinutes))
	given, err := a.AddMember(ctx, service.NewMember{Name: "Sam Lee", Email: "sam@example.com", Role: service.RoleMember}, client.Proof{})
	ok(err)
	ok(s.ForOneAct(ctx))
	h.now = h.now.Add(service.GrantLife + time.Minute)
	if err := whyUnproven(a.Remove(ctx, given.ProfileID, client.Proof{})); !errors.Is(err, errConfirmedLate) {
		t.Errorf("it says %v", err)
	}
	if _, err := a.Member(ctx, given.ProfileID); err != nil {
		t.Errorf("the member is gone: %v", err)
	}
}
