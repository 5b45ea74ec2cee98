package workspace_test

import (
	"testing"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/rescue"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

func TestRecovered_WhatTheRowsOpenWithDecides(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("deed", "1"), paper("lease", "2"))
	kit, err := owner.admin().MakeKit(t.Context(), owner.proof())
	h.ok(err)
	other, err := vault.NewIdentity()
	h.ok(err)
	count := func(i secret.Text) (int, error) {
		r, err := rescue.Read(t.Context(), h.store, h.files, i)
		return len(r.Rows), err
	}
	if n, err := count(kit.Identity); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	n, err := count(other.Text())
	if h.refused(err, service.CodeKitWrong); n != 0 {
		t.Errorf("another key opens %d", n)
	}
	h.sneak("UPDATE workspace SET kit_public_key = ''") // what cannot be believed any more
	if n, err := count(kit.Identity); n != 2 || err != nil {
		t.Errorf("with another check: %d, %v", n, err)
	}
	h.sneak("UPDATE documents SET generation = 7 WHERE id = '" + h.find(s, "deed").ID + "'")
	if n, err := count(kit.Identity); n != 1 || err != nil {
		t.Errorf("with a file of a key that is not there: %d, %v", n, err)
	}
	h.sneak("UPDATE workspace SET kit_generation = 0")
	_, err = count(kit.Identity)
	h.refused(err, service.CodeKitNone)
}

func TestRecovered_KitOfAWorkspaceWithoutContractsIsRight(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	kit := owner.kitOf()
	r, err := rescue.Read(t.Context(), h.store, h.files, kit.Identity)
	if h.ok(err); len(r.Rows) != 0 {
		t.Errorf("%d contracts", len(r.Rows))
	}
}

func TestRecovered_WorkspaceThatCannotBeReadIsNotTakenForNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("deed", "1"))
	kit := owner.kitOf()
	h.sneak("UPDATE workspace SET rotating = 257")
	r, err := rescue.Read(t.Context(), h.store, h.files, kit.Identity)
	if h.refused(err, service.CodeNotAuthentic); len(r.Rows) > 0 {
		t.Errorf("%d contracts", len(r.Rows))
	}
}

func TestRecovered_NewDatabaseInThePlaceOfTheOldOne(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("deed", "1"), paper("lease", "2"))
	kit, err := owner.admin().MakeKit(t.Context(), owner.proof())
	h.ok(err)
	empty := newFixture(t)
	r, err := rescue.Read(t.Context(), empty.store, h.files, kit.Identity)
	if h.ok(err); len(r.Rows) != 2 {
		t.Errorf("%d contracts", len(r.Rows))
	}
}

func TestHasKit_WithoutAWorkspaceByWhatIsLeft(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("deed", "1"))
	if has, err := h.w.HasKit(); has || err != nil {
		t.Errorf("no kit was made: %t, %v", has, err)
	}
	empty := newFixture(t)
	w, err := local.Open(t.Context(), local.Config{Store: empty.store, Secrets: empty.secrets, Files: h.files, Now: h.clock.now, Password: cheap})
	h.ok(err)
	if has, err := w.HasKit(); !has || err != nil {
		t.Errorf("contracts are left: %t, %v", has, err)
	}
	_, err = owner.admin().MakeKit(t.Context(), owner.proof())
	h.ok(err)
	if has, err := h.w.HasKit(); !has || err != nil {
		t.Errorf("a kit was made: %t, %v", has, err)
	}
}

func TestKit_NoneOrAnothersIsRefused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("deed", "1"))
	other, err := vault.NewIdentity()
	h.ok(err)
	use := func() error {
		s, c, err := h.w.UseKit(t.Context(), client.NewOwner{Name: "New Owner", Email: otherEmail, Password: secret.NewText("kettle drum marzipan 7"), Kit: other.Text()})
		if s != nil || c != nil {
			t.Error("somebody is in")
		}
		return err
	}
	h.refused(use(), service.CodeKitNone)
	_, err = owner.admin().MakeKit(t.Context(), owner.proof())
	h.ok(err)
	if e := h.refused(use(), service.CodeKitWrong); e.Field != "kit" {
		t.Errorf("at %q", e.Field)
	}
	_, _, err = h.w.SignIn(t.Context(), otherEmail, secret.NewText("kettle drum marzipan 7"))
	h.refused(err, service.CodeCredentialsWrong)
}
