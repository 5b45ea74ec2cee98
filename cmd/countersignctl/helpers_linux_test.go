package main

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/rogpeppe/go-internal/testscript"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/secretsfile"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// The people and their words.
const (
	ownerEmail  = "amara.okafor@example.com"
	memberEmail = "sam.lee@example.com"
	ownPassword = "tundra velvet orchard 91"

	joinedPassword = "kettle drum marzipan 7"
)

// filePhrase opens the secrets file.
var filePhrase = secret.NewText("lantern gravel oboe nineteen")

var cheap = password.Cheap

// must ends a helper process.
func must[T any](v T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return v
}

func check(err error) { must(0, err) }

// opened is a folder that is open as the app opens it.
type opened struct {
	path string
	lock *folder.Lock
	db   *sqlite.Store
	keys store.Secrets
	now  func() time.Time // nil: the computer's clock
	w    *client.Local
}

func (o *opened) config() local.Config {
	return local.Config{Store: o.db, Secrets: o.keys, Password: cheap, Recovery: recovery.Cheap, Now: o.now}
}

func openAsApp() *opened { return openAsAppAt(nil) }

func openAsAppAt(now func() time.Time) *opened {
	o := &opened{now: now, path: must(folder.Resolve("", dataName)), keys: keychain.New(keychainService)}
	check(folder.Prepare(o.path))
	if must(secretsfile.Exists(o.path)) {
		o.keys = must(secretsfile.Open(context.Background(), o.path, filePhrase))
	}
	o.lock = must(folder.Hold(o.path))
	o.db = must(sqlite.Open(context.Background(), databaseIn(o.path)))
	o.w = must(local.Open(context.Background(), o.config()))
	check(o.w.RecoverAll(context.Background()))
	return o
}

// makeWorkspace is a program: make-workspace [2fa|member|kit|empty|file|ahead]. With 2fa and file it
// writes the phone's key and the recovery codes to files in the current folder; with kit
// somebody has come in with the Emergency Kit; with file the secrets are in a file; with ahead
// the clock was two hours ahead.
func makeWorkspace() {
	ctx := context.Background()
	what := strings.Join(os.Args[1:], " ")
	if what == "file" {
		path := must(folder.Resolve("", dataName))
		check(folder.Prepare(path))
		must(secretsfile.Create(ctx, path, filePhrase, cheap)).Close()
		what = "2fa"
	}
	var now func() time.Time
	if what == "ahead" {
		now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	}
	o := openAsAppAt(now)
	if what == "empty" {
		return
	}
	s := must(o.w.Create(ctx, client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: ownerEmail, Password: secret.NewText(ownPassword)}))
	switch what {
	case "2fa":
		enable(ctx, s)
	case "two apps":
		codes := enable(ctx, s)
		proof := client.Proof{Password: secret.NewText(ownPassword), Factor: client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(codes[9])}}
		shown := must(s.BeginAddApp(ctx, "Tablet", proof))
		check(os.WriteFile("key", []byte(strings.Join(shown.Groups, "")), 0o600))
		confirm(ctx, s)
	case "member":
		o.addMember(ctx)
	case "kit":
		kit := must(must(s.Admin(ctx)).MakeKit(ctx, client.Proof{Password: secret.NewText(ownPassword)}))
		in := client.NewOwner{Name: "Mallory", Email: "mallory@example.com", Password: secret.NewText("kettle drum marzipan 7"), Kit: kit.Identity}
		other, _, err := o.w.UseKit(ctx, in)
		check(err)
		check(other.End(ctx))
	}
	check(s.End(ctx))
	check(o.db.Close())
}

// join is a program: join EMAIL CODE [2fa]. It uses an invitation or a password reset as its
// person does in the window, and with 2fa turns 2FA on. The new password is joinedPassword.
func join() {
	ctx := context.Background()
	o := openAsApp()
	s, _, err := o.w.Redeem(ctx, os.Args[1], secret.NewText(os.Args[2]), secret.NewText(joinedPassword))
	check(err)
	if len(os.Args) > 3 {
		enable(ctx, s)
	}
	check(s.End(ctx))
	check(o.db.Close())
}

// enable turns 2FA on, and writes the phone's key and the recovery codes to the files "key"
// and "codes".
func enable(ctx context.Context, s *client.Session) (codes []string) {
	pw := ownPassword
	if p := must(s.Overview(ctx)).Profile; p.Email != ownerEmail {
		pw = joinedPassword
	}
	shown := must(s.BeginEnable(ctx, secret.NewText(pw)))
	check(os.WriteFile("key", []byte(strings.Join(shown.Groups, "")), 0o600))
	issued := confirm(ctx, s)
	check(s.Continue(ctx))
	for _, c := range issued.Codes {
		codes = append(codes, c.Display())
	}
	check(os.WriteFile("codes", []byte(strings.Join(codes, "\n")+"\n"), 0o600))
	return codes
}

