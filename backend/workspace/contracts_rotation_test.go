package workspace_test

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

func TestRotation_CoversEachDocumentAndMember(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	for i := range 20 {
		h.add(s, paper(strings.Repeat("n", i+1), strings.Repeat("x", i*1000)))
	}
	h.ok(s.RemoveDocuments(t.Context(), []string{h.find(s, "n").ID}))
	h.ok(s.RemoveDocuments(t.Context(), []string{h.find(s, "nn").ID}))
	h.ok(owner.admin().PurgeDocuments(t.Context(), []string{h.find(s, "nn").ID}))
	member := h.one(person{role: store.RoleMember})
	member.signIn()
	owner.signIn() // gives the member the key
	other := member.signIn()
	given, err := owner.admin().AddMember(t.Context(), service.NewMember{Name: "B", Email: otherEmail, Role: store.RoleMember}, client.Proof{})
	h.ok(err)
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.refused(a.BeginRotation(t.Context(), owner.proof()), service.CodeRotationRunning)
	_, err = a.MakeKit(t.Context(), owner.proof())
	h.refused(err, service.CodeRotationRunning)
	ctx, stop := context.WithCancel(t.Context())
	err = a.Rotate(ctx, func(done, total int64) {
		if done > 0 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	r, err := a.Rotation(t.Context())
	h.ok(err)
	if !r.Running || r.Done == 0 || r.Done == r.Total || r.Total != 20 {
		t.Errorf("%+v", r)
	}
	h.add(other, paper("meanwhile", "m"))
	if h.read(other, "nnn") != strings.Repeat("x", 2000) {
		t.Error("a member reads something else meanwhile")
	}
	h.ok(a.HoldRotation(t.Context(), true))
	h.ok(a.Rotate(t.Context(), nil))
	if held, err := a.Rotation(t.Context()); err != nil || !held.Held || held.Done != r.Done+1 {
		t.Errorf("it went on although it was held: %+v", held)
	}
	h.restart() // goes on after a crash
	a = owner.admin()
	h.ok(a.HoldRotation(t.Context(), false))
	h.ok(a.Rotate(t.Context(), nil))
	if r, err = a.Rotation(t.Context()); err != nil || r.Running {
		t.Errorf("%+v, %v", r, err)
	}
	for _, name := range h.papers() {
		if !strings.HasSuffix(name, ".2.age") {
			t.Errorf("there is still %s", name)
		}
	}
	redeemed, _, err := h.w.Redeem(t.Context(), otherEmail, secret.NewText(given.Code.Display()), secret.NewText("kettle drum marzipan 7"))
	h.ok(err)
	for _, one := range []*client.Session{owner.signIn(), member.signIn(), redeemed} {
		if h.read(one, "nnnn") != strings.Repeat("x", 3000) || h.read(one, "n") != "" || h.read(one, "meanwhile") != "m" {
			t.Error("somebody reads something else")
		}
	}
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		more, err := tx.VaultKeysWithMore()
		if len(more) > 0 {
			t.Errorf("%d still hold the old key", len(more))
		}
		return err
	}))
	h.restart()
}

func TestRotation_DeletedDocumentLeavesNoFile(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("a", "1"), paper("b", "2"))
	id := h.find(s, "a").ID
	h.ok(s.RemoveDocuments(t.Context(), []string{id}))
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	written := 0
	h.files.kept = func() {
		if written++; written == 2 { // both are written, neither is committed
			h.ok(a.PurgeDocuments(t.Context(), []string{id}))
		}
	}
	h.ok(a.Rotate(t.Context(), nil))
	if got := h.papers(); len(got) != 1 || got[0] != h.find(s, "b").ID+".2.age" {
		t.Errorf("there are %v", got)
	}
	if r, err := a.Rotation(t.Context()); err != nil || r.Running {
		t.Errorf("%+v, %v", r, err)
	}
	h.restart()
}

func TestRotation_UnreadableDocumentKeepsTheOldKey(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("a", "1"), paper("b", "2"))
	h.ok(h.files.Remove(h.find(s, "a").ID + ".1.age"))
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.refused(a.Rotate(t.Context(), nil), service.CodeDocumentMissing)
	r, err := a.Rotation(t.Context())
	if h.ok(err); !r.Running || r.Done != 1 {
		t.Errorf("%+v", r)
	}
	if h.read(s, "b") != "2" || !strings.Contains(h.contracts(s), "a") {
		t.Error("the rest is not as it was")
	}
}

