package workspace_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// reviews gives what the owner sees of a workspace that is closed.
func (p *user) reviews(files store.Blobs) (client.Review, error) {
	p.h.Helper()
	a, err := p.proves(p.h.sealedOn(p.h.secrets, files))
	if err != nil {
		return client.Review{}, err
	}
	return a.Review(), p.h.store.Close()
}

// contracted is a fixture whose owner has 2FA and three contracts, closed.
func contracted(t *testing.T) (h *fixture, owner *user, ids map[string]string) {
	t.Helper()
	h, owner, _ = guarded(t)
	s := owner.signIn()
	h.add(s, paper("deed", "Deed of the house"), paper("lease", "Lease of the mill"), paper("will", "The last will"))
	ids = map[string]string{}
	for _, name := range []string{"deed", "lease", "will"} {
		ids[name] = h.find(s, name).ID
	}
	h.ok(h.store.Close())
	h.sneak("UPDATE profiles SET name = 'x' WHERE id = '" + owner.id + "'")
	h.clock.step(time.Hour)
	return h, owner, ids
}

func TestReview_CountsOpenCodesAndThoseWhoCanSignIn(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	p := h.people(person{role: store.RoleMember, on: true}, person{role: store.RoleMember, on: true}, person{role: store.RoleMember, state: store.ProfileSuspended},
		person{role: store.RoleAdmin, state: store.ProfileSuspended, on: true}, person{role: store.RoleMember, state: store.ProfileInvited})
	for _, m := range p[:2] {
		_, err := owner.admin().HelpCode(t.Context(), m.id, "", owner.proof())
		h.ok(err)
	}
	h.ok(owner.admin().SetRole(t.Context(), p[0].id, store.RoleAdmin, owner.proof())) // which ends this one's
	h.ok(h.store.Close())
	h.sneak("UPDATE workspace SET two_people = 1")
	h.clock.step(time.Hour)
	r, err := owner.reviews(h.files)
	h.ok(err)
	if r.OpenCodes != 1 || r.Members != 1 || len(r.People) != 2 {
		t.Errorf("%d codes, %d members, %+v", r.OpenCodes, r.Members, r.People)
	}
}

func TestReview_CountsWhatDiffersForEachPerson(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	p := h.people(person{role: store.RoleMember, on: true}, person{role: store.RoleMember, on: true})
	owner.printed(p...)
	for _, m := range p {
		_, err := m.challenge().Verify(t.Context(), secret.NewText(m.phone.wrong()))
		h.refused(err, service.CodeCodeWrong)
		h.refused(third(h.w.SignIn(t.Context(), m.email, secret.NewText("not the password at all"))), service.CodeCredentialsWrong)
	}
	s := owner.signIn()
	h.add(s, paper("lease", "Lease of the mill"))
	id := h.find(s, "lease").ID
	h.ok(h.store.Close())
	h.sneak("UPDATE attempts SET since_sign_in = since_sign_in + 1 WHERE subject IN ('"+p[0].id+"', '"+p[1].id+"') AND kind IN ('password', 'code')",
		"UPDATE recovery_codes SET used_at = 1 WHERE number = 1 AND set_id IN (SELECT id FROM recovery_sets WHERE profile_id = '"+p[0].id+"')",
		"UPDATE documents SET state = 'removed' WHERE id = '"+id+"'")
	h.clock.step(time.Hour)
	r, err := owner.reviews(h.files)
	h.ok(err)
	want := []service.ChangedRows{
		{Kind: audit.FoundRowChanged, Table: "attempts", Name: p[0].name, Count: 2},
		{Kind: audit.FoundRowChanged, Table: "attempts", Name: p[1].name, Count: 2},
		{Kind: audit.FoundRowChanged, Table: "document", Name: "lease", Count: 1},
		{Kind: audit.FoundRowChanged, Table: "set", Name: p[0].name, Count: 1},
	}
	if !slices.Equal(r.Changed, want) {
		t.Errorf("%+v", r.Changed)
	}
}

func TestReview_ContractsAreThereOrMissingOrStrange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(h *fixture, ids map[string]string)
		missing []string // names, or with # the IDs of these
		there   int
		strange int
	}{
		"nothing happened": {func(*fixture, map[string]string) {}, nil, 3, 0},
		"a file is gone": {func(h *fixture, ids map[string]string) {
			h.ok(os.Remove(filepath.Join(h.documents(), ids["deed"]+".1.age")))
		}, []string{"deed"}, 2, 0},
		"a row was damaged": {func(h *fixture, ids map[string]string) {
			h.sneak("UPDATE documents SET sealed = x'00' WHERE id = '" + ids["deed"] + "'")
		}, []string{"#deed"}, 2, 0},
		"a row was deleted for good": {func(h *fixture, ids map[string]string) {
			h.sneak("UPDATE documents SET state = 'purged' WHERE id = '" + ids["deed"] + "'")
			h.ok(os.Remove(filepath.Join(h.documents(), ids["deed"]+".1.age")))
		}, nil, 2, 0},
		"a row is gone": {func(h *fixture, ids map[string]string) {
			h.sneak("DELETE FROM documents WHERE id = '" + ids["deed"] + "'")
			h.ok(os.WriteFile(filepath.Join(h.documents(), "strange.1.age"), []byte("x"), 0o600))
			h.ok(os.WriteFile(filepath.Join(h.documents(), ids["deed"]+".01.age"), []byte("x"), 0o600))
			h.ok(os.WriteFile(filepath.Join(h.documents(), "notes.txt"), []byte("x"), 0o600))
		}, []string{"deed"}, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, ids := contracted(t)
			c.change(h, ids)
			for i, m := range c.missing {
				if of, ok := strings.CutPrefix(m, "#"); ok {
					c.missing[i] = ids[of]
				}
			}
			r, err := owner.reviews(h.files)
			h.ok(err)
			got := r.Contracts
			if got.Closed || got.There != c.there || !slices.Equal(got.Missing, c.missing) || got.Strange != c.strange {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestReview_TableOfContentsThatCannotBeReadNamesNothing(t *testing.T) {
	t.Parallel()
	h, owner, ids := contracted(t)
	h.sneak("DELETE FROM documents WHERE id = '" + ids["deed"] + "'")
	forged, err := vault.NewKeys()
	h.ok(err)
	for name, spoil := range map[string]func() error{
		"gone":     func() error { return os.Remove(filepath.Join(h.documents(), "contents.age")) },
		"no table": func() error { return os.WriteFile(filepath.Join(h.documents(), "contents.age"), []byte("deed"), 0o600) },
		"another's": func() error {
			f, err := os.Create(filepath.Join(h.documents(), "contents.age"))
			if err != nil {
				return err
			}
			_, err = forged.Encrypt(f, strings.NewReader("file,name\n"), nil)
			return errors.Join(err, f.Close())
		},
	} {
		h.ok(spoil())
		r, err := owner.reviews(h.files)
		h.ok(err)
		if got := r.Contracts; got.There != 2 || len(got.Missing) != 0 || got.Strange != 1 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	_, err = owner.reviews(noIndex{h.files, store.ErrBlobsFailed})
	h.refused(err, service.CodeFolderFailed)
}

func TestReview_WithoutTheFilesSaysNothingOfContracts(t *testing.T) {
	t.Parallel()
	h, owner, _ := contracted(t)
	r, err := owner.reviews(nil)
	h.ok(err)
	if got := r.Contracts; got.There != 0 || len(got.Missing) != 0 || got.Strange != 0 {
		t.Errorf("%+v", got)
	}
}
