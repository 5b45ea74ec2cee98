package app

import (
	"strings"
	"testing"

	"countersign/backend/keychain"
)

func TestUseKit_SavesTheContractsOfALostKeychain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.addText("Lease", "text")
	mail := d.page.mailbox()
	kit, err := d.MakeKit(d.in.Token, d.page.proof(pass, "none", ""), mail.PublicKey)
	d.ok(err)
	key := strings.Join(mail.open(holdsKit, kit.Identity), "")
	if kit.QR.Modules == 0 || !strings.HasPrefix(key, "AGE-SECRET-KEY-1") || kit.Workspace != "Northwind Legal" {
		t.Errorf("%+v", kit)
	}
	state, err := d.KitState(d.in.Token)
	if d.ok(err); !state.Current {
		t.Errorf("%+v", state)
	}
	d.auth.Lock(d.in.Token)
	in := func(w *window, email string) KitOwner {
		return KitOwner{
			Workspace: "Again", Name: "Hannah Weiß", Email: email, Password: w.page.typed(holdsNewPassword, "kettle drum marzipan 7"), Kit: w.page.typed(holdsKit, key),
		}
	}
	first, err := d.auth.UseKit(in(d.window, "hannah@example.com"))
	d.ok(err)
	if first.Session == nil || first.Session.Profile.Role != "owner" {
		t.Errorf("%+v", first)
	}
	d.auth.Lock(first.Session.Token)
	d.window.s.end()
	lost := windowOn(t, d.window.s.path(), keychain.NewMemory())
	before, err := lost.auth.State()
	lost.ok(err)
	if before.Stage != "fault" || before.Fault.Code != "keychain_item_missing" || !before.Kit {
		t.Errorf("%+v", before)
	}
	back, err := lost.auth.UseKit(in(lost, "hannah@example.com"))
	lost.ok(err)
	v, err := (&Contracts{lost.s}).List(back.Session.Token)
	lost.ok(err)
	if len(v.Contracts) != 1 || v.Contracts[0].Name != "Lease" || v.Contracts[0].Missing || back.Session.Profile.Workspace != "Again" {
		t.Errorf("%+v", v)
	}
}