func TestUseKit_MakesANewOwnerWhoReadsTheContracts(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.add(owner.signIn(), paper("a", "text"))
	use := func(kit secret.Text, email string) (*client.Session, *client.Challenge, error) {
		return h.w.UseKit(t.Context(), client.NewOwner{Name: "New Owner", Email: email, Password: secret.NewText("kettle drum marzipan 7"), Kit: kit})
	}
	_, _, err := use(secret.NewText("AGE-SECRET-KEY-1"), otherEmail)
	h.refused(err, service.CodeKitForm)
	kit, err := owner.admin().MakeKit(t.Context(), owner.proof())
	h.ok(err)
	_, _, err = use(secret.NewText("AGE-SECRET-KEY-1QLYDJE6XJTT8A66SPXLFVZQLUHQE2A5TKRKQZ0Q9AAZTYSSDWF8S02SGKL"), otherEmail)
	if !service.IsCode(err, service.CodeKitWrong) && !service.IsCode(err, service.CodeKitForm) {
		t.Errorf("another key: %v", err)
	}
	s, _, err := use(secret.NewText(" "+strings.ToLower(kit.Identity.Reveal())+"\n"), otherEmail)
	h.ok(err)
	if h.read(s, "a") != "text" {
		t.Error("the new owner reads something else")
	}
	if a, err := s.Admin(t.Context()); err != nil {
		t.Error(err)
	} else if _, err := a.MakeKit(t.Context(), client.Proof{Password: secret.NewText("kettle drum marzipan 7")}); err != nil {
		t.Error(err)
	}
	member := h.one(person{role: store.RoleMember})
	_, _, err = use(kit.Identity, member.email)
	h.refused(err, service.CodeEmailTaken)
	// The owner who has lost phone, codes and password gets the profile back.
	old := owner.signIn()
	s, _, err = use(kit.Identity, owner.email)
	h.ok(err)
	if h.status(s).On || h.items() != 0 {
		t.Error("2FA is still on for the owner who came back")
	}
	_, err = old.Documents(t.Context())
	h.refused(err, service.CodeSessionEnded)
	h.restart()
}

func TestKit_CountsForRequire2FAAndEndsWithARotation(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	a := owner.admin()
	h.refused(a.Require2FA(t.Context(), h.clock.now(), "", owner.proof()), service.CodeRequireAlone)
	kit, err := a.MakeKit(t.Context(), owner.proof())
	h.ok(err)
	h.ok(a.Require2FA(t.Context(), h.clock.now(), "", owner.proof()))
	s, c, err := h.w.UseKit(t.Context(), client.NewOwner{Name: "N", Email: otherEmail, Password: secret.NewText("kettle drum marzipan 7"), Kit: kit.Identity})
	h.ok(err)
	if s != nil || !c.MustEnrol() {
		t.Error("the kit lets somebody past the requirement")
	}
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.ok(a.Rotate(t.Context(), nil))
	_, _, err = h.w.UseKit(t.Context(), client.NewOwner{Name: "M", Email: "m@example.com", Password: secret.NewText("kettle drum marzipan 7"), Kit: kit.Identity})
	h.refused(err, service.CodeKitWrong)
	state, err := a.KitState(t.Context())
	if h.ok(err); state.Current || state.MadeBy != "Amara Okafor" {
		t.Errorf("%+v", state)
	}
}

// between is a store that does something before somebody writes, once.
type between struct {
	store.Store
	once func()
}

func (b *between) Exclusive(ctx context.Context, fn func() error) error {
	if once := b.once; once != nil {
		b.once = nil
		once()
	}
	return b.Store.Exclusive(ctx, fn)
}

func TestRotation_WhoCameWhileItBeganGetsTheNewKey(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("a", "text"))
	db := &between{Store: h.store}
	w, err := local.Open(t.Context(), local.Config{Store: db, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	s, _, err := w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	a, err := s.Admin(t.Context())
	h.ok(err)
	var given client.GivenOut
	db.once = func() { // the holders were read by then
		given, err = owner.admin().AddMember(t.Context(), service.NewMember{Name: "Bela", Email: otherEmail, Role: store.RoleMember}, client.Proof{})
		h.ok(err)
	}
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		behind, err := tx.VaultKeysBehind(2)
		if len(behind) > 0 {
			t.Errorf("%d do not have the new key", len(behind))
		}
		return err
	}))
	h.ok(a.Rotate(t.Context(), nil))
	member, _, err := w.Redeem(t.Context(), otherEmail, secret.NewText(given.Code.Display()), secret.NewText("kettle drum marzipan 7"))
	h.ok(err)
	if h.read(member, "a") != "text" {
		t.Error("the new member reads something else")
	}
	h.restart()
}

