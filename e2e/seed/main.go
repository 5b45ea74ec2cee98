// Seed fills a new data folder for tests of the page: a workspace with its owner and as many members
// as a test asks for, through the application's own use cases, with hashing as cheap as they take.
// It reads an order as JSON from standard input, and prints the phones of those who have 2FA on.
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

	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/sqlite"
	"countersign/backend/workspace"

	"github.com/pquerna/otp/totp"
)

type order struct {
	Folder string `json:"folder"`
	Owner  struct {
		Workspace string `json:"workspace"`
		Name      string `json:"name"`
		Email     string `json:"email"`
		Password  string `json:"password"`
	} `json:"owner"`
	Service  string   `json:"service"`  // of the keychain; empty: that of development builds
	People   []person `json:"people"`   // who are invited, by name; else Members
	Members  int      `json:"members"`  // who are invited
	Enrolled int      `json:"enrolled"` // of these, the first so many have signed in and 2FA on
}

type person struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Role  string `json:"role"`
}

type phone struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Key   string `json:"key"`
}

func main() {
	log.SetFlags(0)
	var o order
	if err := json.NewDecoder(os.Stdin).Decode(&o); err != nil {
		log.Fatal("the order cannot be read: ", err)
	}
	phones, err := seed(context.Background(), o)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(phones); err != nil {
		log.Fatal(err)
	}
}

func seed(ctx context.Context, o order) (phones []phone, err error) {
	store, err := sqlite.Open(ctx, filepath.Join(o.Folder, "workspace.db"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	w, err := workspace.Open(ctx, workspace.Config{
		Store: store, Secrets: keychain.New(cmp.Or(o.Service, "Countersign development")),
		Password: password.Params{MemoryKiB: 19 << 10, Time: 1, Threads: 1}, Recovery: recovery.Params{MemoryKiB: 19 << 10, Time: 1, Threads: 1},
	})
	if err != nil {
		return nil, err
	}
	owner, err := w.Create(ctx, workspace.NewWorkspace{
		Workspace: o.Owner.Workspace, Name: o.Owner.Name, Email: o.Owner.Email, Password: secret.NewText(o.Owner.Password),
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, owner.End(ctx)) }()
	admin, err := owner.Admin(ctx)
	wanted := people(o.Members)
	if len(o.People) > 0 {
		wanted = nil
	}
	for _, p := range o.People {
		wanted = append(wanted, workspace.NewMember{Name: p.Name, Email: p.Email, Role: workspace.Role(p.Role)})
	}
	if err != nil || len(wanted) == 0 {
		return nil, err
	}
	given, err := admin.AddMembers(ctx, wanted, workspace.Proof{Password: secret.NewText(o.Owner.Password)}, nil)
	if err != nil {
		return nil, err
	}
	phones = []phone{}
	for _, g := range given[:o.Enrolled] {
		p, err := enrol(ctx, w, g)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.Name, err)
		}
		phones = append(phones, p)
	}
	return phones, nil
}

// enrol redeems an invitation with the password that everybody here has, and turns 2FA on.
func enrol(ctx context.Context, w *workspace.Workspace, g workspace.GivenOut) (phone, error) {
	pw := secret.NewText(memberPassword)
	s, _, err := w.Redeem(ctx, g.Email, g.Code.Display(), pw)
	if err != nil {
		return phone{}, err
	}
	shown, err := s.BeginEnable(ctx, pw)
	if err != nil {
		return phone{}, err
	}
	p := phone{Name: g.Name, Email: g.Email, Key: strings.Join(shown.Groups, "")}
	code, err := totp.GenerateCode(p.Key, time.Now())
	if err != nil {
		return p, err
	}
	if _, err := s.Confirm(ctx, code); err != nil {
		return p, err
	}
	return p, errors.Join(s.Continue(ctx), s.End(ctx))
}

const memberPassword = "granite willow harbour nine"

// people have names that sort, and some that a page could take for markup.
func people(n int) []workspace.NewMember {
	given := []string{"Aisha", "Beatriz", "Chidi", "Daniel", "Eun-ji", "Fatima", "Hannah", "Ingrid", "Leila", "Mateo", "Priya", "Samuel", "Tomás", "Søren"}
	family := []string{"Bello", "Carvalho", "Nwosu", "Whitlock", "Park", "el-Amin", "Weiß", "Solheim", "Haddad", "Rossi", "Raman", "Mensah", "Herrera", "Åberg"}
	out := make([]workspace.NewMember, n)
	for i := range out {
		name := fmt.Sprintf("%s %s %04d", given[i%len(given)], family[i/len(given)%len(family)], i)
		if i%500 == 499 {
			name = fmt.Sprintf("<img src=x onerror=alert(%d)>", i)
		}
		role := workspace.RoleMember
		if i%50 == 1 {
			role = workspace.RoleAdmin
		}
		out[i] = workspace.NewMember{Name: name, Email: fmt.Sprintf("member.%d@example.com", i), Role: role}
	}
	return out
}
