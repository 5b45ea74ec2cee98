package remote

import (
	"bytes"
	"context"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
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
	Server string           // HOST:PORT: see ParseServer
	Key    Fingerprint      // as the invitation has it
	Now    func() time.Time // nil for time.Now
	Log    *slog.Logger     // nil for none
}

// connection is how a server is asked.
type connection struct {
	http *http.Client
	base string
	now  func() time.Time
	log  *slog.Logger

	mu    sync.Mutex
	state api.WorkspaceState // as of the last answer
	at    time.Time          // of that answer, by this computer's clock
}

// Time limits. A long operation and a document have none for the whole: they end when nothing moves any more.
const (
	timeToConnect = 10 * time.Second
	timeToAnswer  = 2 * time.Minute
)

// mostAnswer bounds what is read of one answer: 10,000 contracts with their names are 20 MiB.
const mostAnswer = 512 << 20

var errOtherServer = errors.New("the server has another key than the invitation says")

func newConnection(c Config) (*connection, error) {
	at, err := ParseServer(c.Server)
	if err != nil {
		return nil, err
	}
	k := &connection{base: "https://" + at, now: c.Now, log: c.Log}
	if k.now == nil {
		k.now = time.Now
	}
	if k.log == nil {
		k.log = slog.New(slog.DiscardHandler)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSHandshakeTimeout = timeToConnect
	transport.ExpectContinueTimeout = timeToAnswer
	transport.DisableCompression = true
	transport.ForceAttemptHTTP2 = false
	transport.TLSClientConfig = &tls.Config{
		MinVersion: tls.VersionTLS13,
		// The key is known from the invitation, so that no authority has to vouch for it, and none can vouch for another.
		InsecureSkipVerify: true,
		VerifyConnection:   func(s tls.ConnectionState) error { return checkKey(s, c.Key, k.now()) },
	}
	k.http = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("the server sends elsewhere") }}
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

var errCertificateOver = errors.New("the server's certificate has run out")

func (k *connection) close() { k.http.CloseIdleConnections() }

// request sends a request. What it gives has to be closed, and is an answer of the server, whatever its status.
func (k *connection) request(ctx context.Context, method, path string, token secret.Text, body io.Reader, with func(*http.Request)) (*http.Response, error) {
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	r, err := http.NewRequestWithContext(ctx, method, k.base+path, body)
	if err != nil {
		return nil, err
	}
	if !token.Empty() {
		r.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	if with != nil {
		with(r)
	}
	a, err := k.http.Do(r)
	if err != nil {
		return nil, k.unanswered(ctx, err, sent.Load())
	}
	return a, nil
}

// unanswered puts into words that no answer came. Where the request was on its way, nobody knows whether it was carried out.
func (k *connection) unanswered(ctx context.Context, err error, sent bool) error {
	k.log.Warn("the server has not answered", "error", errors.Unwrap(err), "sent", sent)
	switch {
	case errors.Is(err, errOtherServer):
		return service.Refuse(service.CodeServerOther).Because(err)
	case errors.Is(err, errCertificateOver):
		return service.Refuse(service.CodeServerCertificate).Because(err)
	case sent:
		return service.Refuse(service.CodeOutcomeUnknown).Because(fmt.Errorf("%w: %w", store.ErrUnknownOutcome, err))
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return service.Refuse(service.CodeServerUnreachable).Because(err)
}

// saw keeps what an answer says of the workspace.
func (k *connection) saw(s api.WorkspaceState) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state, k.at = s, k.now()
}

func (k *connection) known() (api.WorkspaceState, time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state, k.at
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
	body, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	defer clear(body)
	ctx, cancel := context.WithTimeout(ctx, timeToAnswer)
	defer cancel()
	a, err := k.request(ctx, http.MethodPost, op.Path(), who.bearer(), bytes.NewReader(body), asJSON)
	if err != nil {
		return out, err
	}
	defer a.Body.Close()
	return answered[Out](k, who, a.Body)
}

func asJSON(r *http.Request) { r.Header.Set("Content-Type", "application/json") }

// answered reads an Answer.
func answered[Out any](k *connection, who caller, body io.Reader) (out Out, err error) {
	var a api.Answer[Out]
	dec := json.NewDecoder(io.LimitReader(body, mostAnswer))
	if err := dec.Decode(&a); err != nil {
		k.log.Warn("the server's answer is none", "error", err)
		return out, service.Refuse(service.CodeOutcomeUnknown).Because(fmt.Errorf("%w: %w", store.ErrUnknownOutcome, err))
	}
	return took(k, who, a)
}

func took[Out any](k *connection, who caller, a api.Answer[Out]) (Out, error) {
	if a.State.Workspace.ID != "" {
		k.saw(a.State.Workspace)
	}
	err := a.Error.Err()
	if errors.Is(err, api.ErrInternal) && a.Error.Code == "" {
		err = service.Refuse(service.CodeServerFailed).Because(err)
	}
	who.saw(a.State.Session, err)
	return a.Result, err
}

// callLong asks an operation that tells how far it has come. What is written on the way goes to out.
func callLong[In, Out any](ctx context.Context, k *connection, who caller, op api.Op[In, Out], in In, out io.Writer, progress service.Progress) (result Out, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return result, err
	}
	a, err := k.request(ctx, http.MethodPost, op.Path(), who.bearer(), bytes.NewReader(body), asJSON)
	if err != nil {
		return result, err
	}
	defer a.Body.Close()
	if a.Header.Get("Content-Type") != "application/x-ndjson" {
		return answered[Out](k, who, a.Body)
	}
	for dec := json.NewDecoder(a.Body); ; {
		var l api.Line
		if err := dec.Decode(&l); err != nil {
			if ctx.Err() != nil {
				return result, ctx.Err()
			}
			k.log.Warn("a long answer broke off", "error", err)
			return result, service.Refuse(service.CodeOutcomeUnknown).Because(fmt.Errorf("%w: %w", store.ErrUnknownOutcome, err))
		}
		switch {
		case l.Answer != nil:
			return answered[Out](k, who, bytes.NewReader(l.Answer))
		case l.Data != nil:
			if _, err := out.Write(l.Data); err != nil {
				return result, err
			}
		case progress != nil:
			progress(l.Done, l.Total)
		}
	}
}
