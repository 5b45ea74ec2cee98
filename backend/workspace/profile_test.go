package workspace_test

import (
	"errors"
	"maps"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestProfile_NameAndEmailAreCheckedWhenChanged(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.ok(s.Rename(t.Context(), " Amara N. Okafor "))
	h.ok(s.ChangeEmail(t.Context(), "amara@example.org", proof(client.FactorInput{})))
	h.refused(s.Rename(t.Context(), ""), service.CodeNameRequired)
	h.refused(s.ChangeEmail(t.Context(), "amara@", proof(client.FactorInput{})), service.CodeEmailForm)
	o, err := s.Overview(t.Context())
	h.ok(err)
	if o.Profile.Name != "Amara N. Okafor" || o.Profile.Email != "amara@example.org" {
		t.Errorf("got %q, %q", o.Profile.Name, o.Profile.Email)
	}
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeCredentialsWrong)
	_, _, err = h.w.SignIn(t.Context(), "AMARA@example.org", secret.NewText(pass))
	h.ok(err)
}

func TestChangeEmail_EndsWhatTheOldAddressOpened(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	s, other, waiting := owner.signIn(), owner.signIn(), owner.challenge()
	second := h.one(person{role: store.RoleOwner, on: true})
	given, err := second.admin().ResetPassword(t.Context(), owner.id, "", second.proof())
	h.ok(err)
	h.ok(s.ChangeEmail(t.Context(), "amara@example.org", owner.proof()))
	h.ok(s.Touch())
	_, err = other.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	_, err = waiting.Verify(t.Context(), secret.NewText(owner.newCode()))
	h.refused(err, service.CodeChallengeEnded)
	_, _, err = h.w.Redeem(t.Context(), "amara@example.org", secret.NewText(given.Code.Display()), secret.NewText("granite lagoon whisper 47"))
	h.refused(err, service.CodeOneTimeEnded)
}

func TestChangeEmail_IsToldAtEachSignInAndInTheLog(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by     func(*provenCase) client.Proof
		detail map[string]string
	}{
		"ByACode":         {func(p *provenCase) client.Proof { return p.owner.proof() }, map[string]string{"factor": "code"}},
		"ByARecoveryCode": {func(p *provenCase) client.Proof { return proof(byRecovery(p.codes[3])) }, map[string]string{"factor": "recovery", "number": "4"}},
		"ByTheSignIn": {func(p *provenCase) client.Proof {
			p.granted()
			return client.Proof{}
		}, map[string]string{"factor": "recovery", "number": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvenCase(t, askingAct{})
			by := c.by(p)
			p.h.ok(p.s.ChangeEmail(t.Context(), "amara@example.org", by))
			at := p.h.clock.now()
			p.owner.email = "amara@example.org"
			news := p.owner.signIn().Welcome().News
			c.detail["from"], c.detail["to"] = email, "amara@example.org"
			if len(news) != 1 || news[0].Kind != "email-changed" || !maps.Equal(news[0].Detail, c.detail) || !news[0].At.Equal(at) || news[0].By != "Amara Okafor" {
				t.Errorf("news: %+v", news)
			}
			if again := p.owner.signIn().Welcome().News; len(again) != 1 || again[0].Stays != news[0].Stays {
				t.Errorf("again: %+v", again)
			}
			page, err := p.owner.admin().Log(t.Context(), service.LogQuery{Group: service.GroupProfile})
			p.h.ok(err)
			if len(page.Entries) != 1 || !maps.Equal(page.Entries[0].Detail, c.detail) {
				t.Errorf("log: %+v", page.Entries)
			}
		})
	}
}

func TestChangeEmail_AWrongAddressCostsNoCode(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	other := h.one(person{role: store.RoleMember})
	s := owner.signIn()
	by := owner.proof()
	for typed, want := range map[string]service.Code{
		"": service.CodeEmailRequired, "amara@": service.CodeEmailForm, other.email: service.CodeEmailTaken,
	} {
		for _, err := range []error{s.CheckEmail(t.Context(), typed), s.ChangeEmail(t.Context(), typed, by)} {
			if e := h.refused(err, want); e.Field != "email" {
				t.Errorf("%q: it is about %q", typed, e.Field)
			}
		}
	}
	h.ok(s.CheckEmail(t.Context(), "amara@example.org"))
	h.ok(s.ChangeEmail(t.Context(), email, client.Proof{})) // the one that it is
	h.refused(s.ChangeEmail(t.Context(), "Amara.Okafor@example.com", client.Proof{}), service.CodeFactorRequired)
	h.ok(s.ChangeEmail(t.Context(), "amara@example.org", by))
	if err := s.Rename(t.Context(), "Amara N. Okafor"); err != nil {
		t.Error(errors.Join(errors.New("a name asks for a proof"), err))
	}
}