// A code that was made with the old key would come with a signature that counts for nothing once the rotation is over.
func TestAddMember_RotationMeanwhileMakesTheCodeAnew(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	db := &between{Store: h.store}
	w, err := local.Open(t.Context(), local.Config{Store: db, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	s, _, err := w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	a, err := s.Admin(t.Context())
	h.ok(err)
	for name, add := range map[string]func() ([]client.GivenOut, error){
		"one@example.com": func() ([]client.GivenOut, error) {
			given, err := a.AddMember(t.Context(), service.NewMember{Name: "One", Email: "one@example.com", Role: store.RoleMember}, owner.proof())
			return []client.GivenOut{given}, err
		},
		"many@example.com": func() ([]client.GivenOut, error) {
			return a.AddMembers(t.Context(), []service.NewMember{{Name: "Many", Email: "many@example.com", Role: store.RoleMember}}, owner.proof(), nil)
		},
	} {
		rotated := false
		db.once = func() {
			rotated = true
			by := owner.admin()
			h.ok(by.BeginRotation(context.WithoutCancel(t.Context()), owner.proof()))
			h.ok(by.Rotate(context.WithoutCancel(t.Context()), nil))
		}
		given, err := add()
		h.ok(err)
		if !rotated || len(given) != 1 {
			t.Fatalf("rotated: %t; %d codes", rotated, len(given))
		}
		m, _, err := w.Redeem(t.Context(), name, secret.NewText(given[0].Code.Display()), secret.NewText("kettle drum marzipan 7"))
		h.ok(err)
		if h.read(m, "lease") != "Lease of the mill" {
			t.Errorf("%s reads something else", name)
		}
	}
}

// The old key, with which a key pair was signed, is gone once a rotation is over.
func TestRotate_GivesTheNewKeyToWhoWaitsBeforeTheOldOneGoes(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 1)
	s, m := owner.signIn(), members[0]
	a, err := s.Admin(t.Context())
	h.ok(err)
	old := h.keysOf(s)
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.alterKey("profile/"+m.id, func(k *store.VaultKey) bool { // as of one who came while it began
		k.Signature = old.Sign(service.HolderMessage(h.w.ID(), k.Recipient))
		k.Ciphertext, k.Generation, k.OnlyOne = nil, 0, false
		return true
	})
	h.ok(a.Rotate(t.Context(), nil))
	if h.generation(m) != 2 || h.contracts(m.signIn()) != "lease" {
		t.Errorf("of generation %d", h.generation(m))
	}
	newest := h.keysOf(s)
	if newest.Has(1) || !newest.Signed(service.HolderMessage(h.w.ID(), h.recipient(m)), h.keyRow(m).Signature) {
		t.Error("the old key is there still, or the new one has not signed")
	}
}

func TestBeginRotation_AnotherThatCameAndWentEndsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	a, other := owner.admin(), owner.admin()
	err := h.amid(steps, 3, func() {
		ctx := context.WithoutCancel(t.Context())
		h.ok(other.BeginRotation(ctx, owner.proof()))
		h.ok(other.Rotate(ctx, nil))
	}, func() error { return a.BeginRotation(t.Context(), owner.proof()) })
	h.refused(err, service.CodeRotationRunning)
	if r, err := a.Rotation(t.Context()); err != nil || r.Running {
		t.Errorf("%+v, %v", r, err)
	}
	if got := h.read(owner.signIn(), "lease"); got != "Lease of the mill" {
		t.Errorf("read %q", got)
	}
}

