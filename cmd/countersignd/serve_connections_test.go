package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/backend/api"
)

// slow answers when it is told to, and notes what happens.
type slow struct {
	came, answer chan struct{}
	closed       chan struct{}
}

func (s *slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/panic":
		panic("hidden")
	case "/slow":
		close(s.came)
		<-s.answer
	}
	_, _ = io.WriteString(w, "done")
}

func (*slow) Drain() {}

func (*slow) Pause(bool) {}

func (s *slow) Close(context.Context) error { close(s.closed); return nil }

// inside serves in this process, with a handler of the test's.
func (p *place) inside(ctx context.Context, handler answers) (main, health string, ended chan error, log *lines) {
	p.Helper()
	log, ended = newLines(), make(chan error, 1)
	e := &env{environ: []string{environment + "CONFIG=" + p.config()}, stdout: io.Discard, stderr: log, now: time.Now}
	root := commands(e)
	for _, c := range root.Commands() {
		if c.Name() == "serve" {
			e.command = c
		}
	}
	go func() { ended <- e.serve(ctx, handler) }()
	select {
	case err := <-ended:
		p.Fatal(err)
	case <-log.has(`"msg":"serving"`):
	}
	var at struct{ Listen, Health string }
	if err := json.Unmarshal([]byte(log.line(`"msg":"serving"`)), &at); err != nil {
		p.Fatal(err)
	}
	return at.Listen, at.Health, ended, log
}

func TestServe_AtItsEndItIsUnreadyAndAnswersWhatHasCome(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	h := &slow{make(chan struct{}), make(chan struct{}), make(chan struct{})}
	main, health, ended, _ := p.inside(ctx, func(*config, *site, *slog.Logger) answering { return h })
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	answered := make(chan error, 1)
	go func() {
		r, err := c.Get("https://" + main + "/slow")
		if err == nil {
			var b []byte
			b, err = io.ReadAll(r.Body)
			_ = r.Body.Close()
			if string(b) != "done" {
				err = errors.Join(err, errors.New("it was answered with "+string(b)))
			}
		}
		answered <- err
	}()
	<-h.came
	end()
	for { // the request is still under way
		if status, text := get(t, health, "/readyz"); status == http.StatusServiceUnavailable {
			if !strings.Contains(text, "ending") {
				t.Errorf("it says %s", text)
			}
			break
		}
	}
	for { // and nobody new is let in
		conn, err := net.Dial("tcp", main)
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	select {
	case <-h.closed:
		t.Error("sessions were ended while a request was under way")
	case err := <-ended:
		t.Errorf("it has ended while a request was under way: %v", err)
	default:
	}
	close(h.answer)
	if err := <-answered; err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-h.closed
}

func TestServe_HandlerThatFailsEndsItsConnectionAlone(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	h := &slow{make(chan struct{}), make(chan struct{}), make(chan struct{})}
	main, health, ended, log := p.inside(ctx, func(*config, *site, *slog.Logger) answering { return h })
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	if r, err := c.Get("https://" + main + "/panic"); err == nil {
		_ = r.Body.Close()
		if r.StatusCode != http.StatusInternalServerError {
			t.Errorf("it was answered with %d", r.StatusCode)
		}
	}
	if entry := log.line("a handler has failed"); !strings.Contains(entry, "ServeHTTP") || strings.Contains(entry, `"hidden"`) {
		t.Errorf("the log says %s", entry)
	}
	if _, text := get(t, health, "/metrics"); !strings.Contains(text, `countersign_http_requests_total{route="none",status="500"} 1`) {
		t.Error("it is not counted")
	}
	r, err := c.Get("https://" + main + "/")
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%v", err)
	}
	_ = r.Body.Close()
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestServe_TakesNoMoreConnectionsThanItMay(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	p.settings["max-connections"] = "1"
	s := p.serve()
	dial := func() (*tls.Conn, error) {
		raw, err := net.Dial("tcp", s.main)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = raw.Close() })
		conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
		return conn, nil
	}
	first, _ := dial()
	if err := first.Handshake(); err != nil {
		t.Fatal(err)
	}
	second, _ := dial()
	in := make(chan error, 1)
	go func() { in <- second.Handshake() }()
	if status, _ := s.watch("/healthz"); status != http.StatusOK { // whoever watches is not kept out
		t.Errorf("%d", status)
	}
	select {
	case err := <-in:
		t.Errorf("the second is in: %v", err)
	default:
	}
	_ = first.Close()
	if err := <-in; err != nil {
		t.Errorf("once the first has gone: %v", err)
	}
}

func TestServe_OneAddressLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	p.settings["max-connections"] = "4"
	s := p.serve()
	for i := range 4 {
		raw, err := net.Dial("tcp", s.main)
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		if err := tls.Client(raw, &tls.Config{InsecureSkipVerify: true}).Handshake(); (err == nil) != (i < 3) {
			t.Errorf("connection %d: %v", i+1, err)
		}
	}
}

func TestServe_BalancerSaysWhoseAConnectionIs(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	ask := func(s *serving, header string) error {
		t.Helper()
		raw, err := net.Dial("tcp", s.main)
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		if _, err := io.WriteString(raw, header); err != nil {
			return err
		}
		conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
		if err := conn.Handshake(); err != nil {
			return err
		}
		_, err = io.WriteString(conn, "POST "+api.Workspace.Path()+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
		if err == nil {
			_, err = io.ReadAll(conn)
		}
		return err
	}
	const members = "PROXY TCP4 203.0.113.7 127.0.0.1 50123 8443\r\n"
	p.settings["proxies"] = "192.0.2.1, 127.0.0.0/8"
	behind := p.serve()
	if err := ask(behind, members); err != nil {
		t.Fatal(err)
	}
	behind.says(`"from":"203.0.113.7:50123"`)
	if err := ask(behind, ""); err == nil {
		t.Error("a balancer that does not say whose its connection is is answered")
	}
	p.settings["proxies"] = "192.0.2.1"
	aside := p.serve()
	if err := ask(aside, members); err == nil {
		t.Error("somebody else is believed")
	}
	if err := ask(aside, ""); err != nil {
		t.Errorf("who comes by no balancer is not answered: %v", err)
	}
	aside.says(`"from":"127.0.0.1:`)
}
