package bench

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/computer"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/postgres"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/serverkey"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

const (
	period     = 30 // seconds, of a code
	ownerEmail = "amara.okafor@example.com"
	ownerPass  = "tundra velvet orchard 91"
	memberPass = "granite willow harbour nine"
)

// server is a workspace with its members, and instances of countersignd in front of it.
type server struct {
	b         *bench
	database  *database
	env       []string
	join      remote.Invitation
	instances []*instance
	inner     *workspace.Workspace // the same workspace in this process: it makes the members
	keys      *keychain.Memory     // of the owner's computer
	members   []*member
	next      int
}

// instance is a countersignd.
type instance struct {
	*program
	address string
}

// member is somebody with 2FA on, and what their computer has ready: what Argon2id makes of their password.
type member struct {
	email          string
	derived, share secret.Bytes
	computer       computer.Key
	key            []byte // of their authenticator app
	used           int64  // the last step
}

// membersWith2FA is how many take part: each has two codes at the beginning, and one more in each step.
func membersWith2FA() int { return many(1200, 40) }

// server starts it, once in a run.
func (b *bench) server(ctx context.Context) (*server, error) {
	if b.at != nil {
		return b.at, nil
	}
	d, err := b.postgres(ctx)
	if err != nil {
		return nil, err
	}
	s := &server{b: b, database: d}
	file := func(name string) string { return filepath.Join(b.folder, name) }
	s.env = append(os.Environ(), "COUNTERSIGN_DATABASE="+d.connString, "COUNTERSIGN_SERVER_KEY="+file("server.key"), "COUNTERSIGN_CERTIFICATE="+file("certificate.pem"),
		"COUNTERSIGN_CERTIFICATE_KEY="+file("certificate.key"), "COUNTERSIGN_PUBLIC_ADDRESS=127.0.0.1:8443", "COUNTERSIGN_WORKSPACE=Northwind Legal", "COUNTERSIGN_OWNER_NAME=Amara Okafor",
		"COUNTERSIGN_OWNER_EMAIL="+ownerEmail, "COUNTERSIGN_DRAIN=0s", "COUNTERSIGN_MAX_CONNECTIONS=4000")
	if err := s.found(ctx); err != nil {
		return nil, err
	}
	if err := d.durable(ctx, false); err != nil {
		return nil, err
	}
	if err := s.fill(ctx, file("server.key")); err != nil {
		return nil, err
	}
	if err := d.durable(ctx, true); err != nil {
		return nil, err
	}
	if _, err := s.another(); err != nil {
		return nil, err
	}
	b.at = s
	return s, nil
}

// found makes the workspace as an operator does.
func (s *server) found(ctx context.Context) error {
	init := exec.CommandContext(ctx, *daemon, "init", "--json")
	init.Env = s.env
	init.Stderr = os.Stderr
	out, err := init.Output()
	if err != nil {
		return fmt.Errorf("countersignd init: %w", err)
	}
	var made struct{ Join string }
	if err := json.Unmarshal(out, &made); err != nil {
		return err
	}
	s.join, err = remote.ParseInvitation(secret.NewText(made.Join))
	return err
}

// another starts one more instance.
func (s *server) another() (*instance, error) {
	cmd := exec.Command(*daemon, "serve", "--listen", "127.0.0.1:0", "--health-listen", "127.0.0.1:0")
	cmd.Env = s.env
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = write
	p, err := s.b.start(cmd, syscall.SIGTERM)
	if err := errors.Join(err, write.Close()); err != nil {
		return nil, err
	}
	in := bufio.NewReader(read)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("countersignd does not start: %w: %s", err, line)
		}
		var said struct{ Msg, Listen string }
		if json.Unmarshal(line, &said) == nil && said.Msg == "serving" {
			go func() {
				_, _ = io.Copy(io.Discard, in) // its log
				_ = read.Close()
			}()
			i := &instance{p, said.Listen}
			s.instances = append(s.instances, i)
			return i, nil
		}
	}
}

