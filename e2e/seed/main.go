// Seed fills a new data folder for tests of the page: a workspace with its owner and as many members
// as a test asks for, through the application's own use cases, with hashing as cheap as they take.
// It reads an order as JSON from standard input, and prints what each of the people it names has in hand.
//
//	echo '{"folder": "…", "owner": {"workspace": "…", "name": "…", "email": "…", "password": "…"}, "members": 10000}' | seed
//
// The keychain is that of development builds: run it in build/private-desktop.sh.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"

	"github.com/pquerna/otp/totp"
)

type order struct {
	Folder string `json:"folder"`
	Owner  struct {
		Workspace string `json:"workspace"`
		Name      string `json:"name"`
		Email     string `json:"email"`
		Password  string `json:"password"`
		TwoFactor bool   `json:"twoFactor"` // is on
	} `json:"owner"`
	Service  string   `json:"service"`  // of the keychain; empty: that of development builds
	People   []person `json:"people"`   // who are invited, by name; else Members
	Members  int      `json:"members"`  // who are invited
	Enrolled int      `json:"enrolled"` // of these, the first so many have signed in and 2FA on
}

type person struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Role     string `json:"role"`
	Password string `json:"password"` // empty: memberPassword
}

// inHand is what a person has: an invitation, or a phone and recovery codes.
type inHand struct {
	Name       string   `json:"name"`
	Email      string   `json:"email"`
	Invitation string   `json:"invitation,omitempty"`
	Key        string   `json:"key,omitempty"`
	Step       int64    `json:"step,omitempty"` // whose code has been used
	Codes      []string `json:"codes,omitempty"`
}

func main() {
	log.SetFlags(0)
	var o order
	if err := json.NewDecoder(os.Stdin).Decode(&o); err != nil {
		log.Fatal("the order cannot be read: ", err)
	}
	all, err := seed(context.Background(), o)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		log.Fatal(err)
	}
}

func seed(ctx context.Context, o order) (all []inHand, err error) {
	store, err := sqlite.Open(ctx, filepath.Join(o.Folder, "workspace.db"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	w, err := local.Open(ctx, local.Config{
		Store: store, Secrets: keychain.New(cmp.Or(o.Service, "Countersign development")),
		Password: password.Params{MemoryKiB: 19 << 10, Time: 1, Threads: 1}, Recovery: recovery.Params{MemoryKiB: 19 << 10, Time: 1, Threads: 1},
	})
	if err != nil {
		return nil, err
	}
	pw := secret.NewText(o.Owner.Password)
	owner, err := w.Create(ctx, client.NewWorkspace{Workspace: o.Owner.Workspace, Name: o.Owner.Name, Email: o.Owner.Email, Password: pw})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, owner.End(ctx)) }()
	given, err := invite(ctx, owner, pw, wanted(o))
	if err != nil {
		return nil, err
	}
	all = []inHand{}
	if o.Owner.TwoFactor {
		it := inHand{Name: o.Owner.Name, Email: o.Owner.Email}
		if err := it.enable(ctx, owner, pw); err != nil {
			return nil, err
		}
		all = append(all, it)
	}
	for i, g := range given {
		it := inHand{Name: g.Name, Email: g.Email, Invitation: g.Code.Display()}
		if i < o.Enrolled {
			if err := it.redeem(ctx, w, secret.NewText(passwordOf(o, i))); err != nil {
				return nil, fmt.Errorf("%s: %w", g.Name, err)
			}
		}
		all = append(all, it)
	}
	return all, nil
}

// wanted is whom the order names, or as many as it says.
func wanted(o order) []service.NewMember {
	if len(o.People) == 0 {
		return people(o.Members)
	}
	var out []service.NewMember
	for _, p := range o.People {
		out = append(out, service.NewMember{Name: p.Name, Email: p.Email, Role: service.Role(p.Role)})
	}
	return out
}

func passwordOf(o order, i int) string {
	if i < len(o.People) {
		return cmp.Or(o.People[i].Password, memberPassword)
	}
	return memberPassword
}

func invite(ctx context.Context, owner *client.Session, pw secret.Text, all []service.NewMember) ([]client.GivenOut, error) {
	if len(all) == 0 {
		return nil, nil
	}
	admin, err := owner.Admin(ctx)
	if err != nil {
		return nil, err
	}
	return admin.AddMembers(ctx, all, client.Proof{Password: pw}, nil)
}

// redeem uses the invitation up: its profile gets a password, and has 2FA on.
func (it *inHand) redeem(ctx context.Context, w *client.Local, pw secret.Text) error {
	s, _, err := w.Redeem(ctx, it.Email, secret.NewText(it.Invitation), pw)
	if err != nil {
		return err
	}
	it.Invitation = ""
	return errors.Join(it.enable(ctx, s, pw), s.End(ctx))
}

func (it *inHand) enable(ctx context.Context, s *client.Session, pw secret.Text) error {
	shown, err := s.BeginEnable(ctx, pw)
	if err != nil {
		return err
	}
	it.Key = strings.Join(shown.Groups, "")
	// The step before is good, too, and leaves two of now for whoever signs in.
	at := time.Now()
	if at.Unix()%period < period/2 {
		at = at.Add(-period * time.Second)
	}
	it.Step = at.Unix() / period
	code, err := totp.GenerateCode(it.Key, at)
	if err != nil {
		return err
	}
	issued, err := s.Confirm(ctx, secret.NewText(code))
	if err != nil {
		return err
	}
	for _, c := range issued.Codes {
		it.Codes = append(it.Codes, c.Display())
	}
	return s.Continue(ctx)
}

const period = 30 // seconds, of a verification code

const memberPassword = "granite willow harbour nine"

// people have names that sort, and some that a page could take for markup.
func people(n int) []service.NewMember {
	given := []string{"Aisha", "Beatriz", "Chidi", "Daniel", "Eun-ji", "Fatima", "Hannah", "Ingrid", "Leila", "Mateo", "Priya", "Samuel", "Tomás", "Søren"}
	family := []string{"Bello", "Carvalho", "Nwosu", "Whitlock", "Park", "el-Amin", "Weiß", "Solheim", "Haddad", "Rossi", "Raman", "Mensah", "Herrera", "Åberg"}
	out := make([]service.NewMember, n)
	for i := range out {
		name := fmt.Sprintf("%s %s %04d", given[i%len(given)], family[i/len(given)%len(family)], i)
		if i%500 == 499 {
			name = fmt.Sprintf("<img src=x onerror=alert(%d)>", i)
		}
		role := service.RoleMember
		if i%50 == 1 {
			role = service.RoleAdmin
		}
		out[i] = service.NewMember{Name: name, Email: fmt.Sprintf("member.%d@example.com", i), Role: role}
	}
	return out
}
