package remote

import (
	"bytes"
	"cmp"
	"context"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Config says where a workspace is.
type Config struct {
	Server   string           // HOST:PORT: see ParseServer
	Key      Fingerprint      // as the invitation has it
	Now      func() time.Time // nil for time.Now
	Log      *slog.Logger     // nil for none
	Patience time.Duration    // with a server from which nothing comes; 0 for two minutes
	Insist   time.Duration    // on hearing what came of an act whose answer was lost; 0 for half a minute; below that it asks once
}

// connection is how a server is asked.
type connection struct {
	http   *http.Client
	base   string
	now    func() time.Time
	log    *slog.Logger
	wait   time.Duration // see Config.Patience
	insist time.Duration // see Config.Insist

	alive      context.Context // until it is closed
	over       context.CancelFunc
	background sync.WaitGroup // of what nobody waits for

	mu    sync.Mutex
	state api.WorkspaceState // as of the last answer
	at    time.Time          // of that answer, by this computer's clock
	used  time.Time          // that a request was begun
}

// Time limits. None is for the whole of a request: one ends when nothing moves any more.
const (
	timeToConnect = 10 * time.Second
	timeToAnswer  = 2 * time.Minute
	timeToInsist  = 30 * time.Second
	timeToKeep    = time.Minute // that a connection is kept without use. By the clock: a computer that slept has none left
)

// Limits of what is read of an answer, in bytes.
const (
	mostToOutsiders = 1 << 20
	mostAnswer      = 512 << 20 // 10,000 contracts with their names are 20 MiB
	mostHeader      = 64 << 10
)

var (
	errOtherServer     = errors.New("the server has another key than the invitation says")
	errCertificateOver = errors.New("the server's certificate has run out")
	errStill           = errors.New("nothing has come from the server for a while")
)

func newConnection(c Config) (*connection, error) {
	at, err := ParseServer(c.Server)
	if err != nil {
		return nil, err
	}
	clock := c.Now
	if clock == nil {
		clock = time.Now
	}
	k := &connection{base: "https://" + at, now: func() time.Time { return clock().Round(0) }, log: c.Log, wait: cmp.Or(c.Patience, timeToAnswer), insist: cmp.Or(c.Insist, timeToInsist)} // a monotonic clock stands still while a computer sleeps
	if k.log == nil {
		k.log = slog.New(slog.DiscardHandler)
	}
	k.alive, k.over = context.WithCancel(context.Background())
	k.http = &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: timeToConnect}).DialContext,
			TLSHandshakeTimeout:    timeToConnect,
			ExpectContinueTimeout:  2 * k.wait, // nothing of a file is sent before the server has said yes
			IdleConnTimeout:        timeToKeep,
			MaxResponseHeaderBytes: mostHeader,
			MaxIdleConnsPerHost:    4,
			DisableCompression:     true,
			TLSClientConfig: &tls.Config{
				MinVersion: tls.VersionTLS13,
				// The key is known from the invitation, so that no authority has to vouch for it, and none can vouch for another.
				InsecureSkipVerify: true,
				VerifyConnection:   func(s tls.ConnectionState) error { return checkKey(s, c.Key, k.now()) },
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // it is no answer
	}
	return k, nil
}

// checkKey runs before anything is sent.
func checkKey(s tls.ConnectionState, want Fingerprint, now time.Time) error {
	leaf := s.PeerCertificates[0]
	got := FingerprintOf(leaf)
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return errOtherServer
	}
	if now.After(leaf.NotAfter) {
		return errCertificateOver
	}
	return nil
}

func (k *connection) close() {
	k.mu.Lock()
	k.over()
	k.mu.Unlock()
	k.background.Wait()
	k.http.CloseIdleConnections()
}

// later does what nobody waits for, but close.
func (k *connection) later(do func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.alive.Err() == nil {
		k.background.Go(do)
	}
}

// question is a request to be sent: with a value, with a stream, or with neither.
type question struct {
	method, path string
	token        secret.Text
	value        *value
	stream       io.Reader
	again        bool        // see api.About
	key          secret.Text // see api.IdempotencyKey; empty: none
	with         func(*http.Request)
}

// reply is an answer of the server, whatever its status. Close its body.
type reply struct {
	*http.Response
	k     *connection
	ctx   context.Context // of who has asked
	id    string          // of the request
	again bool
}