func TestBeginRotation_WhoseKeyPairChangedGetsTheNewKey(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	member := h.one(person{role: store.RoleMember})
	member.signIn()
	a := owner.admin()
	given, err := a.ResetPassword(t.Context(), member.id, "", owner.proof())
	h.ok(err)
	member.pass = longerPass
	var s *client.Session
	h.ok(h.amid(steps, 3, func() {
		var err error
		s, _, err = member.redeem(given)
		h.ok(err)
	}, func() error { return a.BeginRotation(t.Context(), owner.proof()) }))
	h.ok(a.Rotate(t.Context(), nil))
	if h.read(s, "lease") != "Lease of the mill" || h.read(member.signIn(), "lease") != "Lease of the mill" {
		t.Error("the member reads something else")
	}
}

// moveToNewest brings the one contract that there is under the newest key, as Rotate does, and no further.
func (h *fixture) moveToNewest(s *client.Session, a *client.Admin) {
	h.Helper()
	row, keys := h.row(s)
	sealed := h.unread(keys, row.ID, keys.Generation())
	h.ok(a.RotateDocuments(h.Context(), keys.Generation(), []service.ChangedDocument{{Was: row.Ciphertext, Row: sealed}}))
}

// Nobody else waits for a member whose row is damaged.
func TestBeginRotation_PassesOverWhoCannotHaveTheKey(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 2)
	s := owner.signIn()
	a := owner.admin()
	h.alterKey("profile/"+members[0].id, func(k *store.VaultKey) bool { k.Recipient = "age1"; return true })
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	if h.generation(members[0]) != 1 || h.generation(members[1]) != 2 || h.generation(owner) != 2 {
		t.Errorf("of generation %d, %d and %d", h.generation(members[0]), h.generation(members[1]), h.generation(owner))
	}
	h.ok(a.Rotate(t.Context(), nil))
	if r, err := a.Rotation(t.Context()); err != nil || r.Running || h.contracts(s) != "lease" {
		t.Errorf("%+v, %v", r, err)
	}
}

// An owner whose own row is damaged would lose the vault.
func TestBeginRotation_WhoWouldNotHaveTheKeyIsRefusedBeforeAnybodyWaits(t *testing.T) {
	t.Parallel()
	h, owner, _ := waiting(t, 1)
	owner.signIn()
	steps := h.onSteps()
	a := owner.admin()
	h.alterKey("profile/"+owner.id, func(k *store.VaultKey) bool { k.Recipient = "age1"; return true })
	steps.before(0, nil)
	err := a.BeginRotation(t.Context(), client.Proof{})
	n := steps.stop()
	if h.refused(err, service.CodeVaultWaiting); n > 0 {
		t.Errorf("after %d turns", n)
	}
	if r, err := a.Rotation(t.Context()); err != nil || r.Running {
		t.Errorf("%+v, %v", r, err)
	}
}

// The workspace does not take a client's word that the owner has the new key.
func TestBeginRotation_WithoutTheOwnersOwnKeyIsAConflict(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 1)
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	v, holders, err := a.RotationStart(t.Context())
	h.ok(err)
	given := func(generation int, skip string) (all []service.GivenKeys) {
		for _, k := range holders {
			if k.Holder != skip {
				k.Signature = someSignature
				all = append(all, service.GivenKeys{KeyHolder: k, SealedKeys: service.SealedKeys{Ciphertext: []byte("sealed"), Generation: generation}})
			}
		}
		return all
	}
	head := h.head()
	key := strings.Repeat("ab", 32)
	link := h.keysOf(s).Sign(service.VaultMessage(h.w.ID(), v.Generation+1, key))
	for name, all := range map[string][]service.GivenKeys{
		"nobody": nil, "all but the owner": given(v.Generation+1, "profile/"+owner.id),
	} {
		if err := a.Admin.BeginRotation(t.Context(), h.signed(s, owner.pass), key, link, all); !errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, generation := range []int{v.Generation, v.Generation + 2} {
		h.refused(a.Admin.BeginRotation(t.Context(), h.signed(s, owner.pass), key, link, given(generation, "")), service.CodeRotationRunning)
	}
	if r, err := a.Rotation(t.Context()); err != nil || r.Running || h.generation(members[0]) != 1 || h.kinds(head, "rotation-begun") > 0 {
		t.Errorf("%+v, %v", r, err)
	}
	all := given(v.Generation+1, "")
	for i := range all {
		if all[i].Holder == "profile/"+members[0].id {
			all[i].Recipient = "age1" // who has another key pair by now
		}
	}
	h.ok(a.Admin.BeginRotation(t.Context(), h.signed(s, owner.pass), key, link, all))
	if h.generation(owner) != 2 || h.generation(members[0]) != 1 {
		t.Errorf("of generation %d and %d", h.generation(owner), h.generation(members[0]))
	}
}

