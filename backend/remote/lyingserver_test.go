package remote_test

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// closed checks that a client opens, adds and gives nothing, says why, and goes on otherwise.
func (p *place) closed(l *liar, s *client.Session, code service.Code) {
	p.Helper()
	p.wants("the contracts", second(s.Documents(p.ctx())), code)
	p.wants("adding one", second(s.AddDocuments(p.ctx(), slices.Values([]client.Source{source("Deed.txt", "Deed of the mill")}), nil)), code)
	for _, what := range []string{"add", "give", "found"} {
		if n := l.was(what); n > 0 {
			p.Errorf("%s: %d times", what, n)
		}
	}
	p.ok(second(s.Overview(p.ctx())))
	p.ok(s.Rename(p.ctx(), "Another Name"))
}

// forged is a vault of the operator's, which they have shown in the place of the workspace's: anybody can encrypt its keys to a member.
func (p *place) forged(generation int, links string) func(service.Vault) service.Vault {
	p.Helper()
	own, err := vault.NewIdentity()
	p.ok(err)
	keys := vault.KeysOf(generation, own)
	var recipients = map[string]string{}
	for _, holder := range p.holders() {
		recipients[holder.Holder] = holder.Recipient
	}
	return func(v service.Vault) service.Vault {
		sealed, err := keys.EncryptTo(recipients[v.Holder])
		if err != nil {
			return v
		}
		v.Generation, v.PublicKey, v.Links = generation, hex.EncodeToString(keys.PublicKey()), links
		v.Keys = service.SealedKeys{Ciphertext: sealed, Generation: generation, OnlyOne: true}
		return v
	}
}

// holders are all who have the vault's keys, as an owner's client is told.
func (p *place) holders() []service.KeyHolder {
	p.Helper()
	a, err := p.signIn(p.owner, ownerEmail, ownerPass).Admin(p.ctx())
	p.ok(err)
	_, all, err := a.RotationStart(p.ctx())
	p.ok(err)
	return all
}

func TestLyingServer_AddsNoReader(t *testing.T) {
	t.Parallel()
	p, l := newLiar(t)
	p.add(p.signIn(p.owner, ownerEmail, ownerPass), leaseName, leaseText)
	p.member()
	real := p.holders()
	reader, err := vault.NewIdentity()
	p.ok(err)
	forged, err := vault.NewKeys()
	p.ok(err)
	for what, signature := range map[string][]byte{
		"none": nil, "another holder's": real[0].Signature, "one with another vault's key": forged.Sign(service.HolderMessage(p.inner.ID(), reader.Recipient())),
	} {
		for _, holder := range []string{"profile/reader", real[1].Holder} {
			added := service.KeyHolder{Holder: holder, Recipient: reader.Recipient(), Signature: signature}
			l.lie(lies{holders: func(all []service.KeyHolder) []service.KeyHolder { return append(slices.Clone(all), added) }})
			a, err := p.signIn(p.owner, ownerEmail, ownerPass).Admin(p.ctx())
			p.ok(err)
			_, all, err := a.RotationStart(p.ctx())
			if p.ok(err); len(all) != 3 {
				t.Fatalf("%d holders", len(all))
			}
			if what == "none" && holder == "profile/reader" {
				p.ok(a.BeginRotation(p.ctx(), client.Proof{Password: secret.NewText(ownerPass)}))
				if l.was("rotate") != 1 || !l.gave(real[0].Recipient) || !l.gave(real[1].Recipient) {
					t.Error("the rotation did not give the key to those who had it")
				}
				p.ok(a.Rotate(p.ctx(), nil))
				real[0].Signature = p.holders()[0].Signature
			}
			if l.gave(reader.Recipient()) {
				t.Errorf("the reader with a signature that is %s, as %s, has the vault's keys", what, holder)
			}
		}
	}
}

func TestLyingServer_ShowsNoVaultOfItsOwn(t *testing.T) {
	t.Parallel()
	p, l := newLiar(t)
	p.add(p.signIn(p.owner, ownerEmail, ownerPass), leaseName, leaseText)
	bella := p.member()
	knows := func(at string) string {
		t.Helper()
		a, err := p.signIn(p.owner, ownerEmail, ownerPass).Admin(p.ctx())
		p.ok(err)
		key, generation, err := a.KnownVault(p.ctx())
		p.ok(err)
		if generation != 1 || len(key) == 0 {
			t.Errorf("%s: key %d, %x", at, generation, key)
		}
		return string(key)
	}
	honest := knows("an honest server")
	for what, lie := range map[string]func(service.Vault) service.Vault{
		"in its place": p.forged(1, ""), "after it": p.forged(2, strings.Repeat("ab", 96)), "after it, without a link": p.forged(2, ""),
		"none": func(v service.Vault) service.Vault { return service.Vault{Holder: v.Holder} },
	} {
		for name, c := range map[string]struct {
			at          *client.Workspace
			email, pass string
		}{"the member": {bella, bellaEmail, bellaPass}, "the owner": {p.owner, ownerEmail, ownerPass}} {
			l.lie(lies{vault: lie})
			s := p.signIn(c.at, c.email, c.pass)
			t.Logf("%s, a vault %s", name, what)
			p.closed(l, s, service.CodeVaultNotAuthentic)
		}
		if knows("a vault "+what) != honest {
			t.Errorf("the owner is to compare a vault %s", what)
		}
	}
	l.lie(lies{})
	if text := p.reads(p.signIn(bella, bellaEmail, bellaPass)); text != leaseText {
		t.Errorf("read %q", text)
	}
}

