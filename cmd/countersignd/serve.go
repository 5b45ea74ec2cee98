package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"countersign/backend/postgres"

	"github.com/pires/go-proxyproto"
	"golang.org/x/net/netutil"

	"countersign/backend/server"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// Limits of a connection. A request's body has limits of its own, which package server sets: a document may take as long as it moves.
const (
	timeForHeader = 10 * time.Second
	timeIdle      = 2 * time.Minute
	mostHeader    = 32 << 10
	// timeToEnd is how long requests that are under way may take once the server ends.
	timeToEnd = 60 * time.Second
	// mostWatchers bounds the connections of whoever watches the server.
	mostWatchers = 32
)

// answering is what answers requests, and is closed when the last of them is answered.
type answering interface {
	http.Handler
	Drain()        // answers who only waits
	Pause(on bool) // refuses requests
	Close(ctx context.Context) error
}

// answers makes it.
type answers func(c *config, s *site, log *slog.Logger) answering

func serve(ctx context.Context, e *env, _ []string) error {
	return e.serve(ctx, func(c *config, s *site, log *slog.Logger) answering {
		return server.New(server.Config{
			Workspace: s.workspace.Served(), Tokens: s.tokens, Sealer: s.sealer, Place: workspaceName, Log: log,
			Newest: func() string { return newest(c.newestVersion) },
		})
	})
}

func (e *env) serve(ctx context.Context, handler answers) error {
	c, err := e.configured("database", "server-key", "certificate", "certificate-key")
	if err != nil {
		return err
	}
	log := newLog(e.stderr, c.level)
	hangUps := make(chan os.Signal, 1)
	signal.Notify(hangUps, reloadSignals...)
	defer signal.Stop(hangUps)
	s, err := openSite(ctx, c, postgres.OpenBeside, log)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.workspace.Recover(ctx); err != nil {
		return err
	}
	certs, err := loadCertificates(c.certificate, c.certificateKey, log)
	if err != nil {
		return err
	}
	if why := checkCertificate(certs.current().Leaf, c.host(), e.now()); why != nil {
		log.Warn("the certificate is not right", "why", why.Error())
	}
	h := &health{database: s.database, fingerprint: s.fingerprint, now: e.now}
	m := newMetrics(s.database.Connections, func() time.Time { return certs.current().Leaf.NotAfter }, func() bool { return h.ready(ctx) == nil })
	main, err := listen(c.listen, "listen", c.connections)
	if err != nil {
		return err
	}
	defer main.Close()
	aside, err := listen(c.health, "health-listen", mostWatchers)
	if err != nil {
		return err
	}
	defer aside.Close()
	a := handler(c, s, log)
	behind, err := behindProxies(main, c.proxies)
	if err != nil {
		return err
	}
	behind = leavingRoom(behind, c.connections)
	serving := &http.Server{
		Handler: watched(leaving(a, h), m, log), ReadHeaderTimeout: timeForHeader, IdleTimeout: timeIdle, MaxHeaderBytes: mostHeader,
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: certs.forHandshake}, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	watching := &http.Server{
		Handler: watch(h, m.handler()), ReadHeaderTimeout: timeForHeader, ReadTimeout: timeForHeader, WriteTimeout: time.Minute, IdleTimeout: timeIdle, MaxHeaderBytes: mostHeader,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	minding, unmind := context.WithCancel(ctx)
	defer unmind()
	go h.mind(minding, a.Pause, log)
	failed := make(chan error, 2)
	go func() { failed <- serving.ServeTLS(behind, "", "") }()
	go func() { failed <- watching.Serve(aside) }()
	log.Info("serving", "version", version, "listen", main.Addr().String(), "health", aside.Addr().String())

	for waiting := true; waiting; {
		select {
		case <-hangUps:
			certs.reload()
		case err = <-failed:
			waiting = false
		case <-ctx.Done():
			waiting = false
		}
	}
	h.end()
	held := context.WithoutCancel(ctx) // what is under way is done to its end
	if err == nil {
		log.Info("ending", "drain", c.drain.String())
		time.Sleep(c.drain) // balancers see that it is unready, and send nobody any more
	}
	a.Drain()
	ending, cancel := context.WithTimeout(held, timeToEnd)
	defer cancel()
	if late := serving.Shutdown(ending); late != nil {
		log.Warn("requests were cut off that did not end", "error", late)
		_ = serving.Close()
	}
	if left := a.Close(held); left != nil {
		log.Warn("what a session has left is undone at the next start", "error", service.Cause(left))
	}
	_ = watching.Close()
	log.Info("ended")
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// leaving has clients end their connections with the answers that they get while the server is ending: the next request of each goes by a balancer to
// another instance, and none is on its way on a connection that is closed.
func leaving(next http.Handler, h *health) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.ending.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// behindProxies reads of connections from a balancer whose they are. It must say so (PROXY protocol); nobody else can.
func behindProxies(l net.Listener, proxies []string) (net.Listener, error) {
	if len(proxies) == 0 {
		return l, nil
	}
	policy, err := proxyproto.PolicyFromRanges(proxies, proxyproto.REQUIRE, proxyproto.SKIP)
	return &proxyproto.Listener{Listener: l, ConnPolicy: policy, ReadHeaderTimeout: timeForHeader}, err
}

// listen takes at most so many connections at once: others wait in the system's queue.
func listen(address, key string, most int) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, cli.Fail("listen", cli.ExitUnavailable, words.TerminalServerFailureListen, words.Args{"key": key, "address": address, "why": cause(err)})
	}
	return netutil.LimitListener(l, most), nil
}

// cause is what is beneath the words of the network.
func cause(err error) error {
	var at *net.OpError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
