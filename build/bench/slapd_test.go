package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slapd is OpenLDAP with one-time passwords (slapo-otp) and a throttle (slapo-ppolicy): each bind with a password and a code writes the
// code’s step, and waits for the disk.
type slapd struct {
	address string
	people  int
	next    int // who has not signed in yet
}

const (
	ldapPassword = "granite willow harbour nine"
	ldapConfig   = `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload otp
moduleload ppolicy
loglevel none
threads 16
database mdb
suffix "dc=bench"
rootdn "cn=admin,dc=bench"
directory %[1]s
maxsize 4294967296
overlay ppolicy
ppolicy_default "cn=policy,dc=bench"
overlay otp
`
	ldapTop = `dn: dc=bench
objectClass: organization
objectClass: dcObject
o: bench
dc: bench

dn: cn=policy,dc=bench
objectClass: device
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 5
pwdLockoutDuration: 30

dn: ou=params,dc=bench
objectClass: organizationalUnit
objectClass: oathTOTPParams
ou: params
oathOTPLength: 6
oathHMACAlgorithm: 1.2.840.113549.2.7
oathTOTPTimeStepPeriod: 30
oathTOTPTimeStepWindow: 1
`
	// ldapPerson has what a password hashed by slapd looks like: {SSHA}, its default.
	ldapPerson = `
dn: cn=%[1]d,dc=bench
objectClass: person
objectClass: oathTOTPUser
objectClass: oathTOTPToken
cn: %[1]d
sn: %[1]d
userPassword: %[2]s
oathTOTPToken: cn=%[1]d,dc=bench
oathTOTPParams: ou=params,dc=bench
oathSecret:: %[3]s
`
)

// ldapKey is each person’s: they differ in nothing that costs time.
var ldapKey = []byte("12345678901234567890")

// errNoSlapd means that it is not installed.
var errNoSlapd = errors.New("OpenLDAP is not installed (on Debian: slapd and slapd-contrib)")

func tool(name string) (string, error) {
	for _, dir := range []string{"/usr/sbin", "/usr/bin", "/usr/local/sbin"} { // not all are on the PATH
		if path := filepath.Join(dir, name); isFile(path) {
			return path, nil
		}
	}
	return "", errNoSlapd
}

func isFile(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular()
}

// openLDAP starts it with so many people, each of whom can sign in once in each step.
func (b *bench) openLDAP(ctx context.Context, people int) (*slapd, error) {
	program, err := tool("slapd")
	if err != nil {
		return nil, err
	}
	adder, err := tool("slapadd")
	if err != nil {
		return nil, err
	}
	if !isFile("/usr/lib/ldap/otp.so") {
		return nil, errNoSlapd
	}
	dir := filepath.Join(b.folder, "openldap")
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	config, ldif := filepath.Join(dir, "slapd.conf"), filepath.Join(dir, "people.ldif")
	if err := os.WriteFile(config, fmt.Appendf(nil, ldapConfig, data), 0o600); err != nil {
		return nil, err
	}
	hashed, err := exec.CommandContext(ctx, program, "-T", "passwd", "-s", ldapPassword).Output() // slappasswd
	if err != nil {
		return nil, fmt.Errorf("slappasswd: %w", err)
	}
	var text bytes.Buffer
	text.WriteString(ldapTop)
	for i := range people {
		fmt.Fprintf(&text, ldapPerson, i, bytes.TrimSpace(hashed), base64.StdEncoding.EncodeToString(ldapKey))
	}
	if err := os.WriteFile(ldif, text.Bytes(), 0o600); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, adder, "-q", "-f", config, "-l", ldif).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("slapadd: %w: %s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
	if err != nil {
		return nil, err
	}
	s := &slapd{address: l.Addr().String(), people: people}
	if err := l.Close(); err != nil {
		return nil, err
	}
	p, err := b.start(exec.Command(program, "-d", "0", "-f", config, "-h", "ldap://"+s.address), syscall.SIGTERM)
	if err != nil {
		return nil, err
	}
	return s, p.until(ctx, func() error {
		c, err := net.Dial("tcp", s.address)
		if err != nil {
			return err
		}
		return c.Close()
	})
}

// ldapConn binds on one connection, again and again. A library would read answers that a bind never gets.
type ldapConn struct {
	net.Conn
	in *bufio.Reader
	id int
}