// costs are those of a client whose hashing is no part of what is measured.
func costs(secrets store.Secrets) client.Config {
	return client.Config{Secrets: secrets, Password: store.Argon2id(password.Cheap), Recovery: store.Argon2id(recovery.Cheap)}
}

// fill makes the owner and the members by the use cases, in this process.
func (s *server) fill(ctx context.Context, keyFile string) error {
	d, err := postgres.Open(ctx, s.database.connString)
	if err != nil {
		return err
	}
	key, err := serverkey.Read(keyFile)
	if err != nil {
		return err
	}
	taken, err := d.TakeKey(ctx, key)
	if err != nil {
		return err
	}
	of := d.Workspace("main")
	s.inner, err = workspace.Open(ctx, workspace.Config{
		Store: of, Secrets: taken.Secrets(of), Files: of.Blobs(context.WithoutCancel(ctx)), Password: password.Cheap, Recovery: recovery.Cheap,
	})
	if err != nil {
		return err
	}
	s.b.later(func() error {
		s.inner.Close()
		d.Close()
		return nil
	})
	s.keys = keychain.NewMemory()
	owner, err := client.Open(ctx, s.inner.Service(), costs(s.keys))
	if err != nil {
		return err
	}
	in, _, err := owner.Redeem(ctx, ownerEmail, s.join.Code, secret.NewText(ownerPass))
	if err != nil {
		return err
	}
	admin, err := in.Admin(ctx)
	if err != nil {
		return err
	}
	given, err := admin.AddMembers(ctx, people(membersWith2FA()), client.Proof{Password: secret.NewText(ownerPass)}, nil)
	if err != nil {
		return err
	}
	for i, g := range given {
		m, err := s.enrol(ctx, g)
		if err != nil {
			return fmt.Errorf("%s: %w", g.Email, err)
		}
		s.members = append(s.members, m)
		if (i+1)%200 == 0 {
			s.b.say("%d of %d members have 2FA on", i+1, len(given))
		}
	}
	return in.End(ctx)
}

func people(n int) []service.NewMember {
	out := make([]service.NewMember, n)
	for i := range out {
		out[i] = service.NewMember{Name: fmt.Sprintf("Søren Åberg %05d", i), Email: fmt.Sprintf("member.%d@example.com", i), Role: service.RoleMember}
	}
	return out
}

// enrol lets a member come in at a computer of their own, and turns 2FA on.
func (s *server) enrol(ctx context.Context, g client.GivenOut) (*member, error) {
	secrets := keychain.NewMemory()
	w, err := client.Open(ctx, s.inner.Service(), costs(secrets))
	if err != nil {
		return nil, err
	}
	defer w.Close()
	in, _, err := w.Redeem(ctx, g.Email, secret.NewText(g.Code.Display()), secret.NewText(memberPass))
	if err != nil {
		return nil, err
	}
	shown, err := in.BeginEnable(ctx, secret.NewText(memberPass))
	if err != nil {
		return nil, err
	}
	m := &member{email: g.Email}
	if m.key, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.Join(shown.Groups, "")); err != nil {
		return nil, err
	}
	m.used = stepNow() // of the step before, it would be late where the next begins meanwhile
	if _, err := in.Confirm(ctx, secret.NewText(codeAt(m.key, m.used))); err != nil {
		return nil, err
	}
	if err := errors.Join(in.Continue(ctx), in.End(ctx)); err != nil {
		return nil, err
	}
	seed, err := secrets.Get(ctx, client.ComputerName(w.ID()))
	if err != nil {
		return nil, err
	}
	if m.computer, err = computer.NewKey(seed); err != nil {
		return nil, err
	}
	if m.share, err = secrets.Get(ctx, client.ShareName(w.ID())); err != nil {
		return nil, err
	}
	a, err := s.inner.Service().BeginSignIn(ctx, m.email, m.computer.ID())
	if err != nil {
		return nil, err
	}
	terms := a.Terms()
	m.derived = password.Derive(secret.NewText(memberPass), terms.Salt, password.Params(terms.Params))
	return m, nil
}

