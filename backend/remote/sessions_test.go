package remote_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/client"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
)

func TestServer_OldestOfTooManySessionsOfAPersonEnds(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	bella := p.member()
	hers := p.signIn(bella, bellaEmail, bellaPass)
	var all []*client.Session
	for range 21 {
		all = append(all, p.signIn(p.owner, ownerEmail, ownerPass))
	}
	_, err := all[0].Overview(p.ctx())
	p.refused(err, service.CodeSessionEnded)
	if all[0].Remaining() != 0 {
		t.Error("it seems to go on")
	}
	for _, s := range append(all[1:], hers) {
		_, err := s.Overview(p.ctx())
		p.ok(err)
	}
	p.ok(all[5].End(p.ctx())) // makes room
	p.signIn(p.owner, ownerEmail, ownerPass)
	_, err = all[1].Overview(p.ctx())
	p.ok(err)
}

func TestServer_NextStartGoesOnWithWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	shown, err := s.BeginEnable(p.ctx(), secret.NewText(ownerPass))
	p.ok(err)
	p.ok(p.srv.Close(p.ctx()))
	p.ok(p.srv.Close(p.ctx())) // twice is fine
	p.start()
	_, err = s.Overview(p.ctx())
	p.ok(err)
	p.ok(second(s.Confirm(p.ctx(), secret.NewText(p.phoneOf(shown).code()))))
	p.start()
	p.ok(s.Continue(p.ctx()))
	p.start()
	p.ok(s.End(p.ctx()))
	_, err = s.Overview(p.ctx())
	p.refused(err, service.CodeSessionEnded)
}

// Ends and calls at the same time: what was given is the answer of a session that is there, or session_ended.
func TestSession_EndsWhileItIsUsed(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	name := p.blobName()
	p.file(p.signIn(p.owner, ownerEmail, ownerPass), name, random(2<<20))
	for range 5 {
		s := p.signIn(p.owner, ownerEmail, ownerPass)
		var all sync.WaitGroup
		use := func(what string, do func() error) {
			all.Go(func() {
				for {
					if err := do(); err != nil {
						p.wants(what, err, service.CodeSessionEnded)
						return
					}
				}
			})
		}
		use("Overview", func() error { return second(s.Overview(p.ctx())) })
		use("Touch", s.Touch)
		use("Whole", s.Whole)
		use("Work", func() error {
			working, end, err := s.Work(p.ctx())
			if err == nil {
				<-working.Done()
				end()
			}
			return err
		})
		use("a file that comes", func() error {
			f, err := s.Files().Open(p.ctx(), name)
			if err != nil {
				return err
			}
			b := make([]byte, 100_000)
			for off := int64(0); off < f.Size() && err == nil; off += 200_000 {
				_, err = f.ReadAt(b, off)
			}
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return errors.Join(err, f.Close())
		})
		use("a file that goes", func() error {
			f, err := s.Files().Create(p.ctx(), p.blobName())
			if err != nil {
				return err
			}
			if _, err := f.Write(random(200_000)); err != nil {
				return errors.Join(err, f.Drop())
			}
			return f.Keep()
		})
		use("the index", func() error {
			return s.Files().WriteIndex(p.ctx(), func(w io.Writer) error { return second(w.Write(random(100_000))) })
		})
		before := p.wire.count()
		p.until("it is used", func() bool { return p.wire.count() > before+10 })
		p.ok(s.End(p.ctx()))
		all.Wait()
		if s.Remaining() != 0 || s.OwnKeys().Lock.Len() != 0 {
			t.Error("it goes on")
		}
	}
}

// slow is a workspace whose log takes as long to verify as a test wants.
type slow struct {
	service.Served
	verify func(ctx context.Context) error
}

type slowAdmin struct {
	service.Admin
	w *slow
}

func (w *slow) AdminOf(ctx context.Context, s service.Session, watch bool) (service.Admin, error) {
	a, err := w.Served.AdminOf(ctx, s, watch)
	return slowAdmin{a, w}, err
}

