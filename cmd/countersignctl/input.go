package main

import (
	"context"
	"io"
	"os"
)

// input is a file that is read, or another that never ends: a pipe that nobody writes
// to. Ctrl+C ends the wait for it.
type input struct {
	*os.File
	ctx context.Context
}

// openInput opens a file to read it. The error is ctx's once that is done.
func openInput(ctx context.Context, name string) (input, error) {
	type opened struct {
		f   *os.File
		err error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.Open(name) // of a pipe it waits for who writes
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		return input{o.f, ctx}, o.err
	case <-ctx.Done():
		return input{}, ctx.Err()
	}
}

func (i input) Read(b []byte) (int, error) { return cancellable{i.ctx, i.File}.Read(b) }

// cancellable lets Ctrl+C end the reading of a long file, and the wait for what comes
// from elsewhere: a read that was begun then ends with the process.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

// mostAtOnce is the most bytes that one read brings.
const mostAtOnce = 64 << 10

func (c cancellable) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	type read struct {
		n   int
		err error
	}
	own := make([]byte, min(len(b), mostAtOnce)) // b is the caller's again after the end
	done := make(chan read, 1)
	go func() {
		n, err := c.r.Read(own)
		done <- read{n, err}
	}()
	select {
	case r := <-done:
		copy(b, own[:r.n])
		clear(own)
		return r.n, r.err
	case <-c.ctx.Done():
		return 0, c.ctx.Err()
	}
}