// request sends a request, and waits for the beginning of the answer.
func (k *connection) request(ctx context.Context, q question) (*reply, error) {
	k.use()
	rep := &reply{k: k, ctx: ctx, id: api.NewRequestID(), again: q.again}
	moving, stop := context.WithCancelCause(ctx)
	w := &watch{d: k.wait, timer: time.AfterFunc(k.wait, func() { stop(errStill) })}
	done := func() {
		w.timer.Stop()
		stop(nil)
	}
	var sent atomic.Bool
	traced := httptrace.WithClientTrace(moving, &httptrace.ClientTrace{
		GetConn:      func(string) { sent.Store(false) }, // again, when nothing could be sent on an old connection
		WroteHeaders: func() { sent.Store(true) },
	})
	r, err := http.NewRequestWithContext(traced, q.method, k.base+q.path, nil)
	if err != nil {
		done()
		return nil, err
	}
	if q.value != nil {
		r.Body, r.ContentLength = watched{q.value.reader(), w}, int64(q.value.len)
		r.GetBody = func() (io.ReadCloser, error) { return watched{q.value.reader(), w}, nil }
		r.Header.Set("Content-Type", "application/json")
	}
	if q.stream != nil {
		r.Body, r.ContentLength = watched{io.NopCloser(q.stream), w}, -1
	}
	r.Header.Set(api.RequestID, rep.id)
	if !q.key.Empty() {
		r.Header.Set(api.IdempotencyKey, q.key.Reveal())
	}
	if !q.token.Empty() {
		r.Header.Set("Authorization", "Bearer "+q.token.Reveal())
	}
	if q.with != nil {
		q.with(r)
	}
	rep.Response, err = k.http.Do(r)
	if err != nil {
		if cause := context.Cause(moving); errors.Is(cause, errStill) {
			err = cause
		}
		done()
		return nil, rep.failed(err, sent.Load())
	}
	rep.Body = &replying{rep.Body, w, done}
	w.timer.Stop()
	return rep, nil
}

// use drops connections that were not used for long: of a computer that slept, nobody has heard that they are closed.
func (k *connection) use() {
	now := k.now()
	k.mu.Lock()
	before := k.used
	k.used = now
	k.mu.Unlock()
	if now.Sub(before) > timeToKeep {
		k.http.CloseIdleConnections()
	}
}

// watch cuts a request off when nothing has moved for a while. What its own caller takes does not count.
type watch struct {
	d     time.Duration
	timer *time.Timer
}

// watched is a request's body: while it is read from, the caller is waited for.
type watched struct {
	io.ReadCloser
	w *watch
}

func (b watched) Read(p []byte) (int, error) {
	b.w.timer.Stop()
	defer b.w.timer.Reset(b.w.d)
	return b.ReadCloser.Read(p)
}

// replying is an answer's body: while it is read from, the server is waited for.
type replying struct {
	io.ReadCloser
	w    *watch
	done func()
}

func (b *replying) Read(p []byte) (int, error) {
	b.w.timer.Reset(b.w.d)
	defer b.w.timer.Stop()
	return b.ReadCloser.Read(p)
}

func (b *replying) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}

// value is a request's value as it is sent. It can have keys in it, and is cleared when it is answered, even if some of it is still on its way.
type value struct {
	mu  sync.Mutex
	b   []byte
	len int
}

func newValue(in any) (*value, error) {
	b, err := json.Marshal(in)
	return &value{b: b, len: len(b)}, err
}

func (v *value) clear() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.b)
	v.b = nil
}

func (v *value) reader() io.ReadCloser { return io.NopCloser(&valueReader{v: v}) }

type valueReader struct {
	v   *value
	pos int
}

func (r *valueReader) Read(p []byte) (int, error) {
	r.v.mu.Lock()
	defer r.v.mu.Unlock()
	switch {
	case r.v.b == nil:
		return 0, io.ErrClosedPipe
	case r.pos == len(r.v.b):
		return 0, io.EOF
	}
	n := copy(p, r.v.b[r.pos:])
	r.pos += n
	return n, nil
}

