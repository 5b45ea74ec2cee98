//go:build slow && linux

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/keychain"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// TestFailover_ProgramGoesOnAndLosesNothing kills PostgreSQL's primary while a member's program adds contracts and another signs in, over TLS, at the program as it is
// installed. The races of it are in backend/remote.
func TestFailover_ProgramGoesOnAndLosesNothing(t *testing.T) {
	t.Parallel()
	c := postgrestest.NewCluster(t)
	p := newPlace(t)
	p.database = c.Database(t, "members")
	p.write("database", p.database+"\n")
	v := p.init()
	s := p.serve()
	o := &owner{secrets: keychain.NewMemory()}
	ctx, stop := context.WithTimeout(context.WithoutCancel(t.Context()), 4*time.Minute) // no promise: it ends a server that never returns
	defer stop()
	in, _, err := o.at(s, v.Fingerprint).Redeem(ctx, v.Email, secret.NewText(v.Code), secret.NewText(ownerPass))
	if err != nil {
		t.Fatal(err)
	}
	o.enrol(t, in, ownerPass)

	// Each goes on until two of its acts were answered with yes after the failover, and tells of what was.
	promoted := make(chan struct{})
	goesOn := func(what string, act func(i int) error) (yes []int) {
		after := 0
		for i := 0; after < 2; i++ {
			isPromoted := false
			select {
			case <-promoted:
				isPromoted = true
			default:
			}
			switch err := act(i); {
			case err == nil:
				if yes = append(yes, i); isPromoted {
					after++
				}
			case ctx.Err() != nil:
				t.Errorf("%s doesn’t return: %v", what, err)
				return yes
			case service.IsCode(err, service.CodeServerFailed), service.IsCode(err, service.CodeOutcomeUnknown), errors.Is(err, store.ErrUnknownOutcome),
				service.IsCode(err, service.CodeServerUnreachable):
			case what == "signing in" && (service.IsCode(err, service.CodeSessionEnded) || service.IsCode(err, service.CodeChallengeEnded)): // what was not answered may be lost
			default:
				t.Errorf("%s is refused: %v", what, err)
				return yes
			}
			select { // as somebody does who tries again; nothing depends on how long
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
			}
		}
		return yes
	}
	a, err := in.Admin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	proof := client.Proof{Password: secret.NewText(ownerPass), Factor: client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(o.codes[1])}}
	given, err := a.AddMember(ctx, service.NewMember{Name: "Ben Hall", Email: "ben@example.com", Role: store.RoleMember}, proof)
	if err != nil {
		t.Fatal(err)
	}
	const bens = "granite lagoon whisper 47"
	laptop := (&owner{secrets: keychain.NewMemory()}).at(s, v.Fingerprint)
	if _, _, err := laptop.Redeem(ctx, "ben@example.com", secret.NewText(given.Code.Display()), secret.NewText(bens)); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	var added []int
	began := make(chan struct{})
	both.Go(func() {
		goesOn("signing in", func(int) error {
			s, _, err := laptop.SignIn(ctx, "ben@example.com", secret.NewText(bens))
			if err == nil {
				err = s.End(ctx)
			}
			return err
		})
	})
	both.Go(func() {
		added = goesOn("adding contracts", func(i int) error {
			if i == 1 {
				close(began)
			}
			got, err := in.AddDocuments(ctx, slices.Values([]client.Source{paper(fmt.Sprintf("Deed %d.txt", i), "Deed of the mill")}), nil)
			if err == nil && len(got.IDs) != 1 {
				err = service.Refuse(service.CodeSessionEnded)
			}
			return err
		})
	})
	<-began
	c.KillPrimary(t)
	c.Promote(t)
	close(promoted)
	both.Wait()

	w := o.at(s, v.Fingerprint)
	back := o.enter(t, w, o.codes[0])
	all, err := back.Documents(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range added {
		if name := fmt.Sprintf("Deed %d.txt", i); !slices.ContainsFunc(all, func(d contracts.Document) bool { return d.Name == name }) {
			t.Errorf("%s was answered with yes, and is gone", name)
		}
	}
	if report, err := back.CheckDocuments(ctx, nil); err != nil || len(report.Bad) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if _, challenge, err := w.SignIn(ctx, ownerEmail, secret.NewText(ownerPass)); err != nil {
		t.Error(err)
	} else if _, err := challenge.Recover(ctx, secret.NewText(o.codes[0])); err == nil {
		t.Error("a recovery code lets in twice")
	}
	s.end()
	p.good("verify")
}
