package client

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"countersign/backend/service"
	"countersign/backend/vault"
)

// rotated are the keys of a vault with each of its first generations, and the links from each to the next.
func rotated(t *testing.T, generations int) (all []vault.Keys, links []string) {
	t.Helper()
	keys := vault.KeysOf(1, newIdentity(t))
	all = append(all, keys)
	for range generations - 1 {
		next, err := keys.Next()
		if err != nil {
			t.Fatal(err)
		}
		links = append(links, link(keys, "w", next))
		keys = next
		all = append(all, keys)
	}
	return all, links
}

func link(by vault.Keys, workspace string, to vault.Keys) string {
	return publicKey(to) + hex.EncodeToString(by.Sign(service.VaultMessage(workspace, to.Generation(), publicKey(to))))
}

func TestLeads_EachPinLeadsToTheNewestKeyThroughTheLinks(t *testing.T) {
	t.Parallel()
	all, links := rotated(t, 4)
	newest := all[3].Pin()
	for i, keys := range all {
		for first := 0; first <= i; first++ { // a workspace that was rescued begins later
			if got := leads("w", keys.Pin(), newest, strings.Join(links[first:], "")); !got {
				t.Errorf("generation %d does not lead to the newest with the links from %d", i+1, first+1)
			}
		}
	}
}

func TestLeads_NoPinLeadsToAVaultThatItsKeysDidNotSign(t *testing.T) {
	t.Parallel()
	all, links := rotated(t, 4)
	forged := vault.KeysOf(4, newIdentity(t))
	right := strings.Join(links, "")
	first, newest := all[0].Pin(), all[3].Pin()
	spoiled := func(i int) string {
		return right[:i] + string("0123456789abcdef0"[strings.IndexByte("0123456789abcdef", right[i])+1]) + right[i+1:]
	}
	for name, c := range map[string]struct {
		pinned, newest vault.Pin
		links          string
	}{
		"no pin":                               {vault.Pin{}, newest, right},
		"a pin of another vault":               {vault.KeysOf(1, newIdentity(t)).Pin(), newest, right},
		"a newest of another vault":            {first, forged.Pin(), right},
		"another vault of this generation":     {newest, forged.Pin(), right},
		"an older vault":                       {newest, all[2].Pin(), right},
		"no links":                             {first, newest, ""},
		"one link too few":                     {first, newest, strings.Join(links[1:], "")},
		"the last link missing":                {first, newest, strings.Join(links[:2], "")},
		"links in another order":               {first, newest, links[1] + links[0] + links[2]},
		"the link to another key":              {first, forged.Pin(), links[0] + links[1] + link(forged, "w", forged)},
		"a link by the key before the last":    {first, forged.Pin(), links[0] + links[1] + link(all[1], "w", forged)},
		"a link of another workspace":          {all[2].Pin(), newest, link(all[2], "other", all[3])},
		"a link of another generation":         {all[2].Pin(), vault.KeysOf(3, all[3].Newest()).Pin(), link(all[2], "w", vault.KeysOf(3, all[3].Newest()))},
		"a public key that was changed":        {first, newest, spoiled(3)},
		"a signature that was changed":         {first, newest, spoiled(80)},
		"what is not hex":                      {first, newest, right[:80] + "x" + right[81:]},
		"a link that was cut":                  {first, newest, right[:len(right)-1]},
		"a public key in other letters":        {all[2].Pin(), newest, strings.ToUpper(links[2])},
		"the same key of a generation to come": {newest, vault.KeysOf(9, all[3].Newest()).Pin(), right},
		"a newest that is none":                {first, vault.Pin{}, right},
	} {
		if leads("w", c.pinned, c.newest, c.links) {
			t.Errorf("%s: it leads", name)
		}
	}
}

// The zero value is a point of small order, for which anybody can sign.
func TestLeads_NoPinIsNoKeyThatSigns(t *testing.T) {
	t.Parallel()
	signature := append([]byte{1}, make([]byte, 63)...) // R is the neutral point, S is 0
	for range 1000 {
		forged := vault.KeysOf(1, newIdentity(t))
		if !ed25519.Verify(make([]byte, ed25519.PublicKeySize), service.VaultMessage("w", 1, publicKey(forged)), signature) {
			continue // for one key of four it is right
		}
		if leads("w", vault.Pin{}, forged.Pin(), publicKey(forged)+hex.EncodeToString(signature)) {
			t.Error("whoever knows of no vault is led to one")
		}
		return
	}
	t.Fatal("no signature was right")
}