func TestLyingServer_ShowsNoOlderVault(t *testing.T) {
	t.Parallel()
	p, l := newLiar(t)
	p.add(p.signIn(p.owner, ownerEmail, ownerPass), leaseName, leaseText)
	bella := p.member()
	s := p.signIn(bella, bellaEmail, bellaPass)
	vaultWas, err := s.Vault(p.ctx())
	p.ok(err)
	ownWas := s.OwnKeys()
	a, err := p.signIn(p.owner, ownerEmail, ownerPass).Admin(p.ctx())
	p.ok(err)
	p.ok(a.BeginRotation(p.ctx(), client.Proof{Password: secret.NewText(ownerPass)}))
	p.ok(a.Rotate(p.ctx(), nil))
	if text := p.reads(p.signIn(bella, bellaEmail, bellaPass)); text != leaseText {
		t.Errorf("read %q", text)
	}
	older := func(service.Vault) service.Vault { return vaultWas }
	for what, lie := range map[string]lies{
		"the vault alone":      {vault: older},
		"and the wrap as well": {vault: older, own: func(service.OwnKeys) service.OwnKeys { return ownWas }},
	} {
		l.lie(lie)
		s := p.signIn(bella, bellaEmail, bellaPass)
		t.Log(what)
		p.closed(l, s, service.CodeVaultNotAuthentic)
	}
	// The older wrap under the vault that is in force does no harm: its pin leads there.
	l.lie(lies{own: func(service.OwnKeys) service.OwnKeys { return ownWas }})
	if text := p.reads(p.signIn(bella, bellaEmail, bellaPass)); text != leaseText {
		t.Errorf("read %q", text)
	}
}

func TestLyingServer_GivesNobodyAnothersWrap(t *testing.T) {
	t.Parallel()
	p, l := newLiar(t)
	owner := p.signIn(p.owner, ownerEmail, ownerPass)
	p.add(owner, leaseName, leaseText)
	bella := p.member()
	others, mine := owner.OwnKeys(), p.signIn(bella, bellaEmail, bellaPass).OwnKeys()
	cut := mine
	cut.Wrapped = mine.Wrapped[:len(mine.Wrapped)-1]
	named, locked, none := mine, mine, mine
	named.Recipient, locked.Lock, none.Lock = others.Recipient, others.Lock, secret.Bytes{}
	for what, own := range map[string]service.OwnKeys{"another's": others, "cut": cut, "with another's recipient": named, "with another's lock": locked, "without a lock": none} {
		l.lie(lies{own: func(service.OwnKeys) service.OwnKeys { return own }})
		s := p.signIn(bella, bellaEmail, bellaPass)
		t.Log(what)
		p.closed(l, s, service.CodeVaultNotAuthentic)
	}
}

func TestLyingServer_GetsNothingThatIsGuessedCheaply(t *testing.T) {
	t.Parallel()
	p, l := newLiar(t)
	bella := p.member()
	a, err := p.signIn(p.owner, ownerEmail, ownerPass).Admin(p.ctx())
	p.ok(err)
	given, err := a.ResetPassword(p.ctx(), p.signIn(bella, bellaEmail, bellaPass).ProfileID(), "", client.Proof{Password: secret.NewText(ownerPass)})
	p.ok(err)
	for _, weak := range []service.Argon2id{{MemoryKiB: 8, Time: 1, Threads: 1}, {MemoryKiB: 7 << 10, Time: 0, Threads: 1}, {}} {
		l.lie(lies{
			password: func(t service.PasswordTerms) service.PasswordTerms { t.Params = weak; return t },
			code:     func(t service.CodeTerms) service.CodeTerms { t.Params = weak; return t },
		})
		_, _, err := bella.SignIn(p.ctx(), bellaEmail, secret.NewText(bellaPass))
		p.wants("a sign-in", err, service.CodeTermsWeak)
		_, _, err = bella.Redeem(p.ctx(), bellaEmail, secret.NewText(given.Code.Display()), secret.NewText(ownerPass))
		p.wants("a reset", err, service.CodeTermsWeak)
		if l.was("sign-in") > 0 || l.was("redeem") > 0 {
			t.Error("something was sent that was made of a password or a code")
		}
	}
}

// An attacker with a member's password and the server's help is let in without a code. What they see there is what the server has.
func TestLyingServer_SkippedCheckOpensNoContract(t *testing.T) {
	t.Parallel()
	p, l := newLiar(t)
	p.add(p.signIn(p.owner, ownerEmail, ownerPass), leaseName, leaseText)
	bella := p.member()
	p.enable(p.signIn(bella, bellaEmail, bellaPass), bellaPass)
	hers, keys := l.latest()
	attacker := p.computer(t)
	_, _, err := attacker.SignIn(p.ctx(), bellaEmail, secret.NewText(bellaPass))
	p.refused(err, service.CodeComputerUnknown)
	// With a computer that has a share, which is another's.
	in, err := p.signIn(p.owner, ownerEmail, ownerPass).Admin(p.ctx())
	p.ok(err)
	given, err := in.AddMember(p.ctx(), service.NewMember{Name: "Mallory", Email: "mallory@example.com", Role: service.RoleMember}, client.Proof{Password: secret.NewText(ownerPass)})
	p.ok(err)
	own, _, err := attacker.Redeem(p.ctx(), "mallory@example.com", secret.NewText(given.Code.Display()), secret.NewText(ownerPass))
	p.ok(err)
	terms, _, _, err := own.BeginProof(p.ctx())
	p.ok(err)
	p.ok(own.End(p.ctx()))
	l.lie(lies{lets: hers, own: func(service.OwnKeys) service.OwnKeys { return keys }, password: func(t service.PasswordTerms) service.PasswordTerms { t.Share = terms.Share; return t }})
	s := p.signIn(attacker, bellaEmail, bellaPass) // no code was asked for
	p.closed(l, s, service.CodeVaultNotAuthentic)
}
