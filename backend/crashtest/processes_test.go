package crashtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// A rush is something that two processes do to one home at the same moment. The
// app keeps a second window out of its folder; this is what holds if a second process
// gets in all the same.
type rush struct {
	times int // how often each process tries
	// ready does what has to be done before, and returns one try.
	ready func(p *person) func() error
}

var rushes = map[string]rush{
	"guess a password": {12, func(p *person) func() error {
		return func() error {
			_, _, err := p.w.SignIn(p.ctx, email, secret.NewText("not the password at all"))
			return err
		}
	}},
	"guess a code": {12, func(p *person) func() error {
		c := p.challenge()
		return func() error {
			_, err := c.Verify(p.ctx, secret.NewText(wrongCode(p.phone(0), p.clock.now())))
			return err
		}
	}},
	"guess a recovery code": {12, func(p *person) func() error {
		c := p.challenge()
		return func() error {
			_, err := c.Recover(p.ctx, secret.NewText("ABCD-EFGH-JKMN-PQRS"))
			return err
		}
	}},
	"use one code": {1, func(p *person) func() error {
		c := p.challenge()
		return func() error {
			_, err := c.Verify(p.ctx, secret.NewText(p.code(0)))
			return err
		}
	}},
	"use one recovery code": {1, func(p *person) func() error {
		c := p.challenge()
		return func() error {
			_, err := c.Recover(p.ctx, secret.NewText(p.recovery(1, 1)))
			return err
		}
	}},
	"disable with one recovery code": {1, func(p *person) func() error {
		s := got(p.challenge().Recover(p.ctx, secret.NewText(p.recovery(1, 2+p.seat))))
		return func() error { return s.Disable(p.ctx, byRecovery(p.recovery(1, 9))) }
	}},
	"enable": {1, func(p *person) func() error {
		s := p.signIn()
		return func() error {
			shown, err := s.BeginEnable(p.ctx, secret.NewText(firstPass))
			if err != nil {
				return err
			}
			key := strings.Join(shown.Groups, "")
			issued, err := s.Confirm(p.ctx, secret.NewText(code(key, p.clock.now())))
			if err != nil {
				return err
			}
			if err := s.Continue(p.ctx); err != nil {
				return err
			}
			p.note(note{Phone: key}) // of the one who has it: the other may be slow
			p.print(issued, nil)
			return nil
		}
	}},
	"keep new codes": {1, func(p *person) func() error {
		s := got(p.challenge().Recover(p.ctx, secret.NewText(p.recovery(1, 2+p.seat))))
		return func() error {
			issued, err := s.BeginNewCodes(p.ctx, client.Proof{Password: secret.NewText(firstPass), Factor: byRecovery(p.recovery(1, 4+p.seat))})
			if err != nil {
				return err
			}
			p.print(issued, nil)
			return s.KeepNewCodes(p.ctx)
		}
	}},
	"rename": {20, func(p *person) func() error {
		s := got(p.challenge().Recover(p.ctx, secret.NewText(p.recovery(1, 2+p.seat))))
		n := 0
		return func() error {
			n++
			return s.Rename(p.ctx, fmt.Sprintf("Amara %d %d", p.seat, n))
		}
	}},
}

// outcomes counts what the tries were answered, "" being a yes.
type outcomes map[service.Code]int

// hurry is one of the processes of a rush: it gets ready, says so, waits for its
// input to end, and prints its outcomes.
func hurry(o order) {
	ctx := context.Background()
	h := home{o.Dir}
	p := &person{ctx: ctx, home: h, clock: &clock{t: o.At}, seat: o.Seat, store: got(sqlite.Open(ctx, h.database())), secrets: h.keychain()}
	p.w = got(local.Open(ctx, p.config()))
	r := rushes[o.Rush]
	try := r.ready(p)
	fmt.Println("ready")
	_ = got(io.ReadAll(os.Stdin))
	all := outcomes{}
	for range r.times {
		err := try()
		var known *service.Error
		if err != nil && !errors.As(err, &known) {
			panic(err)
		}
		if known == nil {
			known = &service.Error{}
		}
		all[known.Code]++
	}
	must(json.NewEncoder(os.Stdout).Encode(all))
	os.Exit(0)
}

