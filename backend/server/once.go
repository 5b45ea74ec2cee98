package server

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"net/http"

	"golang.org/x/crypto/chacha20poly1305"

	"countersign/backend/api"
	"countersign/backend/service"
	"countersign/backend/store"
)

// once is a request whose client has given it a key, and asks again where no answer comes. What it was answered is kept in its token's row,
// until the next such request of that token is answered. That it was carried out stands in the commit of what it has changed: see store.Acts.
type once struct {
	asked store.Digest // of token and key: no row has either
	seal  []byte       // the key of what is kept of the answer. It follows from both, so who has the database and the server's key opens none
	sum   hash.Hash    // of the operation, and of what is read of its request
	said  answered     // with errSaid
}

// answered is an answer as it is kept: without the state, which is as it is by then.
type answered struct {
	Request []byte
	Result  json.RawMessage
	Error   *api.Error `json:",omitempty"`
}

// mostKept bounds it, in bytes. Where there was more, who asks again is told only that it was carried out.
const mostKept = 1 << 20

var (
	errSaid     = errors.New("it was answered before")
	errKeyForm  = errors.New("the request's key has another form")
	errOtherAct = errors.Join(service.ErrMalformed, store.ErrOtherAct)
)

// named looks at the key of a request.
func (c *call) named(r *http.Request, about api.About) error {
	all := r.Header.Values(api.IdempotencyKey)
	if !about.Keyed || len(all) == 0 {
		return nil
	}
	if len(all) > 1 || !api.IsIdempotencyKey(all[0]) {
		return errors.Join(service.ErrMalformed, errKeyForm)
	}
	secret := []byte(c.token + " " + all[0])
	defer clear(secret)
	asked, err := hkdf.Key(sha256.New, secret, nil, "countersign asked", sha256.Size)
	if err != nil {
		return err
	}
	seal, err := hkdf.Key(sha256.New, secret, nil, "countersign answer", chacha20poly1305.KeySize)
	if err != nil {
		return err
	}
	o := &once{asked: store.Digest(asked), seal: seal, sum: sha256.New()}
	_, _ = io.WriteString(o.sum, about.Name+"\x00")
	c.once = o
	return nil
}

// reads sums up what is read of a request. It may be nil, as the rest here.
func (o *once) reads(r io.Reader) io.Reader {
	if o == nil {
		return r
	}
	return io.TeeReader(r, o.sum)
}

func (o *once) request() store.Digest { return store.Digest(o.sum.Sum(nil)) }

// asks names the request, or is zero.
func (c *call) asks() store.Digest {
	if c.once == nil {
		return store.Digest{}
	}
	return c.once.asked
}

// once lets the change that is made of a request say that it was carried out.
func (t *tokens) once(ctx context.Context, c *call) context.Context {
	if c.once == nil {
		return ctx
	}
	return store.WithAct(ctx, store.Act{Digest: c.once.asked, Request: c.once.request(), Until: t.now().Add(api.KeysLast)})
}

// answers keeps what a request is answered. What the database or a disk has failed at is none: who asks again has it tried again.
func (c *call) answers(out any, err error) {
	sent := api.ErrorOf(err)
	if c.once == nil || sent.Status() >= http.StatusInternalServerError {
		return
	}
	result, failed := json.Marshal(out)
	request := c.once.request()
	b, err := json.Marshal(answered{request[:], result, sent})
	defer clear(b)
	defer clear(result)
	c.held.asked, c.held.answer = c.once.asked, nil
	if failed == nil && err == nil && len(b) <= mostKept {
		c.held.answer = c.once.sealed(b)
	}
}

func (o *once) sealed(b []byte) []byte {
	box, err := chacha20poly1305.NewX(o.seal)
	if err != nil {
		return nil
	}
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(b)+box.Overhead())
	_, _ = rand.Read(nonce) // it never fails
	return box.Seal(nonce, nonce, b, o.asked[:])
}

func (o *once) opened(sealed []byte) (a answered, ok bool) {
	box, err := chacha20poly1305.NewX(o.seal)
	if err != nil || len(sealed) < box.NonceSize() {
		return a, false
	}
	b, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], o.asked[:])
	if err != nil {
		return a, false
	}
	defer clear(b)
	return a, json.Unmarshal(b, &a) == nil
}

// before tells what a token's row knows of a request: errSaid, where it was answered; store.ErrRepeated, where it was carried out, and its answer is gone;
// nothing, where it is to be carried out.
func (c *call) before(row store.Token) error {
	if c.once == nil {
		return nil
	}
	request := c.once.request()
	if row.Asked == c.once.asked {
		said, ok := c.once.opened(row.Answer)
		if ok && !bytes.Equal(said.Request, request[:]) {
			return errOtherAct
		}
		if ok {
			c.once.said = said
			return errSaid
		}
	}
	switch {
	case row.Done != (store.Digest{}) && row.Done != request:
		return errOtherAct
	case row.Done != (store.Digest{}), row.Asked == c.once.asked:
		return store.ErrRepeated
	}
	return nil
}

// done is what is told of a request that was carried out, whose answer is gone. What it was asked with is good for nothing any more where it was good once.
func (o *once) done(err error, by api.By, out any) error {
	if errors.Is(err, store.ErrOtherAct) {
		return errOtherAct
	}
	switch by {
	case api.ByRedeem, api.ByKit, api.ByChallenge, api.ByLocked:
		return errNoToken
	}
	if _, nothing := out.(api.None); nothing {
		return nil
	}
	return service.Refuse(service.CodeAnswerLost).Because(err)
}