func (s *slapd) connect() (*ldapConn, error) {
	c, err := net.Dial("tcp", s.address)
	return &ldapConn{Conn: c, in: bufio.NewReader(c)}, err
}

// The messages of a bind, RFC 4511 sections 4.1.1 and 4.2.
type (
	bindMessage struct {
		ID      int
		Request bindRequest `asn1:"application,tag:0"`
	}
	bindRequest struct {
		Version  int
		Name     []byte
		Password []byte `asn1:"tag:0"`
	}
	bindAnswer struct {
		ID     int
		Answer asn1.RawValue
	}
)

func (c *ldapConn) bind(name, password string) error {
	c.id++
	request, err := asn1.Marshal(bindMessage{c.id, bindRequest{3, []byte(name), []byte(password)}})
	if err != nil {
		return err
	}
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil { // where slapd may not write a step, it never answers
		return err
	}
	if _, err := c.Write(request); err != nil {
		return err
	}
	return readBind(c.in, c.id)
}

// readBind reads an answer: its first field is the result, and 0 is success.
func readBind(in *bufio.Reader, id int) error {
	head, err := in.Peek(2)
	if err != nil {
		return err
	}
	if head[1] > 127 {
		return errors.New("the answer to a bind is longer than it has anything to say")
	}
	message := make([]byte, 2+int(head[1]))
	if _, err := io.ReadFull(in, message); err != nil {
		return err
	}
	var a bindAnswer
	if _, err := asn1.Unmarshal(message, &a); err != nil {
		return err
	}
	var result asn1.Enumerated
	if _, err := asn1.Unmarshal(a.Answer.Bytes, &result); err != nil {
		return err
	}
	if a.ID != id || a.Answer.Class != asn1.ClassApplication || a.Answer.Tag != 1 || result != 0 {
		return fmt.Errorf("a bind was refused with %d", result)
	}
	return nil
}

// binding is a bind that is prepared.
type binding struct{ name, password string }

// prepare has so many ready, each of another person. Where all have had their turn, it waits for the next step: nothing is measured meanwhile.
func (s *slapd) prepare(ctx context.Context, n int) ([]binding, error) {
	if s.next+n > s.people {
		if err := nextStep(ctx); err != nil {
			return nil, err
		}
		s.next = 0
	}
	code := codeAt(ldapKey, time.Now().Unix()/period)
	all := make([]binding, n)
	for i := range all {
		all[i] = binding{fmt.Sprintf("cn=%d,dc=bench", s.next), ldapPassword + code}
		s.next++
	}
	return all, nil
}

// run binds on so many connections, and says how many a second.
func (s *slapd) run(ctx context.Context, connections, n int) (perSecond float64, err error) {
	all, err := s.prepare(ctx, n)
	if err != nil {
		return 0, err
	}
	conns := make([]*ldapConn, connections)
	for i := range conns {
		if conns[i], err = s.connect(); err != nil {
			return 0, err
		}
		defer conns[i].Close()
	}
	took, err := atOnce(connections, n, func(worker, i int) error { return conns[worker].bind(all[i].name, all[i].password) })
	return float64(n) / took.Seconds(), err
}

func TestBind_IsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	request, err := asn1.Marshal(bindMessage{7, bindRequest{3, []byte("cn=a"), []byte("pw")}})
	if want := "\x30\x12\x02\x01\x07\x60\x0d\x02\x01\x03\x04\x04cn=a\x80\x02pw"; err != nil || string(request) != want {
		t.Errorf("%x (%v), want %x", request, err, want)
	}
	answer := func(id, tag, result byte) string {
		return string([]byte{0x30, 12, 2, 1, id, tag, 7, 10, 1, result, 4, 0, 4, 0})
	}
	for text, want := range map[string]string{
		answer(7, 0x61, 0): "", answer(7, 0x61, 49): "refused with 49", answer(8, 0x61, 0): "refused", answer(7, 0x65, 0): "refused", "\x30\x81\x80": "longer", "\x30": "EOF", "\x30\x03\x02\x01": "EOF", "\x30\x03abc": "asn1",
	} {
		err := readBind(bufio.NewReader(strings.NewReader(text)), 7)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%x: %v, want %q", text, err, want)
		}
	}
}
