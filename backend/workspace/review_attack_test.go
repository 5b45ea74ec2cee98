package workspace_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/workspace"
)

// What somebody tries here who writes the data folder, knows passwords, and has
// neither the phone nor the keychain.

var noFactor = client.FactorInput{Kind: service.FactorNone}

// olderCopy gives the database as it is now, whole, and goes on.
func (h *fixture) olderCopy() []byte {
	h.Helper()
	h.restart()
	old, err := os.ReadFile(h.file())
	h.ok(err)
	return old
}

// putBack closes the workspace and puts an older copy in its place.
func (h *fixture) putBack(old []byte) {
	h.Helper()
	h.ok(h.store.Close())
	h.ok(os.WriteFile(h.path, old, 0o600))
	h.clock.step(time.Hour)
}

// proves gives what an owner may accept, with password and phone.
func (p *user) proves(s *client.Quarantine) (*client.Acceptance, error) {
	p.h.Helper()
	factor := noFactor
	if p.phone.key != "" {
		factor = byCode(p.newCode())
	}
	return s.Prove(context.WithoutCancel(p.h.Context()), p.email, secret.NewText(p.pass), factor)
}

// accepts takes the workspace as it is, and starts.
func (p *user) accepts() client.Review {
	p.h.Helper()
	a, err := p.proves(p.h.sealed())
	p.h.ok(err)
	p.h.ok(a.Accept(p.h.Context()))
	p.h.ok(p.h.store.Close())
	p.h.open()
	return a.Review()
}

func TestAccept_RewoundFolderTakesMoreThanAPassword(t *testing.T) {
	t.Parallel()
	h, _, _ := lived(t)
	h.sneak("DELETE FROM events WHERE seq > 1", "DELETE FROM factors", "DELETE FROM recovery_codes", "DELETE FROM recovery_sets", "DELETE FROM attempts",
		"UPDATE profiles SET name = 'Amara Okafor', generation = 0, epoch = 0, last_sign_in_at = created_at")
	h.clock.step(time.Hour)
	s := h.sealed()
	if s.Report().Acceptable {
		t.Error("it is offered although no owner could")
	}
	_, err := s.Prove(t.Context(), email, secret.NewText(pass), noFactor)
	h.refused(err, service.CodeAcceptChanged)
}

func TestAccept_CopyFromBeforeEnrolmentIsRefused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	old := h.olderCopy()
	h.enable(owner.signIn())
	h.putBack(old)
	_, err := h.sealed().Prove(t.Context(), email, secret.NewText(pass), noFactor)
	h.refused(err, service.CodeAcceptChanged)
}

func TestAccept_OwnerWhoLostTheRoleCannotAccept(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(*client.Admin, string, client.Proof) error{
		"Demoted": func(a *client.Admin, id string, p client.Proof) error {
			return a.SetRole(t.Context(), id, store.RoleMember, p)
		},
		"Suspended": func(a *client.Admin, id string, _ client.Proof) error { return a.Suspend(t.Context(), id) },
		"Removed":   func(a *client.Admin, id string, p client.Proof) error { return a.Remove(t.Context(), id, p) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, _ := guarded(t)
			other := h.one(person{role: store.RoleOwner, on: true})
			old := h.olderCopy()
			h.ok(act(owner.admin(), other.id, owner.proof()))
			h.putBack(old)
			_, err := other.proves(h.sealed())
			h.refused(err, service.CodeAcceptChanged)
			h.ok(h.store.Close())

			r := owner.accepts()
			want := []service.Returning{{Name: owner.name, Email: owner.email, Role: store.RoleOwner, On: true},
				{Name: other.name, Email: other.email, Role: store.RoleOwner, On: true, Suspended: true}}
			if !slices.Equal(r.People, want) {
				t.Errorf("the owner sees %+v", r.People)
			}
			_, _, err = h.w.SignIn(t.Context(), other.email, secret.NewText(other.pass))
			h.refused(err, service.CodeSuspendedSelf)
			h.ok(owner.admin().Resume(t.Context(), other.id))
			if name != "Removed" { // whose phone's key is gone
				other.signIn()
			}
		})
	}
}

func TestAccept_SuspendedOwnerCannotAccept(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	other := h.one(person{role: store.RoleOwner, on: true})
	h.ok(owner.admin().Suspend(t.Context(), other.id))
	h.ok(h.store.Close())
	h.sneak("UPDATE profiles SET name = 'x' WHERE id = '" + owner.id + "'")
	_, err := other.proves(h.sealed())
	h.refused(err, service.CodeAcceptChanged)
}