// Who has the old key beside the newest keeps it until the newest alone is encrypted to them.
func TestEndRotation_SomebodyWithTheOldKeyIsAConflict(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 1)
	s := owner.signIn()
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.ok(a.HoldRotation(t.Context(), true))
	if _, _, ready, err := a.RotationEnd(t.Context()); err != nil || ready {
		t.Errorf("one that is held is ready: %v", err)
	}
	if ended, err := a.EndRotation(t.Context(), nil); err != nil || ended {
		t.Errorf("one that is held ended: %v", err)
	}
	h.ok(a.HoldRotation(t.Context(), false))
	if _, _, ready, err := a.RotationEnd(t.Context()); err != nil || ready {
		t.Errorf("ready with a document under the old key: %v", err)
	}
	h.moveToNewest(s, a)
	_, holders, ready, err := a.RotationEnd(t.Context())
	if h.ok(err); !ready || len(holders) != 2 {
		t.Fatalf("%v, %v", ready, holders)
	}
	of := func(change func(*service.GivenKeys)) []service.GivenKeys {
		all := make([]service.GivenKeys, len(holders))
		for i, k := range holders {
			all[i] = service.GivenKeys{KeyHolder: k, SealedKeys: service.SealedKeys{Ciphertext: []byte("sealed"), Generation: 2, OnlyOne: true}}
		}
		change(&all[0])
		return all
	}
	for name, all := range map[string][]service.GivenKeys{
		"nobody":               nil,
		"all but one":          of(func(*service.GivenKeys) {})[1:],
		"to another key pair":  of(func(g *service.GivenKeys) { g.Recipient = "age1" }),
		"the old key":          of(func(g *service.GivenKeys) { g.Generation = 1 }),
		"the old key with it":  of(func(g *service.GivenKeys) { g.OnlyOne = false }),
		"without a signature":  of(func(g *service.GivenKeys) { g.Signature = nil }),
		"under another's name": of(func(g *service.GivenKeys) { g.Holder = "profile/other" }),
	} {
		if ended, err := a.EndRotation(t.Context(), all); ended || !errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: %t, %v", name, ended, err)
		}
	}
	if ended, err := a.EndRotation(t.Context(), of(func(*service.GivenKeys) {})); err != nil || !ended {
		t.Errorf("%t, %v", ended, err)
	}
	if r, err := a.Rotation(t.Context()); err != nil || r.Running || h.generation(members[0]) != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestBeginRotation_AfterTheLastGenerationThereIsNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	own, err := vault.NewIdentity()
	h.ok(err)
	s, keys := owner.signIn(), vault.KeysOf(1<<30, own)
	h.alterInfo(func(i *store.Info) {
		i.VaultGeneration, i.VaultPublicKey = keys.Generation(), hex.EncodeToString(keys.PublicKey())
	})
	h.handed("profile/"+owner.id, keys)
	h.pins(s, keys.Pin())
	a := owner.admin()
	head := h.head()
	err = a.BeginRotation(t.Context(), owner.proof())
	if e := (*service.Error)(nil); err == nil || errors.As(err, &e) || h.head() != head {
		t.Errorf("%v, %v", err, h.eventsAfter(head))
	}
}

func TestHoldRotation_OnlyAnOwnerAndOnlyOneThatRuns(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	a, admin := owner.admin(), h.one(person{role: store.RoleAdmin}).admin()
	head := h.head()
	h.ok(a.HoldRotation(t.Context(), true))
	if r, err := a.Rotation(t.Context()); err != nil || r.Held || h.head() != head {
		t.Errorf("what does not run is held: %+v, %v", r, err)
	}
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.refused(admin.HoldRotation(t.Context(), true), service.CodeForbidden)
	head = h.head()
	for _, held := range []bool{true, false} {
		h.ok(a.HoldRotation(t.Context(), held))
		if r, err := a.Rotation(t.Context()); err != nil || r.Held != held {
			t.Errorf("%+v, %v", r, err)
		}
	}
	if all := h.eventsAfter(head); len(all) != 2 || all[0].Kind != "rotation-held" || all[1].Kind != "rotation-resumed" {
		t.Errorf("%+v", all)
	}
}