func (a slowAdmin) VerifyLog(ctx context.Context, progress service.Progress) (service.LogReport, error) {
	if err := a.w.verify(ctx); err != nil {
		return service.LogReport{}, err
	}
	return a.Admin.VerifyLog(ctx, progress)
}

func TestServer_LongOperationLastsBeyondEveryTimeLimit(t *testing.T) {
	t.Parallel()
	const patience = 2 * time.Second
	p := newPlaceWith(t, patience, func(w service.Served) service.Served {
		return &slow{w, func(ctx context.Context) error {
			select {
			case <-time.After(2 * patience):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
	})
	w := p.computerWith(t, remote.Config{Server: p.ts.URL, Patience: patience}, p.keys) // signs of life come meanwhile
	a, err := p.signIn(w, ownerEmail, ownerPass).Admin(p.ctx())
	p.ok(err)
	report, err := a.VerifyLog(p.ctx(), nil)
	if p.ok(err); report.Breaks != 0 || report.Checked == 0 {
		t.Errorf("%+v", report)
	}
}

func TestServer_LongReadStopsWhenItsClientHangsUp(t *testing.T) {
	t.Parallel()
	begun, stopped := make(chan struct{}), make(chan struct{})
	p := newPlaceWith(t, 0, func(w service.Served) service.Served {
		return &slow{w, func(ctx context.Context) error {
			close(begun)
			<-ctx.Done()
			close(stopped)
			return ctx.Err()
		}}
	})
	a, err := p.signIn(p.owner, ownerEmail, ownerPass).Admin(p.ctx())
	p.ok(err)
	ctx, cancel := context.WithCancel(p.ctx())
	go func() {
		<-begun
		cancel()
	}()
	if _, err := a.VerifyLog(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	<-stopped
}

func TestPrintRun_GoesOnWhenItsConnectionBreaks(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	in := p.signIn(p.owner, ownerEmail, ownerPass)
	f, _ := p.enable(in, ownerPass)
	begin := func() (*client.Admin, service.PrintRun) {
		a, err := in.Admin(p.ctx())
		p.ok(err)
		p.ok(a.Prove(p.ctx(), service.RunActs, client.Proof{
			Password: secret.NewText(ownerPass), Factor: client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(f.code())},
		}))
		run, err := a.Admin.BeginRun(p.ctx(), service.RunRequest{Members: []string{in.ProfileID()}, Reason: "Replaced", Kind: service.RunPrint}, service.Proof{})
		p.ok(err)
		p.ok(second(run.MakeSheets(p.ctx(), []service.NewSet{newSet()})))
		return a, run
	}
	a, run := begin()
	p.wire.doInstead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != api.PutInForce.Path() {
			return false
		}
		ctx, cancel := context.WithCancel(r.Context())
		cancel() // the client is heard to hang up before anything is done
		p.srv.ServeHTTP(w, r.WithContext(ctx))
		panic(http.ErrAbortHandler)
	})
	_, err := run.PutInForce(p.ctx(), nil)
	if err != nil { // its answer may have come through
		p.refused(err, service.CodeOutcomeUnknown)
	}
	p.wire.doInstead(nil)
	runs, err := a.Runs(p.ctx(), 0)
	if p.ok(err); runs[0].State != service.RunDone || runs[0].Sheets[service.SheetIssued] != 1 {
		t.Errorf("%+v", runs[0])
	}
	// A person who stops it does.
	a, run = begin()
	ctx, cancel := context.WithCancel(p.ctx())
	cancel()
	res, err := run.PutInForce(ctx, nil)
	if p.ok(err); res.State != service.RunCancelled || res.InForce != 0 {
		t.Errorf("%+v", res)
	}
	runs, err = a.Runs(p.ctx(), 0)
	if p.ok(err); runs[0].State != service.RunCancelled {
		t.Errorf("%+v", runs[0])
	}
}

func TestLog_HasNoSecretAndNoEmail(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	bella := p.member()
	s := p.signIn(bella, bellaEmail, bellaPass)
	f, codes := p.enable(s, bellaPass)
	_, c, err := bella.SignIn(p.ctx(), bellaEmail, secret.NewText(bellaPass))
	p.ok(err)
	p.wants("a wrong code", second(c.Verify(p.ctx(), secret.NewText("no code at all"))), service.CodeCodeForm)
	p.ok(second(c.Verify(p.ctx(), secret.NewText(f.code()))))
	_, c, err = bella.SignIn(p.ctx(), bellaEmail, secret.NewText(bellaPass))
	p.ok(err)
	p.ok(second(c.Recover(p.ctx(), secret.NewText(codes[0]))))
	_, _, err = bella.SignIn(p.ctx(), "nobody@example.com", secret.NewText("a guess that is wrong"))
	p.refused(err, service.CodeComputerUnknown)
	in := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := in.Admin(p.ctx())
	p.ok(err)
	proof := client.Proof{Password: secret.NewText(ownerPass)}
	help, err := a.HelpCode(p.ctx(), s.ProfileID(), "", proof)
	p.ok(err)
	reset, err := a.ResetPassword(p.ctx(), s.ProfileID(), "", proof)
	p.ok(err)
	kit, err := a.MakeKit(p.ctx(), proof)
	p.ok(err)
	p.ok(in.ChangeEmail(p.ctx(), "amara@northwind.example", client.Proof{Password: secret.NewText(ownerPass)}))
	p.refused(in.ChangeEmail(p.ctx(), "not an email of hers", proof), service.CodeEmailForm)
	for _, path := range []string{api.SignIn.Path(), api.BeginSignIn.Path(), api.Rename.Path()} {
		p.post(path, "AAAA", `{"`+ownerEmail+`":"`+ownerPass+`"}`)
		p.post(path, "", `{"Email":"`+ownerEmail+`"`)
	}
	p.ok(in.End(p.ctx()))

	// Times and numbers could have the digits of a code by chance.
	log := regexp.MustCompile(`"time":"[^"]*"|:-?[0-9.]+(e[+-]?[0-9]+)?([,}])`).ReplaceAllString(p.log.String(), "$2")
	if strings.Count(log, "\n") < 50 || !strings.Contains(log, `"level":"DEBUG"`) {
		t.Fatal("the log is too short to be one")
	}
	secrets := append([]string{
		ownerEmail, bellaEmail, "amara@northwind.example", "nobody@example.com", "not an email of hers", "no code at all", ownerPass, bellaPass, "a guess that is wrong", ownerName, "Bella Novak",
		kit.Identity.Reveal(), help.Code.Display(), reset.Code.Display(),
	}, codes...)
	p.wire.mu.Lock()
	defer p.wire.mu.Unlock()
	for _, e := range p.wire.exchanges {
		if e.token != "" {
			secrets = append(secrets, e.token)
		}
		for _, b := range [][]byte{e.asked.Bytes(), e.replied.Bytes()} {
			var v any
			if json.Unmarshal(b, &v) == nil {
				secrets = append(secrets, secretsIn("", v)...)
			}
		}
	}
	if len(secrets) < 60 {
		t.Fatalf("only %d secrets were found", len(secrets))
	}
	for _, s := range secrets {
		if raw, err := base64.StdEncoding.DecodeString(s); err == nil && len(raw) >= 8 && strings.Contains(log, fmt.Sprintf("%x", raw)) {
			t.Errorf("%q is in the log, in hex", s)
		}
		if strings.Contains(log, s) {
			t.Errorf("%q is in the log", s)
		}
	}
}

// secretsIn are the texts of a value that no log may have.
func secretsIn(name string, v any) (all []string) {
	switch v := v.(type) {
	case map[string]any:
		for name, v := range v {
			if name != "Error" {
				all = append(all, secretsIn(name, v)...)
			}
		}
	case []any:
		for _, v := range v {
			all = append(all, secretsIn(name, v)...)
		}
	case string:
		switch name {
		case "Token", "Lock", "Proof", "Proofs", "Signature", "Nonce", "Code", "URI", "Groups", "Wrapped", "Ciphertext", "Email", "Salt":
			if len(v) > 4 {
				all = append(all, v)
			}
		}
	}
	return all
}