func TestAccept_OwnerWhose2FAWasTakenAwayIsSuspended(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	other := h.one(person{role: store.RoleOwner, on: true})
	h.ok(h.store.Close())
	h.sneak("DELETE FROM factors WHERE profile_id = '" + other.id + "'")
	owner.accepts()
	_, _, err := h.w.SignIn(t.Context(), other.email, secret.NewText(other.pass))
	h.refused(err, service.CodeSuspendedSelf)
}

func TestAccept_CodeThatWasUsedIsRefused(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	old := h.olderCopy()
	owner.signIn()
	used := owner.phone.code()
	_, err := owner.challenge().Recover(t.Context(), secret.NewText(codes[4]))
	h.ok(err)
	h.ok(h.store.Close())
	h.ok(os.WriteFile(h.path, old, 0o600))

	s := h.sealed()
	_, err = s.Prove(t.Context(), email, secret.NewText(pass), byCode(used))
	h.refused(err, service.CodeCodeUsed)
	_, err = s.Prove(t.Context(), email, secret.NewText(pass), byRecovery(codes[4]))
	h.refused(err, service.CodeRecoveryUsed)

	// What proves the owner once does not do so again, although nothing was accepted.
	h.clock.step(10 * time.Minute)
	right := owner.newCode()
	_, err = s.Prove(t.Context(), email, secret.NewText(pass), byCode(right))
	h.ok(err)
	_, err = s.Prove(t.Context(), email, secret.NewText(pass), byCode(right))
	h.refused(err, service.CodeCodeUsed)
	_, err = s.Prove(t.Context(), email, secret.NewText(pass), byRecovery(codes[5]))
	h.ok(err)
	h.clock.step(10 * time.Minute)
	_, err = s.Prove(t.Context(), email, secret.NewText(pass), byRecovery(codes[5]))
	h.refused(err, service.CodeRecoveryUsed)

	// Nor at the sign-in after it.
	a, err := s.Prove(t.Context(), email, secret.NewText(pass), byRecovery(codes[6]))
	h.ok(err)
	h.ok(a.Accept(t.Context()))
	h.ok(h.store.Close())
	h.open()
	for _, n := range []int{4, 5, 6} {
		_, err = owner.challenge().Recover(t.Context(), secret.NewText(codes[n]))
		h.refused(err, service.CodeRecoveryUsed)
	}
	_, err = owner.challenge().Recover(t.Context(), secret.NewText(codes[7]))
	h.ok(err)
}

func TestAccept_SecondOwnersUsedCodesStayUsed(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	other := h.one(person{role: store.RoleOwner, on: true})
	old := h.olderCopy()
	owner.signIn()
	_, err := owner.challenge().Recover(t.Context(), secret.NewText(codes[2]))
	h.ok(err)
	h.putBack(old)
	other.accepts()
	_, err = owner.challenge().Recover(t.Context(), secret.NewText(codes[2]))
	h.refused(err, service.CodeRecoveryUsed)
}

func TestAccept_ReplacedRecoveryCodesEnd(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	old := h.olderCopy()
	s := owner.signIn()
	_, err := s.BeginNewCodes(t.Context(), owner.proof())
	h.ok(err)
	h.ok(s.KeepNewCodes(t.Context()))
	h.putBack(old)
	_, err = h.sealed().Prove(t.Context(), email, secret.NewText(pass), byRecovery(codes[3]))
	h.refused(err, service.CodeRecoveryNone)
	h.ok(h.store.Close())
	if r := owner.accepts(); !r.CodesEnd {
		t.Error("the owner is not told")
	}
	_, err = owner.challenge().Recover(t.Context(), secret.NewText(codes[3]))
	h.refused(err, service.CodeRecoveryNone)
}

func TestAccept_OpenOneTimeCodesAndApprovalsEnd(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	member := h.one(person{role: store.RoleMember, on: true})
	admin := h.one(person{role: store.RoleAdmin, on: true})
	given, err := owner.admin().ResetPassword(t.Context(), member.id, "", owner.proof())
	h.ok(err)
	asked, err := admin.admin().AskApproval(t.Context(), store.ApproveReset2FA, []string{member.id}, "Lost phone", admin.proof())
	h.ok(err)
	old := h.olderCopy()
	_, c, err := h.w.Redeem(t.Context(), member.email, secret.NewText(given.Code.Display()), secret.NewText("kettle drum marzipan 7"))
	h.ok(err)
	_, err = c.Verify(t.Context(), secret.NewText(member.newCode()))
	h.ok(err)
	h.putBack(old)
	if r := owner.accepts(); r.OpenCodes != 1 {
		t.Errorf("%d one-time codes are told of", r.OpenCodes)
	}
	_, _, err = h.w.Redeem(t.Context(), member.email, secret.NewText(given.Code.Display()), secret.NewText("another drum marzipan 8"))
	h.refused(err, service.CodeOneTimeEnded)
	h.refused(owner.admin().Approve(t.Context(), asked.ID, owner.proof()), service.CodeApprovalGone)
}

