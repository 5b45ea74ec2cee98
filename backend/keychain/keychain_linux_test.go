package keychain_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/backend/keychain"
	"countersign/backend/keychain/contracttest"
	"countersign/backend/keychain/secretservicetest"
	"countersign/backend/secret"
	"countersign/backend/store"
)

func TestKeychain_KeepsTheContractOnASecretService(t *testing.T) {
	t.Parallel()
	contracttest.Keep(t, func(t *testing.T) store.Secrets {
		return newChild(t, secretservicetest.Start(t).Env(), patient)
	})
}

func TestKeychain_SecretsOutliveTheirProcess(t *testing.T) {
	t.Parallel()
	service := secretservicetest.Start(t)
	mustSet(t, newChild(t, service.Env(), patient), "w/kept", []byte("kept"))
	if got := mustGet(t, newChild(t, service.Env(), patient), "w/kept"); string(got) != "kept" {
		t.Errorf("another process read %q", got)
	}
}

func TestKeychain_CancelledCallReturnsAtOnce(t *testing.T) {
	service := secretservicetest.Start(t)
	service.Use(t)
	contracttest.ObeysTheCaller(t, keychain.New("Countersign tests"))

	k := keychain.New("Countersign tests")
	service.Lock(t)
	prompter := service.IgnorePrompts(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-prompter.Shown
		cancel()
	}()
	if _, err := k.Get(ctx, "w/a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Get: %v", err)
	}
}

func TestKeychain_IsAbsentWithoutABus(t *testing.T) {
	t.Parallel()
	bus := secretservicetest.StartBus(t)
	for name, address := range map[string]string{
		"nobody listens at the address": "unix:path=/nonexistent/bus",
		"the address has no meaning":    "nonsense",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantAll(t, newChild(t, append(bus.Env(), "DBUS_SESSION_BUS_ADDRESS="+address), patient), store.ErrKeychainAbsent)
		})
	}
}

func TestKeychain_IsAbsentWithoutASecretService(t *testing.T) {
	t.Parallel()
	wantAll(t, newChild(t, secretservicetest.StartBus(t).Env(), patient), store.ErrKeychainAbsent)
}

func TestKeychain_IsAbsentOnceTheServiceIsKilled(t *testing.T) {
	t.Parallel()
	service := secretservicetest.Start(t)
	k := newChild(t, service.Env(), patient)
	mustSet(t, k, "w/a", []byte("a"))
	service.Kill(t)
	wantAll(t, k, store.ErrKeychainAbsent)
}

func TestKeychain_LockedIsNotEmpty(t *testing.T) {
	t.Parallel()
	service := secretservicetest.Start(t)
	k := newChild(t, service.Env(), limits{5 * time.Second, 60 * time.Second, 60 * time.Second})
	mustSet(t, k, "w/a", []byte("a"))
	service.Lock(t)
	wantAll(t, k, store.ErrKeychainLocked)
}

func TestPrompt_DismissedIsToldFromLocked(t *testing.T) {
	t.Parallel()
	service := secretservicetest.Start(t)
	k := newChild(t, service.Env(), impatient)
	mustSet(t, k, "w/a", []byte("a"))
	service.Lock(t)
	prompter := service.DismissPrompts(t)
	wantAll(t, k, store.ErrKeychainDismissed)
	prompter.Await(t)
	if len(prompter.Shown) > 0 {
		t.Error("the person was asked again by the next calls of the same act")
	}
	wantLater(t, k, prompter)
}

// wantLater wants a call some time after a dismissal to ask anew.
func wantLater(t *testing.T, k store.Secrets, prompter *secretservicetest.Prompter) {
	t.Helper()
	for len(prompter.Shown) == 0 {
		if err := t.Context().Err(); err != nil {
			t.Fatal(err)
		}
		_, err := k.Get(t.Context(), "w/a")
		want(t, "get", err, store.ErrKeychainDismissed)
	}
}

func TestPrompt_UnansweredIsShownOnceAndEndsTheCall(t *testing.T) {
	t.Parallel()
	service := secretservicetest.Start(t)
	k := newChild(t, service.Env(), impatient)
	mustSet(t, k, "w/a", []byte("a"))
	service.Lock(t)
	prompter := service.IgnorePrompts(t)
	for range 3 {
		_, err := k.Get(t.Context(), "w/a")
		want(t, "get", err, store.ErrKeychainLocked)
	}
	prompter.Await(t)
	if len(prompter.Shown) > 0 {
		t.Error("the person was asked more than once at a time")
	}
}

func TestPrompt_ServiceThatDisappearsIsAFailure(t *testing.T) {
	t.Parallel()
	service := secretservicetest.Start(t)
	k := newChild(t, service.Env(), patient)
	mustSet(t, k, "w/a", []byte("a"))
	service.Lock(t)
	prompter := service.IgnorePrompts(t)
	ended := make(chan error, 1)
	go func() {
		_, err := k.Get(t.Context(), "w/a")
		ended <- err
	}()
	prompter.Await(t)
	service.Kill(t)
	want(t, "get", <-ended, store.ErrKeychainFailed)
}

func TestKeychain_FrozenIsSlowAndWorksOnceItAnswers(t *testing.T) {
	t.Parallel()
	service := secretservicetest.Start(t)
	k := newChild(t, service.Env(), impatient)
	mustSet(t, k, "w/a", []byte("a"))
	service.Freeze(t)
	wantAll(t, k, store.ErrKeychainSlow)
	service.Thaw(t)
	if got := mustGet(t, k, "w/a"); string(got) != "a" {
		t.Errorf("read %q", got)
	}
}

func TestKeychain_ItemOfAnotherProgramIsRefused(t *testing.T) {
	t.Parallel()
	service := secretservicetest.Start(t)
	service.Store(t, map[string]string{"service": "Countersign tests", "username": "w/a"}, "not base64")
	_, err := newChild(t, service.Env(), patient).Get(t.Context(), "w/a")
	want(t, "get", err, store.ErrKeychainFailed)
	if strings.Contains(err.Error(), "not base64") {
		t.Error("the error quotes the secret")
	}
}

// wantAll makes each kind of call and wants the same error of all.
func wantAll(t *testing.T, k store.Secrets, kind error) {
	t.Helper()
	want(t, "set", k.Set(t.Context(), "w/new", secret.NewBytes([]byte("x"))), kind)
	_, err := k.Get(t.Context(), "w/a")
	want(t, "get", err, kind)
	want(t, "delete", k.Delete(t.Context(), "w/a"), kind)
}

func want(t *testing.T, verb string, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: %v, want %v", verb, err, kind)
	}
}
