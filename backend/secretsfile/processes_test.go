package secretsfile_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/secretsfile"
)

// childEnv tells a process of this test binary to write to a folder: "FOLDER NAME".
const childEnv = "COUNTERSIGN_KEYFILE_CHILD"

func TestMain(m *testing.M) {
	if order := os.Getenv(childEnv); order != "" {
		dir, name, _ := strings.Cut(order, "\n")
		writeForEver(dir, name)
	}
	os.Exit(m.Run())
}

// writeForEver sets name to 1, 2, 3 …, each time beside an item of its own, and says each
// number once it is kept. It ends when nobody listens.
func writeForEver(dir, name string) {
	ctx := context.Background()
	f, err := secretsfile.Open(ctx, dir, phrase)
	for n := 1; err == nil; n++ {
		item := name + "/" + strconv.Itoa(n)
		if err = f.Set(ctx, item, secret.NewBytes([]byte(item))); err == nil {
			err = f.Set(ctx, name, secret.NewBytes([]byte(strconv.Itoa(n))))
		}
		if err == nil {
			_, err = fmt.Println(n)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// writer is a process that writes.
type writer struct {
	*exec.Cmd
	said *bufio.Scanner
}

func startWriter(t *testing.T, dir, name string) writer {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir+"\n"+name)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return writer{cmd, bufio.NewScanner(out)}
}

// heard waits until the writer has kept n values.
func (w writer) heard(t *testing.T, n int) {
	t.Helper()
	for range n {
		if !w.said.Scan() {
			t.Fatal("the writer has ended")
		}
	}
}

// kill ends the writer and gives the last number that it said.
func (w writer) kill(t *testing.T) (last int) {
	t.Helper()
	if err := w.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	last, _ = strconv.Atoi(w.said.Text())
	for w.said.Scan() {
		last, _ = strconv.Atoi(w.said.Text())
	}
	_ = w.Wait() // it was killed
	return last
}

// number is what a writer has kept.
func number(t *testing.T, f *secretsfile.File, name string) int {
	t.Helper()
	got, err := f.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(string(got.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSet_KilledProcessLosesNothingItConfirmed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	set(t, create(t, dir), "w/before", "kept")
	for round := range 25 {
		name := fmt.Sprintf("w/round-%d", round)
		w := startWriter(t, dir, name)
		w.heard(t, 1+rand.IntN(4)) // and it goes on writing at once
		said := w.kill(t)
		f := open(t, dir)
		kept := number(t, f, name)
		if kept < said || kept > said+1 {
			t.Errorf("it said %d and kept %d", said, kept)
		}
		for n := range kept {
			wants(t, f, fmt.Sprintf("%s/%d", name, n+1), fmt.Sprintf("%s/%d", name, n+1))
		}
		wants(t, f, "w/before", "kept")
		f.Close()
	}
	for _, e := range entries(t, dir) {
		if e != secretsfile.Name && e != secretsfile.Name+"-writer" {
			t.Errorf("%s is left", e)
		}
	}
}

func TestSet_LeftoversOfACrashAreIgnoredAndRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := create(t, dir)
	set(t, f, "w/a", "1")
	before := read(t, dir)
	set(t, f, "w/a", "2")
	after := read(t, dir)
	f.Close()
	for n := 0; n <= len(after); n += 40 { // written so far, and not in its place yet
		put(t, dir, before)
		if err := os.WriteFile(filepath.Join(dir, secretsfile.Name+".new"), after[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		g, err := secretsfile.Open(t.Context(), dir, phrase)
		if err != nil {
			t.Fatal(err)
		}
		wants(t, g, "w/a", "1")
		g.Close()
		if got := entries(t, dir); len(got) != 2 {
			t.Fatalf("%v", got)
		}
	}
}

func TestSet_TwoProcessesLoseNothingOfEachOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := create(t, dir)
	one, two := startWriter(t, dir, "w/one"), startWriter(t, dir, "w/two")
	for range 20 {
		one.heard(t, 1)
		two.heard(t, 1)
		set(t, f, "w/mine", "kept")
	}
	for name, w := range map[string]writer{"w/one": one, "w/two": two} {
		said := w.kill(t)
		if said < 20 {
			t.Errorf("%s kept %d", name, said)
		}
		for n := range said {
			item := fmt.Sprintf("%s/%d", name, n+1)
			wants(t, f, item, item)
		}
	}
	wants(t, f, "w/mine", "kept")
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		names = append(names, filepath.Base(e.Name()))
	}
	return names
}