// addMember writes a member's row as an owner accepts it, since nobody can be
// invited yet.
func (o *opened) addMember(ctx context.Context) {
	var info store.Info
	var owner store.Profile
	check(o.db.View(ctx, func(tx store.ReadTx) (err error) {
		if info, err = tx.Info(); err != nil {
			return err
		}
		owner, err = tx.ProfileByEmail(ownerEmail)
		return err
	}))
	device := must(o.keys.Get(ctx, info.ID+"/device"))
	p := owner
	p.ID, p.Email, p.EmailKey, p.Name, p.Role = "sam", memberEmail, memberEmail, "Sam Lee", service.RoleMember
	p.Password.Salt = make([]byte, password.SaltSize)
	p.Password.PublicKey = password.PublicKey(password.Derive(secret.NewText(ownPassword), p.Password.Salt, cheap), device)
	check(o.db.Update(ctx, func(tx store.WriteTx) error { return tx.InsertProfile(p) }))
	sealed := must(local.OpenQuarantined(ctx, o.config()))
	check(accept(ctx, sealed, ownerEmail, secret.NewText(ownPassword), client.FactorInput{Kind: service.FactorNone}))
}

// phone is a program: it prints the next code that has not been used, and that is good for 30
// seconds or more.
func phone() { fmt.Println(codeFrom(time.Now().Unix() / 30)) }

// confirm ends an enrolment with the oldest code that is good now and was not used, so that two are left. On a busy machine its time may
// be over by the time it is looked at: then it is the next one.
func confirm(ctx context.Context, s *client.Session) *client.Issued {
	for {
		issued, err := s.Confirm(ctx, secret.NewText(codeFrom(time.Now().Unix()/30-1)))
		if !service.IsCode(err, service.CodeCodeExpired) {
			return must(issued, err)
		}
	}
}

// codeFrom is the first code from a step on that was not used.
func codeFrom(step int64) string {
	key := string(must(os.ReadFile("key")))
	if used, err := os.ReadFile("step"); err == nil {
		step = max(step, must(strconv.ParseInt(string(used), 10, 64))+1)
	}
	if step > time.Now().Unix()/30+1 {
		check(fmt.Errorf("the phone has no more codes that are good now"))
	}
	check(os.WriteFile("step", []byte(strconv.FormatInt(step, 10)), 0o600))
	return must(hotp.GenerateCodeCustom(key, uint64(step), hotp.ValidateOpts{Digits: 6, Algorithm: otp.AlgorithmSHA1}))
}

// app is a program that has the folder open and an enrolment under way. It ends
// it when it is told to.
func app() {
	ctx := context.Background()
	o := openAsApp()
	s, _, err := o.w.SignIn(ctx, ownerEmail, secret.NewText(ownPassword))
	check(err)
	shown := must(s.BeginEnable(ctx, secret.NewText(ownPassword)))
	check(os.WriteFile("key", []byte(strings.Join(shown.Groups, "")), 0o600))
	in := bufio.NewScanner(os.Stdin)
	for fmt.Println("ready"); in.Scan(); fmt.Println("ready") {
		switch in.Text() {
		case "rename":
			check(s.Rename(ctx, "Amara N. Okafor"))
		case "confirm":
			confirm(ctx, s)
			check(s.Continue(ctx))
		}
	}
	runtime.KeepAlive(o) // and with it the hold on the folder
}

// apps has the running app of each script, by its folder.
var apps sync.Map

// running is the app of a script.
type running struct {
	in  io.WriteCloser
	out *bufio.Reader
}

// openApp is the script command that starts the app and waits until it has the
// folder open.
func openApp(ts *testscript.TestScript, _ bool, _ []string) {
	var program string
	for _, place := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(place, "app")); err == nil {
			program = filepath.Join(place, "app")
			break
		}
	}
	cmd := exec.Command(program)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS", "COUNTERSIGN_DATA_DIR"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	ts.Check(err)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = in.Close() // it ends then
		_ = cmd.Wait() // what it did was checked when it did it
	})
	apps.Store(ts.Getenv("WORK"), running{in, bufio.NewReader(out)})
	ready(ts)
}

// appDoes is the script command that tells the app what to do and waits for it.
func appDoes(ts *testscript.TestScript, _ bool, args []string) {
	a, _ := apps.Load(ts.Getenv("WORK"))
	_, err := fmt.Fprintln(a.(running).in, args[0])
	ts.Check(err)
	ready(ts)
}

func ready(ts *testscript.TestScript) {
	a, _ := apps.Load(ts.Getenv("WORK"))
	if line, err := a.(running).out.ReadString('\n'); line != "ready\n" {
		ts.Fatalf("the app said %q: %v", line, err)
	}
}

// edit is the script command that changes the database as somebody could who may
// write it: edit 'SQL'.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", filepath.Join(ts.Getenv("COUNTERSIGN_DATA_DIR"), "workspace.db"))
	ts.Check(err)
	for _, statement := range args {
		_, err := db.Exec(statement)
		ts.Check(err)
	}
	ts.Check(db.Close())
}

// accept proves an owner and takes a sealed workspace as it is.
func accept(ctx context.Context, s *client.Quarantine, email string, pw secret.Text, factor client.FactorInput) error {
	a, err := s.Prove(ctx, email, pw, factor)
	if err != nil {
		return err
	}
	return a.Accept(ctx)
}
