package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"countersign/backend/folder"
	"countersign/backend/remote"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// certificateLife is how long a certificate of ours is good. Clients know its key from their invitation, so that nothing is gained by a shorter one.
const certificateLife = 10 * 365 * 24 * time.Hour

// certificates gives the server's certificate from two files. It looks at them with each handshake, and reads them again when one of
// them has changed: a new certificate needs no restart. What cannot be read leaves the one before in use.
type certificates struct {
	certificate, key string
	log              *slog.Logger

	mu       sync.Mutex // guards what follows
	files    [2]fs.FileInfo
	pair     *tls.Certificate
	failures int
}

// loadCertificates reads them for the first time.
func loadCertificates(certificate, key string, log *slog.Logger) (*certificates, error) {
	c := &certificates{certificate: certificate, key: key, log: log}
	files, err := c.look()
	if err == nil {
		c.pair, err = readPair(certificate, key)
	}
	c.files = files
	return c, err
}

func (c *certificates) look() (files [2]fs.FileInfo, err error) {
	for i, path := range []string{c.certificate, c.key} {
		if files[i], err = os.Stat(path); err != nil {
			return files, certificateFault(path, err)
		}
	}
	return files, nil
}

func certificateFault(path string, err error) error {
	return cli.Fail("certificate", cli.ExitUnavailable, words.TerminalServerCertificateUnreadable, words.Args{"file": path, "why": bare(err)})
}

// bare is an error of a file without its path, which the sentence around it names.
func bare(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// readPair reads a certificate and its key, which nobody else may read.
func readPair(certificate, key string) (*tls.Certificate, error) {
	st, err := os.Stat(key)
	if err == nil && st.Mode().Perm()&0o007 != 0 {
		return nil, cli.Fail("certificate", cli.ExitUnavailable, words.TerminalServerCertificateExposed, words.Args{"file": key, "mode": fmt.Sprintf("%04o", st.Mode().Perm())})
	}
	keyText, err := readBounded(key)
	if err != nil {
		return nil, certificateFault(key, err)
	}
	defer clear(keyText)
	text, err := readBounded(certificate)
	if err != nil {
		return nil, certificateFault(certificate, err)
	}
	pair, err := tls.X509KeyPair(text, keyText)
	if err != nil {
		return nil, cli.Fail("certificate", cli.ExitUnavailable, words.TerminalServerCertificateForm, words.Args{"certificate": certificate, "key": key, "why": err})
	}
	return &pair, nil
}

// current gives the certificate, after a look at its files.
func (c *certificates) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	files, err := c.look()
	if err == nil && c.same(files) {
		return c.pair
	}
	var pair *tls.Certificate
	if err == nil {
		pair, err = readPair(c.certificate, c.key)
	}
	if err != nil { // the other of the two may be on its way
		if c.failures++; c.failures == 1 {
			c.log.Error("the certificate has changed and cannot be read; the one before stays in use", "error", err)
		}
		return c.pair
	}
	was, now := remote.FingerprintOf(c.pair.Leaf), remote.FingerprintOf(pair.Leaf)
	c.pair, c.files, c.failures = pair, files, 0
	c.log.Info("the certificate was read again", "expires", pair.Leaf.NotAfter)
	if was != now {
		c.log.Warn("the certificate has another key: computers that know the server by the one before cannot connect")
	}
	return c.pair
}

func (c *certificates) same(files [2]fs.FileInfo) bool {
	for i, now := range files {
		if was := c.files[i]; !os.SameFile(was, now) || !was.ModTime().Equal(now.ModTime()) || was.Size() != now.Size() {
			return false
		}
	}
	return true
}

// reload reads the files again, whether or not they look changed.
func (c *certificates) reload() {
	c.mu.Lock()
	c.files = [2]fs.FileInfo{}
	c.failures = 0
	c.mu.Unlock()
	c.current()
}

func (c *certificates) forHandshake(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.current(), nil
}

// makeCertificate makes a key and a certificate for a host that it signs itself, in files that only their owner can read. What is there already
// is never replaced: where the key is, a certificate is made for it.
func makeCertificate(certificate, key, host string, now time.Time) error {
	_, err := os.Stat(key)
	if errors.Is(err, fs.ErrNotExist) {
		err = makeKey(key)
	}
	if err != nil {
		return certificateFault(key, err)
	}
	text, err := readBounded(key)
	if err != nil {
		return certificateFault(key, err)
	}
	defer clear(text)
	private, err := parseKey(text)
	if err != nil {
		return certificateFault(key, err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), Subject: pkix.Name{CommonName: "Countersign"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife), // clocks differ
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return err
	}
	return writeNew(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func makeKey(path string) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	defer clear(der)
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	defer clear(text)
	return writeNew(path, text)
}

var errKeyForm = errors.New("it has no ECDSA key on P-256 in PKCS #8")

// parseKey reads a key that makeKey has made.
func parseKey(text []byte) (*ecdsa.PrivateKey, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errKeyForm
	}
	defer clear(block.Bytes)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, is := parsed.(*ecdsa.PrivateKey)
	if err != nil || !is || private.Curve != elliptic.P256() {
		return nil, errKeyForm
	}
	return private, nil
}

// writeNew writes a file of mode 0600 that is there whole or not at all, and replaces none.
func writeNew(path string, text []byte) error {
	f, err := folder.CreateWhole(path)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		return errors.Join(err, f.Drop())
	}
	_, err = f.KeepFree(slices.Values([]string{path}))
	return err
}

// checkCertificate says what is wrong with a certificate for the address that members know the server by: nothing, where err is nil.
func checkCertificate(leaf *x509.Certificate, host string, now time.Time) *cli.Failure {
	switch {
	case now.After(leaf.NotAfter):
		return wrong(words.TerminalServerCertificateOver, words.Args{"at": minute(leaf.NotAfter)})
	case now.Before(leaf.NotBefore):
		return wrong(words.TerminalServerCertificateEarly, words.Args{"at": minute(leaf.NotBefore)})
	case host != "" && leaf.VerifyHostname(host) != nil:
		return wrong(words.TerminalServerCertificateHost, words.Args{"host": host})
	}
	return nil
}
