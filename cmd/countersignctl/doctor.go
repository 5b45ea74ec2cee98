package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"countersign/backend/folder"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/secretsfile"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// finding is what doctor says of one thing.
type finding struct {
	Name  string `json:"name"`
	State string `json:"state"` // ok, wrong, skipped
	Text  string `json:"text"`  // what is so
	Mend  string `json:"mend,omitempty"`
	Code  string `json:"code,omitempty"` // of the error
}

// leastSpace is how much room there should be: a database of 10,000 people, its
// WAL and an export fit into it.
const leastSpace = 64 << 20

// earliest is a time before which no clock is right.
var earliest = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// examination gathers findings; each look may need what one before it found.
type examination struct {
	*env
	ctx      context.Context
	findings []finding
	path     string
	there    bool    // the folder
	usable   bool    // the folder can be written
	secrets  *keeper // the keychain or the secrets file, if it works
	newest   time.Time
}

func doctor(ctx context.Context, e *env, _ []string) error {
	x := &examination{env: e, ctx: ctx}
	defer func() {
		if x.secrets != nil {
			x.secrets.close()
		}
	}()
	for _, look := range []func(){x.folder, x.space, x.keeper, x.database, x.clock, x.fonts, x.webview} {
		if look(); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	wrong := 0
	var rows [][]string
	for _, f := range x.findings {
		rows = append(rows, []string{inWords(words.TerminalWordFinding, f.State), inWords(words.TerminalWordLookedAt, f.Name), cli.Printable(f.Text)})
		if f.Mend != "" {
			rows = append(rows, []string{"", "", cli.Printable(f.Mend)})
		}
		if f.State == "wrong" {
			wrong++
		}
	}
	err := e.print(map[string]any{"ok": wrong == 0, "findings": x.findings}, cli.Columns(rows, 7, 8))
	if err == nil && wrong > 0 {
		return errFound
	}
	return err
}

func (x *examination) ok(name, text string) {
	x.findings = append(x.findings, finding{Name: name, State: "ok", Text: text})
}

func (x *examination) skip(name, why string) {
	x.findings = append(x.findings, finding{Name: name, State: "skipped", Text: why})
}

func (x *examination) wrong(name, text, mend string) {
	x.findings = append(x.findings, finding{Name: name, State: "wrong", Text: text, Mend: mend})
}

// fault is wrong in the words of an error: the first sentence says what is so,
// the others how to mend it.
func (x *examination) fault(name string, err error) {
	s, _ := explain(err)
	text, mend, _ := strings.Cut(s.Message, ". ")
	x.findings = append(x.findings, finding{Name: name, State: "wrong", Text: strings.TrimSuffix(text, ".") + ".", Mend: mend, Code: s.Code})
}

func (x *examination) folder() {
	var err error
	if x.path, err = x.env.folder(); err != nil {
		x.fault("folder", err)
		return
	}
	st, err := os.Stat(x.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		x.ok("folder", say(words.TerminalDoctorFolderNone, words.Args{"folder": x.path}))
		return
	case err != nil:
		x.wrong("folder", say(words.TerminalDoctorFolderUnchecked, words.Args{"folder": x.path, "why": err}), say(words.TerminalDoctorFolderAllow, nil))
		return
	case !st.IsDir():
		x.wrong("folder", say(words.TerminalDoctorFolderFile, words.Args{"folder": x.path}), say(words.TerminalDoctorFolderMove, nil))
		return
	}
	x.there = true
	if runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
		text := say(words.TerminalDoctorFolderOpen, words.Args{"folder": x.path, "mode": fmt.Sprintf("%#o", st.Mode().Perm())})
		x.wrong("folder", text, say(words.TerminalDoctorFolderClose, words.Args{"command": "chmod 700 " + x.path}))
		return
	}
	probe, err := folder.CreateWhole(databaseIn(x.path) + ".probe")
	if err == nil {
		_, werr := probe.Write(make([]byte, 4096))
		err = errors.Join(werr, probe.Drop())
	}
	if err != nil {
		x.fault("folder", folderFault(err))
		return
	}
	x.usable = true
	x.ok("folder", say(words.TerminalDoctorFolderGood, words.Args{"folder": x.path}))
}

func folderFault(err error) error {
	switch {
	case errors.Is(err, folder.ErrFull):
		return service.Fault(service.CodeFolderFull, nil, err)
	case errors.Is(err, folder.ErrReadOnly):
		return service.Fault(service.CodeFolderReadOnly, nil, err)
	}
	return service.Fault(service.CodeFolderFailed, nil, err)
}

