package serverkey

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"countersign/backend/folder"
	"countersign/backend/secret"
)

// A key is a line of text, so that it can be kept wherever a server's secrets are:
//
//	countersign-server-key-v1 KEY CHECK
//
// KEY is 32 bytes in base64url, and CHECK the first 8 bytes of a SHA-256 of them, in hex. The check is no
// protection: it tells a key that was cut or mistyped from one that is another.
const (
	magic     = "countersign-server-key-v"
	version   = "1"
	checkInfo = "countersign server key check v1"
	checkSize = 8
	maxFile   = 4 << 10 // bytes that are looked at
)

var encoding = base64.RawURLEncoding.Strict()

// Create makes a new key and writes it to a file that only its owner can read. The file is there whole or not at all,
// and no file is ever replaced. Errors: ErrThere.
func Create(path string) (*Key, error) {
	key := make([]byte, keySize)
	defer clear(key)
	_, _ = rand.Read(key) // never fails
	text := format(key)
	defer clear(text)
	file, err := folder.CreateWhole(path)
	if err != nil {
		return nil, err
	}
	if _, err := file.Write(text); err != nil {
		return nil, errors.Join(err, file.Drop())
	}
	if _, err := file.KeepFree(slices.Values([]string{path})); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("%w at %s: a server key is never replaced", ErrThere, path)
		}
		return nil, err
	}
	return Read(path)
}

// Read reads a key from a file. Errors: ErrMissing, ErrExposed, ErrForm.
func Read(path string) (*Key, error) {
	key, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s", ErrMissing, path)
	}
	if err != nil {
		return nil, fmt.Errorf("server key %s: %w", path, err)
	}
	return key, nil
}

// credentials is how systemd tells a service where its credentials are (systemd.exec(5), LoadCredential=).
const credentials = "CREDENTIALS_DIRECTORY"

// Credential reads a key from a credential of this name that systemd handed over. Errors: as Read.
func Credential(name string) (*Key, error) {
	dir := os.Getenv(credentials)
	switch {
	case !filepath.IsAbs(dir):
		return nil, fmt.Errorf("%w: systemd handed over no credentials", ErrMissing)
	case name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00"):
		return nil, fmt.Errorf("%w: %q is no name of a credential", ErrMissing, name)
	}
	return Read(filepath.Join(dir, name))
}

func read(path string) (*Key, error) {
	file, err := openToRead(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	st, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it is not a file", ErrForm)
	}
	if err := checkPrivate(st); err != nil {
		return nil, err
	}
	text := make([]byte, maxFile)
	defer clear(text)
	n, err := io.ReadFull(file, text)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return parse(text[:n])
}

// private says whether a file can be read and changed by nobody but its owner, who is the server's user or root. Where
// root owns it, it may let a group read it: this is how packages, containers and systemd give a service a file of root's.
func private(mode fs.FileMode, owner, me int) error {
	switch perm := mode.Perm(); {
	case owner != me && owner != 0:
		return fmt.Errorf("%w: it belongs to user %d", ErrExposed, owner)
	case perm&0o027 != 0 || perm&0o040 != 0 && owner != 0:
		return fmt.Errorf("%w: its mode is %04o; make it 0600", ErrExposed, perm)
	}
	return nil
}

func check(key []byte) []byte {
	h := sha256.New()
	h.Write([]byte(checkInfo))
	h.Write(key)
	return hex.AppendEncode(nil, h.Sum(nil)[:checkSize])
}

func format(key []byte) []byte {
	text := make([]byte, 0, maxFile) // never grown: what was in it is wiped
	text = append(text, magic+version+" "...)
	text = encoding.AppendEncode(text, key)
	text = append(append(text, ' '), check(key)...)
	return append(text, '\n')
}

// parse reads what format has written, with or without the end of the line.
func parse(text []byte) (*Key, error) {
	text = bytes.TrimRight(text, "\r\n")
	rest, ours := bytes.CutPrefix(text, []byte(magic))
	if !ours {
		return nil, ErrForm
	}
	rest, known := bytes.CutPrefix(rest, []byte(version+" "))
	if !known {
		return nil, fmt.Errorf("%w of a form that this version knows", ErrForm)
	}
	encoded := encoding.EncodedLen(keySize)
	switch want := encoded + 1 + 2*checkSize; {
	case len(rest) < want:
		return nil, fmt.Errorf("%w: it is cut short", ErrForm)
	case len(rest) > want || rest[encoded] != ' ':
		return nil, fmt.Errorf("%w: there is more than one key in it", ErrForm)
	}
	key := make([]byte, keySize)
	if _, err := encoding.Decode(key, rest[:encoded]); err != nil || !bytes.Equal(check(key), rest[encoded+1:]) {
		clear(key)
		return nil, fmt.Errorf("%w: it has changed since it was made", ErrForm)
	}
	return &Key{secret.NewBytes(key)}, nil
}
