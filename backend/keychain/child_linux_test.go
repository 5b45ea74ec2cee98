package keychain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// go-keyring has one connection to the bus for the whole process, so each test
// runs a Keychain in a process of its own: this test binary, started again as a
// child that takes calls on its standard input.

type call struct {
	ID         int
	Verb, Name string
	Value      []byte
}

type answer struct {
	ID    int
	Value []byte
	Error string
	Kind  string // which sentinel the error is
}

var sentinels = map[string]error{
	"missing":   store.ErrSecretMissing,
	"absent":    store.ErrKeychainAbsent,
	"locked":    store.ErrKeychainLocked,
	"slow":      store.ErrKeychainSlow,
	"dismissed": store.ErrKeychainDismissed,
	"failed":    store.ErrKeychainFailed,
}

const childVariable = "COUNTERSIGN_TEST_KEYCHAIN"

func TestMain(m *testing.M) {
	if limits := os.Getenv(childVariable); limits != "" {
		if err := serve(limits); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

type limits struct{ Answer, Prompt, Human time.Duration }

// serve answers calls until the input ends, each in a goroutine as an app would.
func serve(with string) error {
	var l limits
	if err := json.Unmarshal([]byte(with), &l); err != nil {
		return err
	}
	k := keychain.NewImpatient("Countersign tests", l.Answer, l.Prompt, l.Human)
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	var writing sync.Mutex
	for {
		var c call
		if err := in.Decode(&c); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		go func() {
			a := perform(k, c)
			writing.Lock()
			defer writing.Unlock()
			if err := out.Encode(a); err != nil {
				panic(err)
			}
		}()
	}
}

func perform(k *keychain.Keychain, c call) answer {
	a := answer{ID: c.ID}
	ctx := context.Background()
	var err error
	switch c.Verb {
	case "set":
		err = k.Set(ctx, c.Name, secret.NewBytes(c.Value))
	case "delete":
		err = k.Delete(ctx, c.Name)
	case "get":
		var value secret.Bytes
		if value, err = k.Get(ctx, c.Name); err == nil {
			a.Value = value.Reveal()
		}
	}
	if err != nil {
		a.Error = err.Error()
		for kind, sentinel := range sentinels {
			if errors.Is(err, sentinel) {
				a.Kind = kind
			}
		}
	}
	return a
}

// child is a Keychain in a process of its own. It implements store.Secrets.
type child struct {
	mu      sync.Mutex
	out     *json.Encoder
	next    int
	waiting map[int]chan answer
}

// patient is what the product has. impatient lets a test wait for a deadline.
var (
	patient   = limits{5 * time.Second, 60 * time.Second, 100 * time.Millisecond}
	impatient = limits{500 * time.Millisecond, 1500 * time.Millisecond, 0}
)

func newChild(t *testing.T, env []string, l limits) *child {
	t.Helper()
	with, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(env, childVariable+"="+string(with))
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{out: json.NewEncoder(stdin), waiting: map[int]chan answer{}}
	read := make(chan struct{})
	go func() { c.read(stdout); close(read) }()
	t.Cleanup(func() {
		_ = stdin.Close() // a child that is gone has closed it
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("the child ended with %v:\n%s", err, complaints.String())
		}
	})
	return c
}

func (c *child) read(r io.Reader) {
	for in := json.NewDecoder(r); ; {
		var a answer
		if in.Decode(&a) != nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			for _, w := range c.waiting {
				w <- answer{Error: "the child ended"}
			}
			return
		}
		c.mu.Lock()
		c.waiting[a.ID] <- a
		delete(c.waiting, a.ID)
		c.mu.Unlock()
	}
}

func (c *child) call(ctx context.Context, verb, name string, value []byte) (secret.Bytes, error) {
	if ctx.Err() != nil {
		return secret.Bytes{}, ctx.Err()
	}
	reply := make(chan answer, 1)
	c.mu.Lock()
	c.next++
	c.waiting[c.next] = reply
	err := c.out.Encode(call{c.next, verb, name, value})
	c.mu.Unlock()
	if err != nil {
		return secret.Bytes{}, err
	}
	select {
	case a := <-reply:
		if a.Error != "" {
			return secret.Bytes{}, &childError{a.Error, sentinels[a.Kind]}
		}
		return secret.NewBytes(a.Value), nil
	case <-ctx.Done():
		return secret.Bytes{}, ctx.Err()
	}
}

func (c *child) Set(ctx context.Context, name string, value secret.Bytes) error {
	_, err := c.call(ctx, "set", name, value.Reveal())
	return err
}

func (c *child) Get(ctx context.Context, name string) (secret.Bytes, error) {
	return c.call(ctx, "get", name, nil)
}

func (c *child) Delete(ctx context.Context, name string) error {
	_, err := c.call(ctx, "delete", name, nil)
	return err
}

type childError struct {
	text string
	kind error
}

func (e *childError) Error() string { return e.text }
func (e *childError) Unwrap() error { return e.kind }