// two processes are let loose on h at the same moment.
func two(t *testing.T, h home, what string) (sum outcomes) {
	t.Helper()
	type process struct {
		out   *bufio.Reader
		start io.Closer
		wait  func() error
	}
	var both []process
	for seat := range 2 {
		cmd, err := child(t.Context(), order{Dir: h.dir, Rush: what, Seat: seat, At: begin.Add(24 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = os.Stderr
		in, err1 := cmd.StdinPipe()
		out, err2 := cmd.StdoutPipe()
		if err := errors.Join(err1, err2, cmd.Start()); err != nil {
			t.Fatal(err)
		}
		both = append(both, process{bufio.NewReader(out), in, cmd.Wait})
	}
	for _, p := range both {
		if line, err := p.out.ReadString('\n'); err != nil || line != "ready\n" {
			t.Fatalf("%q, %v", line, err)
		}
	}
	for _, p := range both {
		if err := p.start.Close(); err != nil {
			t.Fatal(err)
		}
	}
	sum = outcomes{}
	for _, p := range both {
		var one outcomes
		if err := json.NewDecoder(p.out).Decode(&one); err != nil {
			t.Fatal(err)
		}
		if err := p.wait(); err != nil {
			t.Fatal(err)
		}
		for code, n := range one {
			sum[code] += n
		}
	}
	return sum
}

// rushed runs a rush on a new home, and looks at what is left.
func rushed(t *testing.T, b *base, what string) (outcomes, *aftermath) {
	t.Helper()
	h, err := b.copyTo(t.Context(), filepath.Join(t.TempDir(), "home"), nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := two(t, h, what)
	a := look(t, h)
	return sum, a
}

// expected fails t unless exactly these answers were given.
func expected(t *testing.T, got, want outcomes) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("answered %v, want %v", got, want)
	}
}

func TestProcesses_GuessingAtOnceLoseNoCount(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		kind  store.Kind
		wrong service.Code
	}{
		"guess a password":      {store.KindPassword, service.CodeCredentialsWrong},
		"guess a code":          {store.KindCode, service.CodeCodeWrong},
		"guess a recovery code": {store.KindRecovery, service.CodeRecoveryWrong},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			sum, a := rushed(t, enabled, what)
			expected(t, sum, outcomes{c.wrong: 5, service.CodeThrottled: 19})
			if n := a.attempts(c.kind); n != 5 {
				t.Errorf("%d are counted", n)
			}
		})
	}
}

func TestProcesses_OneCodeOpensOneSession(t *testing.T) {
	t.Parallel()
	sum, a := rushed(t, enabled, "use one code")
	expected(t, sum, outcomes{"": 1, service.CodeCodeUsed: 1})
	a.signInsMatchTheState()
}

func TestProcesses_OneRecoveryCodeOpensOneSession(t *testing.T) {
	t.Parallel()
	sum, a := rushed(t, enabled, "use one recovery code")
	expected(t, sum, outcomes{"": 1, service.CodeRecoveryUsed: 1})
	if a.state.Used != 1 {
		t.Errorf("%d codes are used", a.state.Used)
	}
}

func TestProcesses_OneRecoveryCodeDisablesOnce(t *testing.T) {
	t.Parallel()
	sum, a := rushed(t, enabled, "disable with one recovery code")
	if sum[""] != 1 || a.state.On {
		t.Errorf("answered %v, 2FA on: %v", sum, a.state.On)
	}
	a.signInsMatchTheState()
}

func TestProcesses_EnrollingAtOnceEnableOnce(t *testing.T) {
	t.Parallel()
	sum, a := rushed(t, created, "enable")
	if sum[""] != 1 || !a.state.On {
		t.Errorf("answered %v, 2FA on: %v", sum, a.state.On)
	}
	a.signInsMatchTheState()
}

func TestProcesses_GettingNewCodesLeaveOneActiveSet(t *testing.T) {
	t.Parallel()
	sum, a := rushed(t, enabled, "keep new codes")
	if sum[""] < 1 || a.state.Sheet == 1 {
		t.Errorf("answered %v, sheet %d is in force", sum, a.state.Sheet)
	}
	a.signInsMatchTheState()
}

func TestProcesses_WriteOneLog(t *testing.T) {
	t.Parallel()
	sum, a := rushed(t, enabled, "rename")
	expected(t, sum, outcomes{"": 40})
	n := 0
	a.view(func(tx store.ReadTx) error {
		events, err := tx.CountEvents()
		n = int(events)
		return err
	})
	if n < 40 {
		t.Errorf("%d events", n)
	}
}
