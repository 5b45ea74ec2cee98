package main

import (
	"errors"
	"io"
	"net"
	"testing"
)

// peer is a connection of an address, which says nothing.
type peer struct {
	net.Conn
	at     string
	closed bool
}

func (p *peer) RemoteAddr() net.Addr     { return &net.TCPAddr{IP: net.ParseIP(p.at), Port: 4711} }
func (p *peer) Read([]byte) (int, error) { return 1, nil }
func (p *peer) Close() error             { p.closed = true; return nil }

// peers are connections that are there to be taken.
type peers struct {
	net.Listener
	all chan *peer
}

func (l peers) Accept() (net.Conn, error) {
	p, more := <-l.all
	if !more {
		return nil, net.ErrClosed
	}
	return p, nil
}

func TestCrowd_OneAddressLeavesAQuarterToOthers(t *testing.T) {
	t.Parallel()
	all := make(chan *peer, 1)
	l := leavingRoom(peers{all: all}, 8)
	from := func(at string) net.Conn {
		t.Helper()
		all <- &peer{at: at}
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	enters := func(c net.Conn) bool {
		t.Helper()
		for range 2 { // once is counted
			if n, err := c.Read(nil); n != 1 {
				if !errors.Is(err, io.EOF) {
					t.Error(err)
				}
				return false
			}
		}
		return true
	}
	for _, of := range [][]string{{"192.0.2.1", "::ffff:192.0.2.1"}, {"2001:db8::1", "2001:db8::2:3"}} {
		var in []net.Conn
		for i := range 6 {
			in = append(in, from(of[i%2]))
			if !enters(in[i]) {
				t.Fatalf("connection %d of %s is refused", i+1, of)
			}
		}
		over := from(of[0])
		if enters(over) {
			t.Errorf("%s takes all of them", of)
		}
		if !enters(from("192.0.2.77")) || !enters(from("2001:db8:0:1::1")) {
			t.Error("another is refused")
		}
		for range 2 { // which frees nothing that it had not
			if err := over.Close(); err != nil {
				t.Error(err)
			}
		}
		if enters(from(of[0])) {
			t.Error("one that was refused has made room")
		}
		for range 2 { // twice is once
			if err := in[0].Close(); err != nil {
				t.Error(err)
			}
		}
		if !enters(from(of[1])) {
			t.Error("one that has gone makes no room")
		}
		if enters(from(of[0])) {
			t.Error("one that has gone makes room for two")
		}
	}
	gone := from("198.51.100.1")
	if err := gone.Close(); err != nil {
		t.Error(err)
	}
	_ = enters(gone)
	if n := len(l.(*roomy).crowd.of); n != 4 {
		t.Errorf("%d addresses are counted", n)
	}
	close(all)
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
