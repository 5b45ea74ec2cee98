package main

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"countersign/backend/bundle"
	"countersign/backend/secret"
)

// makeExport is a program: make-export NAME [passphrase]. It writes an export, with
// the files key, other and fingerprint where no passphrase is asked for.
func makeExport() {
	signer := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	var to bundle.Recipients
	if len(os.Args) > 2 {
		to = must(bundle.ToPassphrase(secret.NewText(ownPassword)))
	} else {
		key := must(age.GenerateX25519Identity())
		to = must(bundle.ParseRecipients(key.Recipient().String()))
		check(os.WriteFile("key", []byte("# public key: "+key.Recipient().String()+"\n"+key.String()+"\n"), 0o600))
		check(os.WriteFile("other", []byte(must(age.GenerateX25519Identity()).String()+"\n"), 0o600))
		check(os.WriteFile("fingerprint", []byte(bundle.FingerprintOf(signer.Public().(ed25519.PublicKey)).String()), 0o600))
	}
	f := must(os.Create(os.Args[1]))
	w := must(bundle.Create(f, to, signer, bundle.Manifest{
		Kind: bundle.KindSheets, Workspace: "Northwind\x1b[31m Legal", WorkspaceID: "w", CreatedBy: "Amara Okafor",
		CreatedAt: time.Date(2026, 11, 12, 9, 41, 0, 0, time.UTC), Details: map[string]string{"run": "28"},
	}))
	check(errors.Join(w.Add("sheets.csv", strings.NewReader("sheet\r\n443\r\n")), w.Add("sheets.pdf", bytes.NewReader(make([]byte, 200_000))), w.Close(), f.Close()))
}

func TestThePassphraseOfAnExportDoesNotShow(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	program := func(args ...string) *exec.Cmd {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		return &exec.Cmd{Path: exe, Args: args, Dir: folder}
	}
	if out, err := program("make-export", "run.age", "passphrase").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s := newScreen(t)
	ctl := program("countersignctl", "export", "verify", "run.age")
	ctl.Stdin, ctl.Stdout, ctl.Stderr = s.program, s.program, s.program
	if err := ctl.Start(); err != nil {
		t.Fatal(err)
	}
	s.awaitHidden(t, "Passphrase: ")
	fmt.Fprintln(s, ownPassword)
	s.await(t, "made the whole file.\r\n")
	if err := ctl.Wait(); err != nil {
		t.Fatal(err)
	}
	if !s.shows(t) {
		t.Error("the terminal no longer shows what is typed")
	}
	if text := s.text.String(); strings.Contains(text, "orchard") || !strings.Contains(text, "100 % read") {
		t.Errorf("the screen shows %q", text)
	}
}
