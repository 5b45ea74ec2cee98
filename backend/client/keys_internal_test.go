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

// fixed is a workspace that answers with its ID, and with nothing else.
type fixed struct{ service.Workspace }

func (fixed) ID() string { return "w" }

func sealing() *Session {
	return &Session{w: &Workspace{Workspace: fixed{}, log: slog.New(slog.DiscardHandler)}}
}

func signedBy(keys vault.Keys, workspace, recipient string) []byte {
	return keys.Sign(service.HolderMessage(workspace, recipient))
}

func TestSealAll_PassesOverWhoCannotHaveThem(t *testing.T) {
	t.Parallel()
	s, keys := sealing(), vault.KeysOf(2, newIdentity(t))
	a, b := newIdentity(t), newIdentity(t)
	holders := []service.KeyHolder{{Holder: "profile/a", Recipient: a.Recipient()}, {Holder: "profile/b", Recipient: b.Recipient()}}
	for i, h := range holders {
		holders[i].Signature = signedBy(keys, "w", h.Recipient)
	}
	given, err := s.sealAll(t.Context(), holders, keys, keys)
	if err != nil {
		t.Fatal(err)
	}
	for i, own := range []vault.Identity{a, b} {
		opened, err := own.Open(given[i].Ciphertext)
		if err != nil || given[i].Holder != holders[i].Holder || given[i].Recipient != holders[i].Recipient || given[i].Generation != 2 || !given[i].OnlyOne || publicKey(opened) != publicKey(keys) {
			t.Errorf("%s: generation %d, %v", given[i].Holder, given[i].Generation, err)
		}
	}
	for _, none := range []string{"", "age1"} {
		holders[0].Recipient, holders[0].Signature = none, signedBy(keys, "w", none)
		if given, err := s.sealAll(t.Context(), holders, keys, keys); err != nil || len(given) != 1 || given[0].Holder != "profile/b" {
			t.Errorf("recipient %q: %v, %v", none, given, err)
		}
	}
}

// What is given to a holder is whatever whoever runs the workspace says that it is.
func TestSealAll_GivesOnlyToAKeyPairThatTheVaultsKeySigned(t *testing.T) {
	t.Parallel()
	s, before := sealing(), vault.KeysOf(1, newIdentity(t))
	keys, err := before.Next()
	if err != nil {
		t.Fatal(err)
	}
	foreign := vault.KeysOf(2, newIdentity(t))
	own := newIdentity(t).Recipient()
	for name, signature := range map[string][]byte{
		"none":                       nil,
		"of another vault":           signedBy(foreign, "w", own),
		"of another holder":          signedBy(keys, "w", newIdentity(t).Recipient()),
		"of another workspace":       signedBy(keys, "x", own),
		"of another kind of message": keys.Sign(service.ReviewMessage("w", []byte(own))),
		"of a key that is gone":      signedBy(before, "w", own),
	} {
		newest := keys.OnlyNewest()
		if given, err := s.sealAll(t.Context(), []service.KeyHolder{{Holder: "profile/a", Recipient: own, Signature: signature}}, newest, newest); err != nil || len(given) != 0 {
			t.Errorf("a signature %s: %v, %v", name, given, err)
		}
	}
	// A rotation signs anew.
	given, err := s.sealAll(t.Context(), []service.KeyHolder{{Holder: "profile/a", Recipient: own, Signature: signedBy(before, "w", own)}}, before, keys)
	if err != nil || len(given) != 1 || !keys.OnlyNewest().Signed(service.HolderMessage("w", own), given[0].Signature) {
		t.Errorf("%+v, %v", given, err)
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