func (x *examination) space() {
	if !x.there {
		x.skip("space", say(words.TerminalDoctorSpaceNone, nil))
		return
	}
	free, err := folder.Free(x.path)
	switch {
	case err != nil:
		x.fault("space", folderFault(err))
	case free < leastSpace:
		x.wrong("space", say(words.TerminalDoctorSpaceShort, words.Args{"free": free >> 20}), say(words.TerminalDoctorSpaceFree, words.Args{"least": leastSpace >> 20}))
	default:
		x.ok("space", say(words.TerminalDoctorSpaceGood, words.Args{"free": free >> 20}))
	}
}

// keeper looks at what keeps the secrets, the keychain or the secrets file.
func (x *examination) keeper() {
	name, fine, file := "keychain", say(words.TerminalDoctorKeychainGood, nil), filepath.Join(x.path, secretsfile.Name)
	if there, err := secretsfile.Exists(x.path); there && err == nil {
		name, fine = "secrets", say(words.TerminalDoctorSecretsGood, words.Args{"file": file})
	}
	k, err := x.secretsOf(x.ctx, x.path)
	var own *cli.Failure
	if errors.As(err, &own) && own.Exit == cli.ExitUsage { // nobody is there to type it
		x.skip(name, say(words.TerminalDoctorSecretsLocked, words.Args{"file": file}))
		return
	}
	if err != nil {
		x.fault(name, err)
		return
	}
	if err := x.keeps(k); err != nil {
		k.close()
		x.fault(name, service.Explain(err))
		return
	}
	x.secrets = &k
	x.ok(name, fine)
}

// keeps writes an item, reads it back and deletes it.
func (x *examination) keeps(k keeper) error {
	name := "doctor/" + rand.Text()
	value := secret.NewBytes([]byte(rand.Text()))
	err := k.Set(x.ctx, name, value)
	if err == nil {
		var back secret.Bytes
		if back, err = k.Get(x.ctx, name); err == nil && !back.Equal(value) || errors.Is(err, store.ErrSecretMissing) {
			err = service.Fault(service.CodeKeychainMismatch, nil, err)
		}
		err = errors.Join(err, k.Delete(context.WithoutCancel(x.ctx), name))
	}
	return err
}

// database opens it as the app does at its start, which compares it with its log
// and the log with the keychain.
func (x *examination) database() {
	if !x.usable {
		x.skip("database", say(words.TerminalDoctorDatabaseNoFolder, nil))
		return
	}
	db, err := openStore(x.ctx, databaseIn(x.path))
	if errors.Is(err, errNoWorkspace) {
		x.ok("database", say(words.TerminalDoctorDatabaseNone, nil))
		return
	}
	if err != nil {
		x.fault("database", err)
		return
	}
	defer func() {
		if err := db.Close(); err != nil {
			x.fault("database", service.Explain(err))
		}
	}()
	if x.secrets == nil {
		x.skip("database", say(words.TerminalDoctorDatabaseNoSecrets, nil))
		return
	}
	w, err := local.Open(x.ctx, local.Config{Store: db, Secrets: x.secrets, Now: x.now})
	if err != nil {
		x.fault("database", err)
		return
	}
	defer w.Close()
	if !w.Created() {
		x.ok("database", say(words.TerminalDoctorDatabaseEmpty, nil))
		return
	}
	if x.newest, err = newest(x.ctx, db); err != nil {
		x.fault("database", service.Explain(err))
		return
	}
	x.ok("database", say(words.TerminalDoctorDatabaseGood, nil))
}

// newest is when the newest event happened.
func newest(ctx context.Context, db *sqlite.Store) (at time.Time, err error) {
	err = db.View(ctx, func(tx store.ReadTx) error {
		head, err := tx.Head()
		at = head.At
		return err
	})
	return at, err
}

func (x *examination) clock() {
	now := x.now()
	mend := say(words.TerminalDoctorClockSet, nil)
	switch {
	case now.Before(earliest):
		x.wrong("clock", say(words.TerminalDoctorClockLongAgo, words.Args{"now": minute(now)}), mend)
	case x.newest.Sub(now) > time.Minute:
		x.wrong("clock", say(words.TerminalDoctorClockBehind, words.Args{"now": minute(now), "newest": minute(x.newest)}), mend)
	default:
		x.clockRight(now)
	}
}