func TestAccept_WhatChangedSinceTheReviewIsRefused(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.ok(h.store.Close())
	h.sneak("UPDATE profiles SET name = 'x'")
	a, err := owner.proves(h.sealed())
	h.ok(err)
	h.sneak("UPDATE profiles SET name = 'y'")
	h.refused(a.Accept(t.Context()), service.CodeNotAuthentic)
	h.sneak("UPDATE profiles SET name = 'x'")
	h.clock.step(service.ChallengeLife + time.Minute)
	h.refused(a.Accept(t.Context()), service.CodeChallengeEnded)
}

func TestAccept_NeedsWhatTheKeychainKnew(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]func(anchor []byte) []byte{
		"Gone":    func([]byte) []byte { return nil },
		"Short":   func(b []byte) []byte { return b[:40] },
		"Older":   func(b []byte) []byte { return b[:88] }, // of a version that kept no more
		"Cut":     func(b []byte) []byte { return b[:len(b)-1] },
		"Garbage": func(b []byte) []byte { return slices.Repeat([]byte{255}, 300) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, _ := guarded(t)
			item := h.secrets.prefix() + "/anchor"
			h.ok(h.store.Close())
			anchor, err := h.secrets.Get(t.Context(), item)
			h.ok(err)
			h.ok(h.secrets.Delete(t.Context(), item))
			if b := left(anchor.Reveal()); b != nil {
				h.ok(h.secrets.Set(t.Context(), item, secret.NewBytes(b)))
			}
			h.sneak("UPDATE profiles SET name = 'x'")
			s := h.sealed()
			if s.Report().Acceptable {
				t.Error("it is offered")
			}
			_, err = owner.proves(s)
			h.refused(err, service.CodeAcceptChanged)
		})
	}
}

func TestAccept_ForgedVaultKeysAreNotUsed(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("lease.txt", "Lease of the mill"))
	h.ok(h.store.Close())
	forged, err := vault.NewKeys()
	h.ok(err)
	db, err := sql.Open("sqlite", h.file())
	h.ok(err)
	var recipient string
	h.ok(db.QueryRow("SELECT recipient FROM vault_keys WHERE holder = ?", "profile/"+owner.id).Scan(&recipient))
	sealed, err := forged.EncryptTo(recipient)
	h.ok(err)
	for _, as := range []string{
		"UPDATE vault_keys SET sealed = ?", // in the place of the vault's own
		"UPDATE vault_keys SET sealed = ?, generation = 1; UPDATE workspace SET vault_public_key = ''",
	} {
		_, err = db.Exec(as, sealed)
		h.ok(err)
	}
	h.ok(db.Close())
	h.clock.step(time.Hour)
	if r := owner.accepts(); !r.Contracts.Closed {
		t.Error("the owner is not told that the contracts stay closed")
	}
	s := owner.signIn()
	_, err = s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("deed.txt", "Deed of the house")}), nil)
	h.refused(err, service.CodeVaultWaiting)
	_, err = s.Documents(t.Context())
	h.refused(err, service.CodeVaultWaiting)
}

func TestAccept_ForgedRecipientIsGivenNothing(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("lease.txt", "Lease of the mill"))
	member := h.one(person{role: store.RoleMember})
	member.signIn()
	h.ok(h.store.Close())
	mine, err := vault.NewIdentity()
	h.ok(err)
	h.sneak(
		"UPDATE vault_keys SET recipient = '"+mine.Recipient()+"', generation = 0, sealed = x'' WHERE holder = 'profile/"+member.id+"'",
		"INSERT INTO vault_keys VALUES ('profile/nobody', '"+mine.Recipient()+"', x'', x'', x'', 0, 0)",
	)
	h.clock.step(time.Hour)
	owner.accepts()
	owner.signIn()
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		return eachRow(tx, func(k store.Key, row any) error {
			if v, ok := row.(store.VaultKey); ok && v.Recipient == mine.Recipient() {
				t.Errorf("%s is kept, with %d bytes of keys", k, len(v.Ciphertext))
			}
			return nil
		})
	}))
	// The member gets a new key pair, and the keys with a password reset.
	member.signIn()
	owner.signIn()
	_, err = member.signIn().Documents(t.Context())
	h.refused(err, service.CodeVaultWaiting)
	if h.contracts(owner.resets(member)) != "lease.txt" || h.contracts(member.signIn()) != "lease.txt" {
		t.Error("the member does not read the contract after a password reset")
	}
}