// failed puts into words that no answer came.
func (r *reply) failed(err error, sent bool) error {
	if of := (*url.Error)(nil); errors.As(err, &of) {
		err = of.Err // without the address
	}
	level := slog.LevelWarn
	if r.ctx.Err() != nil {
		level = slog.LevelDebug
	}
	r.k.log.Log(r.ctx, level, "the server has not answered", "request", r.id, "error", err, "sent", sent)
	switch {
	case errors.Is(err, errOtherServer):
		return service.Refuse(service.CodeServerOther).Because(err)
	case errors.Is(err, errCertificateOver):
		return service.Refuse(service.CodeServerCertificate).Because(err)
	case sent && !r.again: // nobody knows whether it was carried out
		return service.Refuse(service.CodeOutcomeUnknown).Because(fmt.Errorf("%w: %w", store.ErrUnknownOutcome, err))
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	}
	return service.Refuse(service.CodeServerUnreachable).Because(err)
}

// noAnswer is for what came instead of an answer.
func (r *reply) noAnswer(err error) error {
	if r.StatusCode >= 300 && r.StatusCode < 500 { // whoever says so has not carried it out
		r.k.log.Warn("the server has refused a request without an answer", "request", r.id, "status", r.StatusCode)
		return service.Refuse(service.CodeServerFailed).Because(fmt.Errorf("status %d: %w", r.StatusCode, err))
	}
	return r.failed(err, true)
}

// known is what the last answer has said of the workspace, and when.
func (k *connection) known() (api.WorkspaceState, time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state, k.at
}

// saw keeps what an answer says of the workspace. It reports whether it is the same workspace as before.
func (k *connection) saw(s api.WorkspaceState) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.state.ID != "" && s.ID != k.state.ID {
		return false
	}
	s.Idle = min(max(s.Idle, service.MinIdleMinutes*time.Minute), service.MaxIdleMinutes*time.Minute) // as a workspace can be set
	k.state, k.at = s, k.now()
	return true
}

// caller is who asks: nobody yet, somebody with a token, or a session.
type caller interface {
	bearer() secret.Text
	saw(*api.SessionState, error)
}

// nobody asks without a token.
type nobody struct{}

func (nobody) bearer() secret.Text          { return secret.Text{} }
func (nobody) saw(*api.SessionState, error) {}

// withToken is somebody on their way in.
type withToken struct{ token secret.Text }

func (t withToken) bearer() secret.Text        { return t.token }
func (withToken) saw(*api.SessionState, error) {}

// call asks one operation, and waits for its answer.
func call[In, Out any](ctx context.Context, k *connection, who caller, op api.Op[In, Out], in In) (out Out, err error) {
	v, err := newValue(in)
	if err != nil {
		return out, err
	}
	defer v.clear()
	q := question{method: http.MethodPost, path: op.Path(), token: who.bearer(), value: v, again: op.Again}
	if !op.Keyed {
		return put[In, Out](ctx, k, who, op, q)
	}
	if in, is := who.(*session); is { // it does something; what reads may be asked by nobody
		in.uses()
	}
	q.key, q.again = secret.NewText(api.NewIdempotencyKey()), false
	out, err = insisting(ctx, k, func() (Out, error) { return put[In, Out](ctx, k, who, op, q) })
	if lost(err) && op.Again {
		err = service.Refuse(service.CodeServerUnreachable).Because(service.Cause(err))
	}
	return out, err
}

// Pauses before it is asked again what came of an act.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
)

// insisting asks again, with the same key, for as long as nobody knows whether an act was carried out: the server tells what came of it, and does nothing
// twice. A refusal to ask at all says nothing of what was asked before.
func insisting[Out any](ctx context.Context, k *connection, ask func() (Out, error)) (out Out, err error) {
	out, err = ask()
	pause, until := firstPause, time.Now().Add(k.insist)
	for unknown := err; lost(err) && time.Now().Before(until); pause = min(2*pause, longestPause) {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return out, unknown
		case <-k.alive.Done():
			return out, unknown
		}
		if out, err = ask(); err != nil && stillUnknown(err) {
			err = unknown
		}
	}
	return out, err
}

// lost reports whether nobody knows what came of a request.
func lost(err error) bool { return errors.Is(err, store.ErrUnknownOutcome) }

// stillUnknown reports whether asking again has told nothing of what was asked before: the server is not there, has no time or fails, or the session that
// asks is over by now.
func stillUnknown(err error) bool {
	return lost(err) || errors.Is(err, store.ErrBusy) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		service.IsCode(err, service.CodeServerUnreachable) || service.IsCode(err, service.CodeServerFailed) || service.IsCode(err, service.CodeSessionEnded)
}

