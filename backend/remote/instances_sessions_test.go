package remote_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestInstances_EndAtOneIsTheEndAtTheOther(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	shown, err := s.BeginEnable(p.ctx(), secret.NewText(ownerPass))
	p.ok(err)
	token := p.wire.lastToken()
	p.asks(0)
	p.ok(s.End(p.ctx()))
	p.asks(1)
	if got := p.post(api.Overview.Path(), token, "{}"); got.code() != service.CodeSessionEnded {
		t.Errorf("%s", got.body)
	}
	again := p.signIn(p.owner, ownerEmail, ownerPass)
	_, err = again.Confirm(p.ctx(), secret.NewText(p.phoneOf(shown).code()))
	p.refused(err, service.CodeEnrolmentEnded)
	p.ok(p.all[1].database.Workspace("main").View(p.ctx(), func(tx store.ReadTx) error {
		left, err := tx.Intents()
		if len(left) != 0 {
			t.Errorf("%d enrolments are left", len(left))
		}
		return err
	}))
}

// Sessions that are over are ended by whichever instance finds them, with what they had under way.
func TestInstances_SessionThatIsOverIsEndedByEither(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	p.ok(second(s.BeginEnable(p.ctx(), secret.NewText(ownerPass))))
	d := store.Digest(sha256.Sum256([]byte(p.wire.lastToken())))
	p.ok(second(p.rows.Look(p.ctx(), d)))
	p.clk.advance(p.inner.Idle() + time.Second)
	p.asks(1)
	p.signIn(p.owner, ownerEmail, ownerPass) // then an instance looks
	p.until("it is ended", func() bool { return errors.Is(second(p.rows.Look(p.ctx(), d)), store.ErrNotFound) })
	p.ok(p.all[1].database.Workspace("main").View(p.ctx(), func(tx store.ReadTx) error {
		left, err := tx.Intents()
		if len(left) != 0 {
			t.Errorf("%d enrolments are left", len(left))
		}
		return err
	}))
}

// What takes long does not hold a session. It ends with it all the same, wherever that is ended.
func TestInstances_LongReadEndsWithASessionThatEndsElsewhere(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	token := p.wire.lastToken()
	a, err := s.Admin(p.ctx())
	p.ok(err)
	begun := make(chan struct{})
	verify := func(ctx context.Context) error {
		close(begun)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Minute):
			return errors.New("it went on for a minute")
		}
	}
	p.all[0].served.verify.Store(&verify)
	p.asks(0)
	long := make(chan error, 1)
	go func() { long <- second(a.VerifyLog(p.ctx(), nil)) }()
	<-begun
	p.asks(1)
	p.ok(second(s.Overview(p.ctx()))) // it holds nobody up
	if got := p.post(api.End.Path(), token, "{}"); got.Error != nil {
		t.Fatalf("%s", got.body)
	}
	p.refused(<-long, service.CodeSessionEnded)
}

func TestInstances_DocumentIsNotKeptWhoseSessionEndedElsewhere(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	p.token(p.owner, ownerEmail, ownerPass)
	token := p.wire.lastToken()
	name := p.blobName()
	p.asks(0)
	u := p.upload(api.Files+"/"+name, token)
	u.sends(300_000)
	p.asks(1)
	if got := p.post(api.End.Path(), token, "{}"); got.Error != nil {
		t.Fatalf("%s", got.body)
	}
	u.ends()
	if got := u.answer(); got.code() != service.CodeSessionEnded {
		t.Errorf("%s", got.body)
	}
	_, err := p.all[1].database.Workspace("main").Blobs(p.ctx()).Open(name)
	if !errors.Is(err, store.ErrBlobMissing) {
		t.Errorf("it is there: %v", err)
	}
}

// A session that verifies the log is used, though that does not hold it.
func TestServer_LongOperationIsAUseOfItsSession(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := s.Admin(p.ctx())
	p.ok(err)
	for range 3 {
		p.clk.advance(p.inner.Idle() - time.Second)
		p.ok(second(a.VerifyLog(p.ctx(), nil)))
	}
	p.clk.advance(p.inner.Idle() - time.Second)
	p.ok(second(s.Overview(p.ctx())))
}

// A session has one print run at a time: with the next, the one before is cancelled, although no instance has it in memory.
func TestPrintRun_NextOneEndsTheOneBefore(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	in := p.signIn(p.owner, ownerEmail, ownerPass)
	f, _ := p.enable(in, ownerPass)
	a, err := in.Admin(p.ctx())
	p.ok(err)
	p.ok(a.Prove(p.ctx(), service.RunActs, client.Proof{
		Password: secret.NewText(ownerPass), Factor: client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(f.code())},
	}))
	begin := func() service.PrintRun {
		p.Helper()
		run, err := a.Admin.BeginRun(p.ctx(), service.RunRequest{Members: []string{in.ProfileID()}, Reason: "Replaced", Kind: service.RunPrint}, service.Proof{})
		p.ok(err)
		return run
	}
	first := begin()
	p.ok(second(first.MakeSheets(p.ctx(), []service.NewSet{newSet()})))
	next := begin()
	runs, err := a.Runs(p.ctx(), 0)
	if p.ok(err); runs[0].State != service.RunIssuing || runs[1].State != service.RunCancelled {
		t.Errorf("%+v", runs)
	}
	_, err = first.PutInForce(p.ctx(), nil)
	p.refused(err, service.CodeRunOver)
	p.ok(second(next.MakeSheets(p.ctx(), []service.NewSet{newSet()})))
	p.ok(second(next.PutInForce(p.ctx(), nil)))
}