// Whoever writes the folder can't sign, so a signed key pair stays, and only what it holds of the vault is given anew.
func TestAccept_SignedKeyPairStaysWhateverElseWasForged(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("lease.txt", "Lease of the mill"))
	member := h.one(person{role: store.RoleMember})
	member.signIn()
	owner.signIn()
	before := h.recipient(member)
	h.ok(h.store.Close())
	h.sneak("UPDATE vault_keys SET sealed = x'00', only_one = 0 WHERE holder = 'profile/" + member.id + "'")
	h.clock.step(time.Hour)
	owner.accepts()
	if k := h.keyRow(member); k.Recipient != before || k.Generation != 0 || len(k.Ciphertext) != 0 {
		t.Errorf("%+v", k)
	}
	owner.signIn() // gives
	if h.contracts(member.signIn()) != "lease.txt" {
		t.Error("the member does not read the contract")
	}
}

func TestAccept_ReviewNamesWhatChangedAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	member := h.one(person{role: store.RoleMember, on: true})
	s := owner.signIn()
	h.add(s, paper("lease.txt", "Lease of the mill"))
	old := h.olderCopy()
	s = owner.signIn()
	h.add(s, paper("deed.txt", "Deed of the house"))
	h.putBack(old)
	h.sneak("UPDATE apps SET last_step = 1 WHERE profile_id = '"+member.id+"'", "UPDATE profiles SET role = 'admin' WHERE id = '"+member.id+"'",
		"UPDATE workspace SET two_people = 1")
	r := owner.accepts()
	changed := []service.ChangedRows{
		{Kind: audit.FoundRowChanged, Table: "factor", Name: member.name, Count: 1},
		{Kind: audit.FoundRowChanged, Table: "profile", Name: member.name, Count: 1},
		{Kind: audit.FoundRowChanged, Table: "workspace", Count: 1},
	}
	if !slices.Equal(r.Changed, changed) {
		t.Errorf("changed: %+v", r.Changed)
	}
	if c := r.Contracts; c.Closed || c.There != 1 || strings.Join(c.Missing, "|") != "deed.txt" || c.Strange != 0 {
		t.Errorf("contracts: %+v", c)
	}
	if len(r.People) != 2 || r.People[1].Name != member.name || r.People[1].Role != store.RoleAdmin || r.Members != 0 {
		t.Errorf("people: %+v and %d", r.People, r.Members)
	}
}

// What another process has changed counts, although this one never read it.
func TestAnchor_KnowsWhatAnotherProcessChanged(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	other := h.one(person{role: store.RoleOwner, on: true})
	s := owner.signIn()
	second, err := local.Open(t.Context(), local.Config{Store: h.store, Secrets: h.secrets, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	h.ok(workspace.SetRole(inner(second), t.Context(), other.id, store.RoleAdmin))
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	h.ok(h.store.Close())
	h.sneak("UPDATE profiles SET role = 'owner' WHERE id = '" + other.id + "'")
	_, err = other.proves(h.sealed())
	h.refused(err, service.CodeAcceptChanged)
}

func TestAnchor_FitsTheKeychainWithManyOwners(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	var all []person
	for range 40 {
		all = append(all, person{role: store.RoleOwner, on: true})
	}
	h.people(all...)
	h.ok(owner.signIn().Rename(t.Context(), "Amara N. Okafor"))
	h.restart()
	anchor, err := h.secrets.Get(t.Context(), h.secrets.prefix()+"/anchor")
	h.ok(err)
	if anchor.Len() > keychain.MaxValue {
		t.Errorf("the anchor has %d bytes", anchor.Len())
	}
	h.ok(h.store.Close())
	h.sneak("UPDATE profiles SET name = 'x' WHERE id = '" + owner.id + "'")
	owner.accepts()
}

// The folder is written while the app is open, which only the next start would find.
func TestVault_ForgedKeysAreNotUsedWhileTheAppRuns(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(h *fixture, sealed []byte, recipient string){
		"Keys": func(h *fixture, sealed []byte, _ string) {
			h.sneak(fmt.Sprintf("UPDATE vault_keys SET sealed = x'%x'", sealed))
		},
		"Recipient": func(h *fixture, _ []byte, recipient string) {
			h.sneak("UPDATE vault_keys SET recipient = '" + recipient + "'")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			h.add(owner.signIn(), paper("lease.txt", "Lease of the mill"))
			var recipient string
			h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
				k, err := tx.VaultKey("profile/" + owner.id)
				recipient = k.Recipient
				return err
			}))
			forged, err := vault.NewKeys()
			h.ok(err)
			sealed, err := forged.EncryptTo(recipient)
			h.ok(err)
			mine, err := vault.NewIdentity()
			h.ok(err)
			forge(h, sealed, mine.Recipient())
			s := owner.signIn()
			_, err = s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("deed.txt", "Deed of the house")}), nil)
			h.refused(err, service.CodeVaultNotAuthentic)
		})
	}
}