// put asks an operation once.
func put[In, Out any](ctx context.Context, k *connection, who caller, op api.Op[In, Out], q question) (out Out, err error) {
	rep, err := k.request(ctx, q)
	if err != nil {
		return out, err
	}
	defer rep.Body.Close()
	most := int64(mostAnswer)
	switch op.By {
	case api.ByNobody, api.BySignIn, api.ByRedeem, api.ByKit, api.ByChallenge, api.ByLocked:
		most = mostToOutsiders
	}
	return answered[Out](rep, who, io.LimitReader(rep.Body, most))
}

var errNoJSON = errors.New("what came is no answer")

// answered reads an Answer.
func answered[Out any](rep *reply, who caller, body io.Reader) (out Out, err error) {
	if kind, _, _ := mime.ParseMediaType(rep.Header.Get("Content-Type")); kind != "application/json" && kind != api.Lines {
		return out, rep.noAnswer(errNoJSON)
	}
	var a api.Answer[Out]
	if err := json.NewDecoder(body).Decode(&a); err != nil {
		return out, rep.noAnswer(err)
	}
	return took(rep, who, a)
}

// took keeps what an answer says of the workspace and the session.
func took[Out any](rep *reply, who caller, a api.Answer[Out]) (out Out, _ error) {
	if a.State.Workspace.ID == "" {
		return out, rep.noAnswer(errNoJSON)
	}
	if !rep.k.saw(a.State.Workspace) {
		rep.k.log.Warn("the server has another workspace than before", "request", rep.id)
		return out, service.Refuse(service.CodeServerOther).Because(errors.New("the server has another workspace than before"))
	}
	err := atServer(a.Error.Err())
	if err != nil {
		rep.k.log.Debug("the server has refused", "request", rep.id, "error", err)
	}
	who.saw(a.State.Session, err)
	return a.Result, err
}

// atServer gives what the server's own disk, database or keys have met a code of its own: the words of theirs speak of this computer.
func atServer(err error) error {
	var refusal *service.Error
	if errors.As(err, &refusal) {
		switch refusal.Code {
		case service.CodeFolderReadOnly, service.CodeFolderFull, service.CodeFolderFailed,
			service.CodeDatabaseDamaged, service.CodeDatabaseNewer, service.CodeDatabaseBusy,
			service.CodeKeychainAbsent, service.CodeKeychainLocked, service.CodeKeychainSlow, service.CodeKeychainDismissed,
			service.CodeKeychainMismatch, service.CodeKeychainItemMissing, service.CodeKeychainFailed,
			service.CodeSecretsFileLocked, service.CodeSecretsFileDamaged, service.CodeSecretsFileRefused, service.CodeSecretsFileNone:
			return service.Refuse(service.CodeServerFailed).Because(err)
		}
		return err
	}
	for _, known := range []error{store.ErrUnknownOutcome, store.ErrConflict, store.ErrNotFound, store.ErrBlobMissing, service.ErrMalformed} { // what callers look for
		if errors.Is(err, known) {
			return err
		}
	}
	if err != nil {
		return service.Refuse(service.CodeServerFailed).Because(err)
	}
	return nil
}

// mostLine bounds a line of a long answer, in bytes.
const mostLine = 64 << 20

// callLong asks an operation that tells how far it has come. What is written on the way goes to out.
func callLong[In, Out any](ctx context.Context, k *connection, who caller, op api.Op[In, Out], in In, out io.Writer, progress service.Progress) (result Out, err error) {
	v, err := newValue(in)
	if err != nil {
		return result, err
	}
	defer v.clear()
	if in, is := who.(*session); is {
		in.uses()
		defer in.uses() // it may have lasted longer than anybody may be away
	}
	rep, err := k.request(ctx, question{method: http.MethodPost, path: op.Path(), token: who.bearer(), value: v, again: op.Again})
	if err != nil {
		return result, err
	}
	defer rep.Body.Close()
	if rep.Header.Get("Content-Type") != api.Lines {
		return answered[Out](rep, who, io.LimitReader(rep.Body, mostAnswer))
	}
	line := &io.LimitedReader{R: rep.Body}
	for dec := json.NewDecoder(line); ; {
		line.N = mostLine
		var l api.Line
		if err := dec.Decode(&l); err != nil {
			return result, rep.failed(err, true)
		}
		switch {
		case l.Answer != nil:
			return answered[Out](rep, who, bytes.NewReader(l.Answer))
		case l.Data != nil:
			if _, err := out.Write(l.Data); err != nil {
				return result, err
			}
		case progress != nil:
			progress(l.Done, l.Total)
		}
	}
}
