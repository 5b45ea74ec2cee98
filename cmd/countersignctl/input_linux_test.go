package main

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

func TestInput_APipeThatNobodyWritesToCanBeInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	silent, begun := filepath.Join(dir, "silent"), filepath.Join(dir, "begun")
	for _, path := range []string{silent, begun} {
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	writer, err := os.OpenFile(begun, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if _, err := writer.WriteString("age-encryption.org/v1\n"); err != nil {
		t.Fatal(err)
	}
	nothing, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer nothing.Close()
	for _, command := range [][]string{
		{"audit", "verify"}, {"export", "verify"}, {"export", "open", "--into", filepath.Join(dir, "into")},
		{"members", "import"}, {"backup", "restore", "--data-dir", dir},
	} {
		for _, path := range []string{silent, begun} {
			ctx, interrupt := context.WithCancel(t.Context())
			ended := make(chan int)
			go func() { ended <- run(ctx, append(command, path), nothing, nothing, nothing) }()
			interrupt()
			if code := <-ended; code != cli.ExitInterrupted {
				t.Errorf("%v %s: exit code %d", command, filepath.Base(path), code)
			}
		}
	}
}

func TestInput_AnAnswerThatNobodyGivesCanBeInterrupted(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	e := &env{stdin: r, options: options{fromStdin: true}}
	ended := make(chan error)
	go func() {
		_, err := e.ask(ctx, words.TerminalAskPassphrase, false)
		ended <- err
	}()
	interrupt()
	if err := <-ended; err != context.Canceled {
		t.Error(err)
	}
}
