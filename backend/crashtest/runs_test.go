package crashtest

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/backend/folder"
	"countersign/backend/local"
	"countersign/backend/recovery"
	"countersign/backend/runexport"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// runEnv tells a process of this test binary to make the print run of an order.
const runEnv = "COUNTERSIGN_CRASH_RUN"

func init() {
	if text := os.Getenv(runEnv); text != "" {
		var o order
		must(json.Unmarshal([]byte(text), &o))
		makeRun(o)
		os.Exit(0)
	}
}

// crowdSize is how many members there are: more than share a commit.
func crowdSize() int {
	if all() {
		return 300
	}
	return 36
}

// crowd is a workspace whose members have 2FA on and their sheets from print run 1, all on paper.
// Their password is the owner's.
var crowd = &base{name: "crowd", make: func(p *person) {
	p.start()
	p.enable(p.create())
	p.addCrowd(crowdSize() - 1)
	file := filepath.Join(p.home.dir, "first.csv")
	p.printFor(file, func(string) {})
	must(p.home.writeSheets(file))
	must(os.Remove(file))
}}

// addCrowd writes the rows of n members with 2FA on, which the owner then accepts: to enrol
// them one by one would take minutes.
func (p *person) addCrowd(n int) {
	must(p.store.Update(p.ctx, func(tx store.WriteTx) error {
		info := got(tx.Info())
		m := got(tx.ProfileByEmail(email))
		m.Role, m.CreatedAt = store.RoleMember, m.CreatedAt.Add(time.Second)
		for i := range n {
			m.ID, m.Name, m.Email, m.Generation = fmt.Sprintf("m%03d", i), fmt.Sprintf("Member %d", i), crowdEmail(i), 1
			m.EmailKey = m.Email
			f := store.Factor{ProfileID: m.ID, Since: m.CreatedAt, Apps: []store.App{{Generation: 1, Item: info.ID + "/totp/" + m.ID + "/1", AddedAt: m.CreatedAt}}}
			must(p.secrets.Set(p.ctx, f.Apps[0].Item, secret.NewBytes([]byte("a key of twenty byte"))))
			if err := errors.Join(tx.InsertProfile(m), tx.InsertFactor(f)); err != nil {
				return err
			}
		}
		return nil
	}))
	p.clock.step(time.Minute)
	sealed := got(local.OpenQuarantined(p.ctx, p.config()))
	must(accept(p.ctx, sealed, email, secret.NewText(firstPass), byCode(p.code(0))))
	p.start()
}

func crowdEmail(i int) string { return fmt.Sprintf("member.%d@example.com", i) }

// printFor makes a print run for everybody into a file, as the window does, and tells
// each step.
func (p *person) printFor(path string, tell func(string)) {
	a := p.admin(p.signIn())
	var ids []string
	for _, m := range got(a.Members(p.ctx)) {
		ids = append(ids, m.ID)
	}
	f := got(folder.CreateWhole(path))
	run := got(a.BeginRun(p.ctx, service.RunRequest{Members: ids, Reason: "Yearly renewal", Kind: store.RunExport}, p.proof()))
	must(runexport.Write(p.ctx, f, a, run, runexport.Target{Format: runexport.CSV}, func(done, _ int64) { tell(fmt.Sprint("made ", done)) }))
	must(f.Keep())
	tell("kept")
	res := got(run.PutInForce(p.ctx, func(done, _ int64) { tell(fmt.Sprint("in force ", done)) }))
	if res.State != store.RunDone || res.InForce != len(ids) {
		panic(fmt.Sprintf("%+v", res))
	}
}

func (h home) runFile() string { return filepath.Join(h.dir, "out", "sheets.csv") }

// makeRun is the program under test.
func makeRun(o order) {
	h := home{o.Dir}
	p := &person{ctx: context.Background(), home: h, clock: &clock{t: o.At}, store: got(sqlite.Open(context.Background(), h.database())), secrets: h.keychain()}
	p.start()
	p.printFor(h.runFile(), func(step string) { fmt.Println(step) })
}

