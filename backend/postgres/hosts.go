package postgres

import (
	"context"
	"net"
	"slices"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// hosts knows which of several took writes last. New connections try it first: otherwise each of them would wait for those before it in the connection
// string, for as long as these are switched off.
type hosts struct {
	mu        sync.Mutex
	addresses map[string][]string // of each name, as it was looked up last
	address   string              // of the one that took writes, with its port
	port      uint16
}

// lookUp notes the addresses that a name has.
func (h *hosts) lookUp(next pgconn.LookupFunc) pgconn.LookupFunc {
	return func(ctx context.Context, name string) ([]string, error) {
		all, err := next(ctx, name)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.addresses[name] = all
		return all, err
	}
}

// took notes the host that takes writes.
func (h *hosts) took(conn *pgconn.PgConn) {
	address, port, err := net.SplitHostPort(conn.Conn().RemoteAddr().String())
	if err != nil {
		return // of a socket: there is no waiting for it
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.address, h.port = address, uint16(n)
}

// order puts it first.
func (h *hosts) order(_ context.Context, c *pgx.ConnConfig) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var first, others []*pgconn.FallbackConfig
	for _, f := range append([]*pgconn.FallbackConfig{{Host: c.Host, Port: c.Port, TLSConfig: c.TLSConfig}}, c.Fallbacks...) {
		if f.Port == h.port && slices.Contains(h.addresses[f.Host], h.address) {
			first = append(first, f)
		} else {
			others = append(others, f)
		}
	}
	all := append(first, others...)
	c.Host, c.Port, c.TLSConfig, c.Fallbacks = all[0].Host, all[0].Port, all[0].TLSConfig, all[1:]
	return nil
}
