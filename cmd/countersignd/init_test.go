package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"strings"
	"testing"
	"time"

	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/cmd/internal/cli"
)

func TestInit_MakesKeyCertificateAndInvitation(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.settings["public-address"] = "https://countersign.example.com:8443/"
	v := p.init()
	for _, name := range []string{"server.key", "certificate.pem", "certificate.key"} {
		if st, err := os.Stat(p.path(name)); err != nil || st.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
	}
	pair, err := tls.LoadX509KeyPair(p.path("certificate.pem"), p.path("certificate.key"))
	if err != nil {
		t.Fatal(err)
	}
	leaf := pair.Leaf
	key, is := leaf.PublicKey.(*ecdsa.PublicKey)
	if !is || key.Curve != elliptic.P256() || leaf.VerifyHostname("countersign.example.com") != nil || len(leaf.DNSNames) != 1 || leaf.IsCA {
		t.Errorf("%v for %v", leaf.PublicKey, leaf.DNSNames)
	}
	if years := time.Until(leaf.NotAfter).Hours() / 24 / 365; years < 9.9 || years > 10.1 {
		t.Errorf("it is good for %.1f years", years)
	}
	if v.Fingerprint != remote.FingerprintOf(leaf).String() || v.Address != "countersign.example.com:8443" || v.Email != ownerEmail || v.Workspace != "Northwind Legal" || len(v.ServerKey) != 32 {
		t.Errorf("%+v", v)
	}
	if left := time.Until(v.ExpiresAt); left > service.OneTimeLife || left < service.OneTimeLife-time.Hour {
		t.Errorf("it expires at %v", v.ExpiresAt)
	}
	in, err := remote.ParseInvitation(secret.NewText(v.Join))
	if err != nil || in.Server != v.Address || in.Key.String() != v.Fingerprint || in.Email != ownerEmail || in.Code.Reveal() != v.Code {
		t.Errorf("%q: %+v, %v", v.Join, in, err)
	}
}

func TestInit_SaysTheCodeOnceAndInWords(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.settings["public-address"] = "https://192.0.2.7"
	code, out, told := p.run("init")
	if code != cli.ExitDone || told != "" || strings.ContainsAny(out, "{}") {
		t.Fatalf("exit code %d: %s%s", code, out, told)
	}
	for _, want := range []string{"Amara Okafor", ownerEmail, "192.0.2.7:8443", p.path("server.key"), "countersign://join?"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q: %s", want, out)
		}
	}
	pair, err := tls.LoadX509KeyPair(p.path("certificate.pem"), p.path("certificate.key"))
	if err != nil || len(pair.Leaf.IPAddresses) != 1 || pair.Leaf.VerifyHostname("192.0.2.7") != nil {
		t.Errorf("%v, %v", pair.Leaf.IPAddresses, err)
	}
}

func TestInit_CanBeRunAgainUntilTheOwnerHasComeIn(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	lost := p.init()
	files := []string{"server.key", "certificate.pem", "certificate.key"}
	var before []string
	for _, name := range files {
		before = append(before, p.read(name))
	}
	v := p.init()
	if v.Code == lost.Code || v.Fingerprint != lost.Fingerprint || v.ServerKey != lost.ServerKey {
		t.Errorf("%+v, then %+v", lost, v)
	}
	s := p.serve()
	_, _, err := s.computer(lost).Redeem(t.Context(), lost.Email, secret.NewText(lost.Code), secret.NewText(ownerPass))
	if !service.IsCode(err, service.CodeInvitationWrong) {
		t.Errorf("the first code: %v", err)
	}
	s.join(v)
	s.end()
	p.refused(cli.ExitRefused, "workspace_exists", "init")
	for i, name := range files {
		if p.read(name) != before[i] {
			t.Errorf("%s was replaced", name)
		}
	}
}

func TestInit_GoesOnWhereItWasInterrupted(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	first := p.init()
	key := p.read("certificate.key")
	if err := os.Remove(p.path("certificate.pem")); err != nil {
		t.Fatal(err)
	}
	if v := p.init(); v.Fingerprint != first.Fingerprint || p.read("certificate.key") != key {
		t.Errorf("the certificate has another key")
	}
	if err := os.Remove(p.path("certificate.key")); err != nil {
		t.Fatal(err)
	}
	if why := p.refused(cli.ExitUnavailable, "certificate", "init"); !strings.Contains(why, p.path("certificate.key")) || p.there("certificate.key") {
		t.Errorf("a certificate whose key is gone: %s", why)
	}
}

func TestInit_KeyThatWasLostIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.init()
	if err := os.Remove(p.path("server.key")); err != nil {
		t.Fatal(err)
	}
	if why := p.refused(cli.ExitUnavailable, "key_missing", "init"); !strings.Contains(why, v.ServerKey) || p.there("server.key") {
		t.Errorf("%s", why)
	}
}

func TestInit_NeedsNobodyWhereTheEnvironmentSaysAll(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.program("init", "--json")
	cmd.Env = []string{asProgram + "=1", "TMPDIR=" + os.TempDir()}
	for name, value := range p.settings {
		cmd.Env = append(cmd.Env, environment+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"="+value)
	}
	out, err := cmd.Output()
	var v founded
	if err == nil {
		err = json.Unmarshal(out, &v)
	}
	if err != nil || v.Email != ownerEmail || v.Code == "" {
		t.Errorf("%v: %s", err, out)
	}
}

func TestInit_WrongFieldMakesNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.settings["owner-email"] = "amara"
	p.refused(cli.ExitRefused, "email_form", "init")
	if p.there("certificate.pem") || p.there("certificate.key") {
		t.Error("there is a certificate")
	}
	for _, command := range []string{"serve", "verify"} { // the database belongs to the key by now
		p.refused(cli.ExitUnavailable, "no_workspace", command)
	}
	p.settings["owner-email"] = ownerEmail
	p.init()
}

func TestInit_KeyThatCannotBeWrittenIsSaid(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.settings["server-key"] = p.path("none/server.key")
	p.refused(cli.ExitUnavailable, "key_unreadable", "init")
	p.settings["server-key"] = p.path("server.key")
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"not a key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))} {
		p.write("certificate.key", text)
		p.refused(cli.ExitUnavailable, "certificate", "init")
	}
}