// writeSheets notes what stands in a file of sheets, as somebody who has it can read it.
func (h home) writeSheets(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != crowdSize()+1 {
		return errors.Join(err, fmt.Errorf("%d rows", len(rows)))
	}
	for _, row := range rows[1:] {
		sheet, err := strconv.Atoi(row[2])
		if err == nil {
			err = h.write(note{Email: row[4], Sheet: sheet, Codes: row[len(row)-recovery.SetSize:]})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TestCrash_InAPrintRunLeavesTheOldOrTheNewSet kills a program that makes a print run,
// from outside and at random: while sheets are made and written, once the file is whole, and
// while they are put in force.
func TestCrash_InAPrintRunLeavesTheOldOrTheNewSet(t *testing.T) {
	t.Parallel()
	t.Logf("COUNTERSIGN_CRASH_SEED=%d", seed)
	random := seeded("print run")
	steps := []string{fmt.Sprint("made ", 1+random.IntN(crowdSize()-1)), "kept", fmt.Sprint("in force ", 32)}
	if all() {
		for range 3 {
			steps = append(steps, fmt.Sprint("made ", 1+random.IntN(crowdSize())), fmt.Sprint("in force ", 32*(1+random.IntN(crowdSize()/32))))
		}
	}
	for _, step := range steps {
		chosen := rand.New(rand.NewPCG(random.Uint64(), 0))
		t.Run(step, func(t *testing.T) {
			h, err := crowd.copyTo(t.Context(), filepath.Join(t.TempDir(), "home"), nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Dir(h.runFile()), 0o700); err != nil {
				t.Fatal(err)
			}
			killRunAt(t, h, step)
			afterRun(t, h, chosen)
		})
	}
}

// killRunAt lets a child make the run and kills it as soon as it has told a step.
func killRunAt(t *testing.T, h home, step string) {
	t.Helper()
	text, err := json.Marshal(order{Dir: h.dir, At: begin.Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), runEnv+"="+string(text))
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	told := false
	for s := bufio.NewScanner(out); !told && s.Scan(); {
		told = s.Text() == step
	}
	_ = cmd.Process.Kill() // it may have come to its end by now
	_ = cmd.Wait()         // killed, most likely
	if !told {
		t.Fatalf("it never was at %q: %s", step, complaints.String())
	}
}

// afterRun holds what is left against the file and the ledger, and tries to sign in as
// some members with the codes of both sheets.
func afterRun(t *testing.T, h home, random *rand.Rand) {
	t.Helper()
	left, err := os.ReadDir(filepath.Dir(h.runFile()))
	if err != nil {
		t.Fatal(err)
	}
	written := len(left) == 1 && left[0].Name() == filepath.Base(h.runFile())
	if len(left) > 0 && !written {
		t.Errorf("part of a file is left: %v", left)
	}
	if written {
		if err := h.writeSheets(h.runFile()); err != nil {
			t.Fatalf("the file is not whole: %v", err)
		}
	}
	a := look(t, h) // the ledger, the log, and a second start among it
	sheets := map[string]map[int]int{}
	var reached int
	a.view(func(tx store.ReadTx) error {
		for run := 1; run <= 2; run++ {
			entries, err := tx.Ledger(run)
			if err != nil {
				return err
			}
			for _, e := range entries {
				if sheets[e.Email] == nil {
					sheets[e.Email] = map[int]int{}
				}
				sheets[e.Email][run] = e.Sheet
			}
		}
		members, err := tx.Members()
		for _, m := range members {
			if m.Run == 2 {
				reached++
			}
			if m.Run != 1 && m.Run != 2 || m.Sheet != sheets[m.Email][m.Run] || m.CodesLeft != recovery.SetSize {
				t.Errorf("%s has sheet %d of run %d with %d codes; the ledger has %v", m.Email, m.Sheet, m.Run, m.CodesLeft, sheets[m.Email])
			}
		}
		return err
	})
	if reached > 0 && !written {
		t.Errorf("%d members have a new set, and there is no file", reached)
	}
	for _, n := range random.Perm(crowdSize() - 1)[:3] { // three others: a code opens once
		a.onlyTheSheetInForceOpens(crowdEmail(n), sheets)
	}
}

// onlyTheSheetInForceOpens tries a code of each sheet that a member was ever given.
func (a *aftermath) onlyTheSheetInForceOpens(who string, sheets map[string]map[int]int) {
	a.Helper()
	var inForce int
	a.view(func(tx store.ReadTx) error {
		p, err := tx.ProfileByEmail(who)
		if err != nil {
			return err
		}
		set, err := tx.ActiveSet(p.ID)
		inForce = set.Sheet
		return err
	})
	for _, sheet := range sheets[who] {
		codes := a.paper.Sheets[sheetOf(who, sheet)]
		if codes == nil { // it never got to a file
			continue
		}
		a.clock.step(time.Hour)
		_, c, err := a.w.SignIn(a.Context(), who, secret.NewText(firstPass))
		if err != nil || c == nil {
			a.Fatalf("%s: %v", who, err)
		}
		_, err = c.Recover(a.Context(), secret.NewText(codes[0]))
		if opens := err == nil; opens != (sheet == inForce) {
			a.Errorf("%s has sheet %d; a code of sheet %d answers %v", who, inForce, sheet, err)
		}
	}
}
