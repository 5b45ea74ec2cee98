package main

import (
	"io"
	"net"
	"net/netip"
	"sync"
)

// crowd counts connections by whose they are, so that one address leaves room for others: an office may have all its members behind one, so it has
// three quarters of them all.
type crowd struct {
	most int

	mu sync.Mutex
	of map[netip.Prefix]int
}

// leavingRoom gives the connections of a listener that takes at most so many.
func leavingRoom(l net.Listener, all int) net.Listener {
	return &roomy{l, &crowd{most: all - all/4, of: map[netip.Prefix]int{}}}
}

type roomy struct {
	net.Listener
	crowd *crowd
}

func (l *roomy) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &counted{Conn: c, crowd: l.crowd}, nil
}

// counted is a connection that is counted once something is read from it, by the one who serves it: whose it is may only be known from what a balancer
// says first, and no other connection waits for that.
type counted struct {
	net.Conn
	crowd *crowd
	once  sync.Once
	full  bool

	mu     sync.Mutex // guards what follows
	from   netip.Prefix
	in     bool
	closed bool
}

func (c *counted) Read(b []byte) (int, error) {
	c.once.Do(c.enter)
	if c.full {
		return 0, io.EOF
	}
	return c.Conn.Read(b)
}

func (c *counted) enter() {
	from := whose(c.RemoteAddr())
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.from, c.in = from, c.crowd.enter(from)
	c.full = !c.in
}

func (c *counted) Close() error {
	c.mu.Lock()
	if c.in {
		c.crowd.leave(c.from)
	}
	c.in, c.closed = false, true
	c.mu.Unlock()
	return c.Conn.Close()
}

func (c *crowd) enter(from netip.Prefix) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[from] >= c.most {
		return false
	}
	c.of[from]++
	return true
}

func (c *crowd) leave(from netip.Prefix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[from]--; c.of[from] <= 0 {
		delete(c.of, from)
	}
}

// whose is the address of a peer, or the network that a peer has to itself.
func whose(at net.Addr) netip.Prefix {
	tcp, is := at.(*net.TCPAddr)
	if !is {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits) // which there is
	return p
}
