package servicetest

import (
	"encoding/hex"
	"errors"
	"slices"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

var keys = []useCase{
	{"Keys_AreGivenToWhoWaits", keysGiven, []string{"Session.Vault", "Session.WaitingKeys", "Session.GiveKeys"}},
	{"Keys_AreNotGivenToAKeyPairThatNobodySigned", keysKept, nil},
	{"Keys_KeyPairIsNotReplaced", keyPairStays, []string{"Session.SaveKeyPair"}},
	{"Vault_IsNotFoundedTwice", vaultStays, []string{"Session.FoundVault"}},
	{"Rotation_BringsEverythingUnderANewKey", rotates, []string{"Admin.BeginRotation", "Admin.Rotation", "Admin.HoldRotation"}},
	{"Rotation_TakesOnlyWhatFits", rotationGuards, []string{"Admin.RotationStart", "Admin.RotateDocuments", "Admin.RotationEnd", "Admin.EndRotation"}},
	{"Kit_LetsANewOwnerIn", kitLetsIn, []string{"Admin.MakeKit", "Admin.KitState", "Workspace.HasKit", "Workspace.BeginKit", "KitAttempt.Terms", "KitAttempt.Use"}},
	{"Kit_TakesTheProfileOfAnOwnerOver", kitTakesOver, nil},
	{"Kit_SignatureIsGoodForItsAttemptAlone", kitSignatures, nil},
	{"Kit_LeadsThroughEnrollingWhere2FAIsRequired", kitEnrols, nil},
}

// vaultKeys opens the vault's keys of somebody whose client was changed, who has been given them.
func (h *hand) vaultKeys(s service.Session) vault.Keys {
	h.f.Helper()
	v, err := s.Vault(h.f.ctx())
	h.f.ok(err)
	all, err := h.pair.Open(v.Keys.Ciphertext)
	h.f.ok(err)
	h.f.same("the public key", hex.EncodeToString(all.PublicKey()), v.PublicKey)
	return all
}

// sealed encrypts keys to holders.
func (f *fixture) sealed(all vault.Keys, to []service.KeyHolder) (given []service.GivenKeys) {
	f.Helper()
	for _, h := range to {
		ciphertext, err := all.EncryptTo(h.Recipient)
		f.ok(err)
		h.Signature = all.Sign(service.HolderMessage(f.owner.w.ID(), h.Recipient))
		given = append(given, service.GivenKeys{KeyHolder: h, SealedKeys: service.SealedKeys{
			Ciphertext: ciphertext, Generation: all.Generation(), OnlyOne: !all.Has(all.Generation() - 1),
		}})
	}
	return given
}

func keysGiven(f *fixture) {
	h, s := f.waits(true)
	v, waiting, err := s.WaitingKeys(f.ctx())
	f.ok(err)
	if v.Generation != 1 || v.Keys.Generation != 0 || len(v.Keys.Ciphertext) != 0 || len(waiting) != 1 || waiting[0].Holder != v.Holder || waiting[0].Recipient != h.pair.Recipient() {
		f.Fatalf("%+v, %+v", v, waiting)
	}
	f.same("its own keys", s.OwnKeys().Recipient, h.pair.Recipient())
	unsealed := func() {
		f.Helper()
		if v, err := s.Vault(f.ctx()); err != nil || len(v.Keys.Ciphertext) != 0 {
			f.Errorf("%+v, %v", v, err)
		}
	}
	other, err := vault.NewKeys()
	f.ok(err)
	mine := f.sealed(other, waiting)
	for what, c := range map[string]struct {
		publicKey string
		spoil     func(*service.GivenKeys)
	}{
		"keys of another vault":     {hex.EncodeToString(other.PublicKey()), func(*service.GivenKeys) {}},
		"another recipient":         {v.PublicKey, func(g *service.GivenKeys) { g.Recipient = f.keyPair().Recipient() }},
		"another holder":            {v.PublicKey, func(g *service.GivenKeys) { g.Holder = "profile/nobody" }},
		"keys of no generation":     {v.PublicKey, func(g *service.GivenKeys) { g.Generation = 0 }},
		"keys of a generation more": {v.PublicKey, func(g *service.GivenKeys) { g.Generation = 2 }},
		"keys of any length":        {v.PublicKey, func(g *service.GivenKeys) { g.Ciphertext = random(5 << 20) }},
		"no signature":              {v.PublicKey, func(g *service.GivenKeys) { g.Signature = nil }},
		"a generation without keys": {v.PublicKey, func(g *service.GivenKeys) { g.Ciphertext = nil }},
		"somebody who has them":     {v.PublicKey, func(g *service.GivenKeys) { g.Holder = "profile/" + f.owner.id }},
	} {
		given := mine[0]
		c.spoil(&given)
		if n, err := s.GiveKeys(f.ctx(), c.publicKey, []service.GivenKeys{given}); err != nil || n != 0 {
			f.Errorf("%s: %d, %v", what, n, err)
		}
		unsealed()
	}
	f.add(f.owner.signIn(), paper("lease", "Lease of the mill")) // who comes next gives them
	all := h.vaultKeys(s)
	if !all.Has(1) || all.Generation() != 1 {
		f.Errorf("generation %d", all.Generation())
	}
	if n, err := s.GiveKeys(f.ctx(), v.PublicKey, mine); err != nil || n != 0 { // nobody waits
		f.Errorf("%d, %v", n, err)
	}
	h.vaultKeys(s)
	f.same("what the owner reads", f.read(f.owner.signIn(), "lease"), "Lease of the mill")
	f.ok(s.End(f.ctx()))
	f.refused(second(s.Vault(f.ctx())), service.CodeSessionEnded)
	f.refused(third(s.WaitingKeys(f.ctx())), service.CodeSessionEnded)
	f.refused(second(s.GiveKeys(f.ctx(), v.PublicKey, mine)), service.CodeSessionEnded)
	f.same("what is left of its keys", s.OwnKeys().Recipient, "")
}

func keysKept(f *fixture) {
	f.add(f.owner.signIn(), paper("lease", "Lease of the mill"))
	_, s := f.waits(false)
	if v, waiting, err := s.WaitingKeys(f.ctx()); err != nil || len(waiting) != 0 || v.Keys.Generation != 0 {
		f.Errorf("%+v, %+v, %v", v, waiting, err)
	}
	f.owner.signIn()
	a := f.owner.admin()
	f.ok(a.BeginRotation(f.ctx(), f.owner.proof()))
	f.ok(a.Rotate(f.ctx(), nil))
	if v, err := s.Vault(f.ctx()); err != nil || v.Generation != 2 || len(v.Keys.Ciphertext) != 0 {
		f.Errorf("%+v, %v", v, err)
	}
}

func keyPairStays(f *fixture) {
	h, s := f.hand(service.RoleMember)
	f.fails("no key pair", s.SaveKeyPair(f.ctx(), service.WrappedKeyPair{}))
	f.ok(s.SaveKeyPair(f.ctx(), f.wrapped(f.keyPair())))
	f.same("the key pair", h.signIn().OwnKeys().Recipient, h.pair.Recipient())
	f.owner.signIn()
	h.vaultKeys(s)
	f.ok(s.End(f.ctx()))
	f.refused(s.SaveKeyPair(f.ctx(), f.wrapped(f.keyPair())), service.CodeSessionEnded)
}

func vaultStays(f *fixture) {
	f.add(f.owner.signIn(), paper("lease", "Lease of the mill"))
	for role, code := range map[service.Role]service.Code{service.RoleOwner: service.CodeVaultExists, service.RoleAdmin: service.CodeForbidden, service.RoleMember: service.CodeForbidden} {
		h, s := f.hand(role)
		v, err := s.Vault(f.ctx())
		f.ok(err)
		other, err := vault.NewKeys()
		f.ok(err)
		public := hex.EncodeToString(other.PublicKey())
		given := f.sealed(other, []service.KeyHolder{{Holder: v.Holder, Recipient: h.pair.Recipient()}})[0]
		own := f.wrapped(h.pair)
		own.Keys, own.Signature = given.SealedKeys, given.Signature
		f.refused(s.FoundVault(f.ctx(), public, own), code)
		f.fails("no keys", s.FoundVault(f.ctx(), public, service.WrappedKeyPair{}))
		f.fails("no public key", s.FoundVault(f.ctx(), "", own))
		if now, err := s.Vault(f.ctx()); err != nil || now.PublicKey != v.PublicKey || now.Generation != v.Generation {
			f.Errorf("%+v, %v", now, err)
		}
		f.ok(s.End(f.ctx()))
		f.refused(s.FoundVault(f.ctx(), public, own), service.CodeSessionEnded)
	}
	f.same("what the owner reads", f.read(f.owner.signIn(), "lease"), "Lease of the mill")
}

func rotates(f *fixture) {
	s := f.owner.signIn()
	a, err := s.Admin(f.ctx())
	f.ok(err)
	f.add(s, paper("lease", "Lease of the mill"), paper("sale", "Sale of the mill"))
	m, other := f.member(service.RoleMember), f.member(service.RoleAdmin)
	ms := m.signIn()
	known := func(a *client.Admin, want int) string { // what two people compare
		f.Helper()
		key, generation, err := a.KnownVault(f.ctx())
		f.ok(err)
		f.same("which of the vault’s keys is known", generation, want)
		return string(key)
	}
	before := known(a, 1)
	if before == "" || known(other.admin(), 1) != before {
		f.Error("two people who have the same vault see two")
	}
	kit, err := a.MakeKit(f.ctx(), f.owner.proof())
	f.ok(err)
	f.refused(a.BeginRotation(f.ctx(), client.Proof{}), service.CodePasswordRequired)
	f.ok(a.BeginRotation(f.ctx(), f.owner.proof()))
	f.refused(a.BeginRotation(f.ctx(), f.owner.proof()), service.CodeRotationRunning)
	f.refused(second(a.MakeKit(f.ctx(), f.owner.proof())), service.CodeRotationRunning)
	state := func() service.Rotation {
		f.Helper()
		r, err := f.owner.admin().Rotation(f.ctx())
		f.ok(err)
		return r
	}
	f.same("the rotation", state(), service.Rotation{Running: true, Total: 2})
	f.add(ms, paper("deed", "Deed of the mill")) // under the new key
	f.ok(a.HoldRotation(f.ctx(), true))
	f.ok(a.Rotate(f.ctx(), nil))
	f.same("the rotation", state(), service.Rotation{Running: true, Held: true, Done: 1, Total: 3})
	f.ok(a.HoldRotation(f.ctx(), false))
	f.ok(a.Rotate(f.ctx(), nil))
	f.same("the rotation", state(), service.Rotation{Done: 3, Total: 3})
	for name, text := range map[string]string{"lease": "Lease of the mill", "sale": "Sale of the mill", "deed": "Deed of the mill"} {
		f.same("what the member reads", f.read(ms, name), text)
		f.same("what the owner reads", f.read(f.owner.signIn(), name), text)
	}
	if now := known(a, 2); now == before || known(other.admin(), 2) != now {
		f.Error("two people who have the same vault see two after a rotation, or the one of before")
	}
	if d := f.find(ms, "lease"); d.Generation != 2 {
		f.Errorf("%+v", d)
	}
	if k, err := a.KitState(f.ctx()); err != nil || k.Current || k.MadeAt.IsZero() {
		f.Errorf("%+v, %v", k, err)
	}
	_, _, err = f.useKit(m.w, kit, "new@example.com")
	f.refused(err, service.CodeKitWrong)
	f.same("what a new member reads", f.read(f.member(service.RoleMember).signIn(), "deed"), "Deed of the mill")
	f.ok(a.HoldRotation(f.ctx(), true)) // there being none
	f.same("the rotation", state(), service.Rotation{Done: 3, Total: 3})
}

func rotationGuards(f *fixture) {
	h, s := f.hand(service.RoleOwner)
	a := h.admin(s)
	row, beside := f.put(s, 1), f.put(s, 1)
	f.owner.signIn() // gives the keys
	old := h.vaultKeys(s)
	v, holders, err := a.RotationStart(f.ctx())
	f.ok(err)
	if v.Generation != 1 || len(holders) != 2 {
		f.Fatalf("%+v, %+v", v, holders)
	}
	if _, _, ready, err := a.RotationEnd(f.ctx()); err != nil || ready {
		f.Errorf("%v, %v", ready, err)
	}
	if ended, err := a.EndRotation(f.ctx(), nil); err != nil || ended {
		f.Errorf("%v, %v", ended, err)
	}
	next, err := old.Next()
	f.ok(err)
	public := hex.EncodeToString(next.PublicKey())
	link := old.Sign(service.VaultMessage(h.w.ID(), 2, public))
	given := f.sealed(next, holders)
	var others, another []service.GivenKeys
	for _, g := range given {
		if g.Holder != v.Holder {
			others = append(others, g)
		} else {
			g.Recipient = f.keyPair().Recipient()
		}
		another = append(another, g)
	}
	f.conflict(a.BeginRotation(f.ctx(), h.proof(s), public, link, others))  // who begins it could not read what is added
	f.conflict(a.BeginRotation(f.ctx(), h.proof(s), public, link, another)) // nor here
	f.refused(a.BeginRotation(f.ctx(), h.proof(s), public, link, f.sealed(old, holders)), service.CodeRotationRunning)
	f.fails("keys of any length", a.BeginRotation(f.ctx(), h.proof(s), public, link, oversized(given)))
	for what, bad := range map[string][]byte{
		"no link": nil, "a link of another generation": old.Sign(service.VaultMessage(h.w.ID(), 3, public)), "a link by the new key": next.Sign(service.VaultMessage(h.w.ID(), 2, public)),
		"a link to another key": old.Sign(service.VaultMessage(h.w.ID(), 2, v.PublicKey)), "a link of another workspace": old.Sign(service.VaultMessage("other", 2, public)),
	} {
		f.fails(what, a.BeginRotation(f.ctx(), h.proof(s), public, bad, given))
	}
	f.fails("half a public key", a.BeginRotation(f.ctx(), h.proof(s), public[:32], old.Sign(service.VaultMessage(h.w.ID(), 2, public[:32])), given))
	f.fails("no signature", a.BeginRotation(f.ctx(), h.proof(s), public, link, unsigned(given)))
	if r, err := a.Rotation(f.ctx()); err != nil || r.Running {
		f.Fatalf("%+v, %v", r, err)
	}
	f.ok(a.BeginRotation(f.ctx(), h.proof(s), public, link, given))
	if v, err := s.Vault(f.ctx()); err != nil || v.Links != public+hex.EncodeToString(link) {
		f.Errorf("%+v, %v", v, err)
	}

	// Documents.
	changed := func(row service.DocumentRow) service.ChangedDocument {
		moved := row
		moved.Ciphertext, moved.Generation = random(64), 2
		return service.ChangedDocument{Was: row.Ciphertext, Row: moved}
	}
	stale := changed(row)
	stale.Was = random(64)
	f.conflict(a.RotateDocuments(f.ctx(), 2, []service.ChangedDocument{changed(beside), stale}))
	f.conflict(a.RotateDocuments(f.ctx(), 1, []service.ChangedDocument{changed(row)}))
	f.conflict(a.RotateDocuments(f.ctx(), 3, []service.ChangedDocument{changed(row)}))
	f.fails("a document whose new file was not kept", a.RotateDocuments(f.ctx(), 2, []service.ChangedDocument{changed(row)}))
	f.ok(second(s.Files().Open(f.ctx(), store.BlobName(row.ID, 1))))
	f.fails("a document that there is not", a.RotateDocuments(f.ctx(), 2, []service.ChangedDocument{changed(f.newRow(1))}))
	got, err := s.ReadDocuments(f.ctx(), service.DocumentQuery{Behind: 1})
	if f.ok(err); len(got.Rows) != 1 || got.All != 2 || got.Older != 2 {
		f.Errorf("%+v", got)
	}
	rotate := func(row service.DocumentRow) {
		f.Helper()
		file, err := s.Files().Create(f.ctx(), store.BlobName(row.ID, 2))
		f.ok(err)
		f.ok(second(file.Write([]byte("ciphertext"))))
		f.ok(file.Keep())
		f.ok(a.RotateDocuments(f.ctx(), 2, []service.ChangedDocument{changed(row)}))
		if now := f.row(s, row.ID); now.Generation != 2 || now.State != row.State {
			f.Errorf("%+v", now)
		}
		if _, err := s.Files().Open(f.ctx(), store.BlobName(row.ID, 1)); !errors.Is(err, store.ErrBlobMissing) {
			f.Errorf("the old file: %v", err)
		}
	}
	rotate(row)
	if _, _, ready, err := a.RotationEnd(f.ctx()); err != nil || ready {
		f.Errorf("%v, %v", ready, err)
	}
	only := f.sealed(next.OnlyNewest(), holders)
	if ended, err := a.EndRotation(f.ctx(), only); err != nil || ended { // one is under the old key
		f.Errorf("%v, %v", ended, err)
	}
	rotate(beside)

	// And then everybody's keys.
	v, holders, ready, err := a.RotationEnd(f.ctx())
	f.ok(err)
	if !ready || v.Generation != 2 || len(holders) != 2 {
		f.Fatalf("%v, %+v, %+v", ready, v, holders)
	}
	for what, given := range map[string][]service.GivenKeys{
		"one missing": only[:1], "nobody": nil, "no signatures": unsigned(only), "keys of any length": oversized(only), "the old key with it": f.sealed(next, holders), "another recipient": func() []service.GivenKeys {
			bad := append([]service.GivenKeys(nil), only...)
			bad[0].Recipient = f.keyPair().Recipient()
			return bad
		}(),
	} {
		if ended, err := a.EndRotation(f.ctx(), given); ended || !errors.Is(err, store.ErrConflict) {
			f.Errorf("%s: %v, %v", what, ended, err)
		}
	}
	ended, err := a.EndRotation(f.ctx(), f.sealed(next.OnlyNewest(), holders))
	if f.ok(err); !ended || h.vaultKeys(s).Has(1) {
		f.Error("it has not ended")
	}
}

// oversized are keys of which the first are longer than any vault's.
func oversized(given []service.GivenKeys) []service.GivenKeys {
	out := slices.Clone(given)
	out[0].Ciphertext = random(5 << 20)
	return out
}

// unsigned are keys without the signature of the first holder.
func unsigned(given []service.GivenKeys) []service.GivenKeys {
	out := slices.Clone(given)
	out[0].Signature = nil
	return out
}

// useKit comes in with a kit, under an email.
func (f *fixture) useKit(w *client.Workspace, kit client.Kit, email string) (*client.Session, *client.Challenge, error) {
	return w.UseKit(f.ctx(), client.NewOwner{Name: "New Owner", Email: email, Password: text(long), Kit: kit.Identity})
}

func kitLetsIn(f *fixture) {
	f.add(f.owner.signIn(), paper("lease", "Lease of the mill"))
	a := f.owner.admin()
	f.refused(second(f.owner.w.BeginKit(f.ctx())), service.CodeKitNone)
	if there, err := f.owner.w.HasKit(); err != nil || there {
		f.Errorf("%v, %v", there, err)
	}
	if k, err := a.KitState(f.ctx()); err != nil || k != (service.KitState{}) {
		f.Errorf("%+v, %v", k, err)
	}
	f.refused(second(a.MakeKit(f.ctx(), client.Proof{})), service.CodePasswordRequired)
	h, hs := f.hand(service.RoleOwner)
	f.conflict(second(h.admin(hs).MakeKit(f.ctx(), h.proof(hs), hex.EncodeToString(random(32))))) // of another key
	kit, err := a.MakeKit(f.ctx(), f.owner.proof())
	f.ok(err)
	if kit.Workspace != f.owner.w.Name() || kit.MadeBy != f.owner.name || kit.Generation != 1 || kit.MadeAt.IsZero() {
		f.Errorf("%+v", kit.KitMade)
	}
	if k, err := f.owner.admin().KitState(f.ctx()); err != nil || !k.Current || k.MadeBy != f.owner.name || !k.MadeAt.Equal(kit.MadeAt) {
		f.Errorf("%+v, %v", k, err)
	}
	w := f.place.Open(f)
	if there, err := w.HasKit(); err != nil || !there {
		f.Errorf("%v, %v", there, err)
	}
	for input, code := range map[string]service.Code{"": service.CodeKitForm, "AGE-SECRET-KEY-1": service.CodeKitForm, f.keyPair().Text().Reveal(): service.CodeKitWrong} {
		_, _, err := f.useKit(w, client.Kit{Identity: text(input)}, "new@example.com")
		f.refused(err, code)
	}
	m := f.member(service.RoleAdmin)
	_, _, err = f.useKit(w, kit, m.email)
	f.refused(err, service.CodeEmailTaken)
	s, c, err := f.useKit(w, kit, "new@example.com")
	f.ok(err)
	if c != nil {
		f.Fatal("more was due")
	}
	f.same("what the new owner reads", f.read(s, "lease"), "Lease of the mill")
	o, err := s.Overview(f.ctx())
	f.ok(err)
	f.same("the role", o.Profile.Role, service.RoleOwner)
	(&person{f: f, w: w, email: "new@example.com", pass: long}).signIn()
	if news := f.owner.signIn().Welcome().News; len(news) != 1 || !news[0].UsedKit || news[0].By != "New Owner" {
		f.Errorf("%+v", news)
	}
}

func kitTakesOver(f *fixture) {
	f.add(f.owner.signIn(), paper("lease", "Lease of the mill"))
	f.owner.enable(f.owner.signIn())
	s := f.owner.signIn()
	a, err := s.Admin(f.ctx())
	f.ok(err)
	kit, err := a.MakeKit(f.ctx(), f.owner.proof())
	f.ok(err)
	due := f.owner.challenge()
	id := f.owner.id
	in, _, err := f.useKit(f.owner.w, kit, f.owner.email)
	f.ok(err)
	if in.ProfileID() != id || f.status(in).On {
		f.Errorf("%s with 2FA %v", in.ProfileID(), f.status(in).On)
	}
	f.same("what is read", f.read(in, "lease"), "Lease of the mill")
	f.refused(second(s.Overview(f.ctx())), service.CodeSessionEnded)
	_, err = due.Verify(f.ctx(), f.owner.newCode())
	f.refused(err, service.CodeChallengeEnded)
	_, _, err = f.owner.w.SignIn(f.ctx(), f.owner.email, text(f.owner.pass))
	f.refused(err, service.CodeCredentialsWrong)
	f.owner.pass, f.owner.phone = long, nil
	f.owner.signIn()
}

func kitSignatures(f *fixture) {
	a := f.owner.admin()
	kit, err := a.MakeKit(f.ctx(), f.owner.proof())
	f.ok(err)
	identity, err := vault.ParseIdentity(secret.NewText(kit.Identity.Reveal()))
	f.ok(err)
	right := vault.KeysOf(kit.Generation, identity)
	wrong, err := vault.NewKeys()
	f.ok(err)
	w := f.owner.w.Workspace
	begin := func() service.KitAttempt {
		f.Helper()
		attempt, err := w.BeginKit(f.ctx())
		f.ok(err)
		return attempt
	}
	owner := func(email string) service.NewOwner {
		n, _, _ := f.newPassword()
		return service.NewOwner{Name: "New Owner", Email: email, Password: n}
	}
	const email = "new@example.com"
	t, before := begin().Terms(), begin().Terms()
	if t.WorkspaceID != w.ID() || len(t.Nonce) != service.NonceSize || t.Generation != 1 || t.PublicKey != hex.EncodeToString(right.PublicKey()) || string(t.Nonce) == string(before.Nonce) {
		f.Errorf("%+v", t)
	}
	for what, sign := range map[string]func(service.KitTerms) []byte{
		"no signature": func(service.KitTerms) []byte { return nil },
		"another key":  func(t service.KitTerms) []byte { return wrong.Sign(service.KitMessage(t.WorkspaceID, t.Nonce, email)) },
		"another nonce": func(t service.KitTerms) []byte {
			return right.Sign(service.KitMessage(t.WorkspaceID, before.Nonce, email))
		},
		"another workspace": func(t service.KitTerms) []byte { return right.Sign(service.KitMessage("another", t.Nonce, email)) },
		"another email": func(t service.KitTerms) []byte {
			return right.Sign(service.KitMessage(t.WorkspaceID, t.Nonce, "x@example.com"))
		},
		"what reviews": func(t service.KitTerms) []byte { return right.Sign(service.ReviewMessage(t.WorkspaceID, t.Nonce)) },
	} {
		attempt := begin()
		if s, c, err := attempt.Use(f.ctx(), owner(email), sign(attempt.Terms())); !service.IsCode(err, service.CodeKitWrong) || s != nil || c != nil {
			f.Errorf("%s: %v", what, err)
		}
	}
	signed := func(t service.KitTerms, email string) []byte {
		return right.Sign(service.KitMessage(t.WorkspaceID, t.Nonce, email))
	}
	for in, code := range map[[2]string]service.Code{
		{"", email}: service.CodeNameRequired, {"\x05", email}: service.CodeNameForm, {"New", ""}: service.CodeEmailRequired, {"New", "new@"}: service.CodeEmailForm,
	} {
		attempt := begin()
		o := owner(in[1])
		o.Name = in[0]
		f.refused(third(attempt.Use(f.ctx(), o, signed(attempt.Terms(), in[1]))), code)
	}
	for what, bad := range f.badPasswords() {
		attempt := begin()
		f.fails(what, third(attempt.Use(f.ctx(), service.NewOwner{Name: "New", Email: email, Password: bad}, signed(attempt.Terms(), email))))
	}
	late := begin()
	f.place.Advance(service.ChallengeLife)
	f.refused(third(late.Use(f.ctx(), owner(email), signed(late.Terms(), email))), service.CodeChallengeEnded)
	attempt := begin()
	_, _, err = attempt.Use(f.ctx(), owner(email), signed(attempt.Terms(), email))
	f.ok(err)
	f.refused(third(attempt.Use(f.ctx(), owner("y@example.com"), signed(attempt.Terms(), "y@example.com"))), service.CodeChallengeEnded)
	all, err := f.owner.admin().Members(f.ctx())
	if f.ok(err); len(all) != 2 {
		f.Errorf("%+v", all)
	}
}

func kitEnrols(f *fixture) {
	f.add(f.owner.signIn(), paper("lease", "Lease of the mill"))
	f.required()
	kit, err := f.owner.admin().MakeKit(f.ctx(), f.owner.proof())
	f.ok(err)
	p := &person{f: f, w: f.place.Open(f), email: "new@example.com", pass: long}
	s, c, err := f.useKit(p.w, kit, p.email)
	f.ok(err)
	if s != nil || c == nil || !c.MustEnrol() {
		f.Fatal("no second factor was due")
	}
	e, err := c.Enrol(f.ctx())
	f.ok(err)
	f.same("what is read", f.read(p.enrol(e), "lease"), "Lease of the mill")
}
