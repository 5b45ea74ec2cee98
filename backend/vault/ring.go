package vault

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"filippo.io/age"

	"countersign/backend/secret"
)

// What EncryptTo encrypts is an identity file of the age tool: comments and identities. So
// `age -d -i own.txt ring.age | age -d -i - ID.1.age` opens a document by hand.
const (
	ringTitle      = "# countersign vault keys v1\n"
	ringGeneration = "# generation "
	maxRing        = len(ringTitle) + maxGenerations*(len(ringGeneration)+len("1073741824\n")+identitySize+1)
	maxSealedRing  = maxRing + 4<<10 // age's header and tags
)

// EncryptTo encrypts all keys to a recipient, "age1…", whose Identity.Open reads them. That
// takes a public key only, so whoever has the keys can hand them on.
//
// Errors: ErrRecipient, ErrNoKey.
func (k Keys) EncryptTo(recipient string) ([]byte, error) {
	to, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return nil, ErrRecipient
	}
	if k.Empty() {
		return nil, ErrNoKey
	}
	var sealed bytes.Buffer
	secret.Confined(func() {
		plain := append(make([]byte, 0, maxRing), ringTitle...) // it never moves
		defer func() { clear(plain) }()
		for _, h := range k.held {
			plain = append(plain, ringGeneration...)
			plain = strconv.AppendInt(plain, int64(h.generation), 10)
			plain = append(plain, '\n')
			plain = append(plain, h.identity.text.Reveal()...)
			plain = append(plain, '\n')
		}
		var w io.WriteCloser
		if w, err = age.Encrypt(&sealed, to); err != nil {
			err = ErrRecipient // a point of low order
			return
		}
		if _, err = w.Write(plain); err == nil {
			err = w.Close()
		}
	})
	if err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}

// Open reads keys that were encrypted to this identity. Anybody can encrypt keys to it, so hold
// Check against what is known of the vault before you encrypt with them.
//
// Errors: ErrCiphertext; ErrIdentity where there is none.
func (i Identity) Open(sealed []byte) (k Keys, err error) {
	if i.Empty() {
		return Keys{}, ErrIdentity
	}
	if len(sealed) > maxSealedRing {
		return Keys{}, ErrCiphertext
	}
	secret.Confined(func() {
		var key *age.X25519Identity
		if key, err = i.key(); err != nil {
			return
		}
		r, fault := age.Decrypt(bytes.NewReader(sealed), key)
		if fault != nil {
			err = ErrCiphertext
			return
		}
		plain := make([]byte, maxRing+1) // of its full size, so that no part is left behind
		defer clear(plain)
		n, fault := fill(plain, r)
		if fault != io.EOF {
			err = ErrCiphertext
			return
		}
		k, err = parseRing(plain[:n])
	})
	return k, err
}

// parseRing takes only what EncryptTo writes: generations fall, and nothing is left over.
func parseRing(plain []byte) (Keys, error) {
	rest, ok := bytes.CutPrefix(plain, []byte(ringTitle))
	if !ok || len(rest) == 0 {
		return Keys{}, ErrCiphertext
	}
	var k Keys
	for len(rest) > 0 {
		var first, second []byte
		first, rest, _ = bytes.Cut(rest, []byte("\n"))
		second, rest, ok = bytes.Cut(rest, []byte("\n"))
		digits, isGeneration := strings.CutPrefix(string(first), ringGeneration)
		generation, err := strconv.Atoi(digits)
		if !ok || !isGeneration || err != nil || fmt.Sprint(generation) != digits || generation < 1 || generation > maxGeneration {
			return Keys{}, ErrCiphertext
		}
		if n := len(k.held); n == maxGenerations || n > 0 && k.held[n-1].generation <= generation {
			return Keys{}, ErrCiphertext
		}
		i, err := parse(string(second))
		if err != nil {
			return Keys{}, ErrCiphertext
		}
		k.held = append(k.held, holding(generation, i))
	}
	return k, nil
}
