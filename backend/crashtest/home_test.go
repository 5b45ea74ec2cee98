package crashtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/sqlite"
)

// home is a data folder, the keychain that belongs to it, and the paper on which
// its owner keeps what was shown. All of it outlives a process.
type home struct{ dir string }

func (h home) database() string     { return filepath.Join(h.dir, "data", "workspace.db") }
func (h home) keychainDir() string  { return filepath.Join(h.dir, "keychain") }
func (h home) paperFile() string    { return filepath.Join(h.dir, "paper") }
func (h home) documentsDir() string { return filepath.Join(h.dir, "data", "documents") }
func (h home) pointsFile() string   { return filepath.Join(h.dir, "points") }

func (h home) make() error {
	return errors.Join(os.MkdirAll(filepath.Dir(h.database()), 0o700), h.makeKeychain())
}

// copyTo makes another home with the same content.
func (h home) copyTo(dir string) (home, error) {
	return home{dir}, os.CopyFS(dir, os.DirFS(h.dir))
}

// begin is when the homes are made; everything after is counted from there.
var begin = time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)

// clock stands still until it is told to go on.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// What hashing costs here.
var (
	cheap      = password.Cheap
	cheapCodes = recovery.Cheap
)

// paper is what the owner has seen and written down, and nothing else: what a
// person can prove themselves with after a crash.
type paper struct {
	Passwords []string            // in order, the newest last
	Phones    []string            // keys in base32, in the order in which they were shown
	Sheets    map[string][]string // recovery codes by their holder's email and the sheet's number
	Done      bool                // the use case has answered that it is done
}

// sheetOf names a sheet: each person’s first is sheet 1.
func sheetOf(email string, number int) string { return fmt.Sprint(email, " ", number) }

// note is a line of the paper.
type note struct {
	Password string   `json:",omitempty"`
	Phone    string   `json:",omitempty"`
	Email    string   `json:",omitempty"` // of the sheet's holder
	Sheet    int      `json:",omitempty"`
	Codes    []string `json:",omitempty"`
	Done     bool     `json:",omitempty"`
}

func (h home) write(n note) error {
	line, err := json.Marshal(n)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(h.paperFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

func (h home) paper() (p paper, err error) {
	p.Sheets = map[string][]string{}
	b, err := os.ReadFile(h.paperFile())
	if errors.Is(err, os.ErrNotExist) {
		return p, nil
	}
	for line := range strings.Lines(string(b)) {
		var n note
		if !strings.HasSuffix(line, "\n") { // the pen fell
			break
		}
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			return p, err
		}
		p.Done = p.Done || n.Done
		switch {
		case n.Password != "":
			p.Passwords = append(p.Passwords, n.Password)
		case n.Phone != "":
			p.Phones = append(p.Phones, n.Phone)
		case n.Sheet > 0:
			p.Sheets[sheetOf(n.Email, n.Sheet)] = n.Codes
		}
	}
	return p, err
}

// code is what a phone shows at that time. It is worked out by another library
// than the product's own.
func code(key string, at time.Time) string {
	c, err := hotp.GenerateCodeCustom(key, uint64(at.Unix()/30), hotp.ValidateOpts{Digits: 6, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		panic(err)
	}
	return c
}

// wrongCode is one that the phone does not show within 15 hours: an enrolment tells by a code that
// a phone's clock is up to 14 hours off.
func wrongCode(key string, at time.Time) string {
	const steps = int(15 * time.Hour / (30 * time.Second))
	near := map[string]bool{}
	for i := -steps; i <= steps; i++ {
		near[code(key, at.Add(time.Duration(i)*30*time.Second))] = true
	}
	for n := 0; ; n++ {
		if c := fmt.Sprintf("%06d", n); !near[c] {
			return c
		}
	}
}

// open opens the database and the workspace as a start of the program does, up
// to and without the clean-up. The store is the caller's to close.
func (h home) open(ctx context.Context, now func() time.Time) (*sqlite.Store, *client.Local, error) {
	store, err := sqlite.Open(ctx, h.database())
	if err != nil {
		return nil, nil, err
	}
	files, err := documents.Open(h.documentsDir())
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	w, err := local.Open(ctx, local.Config{Store: store, Secrets: h.keychain(), Files: files, Now: now, Password: cheap, Recovery: cheapCodes})
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return store, w, nil
}
