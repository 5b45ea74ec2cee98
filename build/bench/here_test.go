package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
)

// onThisComputer is a workspace on this computer, with SQLite and a folder. Its keychain is in memory: a real one would only make it slower, and
// the server look better.
func (b *bench) onThisComputer(ctx context.Context) (*client.Workspace, error) {
	dir, err := tempFolder(b)
	if err != nil {
		return nil, err
	}
	db, err := sqlite.Open(ctx, filepath.Join(dir, "workspace.db"))
	if err != nil {
		return nil, err
	}
	b.later(db.Close)
	files, err := documents.Open(filepath.Join(dir, "documents"))
	if err != nil {
		return nil, err
	}
	w, err := local.Open(ctx, local.Config{Store: db, Secrets: keychain.NewMemory(), Files: files, Password: password.Cheap, Recovery: recovery.Cheap})
	if err != nil {
		return nil, err
	}
	in, err := w.Create(ctx, client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: ownerEmail, Password: secret.NewText(ownerPass)})
	if err != nil {
		return nil, err
	}
	return w.Workspace, in.End(ctx)
}

// ownerAtServer is the owner at their computer, which asks the first instance.
func (s *server) ownerAtServer(ctx context.Context) (*client.Workspace, error) {
	r, err := s.dial(ctx, s.instances[0])
	if err != nil {
		return nil, err
	}
	s.b.later(func() error {
		r.Close()
		return nil
	})
	return client.Open(ctx, r, costs(s.keys))
}

func enter(ctx context.Context, w *client.Workspace) (*client.Session, error) {
	in, due, err := w.SignIn(ctx, ownerEmail, secret.NewText(ownerPass))
	if err == nil && due != nil {
		err = errors.New("more is due")
	}
	return in, err
}

// inTurns measures something here and there by turns, in milliseconds.
func inTurns(n int, here, there func() error) (ours, theirs []float64, err error) {
	for round := range n + 1 {
		var took [2]float64
		for i, do := range []func() error{there, here} {
			began := time.Now()
			if err := do(); err != nil {
				return nil, nil, err
			}
			took[i] = float64(time.Since(began)) / float64(time.Millisecond)
		}
		if round > 0 {
			ours, theirs = append(ours, took[0]), append(theirs, took[1])
		}
	}
	return ours, theirs, nil
}

// signInHere compares the sign-in of an owner at the library of the client, as the window has it, with next to no Argon2id on either side.
func signInHere(ctx context.Context, b *bench) error {
	s, err := b.server(ctx)
	if err != nil {
		return err
	}
	here, err := b.onThisComputer(ctx)
	if err != nil {
		return err
	}
	there, err := s.ownerAtServer(ctx)
	if err != nil {
		return err
	}
	through := func(w *client.Workspace) func() error {
		return func() error {
			in, err := enter(ctx, w)
			if err != nil {
				return err
			}
			return in.End(ctx)
		}
	}
	ours, theirs, err := inTurns(4**rounds, through(here), through(there))
	if err != nil {
		return err
	}
	more := make([]float64, len(ours))
	for i := range ours {
		more[i] = ours[i] - theirs[i]
	}
	b.add(fromRounds(figure{Name: "signing in with a password, and out, longer than on this computer", Unit: "ms", Goal: goal(30), Better: less}, more, nil))
	b.add(fromRounds(figure{Name: "signing in with a password, and out", Unit: "ms", Against: "on this computer", Better: less}, ours, theirs))
	return nil
}

// firstScreen compares what the first screen asks for, here and there, with as many members and contracts.
func firstScreen(ctx context.Context, b *bench) error {
	s, err := b.server(ctx)
	if err != nil {
		return err
	}
	here, err := b.onThisComputer(ctx)
	if err != nil {
		return err
	}
	there, err := s.ownerAtServer(ctx)
	if err != nil {
		return err
	}
	n := many(10_000, 100)
	if err := s.database.durable(ctx, false); err != nil {
		return err
	}
	inside, err := client.Open(ctx, s.inner.Service(), costs(s.keys)) // countersignd takes no code that cost so little to hash
	if err != nil {
		return err
	}
	for _, w := range []*client.Workspace{here, inside} {
		in, err := enter(ctx, w)
		if err != nil {
			return err
		}
		if err := errors.Join(crowd(ctx, in, n), in.End(ctx)); err != nil {
			return err
		}
	}
	var ins []*client.Session
	for _, w := range []*client.Workspace{here, there} {
		in, err := enter(ctx, w)
		if err != nil {
			return err
		}
		ins = append(ins, in)
	}
	if err := s.database.durable(ctx, true); err != nil {
		return err
	}
	members := func(in *client.Session) func() error { return func() error { return membersScreen(ctx, in, n) } }
	papers := func(in *client.Session) func() error { return func() error { return contractsScreen(ctx, in, n) } }
	for _, f := range []struct {
		name string
		of   func(*client.Session) func() error
	}{{fmt.Sprintf("first screen, members, %d", n), members}, {fmt.Sprintf("first screen, contracts, %d", n), papers}} {
		if !b.wants(f.name) {
			continue
		}
		ours, theirs, err := inTurns(2**rounds, f.of(ins[0]), f.of(ins[1]))
		if err != nil {
			return err
		}
		b.add(fromRounds(figure{Name: f.name, Unit: "ms", Against: "on this computer", Goal: goal(1.3), Better: less}, ours, theirs))
	}
	return errors.Join(ins[0].End(ctx), ins[1].End(ctx))
}

