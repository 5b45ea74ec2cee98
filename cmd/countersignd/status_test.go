package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"countersign/cmd/internal/cli"
)

func TestStatus_SaysWhatIsThere(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	code, out, told := p.run("status")
	if code != cli.ExitWrong || told != "" || !strings.Contains(out, "server.key") {
		t.Errorf("before init: exit code %d: %s%s", code, out, told)
	}
	v := p.init()
	out = p.good("status")
	for _, want := range []string{"Northwind Legal", v.ServerKey, v.Fingerprint, "valid until"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q: %s", want, out)
		}
	}
	var st state
	if err := json.Unmarshal([]byte(p.good("status", "--json")), &st); err != nil || !st.OK || !st.Clock.OK || st.Fingerprint != v.Fingerprint || st.Expires == nil {
		t.Errorf("%+v, %v", st, err)
	}
	p.settings["public-address"] = "https://other.example.com"
	if code, out, _ = p.run("status", "--json"); code != cli.ExitWrong || json.Unmarshal([]byte(out), &st) != nil || st.OK || st.Certificate.OK || !st.Workspace.OK {
		t.Errorf("for another host: exit code %d: %s", code, out)
	}
}

func TestCertificate_OneThatIsNotGoodNowIsSaid(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	made := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), DNSNames: []string{"a.example.com"}}
	der, err := x509.CreateCertificate(rand.Reader, made, made, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		host string
		at   time.Duration
		says string
	}{{"a.example.com", 0, ""}, {"", 0, ""}, {"b.example.com", 0, "b.example.com"}, {"", 2 * time.Hour, "expired"}, {"", -2 * time.Hour, "before"}} {
		why := checkCertificate(leaf, c.host, now.Add(c.at))
		if (why == nil) != (c.says == "") || why != nil && !strings.Contains(why.Error(), c.says) {
			t.Errorf("%+v: %v", c, why)
		}
	}
}

func TestVerify_FindsALogThatWasChanged(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	if out := p.good("verify"); !strings.Contains(out, "1 ") {
		t.Error(out)
	}
	p.sneak("UPDATE events SET kind = 'signed-in' WHERE seq = 1")
	code, out, told := p.run("verify")
	if code != cli.ExitWrong {
		t.Errorf("exit code %d: %s%s", code, out, told)
	}
}
