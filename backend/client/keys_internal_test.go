package client

import (
	"log/slog"
	"testing"

	"countersign/backend/service"
	"countersign/backend/vault"
)

func newIdentity(t *testing.T) vault.Identity {
	t.Helper()
	own, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return own
}

func TestSealAll_PassesOverWhoCannotHaveThem(t *testing.T) {
	t.Parallel()
	s := &Session{w: &Workspace{log: slog.New(slog.DiscardHandler)}}
	keys := vault.KeysOf(2, newIdentity(t))
	a, b := newIdentity(t), newIdentity(t)
	holders := []service.KeyHolder{{Holder: "profile/a", Recipient: a.Recipient()}, {Holder: "profile/b", Recipient: b.Recipient()}}
	given, err := s.sealAll(t.Context(), holders, keys)
	if err != nil {
		t.Fatal(err)
	}
	for i, own := range []vault.Identity{a, b} {
		opened, err := own.Open(given[i].Ciphertext)
		if err != nil || given[i].KeyHolder != holders[i] || given[i].Generation != 2 || !given[i].OnlyOne || publicKey(opened) != publicKey(keys) {
			t.Errorf("%s: generation %d, %v", given[i].Holder, given[i].Generation, err)
		}
	}
	for _, none := range []string{"", "age1"} {
		holders[0].Recipient = none
		if given, err := s.sealAll(t.Context(), holders, keys); err != nil || len(given) != 1 || given[0].Holder != "profile/b" {
			t.Errorf("recipient %q: %v, %v", none, given, err)
		}
	}
}

func TestSeal_NoKeysAreNoneAndOlderOnesAreTold(t *testing.T) {
	t.Parallel()
	own := newIdentity(t)
	if sealed, err := seal(vault.Keys{}, own.Recipient()); err != nil || sealed.Generation != 0 || sealed.Ciphertext != nil {
		t.Errorf("no keys: %+v, %v", sealed, err)
	}
	keys, err := vault.KeysOf(1, newIdentity(t)).Next()
	if err != nil {
		t.Fatal(err)
	}
	if sealed, err := seal(keys, own.Recipient()); err != nil || sealed.Generation != 2 || sealed.OnlyOne {
		t.Errorf("with an older one: generation %d, only one: %t, %v", sealed.Generation, sealed.OnlyOne, err)
	}
}