// crowd adds members and contracts until there are so many.
func crowd(ctx context.Context, in *client.Session, n int) error {
	admin, err := in.Admin(ctx)
	if err != nil {
		return err
	}
	all, err := admin.Members(ctx)
	if err != nil {
		return err
	}
	if missing := n - len(all); missing > 0 {
		more := people(n)[n-missing:] // others than those who are there
		if _, err := admin.AddMembers(ctx, more, client.Proof{Password: secret.NewText(ownerPass)}, nil); err != nil {
			return err
		}
	}
	out, err := in.AddDocuments(ctx, func(yield func(client.Source) bool) {
		for i := range n {
			text := fmt.Sprintf("contract %d %s", i, strings.Repeat("x", 500))
			if !yield(client.Source{Name: fmt.Sprintf("Order form %d.txt", i), Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}) {
				return
			}
		}
	}, nil)
	if err == nil && len(out.IDs) != n {
		err = fmt.Errorf("%d of %d contracts were added", len(out.IDs), n)
	}
	return err
}

// membersScreen asks what the table of members does.
func membersScreen(ctx context.Context, in *client.Session, n int) error {
	admin, err := in.Admin(ctx)
	if err != nil {
		return err
	}
	if _, err := admin.Policy(ctx); err != nil {
		return err
	}
	all, err := admin.Members(ctx)
	if err != nil {
		return err
	}
	if len(all) < n {
		return fmt.Errorf("%d of %d members", len(all), n)
	}
	_, err = admin.OpenCodes(ctx)
	return err
}

// contractsScreen asks what the list of contracts does.
func contractsScreen(ctx context.Context, in *client.Session, n int) error {
	all, err := in.Documents(ctx)
	if err != nil {
		return err
	}
	if len(all) < n {
		return fmt.Errorf("%d of %d contracts", len(all), n)
	}
	_, err = in.MissingFiles(ctx, all)
	return err
}

// wrongGuesses looks how long others take while one member’s password is guessed, without a pause, on four connections.
func wrongGuesses(ctx context.Context, b *bench) error {
	s, err := b.server(ctx)
	if err != nil {
		return err
	}
	const connections = 4
	victim, others := s.members[0], many(200, 40)
	var guessing []*remote.Workspace
	for range 2 * connections {
		w, err := s.dial(ctx, s.instances[0])
		if err != nil {
			return err
		}
		defer w.Close()
		guessing = append(guessing, w)
	}
	wrong := secret.NewBytes(make([]byte, password.KeySize))
	guess := func(worker, _ int) error {
		_, err := victim.password(ctx, guessing[worker], wrong)
		if service.IsCode(err, service.CodeCredentialsWrong) || service.IsCode(err, service.CodeThrottled) {
			return nil
		}
		return errors.Join(errors.New("a wrong guess has another answer"), err)
	}
	signIns := func() (p99 float64, err error) {
		all, err := s.prepare(ctx, others)
		if err != nil {
			return 0, err
		}
		took := make([]float64, others)
		_, err = atOnce(connections, others, func(worker, i int) error {
			if all[i].member == victim { // nobody’s sign-in is measured who has to pause
				took[i] = -1
				return nil
			}
			began := time.Now()
			_, err := all[i].signIn(ctx, guessing[connections+worker])
			took[i] = float64(time.Since(began)) / float64(time.Millisecond)
			return err
		})
		var measured []float64
		for _, t := range took {
			if t >= 0 {
				measured = append(measured, t)
			}
		}
		return quantile(measured, 0.99), err
	}
	var during, alone []float64
	for round := range *rounds + 1 {
		without, err := signIns()
		if err != nil {
			return err
		}
		ctx, stop := context.WithCancel(ctx)
		guessed := make(chan error, 1)
		go func() {
			_, err := atOnce(connections, many(1000, 100), func(worker, i int) error {
				if ctx.Err() != nil { // the others are done
					return nil
				}
				return guess(worker, i)
			})
			guessed <- err
		}()
		with, err := signIns()
		stop()
		if err := errors.Join(err, <-guessed); err != nil {
			return err
		}
		if round > 0 {
			alone, during = append(alone, without), append(during, with)
		}
	}
	b.add(fromRounds(figure{Name: "wrong guesses, p99 of others", Unit: "ms", Against: "without them", Goal: goal(1.2), Better: less}, during, alone))
	return nil
}

// memoryOfSessions signs in a thousand, each on a connection of their own that stays open.
func memoryOfSessions(ctx context.Context, b *bench) error {
	s, err := b.server(ctx)
	if err != nil {
		return err
	}
	i := s.instances[0]
	n := many(1000, 50)
	all, err := s.prepare(ctx, n)
	if err != nil {
		return err
	}
	var values []float64
	for k, a := range all {
		w, err := s.dial(ctx, i)
		if err != nil {
			return err
		}
		defer w.Close()
		if time.Now().Unix()/period > a.used+1 { // its code is late by now
			again, err := s.prepare(ctx, 1)
			if err != nil {
				return err
			}
			a = again[0]
		}
		in, err := a.signIn(ctx, w)
		if err != nil {
			return err
		}
		if _, err := in.Overview(ctx); err != nil {
			return err
		}
		if k+1 == n {
			is, err := memory(i.Process.Pid)
			if err != nil {
				return err
			}
			values = append(values, is/1e6)
		}
	}
	b.add(fromRounds(figure{Name: fmt.Sprintf("memory of an instance, %d sessions", n), Unit: "MB", Goal: goal(150), Better: less}, values, nil))
	return nil
}