func TestPin_IsTheNewerOfTwoAndTwoOfOneGenerationAreRefused(t *testing.T) {
	t.Parallel()
	all, _ := rotated(t, 2)
	none, first, second := vault.Pin{}, all[0].Pin(), all[1].Pin()
	other := vault.KeysOf(1, newIdentity(t)).Pin()
	for name, c := range map[string]struct {
		wrapped, kept, want vault.Pin
		refused             bool
	}{
		"none": {none, none, none, false}, "the wrap's": {first, none, first, false}, "the keychain's": {none, first, first, false},
		"both alike": {first, first, first, false}, "the wrap's is newer": {second, first, second, false}, "the keychain's is newer": {first, second, second, false},
		"another": {first, other, none, true},
	} {
		s := sealing()
		if err := s.pin(c.wrapped, c.kept); s.pinned != c.want || c.refused != service.IsCode(err, service.CodeVaultNotAuthentic) || c.refused != (err != nil) {
			t.Errorf("%s: %+v, %v", name, s.pinned, err)
		}
	}
}

// What a server shows is believed only as far as the pin leads.
func TestKeysOf_OpensOnlyTheVaultThatIsPinned(t *testing.T) {
	t.Parallel()
	all, links := rotated(t, 3)
	own := newIdentity(t)
	shown := func(keys vault.Keys, links ...string) service.Vault {
		sealed, err := seal(keys, own.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		return service.Vault{Generation: keys.Generation(), PublicKey: publicKey(keys), Links: strings.Join(links, ""), Keys: sealed}
	}
	forged := vault.KeysOf(3, newIdentity(t))
	newest := shown(all[2].OnlyNewest(), links...)
	waits, mixed, foreign := newest, newest, newest
	waits.Keys = service.SealedKeys{}
	mixed.Keys = shown(forged).Keys
	foreign.PublicKey = publicKey(forged)
	for name, c := range map[string]struct {
		pinned vault.Pin
		v      service.Vault
		code   service.Code
	}{
		"its own":                             {all[2].Pin(), newest, ""},
		"one that it leads to":                {all[0].Pin(), newest, ""},
		"nobody has given keys":               {all[0].Pin(), waits, service.CodeVaultWaiting},
		"no vault, and none is known":         {vault.Pin{}, service.Vault{}, service.CodeVaultWaiting},
		"no vault, and one is known":          {all[0].Pin(), service.Vault{}, service.CodeVaultNotAuthentic},
		"one whose links are kept back":       {all[0].Pin(), shown(all[2].OnlyNewest()), service.CodeVaultNotAuthentic},
		"an older one":                        {all[2].Pin(), shown(all[1], links[0]), service.CodeVaultNotAuthentic},
		"another one":                         {all[0].Pin(), shown(forged, links...), service.CodeVaultNotAuthentic},
		"another one to who has none":         {vault.Pin{}, shown(forged), service.CodeVaultNotAuthentic},
		"another one's keys":                  {all[2].Pin(), mixed, service.CodeVaultNotAuthentic},
		"its keys under another's public key": {all[2].Pin(), foreign, service.CodeVaultNotAuthentic},
	} {
		s := sealing()
		s.own, s.pinned = own, c.pinned
		keys, err := s.keysOf(c.v)
		if c.code == "" {
			if err != nil || publicKey(keys) != publicKey(all[2]) || s.pinned != all[2].Pin() {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !service.IsCode(err, c.code) || !keys.Empty() || !s.keys.Empty() || s.pinned != c.pinned {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeysOf_WhatIsBrokenStaysClosedAndASessionThatMovedOnDoesNotGoBack(t *testing.T) {
	t.Parallel()
	all, _ := rotated(t, 2)
	own := newIdentity(t)
	s := sealing()
	s.own, s.pinned, s.keys = own, all[1].Pin(), all[1]
	sealed, err := seal(all[0], own.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	before := service.Vault{Generation: 1, PublicKey: publicKey(all[0]), Keys: sealed}
	if _, err := s.keysOf(before); !service.IsCode(err, service.CodeVaultNotAuthentic) {
		t.Errorf("of before the rotation: %v", err)
	}
	s.broken = errors.New("broken")
	if _, err := s.keysOf(service.Vault{Generation: 2}); !errors.Is(err, s.broken) {
		t.Errorf("%v", err)
	}
}