func stepNow() int64 { return time.Now().Unix() / period }

// nextStep waits until codes are others.
func nextStep(ctx context.Context) error {
	select {
	case <-time.After(time.Until(time.Unix((stepNow()+1)*period, 0))):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// codeAt is what an authenticator app shows in a step (RFC 6238).
func codeAt(key []byte, step int64) string {
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[len(sum)-1]&0xf:])&0x7fffffff%1_000_000)
}

// arrival is a sign-in that is prepared.
type arrival struct {
	*member
	code secret.Text
}

// prepare has so many ready, with a code that has not been used. Where there are none left, it waits for the next step: nothing is measured meanwhile.
func (s *server) prepare(ctx context.Context, n int) (all []arrival, err error) {
	for {
		for range s.members {
			if len(all) == n {
				return all, nil
			}
			m := s.members[s.next%len(s.members)]
			s.next++
			step := max(m.used+1, stepNow()) // good for half a minute at least
			if step > stepNow()+1 {
				continue
			}
			m.used = step
			all = append(all, arrival{m, secret.NewText(codeAt(m.key, step))})
		}
		if len(all) == n {
			return all, nil
		}
		all = nil // those would be late by then
		if err := nextStep(ctx); err != nil {
			return nil, err
		}
	}
}

// dial connects to an instance.
func (s *server) dial(ctx context.Context, i *instance) (*remote.Workspace, error) {
	return remote.Dial(ctx, remote.Config{Server: i.address, Key: s.join.Key})
}

// signIn is the whole of a sign-in, but for Argon2id: three requests, and the signatures of password and computer.
func (a arrival) signIn(ctx context.Context, w service.Workspace) (service.Session, error) {
	due, err := a.password(ctx, w, a.derived)
	if err != nil {
		return nil, err
	}
	return due.Verify(ctx, a.code)
}

func (m *member) password(ctx context.Context, w service.Workspace, derived secret.Bytes) (service.Challenge, error) {
	attempt, err := w.BeginSignIn(ctx, m.email, m.computer.ID())
	if err != nil {
		return nil, err
	}
	t := attempt.Terms()
	_, due, err := attempt.SignIn(ctx, service.SignIn{
		Signature: password.Sign(derived, m.share, service.SignInMessage(t.WorkspaceID, t.Nonce)), Computer: m.computer.Sign(service.ComputerMessage(t.WorkspaceID, t.Nonce)),
	})
	if err == nil && due == nil {
		err = errors.New("no second factor is due")
	}
	return due, err
}

// atOnce does n things on so many connections, one after another on each, and says how long all took. The first error ends it.
func atOnce(connections, n int, do func(worker, i int) error) (took time.Duration, err error) {
	var next atomic.Int64
	var all sync.WaitGroup
	var failed atomic.Pointer[error]
	began := time.Now()
	for worker := range connections {
		all.Go(func() {
			for failed.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(worker, i); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	all.Wait()
	took = time.Since(began)
	if e := failed.Load(); e != nil {
		return took, *e
	}
	return took, nil
}

func TestAtOnce_DoesEachOnceAndEndsAtAnError(t *testing.T) {
	t.Parallel()
	var done [100]atomic.Int32
	if _, err := atOnce(7, len(done), func(_, i int) error { done[i].Add(1); return nil }); err != nil {
		t.Fatal(err)
	}
	for i := range done {
		if n := done[i].Load(); n != 1 {
			t.Errorf("%d was done %d times", i, n)
		}
	}
	wrong := errors.New("wrong")
	var n atomic.Int32
	if _, err := atOnce(1, 10, func(_, i int) error {
		n.Add(1)
		if i == 3 {
			return wrong
		}
		return nil
	}); !errors.Is(err, wrong) || n.Load() != 4 {
		t.Errorf("%v after %d", err, n.Load())
	}
}

// The vectors of RFC 6238, appendix B, are of eight digits.
func TestCode_IsThatOfTheStandard(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 20000000000: "353130"} {
		if got := codeAt(ldapKey, at/period); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}
