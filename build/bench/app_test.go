package bench

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the repository’s, from where the run is.
const root = "../.."

// appGroups is what is measured of the app. The server’s come after them: what it leaves in memory is then in nobody’s way.
var appGroups = []group{
	{[]string{"start until the sign-in", "start until the unlock page", "memory at the sign-in"}, script("startup.mjs")},
	{[]string{"memory after many rounds of lock and sign-in"}, script("rounds.mjs")},
	{[]string{"members, opening", "members, opened at once", "members, coming back", "members, a key"}, script("members.mjs")},
	{[]string{"contracts, opening", "contracts, a key", "contracts, first page"}, script("contracts.mjs")},
	{[]string{"sign-in with password and code, 10 profiles", "sign-in with password and code, 1000 profiles", "sign-in with password and code, 100000 profiles"}, signInAtHome},
	{[]string{"opening, 1,000,000 events", "opening, 10,000 members"}, opening},
	{[]string{"print run of 100", "print run of 100, memory"}, printRun},
	{[]string{"vault, adding 1 GiB", "vault, adding 1 GiB, memory", "vault, saving 1 GiB", "vault, saving 1 GiB, memory"}, vault},
	{[]string{"size of the program", "size of the package", "size of the sign-in’s script and style"}, sizes},
}

// fromRun is what a measurement says of a figure: a line of JSON for each.
type fromRun struct {
	figure
	Values  []float64 `json:"values"`
	Against []float64 `json:"against_values"`
	LeftOut string    `json:"left_out"`
}

// script runs a measurement of e2e/bench in a desktop of its own.
func script(name string) func(ctx context.Context, b *bench) error {
	return func(ctx context.Context, b *bench) error {
		cmd := exec.CommandContext(ctx, "build/private-desktop.sh", "node", filepath.Join("e2e/bench", name))
		cmd.Dir, cmd.Stderr = root, os.Stderr
		cmd.Env = append(os.Environ(), fmt.Sprint("ROUNDS=", *rounds), fmt.Sprint("SCALE=", *scale))
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		found, notes, err := readRun(out)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, f := range found {
			b.add(f)
		}
		b.notes = append(b.notes, notes...)
		return nil
	}
}

func readRun(out []byte) (found []figure, notes []string, err error) {
	for line := range bytes.Lines(out) {
		var r fromRun
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, nil, fmt.Errorf("%q is no figure: %w", bytes.TrimSpace(line), err)
		}
		if r.LeftOut != "" {
			notes = append(notes, r.LeftOut)
			continue
		}
		if r.Name == "" || r.Better != more && r.Better != less || len(r.Values) == 0 || len(r.Against) != 0 && len(r.Against) != len(r.Values) {
			return nil, nil, fmt.Errorf("%q is no figure", bytes.TrimSpace(line))
		}
		found = append(found, fromRounds(r.figure, r.Values, r.Against))
	}
	if len(found)+len(notes) == 0 {
		return nil, nil, fmt.Errorf("it said nothing")
	}
	return found, notes, nil
}

// results has what a benchmark said, round by round: results["Open/10"]["ns/op"].
type results map[string]map[string][]float64

// goBench runs a benchmark of a package, once to warm up and then in rounds, each of n times.
func (b *bench) goBench(ctx context.Context, pkg, pattern string, n int) (results, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", pattern, "-benchtime", fmt.Sprintf("%dx", n), "-count", strconv.Itoa(*rounds+1), "-timeout", "3h", pkg)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	cmd.Env = append(os.Environ(), "TMPDIR="+b.folder) // on a disk
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", pkg, err, out)
	}
	return readBench(out, *rounds)
}

var cores = regexp.MustCompile(`-\d+$`)

// readBench leaves the first round out.
func readBench(out []byte, rounds int) (results, error) {
	r := results{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := cores.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")
		if r[name] == nil {
			r[name] = map[string][]float64{}
		}
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", line, err)
			}
			r[name][fields[i+1]] = append(r[name][fields[i+1]], value)
		}
	}
	if len(r) == 0 {
		return nil, fmt.Errorf("no benchmark has run: %s", out)
	}
	for name, metrics := range r {
		for metric, values := range metrics {
			if len(values) != rounds+1 {
				return nil, fmt.Errorf("%s has %d values of %s, and not %d", name, len(values), metric, rounds+1)
			}
			metrics[metric] = values[1:]
		}
	}
	return r, nil
}

// values of a metric, which do turns into what the table has.
func (r results) values(name, metric string, do func(x float64, round int) float64) ([]float64, error) {
	found := r[name][metric]
	if len(found) == 0 {
		return nil, fmt.Errorf("%s says nothing of %s: there is %s", name, metric, strings.Join(slices.Sorted(maps.Keys(r)), ", "))
	}
	out := make([]float64, len(found))
	for i, x := range found {
		out[i] = do(x, i)
	}
	return out, nil
}

func milliseconds(ns float64, _ int) float64 { return ns / 1e6 }
func itself(x float64, _ int) float64        { return x }

// compare adds a figure whose peer is another metric, or another benchmark, of the same rounds.
func (b *bench) compare(f figure, values, against func() ([]float64, error)) error {
	ours, err := values()
	if err != nil {
		return err
	}
	var theirs []float64
	if against != nil {
		if theirs, err = against(); err != nil {
			return err
		}
	}
	b.add(fromRounds(f, ours, theirs))
	return nil
}

// signInAtHome is a sign-in at a workspace on this computer, with a real Secret Service.
func signInAtHome(ctx context.Context, b *bench) error {
	r, err := b.goBench(ctx, "./backend/workspace", "^BenchmarkSignIn$", many(20, 2))
	if err != nil {
		return err
	}
	for _, n := range []int{10, 1000, 100_000} {
		name := fmt.Sprintf("SignIn/%d", n)
		err := b.compare(
			figure{Name: fmt.Sprintf("sign-in with password and code, %d profiles", n), Unit: "ms", Against: "its own Argon2id", Goal: goal(1.2), Better: less},
			func() ([]float64, error) {
				argon := r[name]["ms-argon2id"]
				return r.values(name, "ms-beyond", func(x float64, round int) float64 { return argon[round] + x })
			},
			func() ([]float64, error) { return r.values(name, "ms-argon2id", itself) },
		)
		if err != nil {
			return err
		}
	}
	return nil
}

func opening(ctx context.Context, b *bench) error {
	r, err := b.goBench(ctx, "./backend/journal", "^BenchmarkOpen$", many(10, 2))
	if err != nil {
		return err
	}
	for _, c := range []struct{ figure, against, ours, theirs string }{
		{"opening, 1,000,000 events", "1,000 events", "Open/1000000Events10Profiles", "Open/1000Events10Profiles"},
		{"opening, 10,000 members", "10 members", "Open/1000Events10000Profiles", "Open/1000Events10Profiles"},
	} {
		err := b.compare(figure{Name: c.figure, Unit: "ms", Against: c.against, Goal: goal(1.2), Better: less},
			func() ([]float64, error) { return r.values(c.ours, "ns/op", milliseconds) },
			func() ([]float64, error) { return r.values(c.theirs, "ns/op", milliseconds) })
		if err != nil {
			return err
		}
	}
	return nil
}

func printRun(ctx context.Context, b *bench) error {
	r, err := b.goBench(ctx, "./backend/workspace", "^BenchmarkPrintRun$", 1)
	if err != nil {
		return err
	}
	share := r["PrintRun"]["%-of-argon2id"]
	err = b.compare(figure{Name: "print run of 100", Unit: "sheets/s", Against: "Argon2id on all cores", Goal: goal(0.9), Better: more},
		func() ([]float64, error) { return r.values("PrintRun", "sheets/s", itself) },
		func() ([]float64, error) {
			return r.values("PrintRun", "sheets/s", func(x float64, round int) float64 { return x / share[round] * 100 })
		})
	if err != nil {
		return err
	}
	return b.compare(figure{Name: "print run of 100, memory beyond that of 10", Unit: "MB", Better: less},
		func() ([]float64, error) {
			return r.values("PrintRun", "MiB-more-than-10-sheets", func(x float64, _ int) float64 { return x * (1 << 20) / 1e6 })
		}, nil)
}

func vault(ctx context.Context, b *bench) error {
	for _, c := range []struct{ benchmark, figure string }{{"Add", "vault, adding 1 GiB"}, {"Save", "vault, saving 1 GiB"}} {
		r, err := b.goBench(ctx, "./backend/vault", "^Benchmark"+c.benchmark+"$", 1)
		if err != nil {
			return err
		}
		large, small := c.benchmark+"/1024MiB", c.benchmark+"/64MiB"
		share := r[large]["%-of-age-synced"]
		err = b.compare(figure{Name: c.figure, Unit: "MiB/s", Against: "age, with its file synced", Goal: goal(1), Better: more},
			func() ([]float64, error) { return r.values(large, "MiB/s", itself) },
			func() ([]float64, error) {
				return r.values(large, "MiB/s", func(x float64, round int) float64 { return x / share[round] * 100 })
			})
		if err != nil {
			return err
		}
		megabytes := func(x float64, _ int) float64 { return x * (1 << 20) / 1e6 }
		err = b.compare(figure{Name: c.figure + ", memory", Unit: "MB", Against: "64 MiB", Goal: goal(1.2), Better: less},
			func() ([]float64, error) { return r.values(large, "heap-MiB", megabytes) },
			func() ([]float64, error) { return r.values(small, "heap-MiB", megabytes) })
		if err != nil {
			return err
		}
	}
	b.leaveOut("the vault beside gocryptfs: nothing measures it yet")
	return nil
}

// sizes are those of what was built last.
func sizes(_ context.Context, b *bench) error {
	program, err := os.Stat(filepath.Join(root, "build/bin/countersign"))
	if err != nil {
		return err
	}
	b.add(fromRounds(figure{Name: "size of the program", Unit: "MB", Goal: goal(25), Better: less}, []float64{float64(program.Size()) / 1e6}, nil))
	packages, err := filepath.Glob(filepath.Join(root, "build/dist/countersign_*.deb"))
	if err != nil {
		return err
	}
	if len(packages) == 1 {
		p, err := os.Stat(packages[0])
		if err != nil {
			return err
		}
		b.add(fromRounds(figure{Name: "size of the package", Unit: "MB", Goal: goal(12), Better: less}, []float64{float64(p.Size()) / 1e6}, nil))
	} else {
		b.leaveOut("the size of the package: make package has made none")
	}
	n, err := firstLoaded(filepath.Join(root, "frontend/dist"))
	if err != nil {
		return err
	}
	b.add(fromRounds(figure{Name: "size of the sign-in’s script and style, gzipped", Unit: "KiB", Goal: goal(200), Better: less}, []float64{float64(n) / 1024}, nil))
	return nil
}

var (
	inPage   = regexp.MustCompile(`(?:src|href)="\./([^"]+\.(?:js|css))"`)
	inScript = regexp.MustCompile(`(?:from|import)\s*"\./([^"]+\.js)"`)
)

// firstLoaded is the size, gzipped, of what a sign-in waits for: the scripts and styles that the page names, the scripts that these import before
// anything runs, and the largest language.
func firstLoaded(dist string) (size int, err error) {
	page, err := os.ReadFile(filepath.Join(dist, "index.html"))
	if err != nil {
		return 0, err
	}
	var all []string
	for _, found := range inPage.FindAllSubmatch(page, -1) {
		all = append(all, string(found[1]))
	}
	if len(all) == 0 {
		return 0, fmt.Errorf("%s/index.html names no script", dist)
	}
	for i := 0; i < len(all); i++ {
		text, packed, err := gzipped(filepath.Join(dist, all[i]))
		if err != nil {
			return 0, err
		}
		size += packed
		for _, found := range inScript.FindAllSubmatch(text, -1) {
			if next := filepath.Join(filepath.Dir(all[i]), string(found[1])); !slices.Contains(all, next) {
				all = append(all, next)
			}
		}
	}
	languages, err := filepath.Glob(filepath.Join(dist, "assets/_words-*.js"))
	if err != nil || len(languages) == 0 {
		return 0, cmp.Or(err, fmt.Errorf("%s has no language", dist))
	}
	largest := 0
	for _, path := range languages {
		_, packed, err := gzipped(path)
		if err != nil {
			return 0, err
		}
		largest = max(largest, packed)
	}
	return size + largest, nil
}

func gzipped(path string) (text []byte, size int, err error) {
	if text, err = os.ReadFile(path); err != nil {
		return nil, 0, err
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(text); err != nil {
		return nil, 0, err
	}
	err = w.Close()
	return text, packed.Len(), err
}

func TestReadRun_TakesFiguresAndWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	found, notes, err := readRun([]byte(`{"name":"a","unit":"ms","better":"less","goal":2,"against":"b","values":[3,1,2],"against_values":[1,1,1]}
{"left_out":"c is not installed"}
{"name":"d","unit":"MB","better":"more","values":[5]}
`))
	if err != nil || len(found) != 2 || len(notes) != 1 || notes[0] != "c is not installed" {
		t.Fatal(found, notes, err)
	}
	if a := found[0]; a.Value != 2 || a.Ratio != 2 || a.Against != "b" || *a.Goal != 2 || !a.met() {
		t.Errorf("%+v", a)
	}
	if d := found[1]; d.Value != 5 || d.Goal != nil || d.Unit != "MB" {
		t.Errorf("%+v", d)
	}
}

func TestReadRun_RefusesWhatIsNoFigure(t *testing.T) {
	t.Parallel()
	for _, said := range []string{
		"", "members: 12 ms\n", `{"name":"a","better":"less"}`, `{"name":"a","values":[1]}`, `{"better":"less","values":[1]}`,
		`{"name":"a","better":"less","values":[1,2],"against_values":[1]}`,
	} {
		if found, notes, err := readRun([]byte(said)); err == nil {
			t.Errorf("%q: %v, %v", said, found, notes)
		}
	}
}

func TestReadBench_LeavesTheFirstRoundOut(t *testing.T) {
	t.Parallel()
	r, err := readBench([]byte(`goos: linux
BenchmarkOpen/10Events-2         	      10	   2500000 ns/op	        51.00 %-of-age
BenchmarkOpen/10Events-2         	      10	   1500000 ns/op	        52.00 %-of-age
BenchmarkOpen/10Events-2         	      10	   3500000 ns/op	        53.00 %-of-age
PASS
`), 2)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.values("Open/10Events", "ns/op", milliseconds); err != nil || !slices.Equal(got, []float64{1.5, 3.5}) {
		t.Error(got, err)
	}
	if got, err := r.values("Open/10Events", "%-of-age", itself); err != nil || !slices.Equal(got, []float64{52, 53}) {
		t.Error(got, err)
	}
	if got, err := r.values("Open/10Events", "MiB/s", itself); err == nil {
		t.Error("a metric that nobody reports:", got)
	}
	if _, err := readBench([]byte("BenchmarkOpen-2 1 5 ns/op\n"), 2); err == nil {
		t.Error("one round is taken for three")
	}
	if _, err := readBench([]byte("PASS\n"), 2); err == nil {
		t.Error("nothing is taken for a measurement")
	}
}

func TestFirstLoaded_FollowsImportsAndTakesOneLanguage(t *testing.T) {
	t.Parallel()
	dist := t.TempDir()
	if err := os.Mkdir(filepath.Join(dist, "assets"), 0o700); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"index.html":             `<script type="module" src="./assets/a.js"></script><link rel="stylesheet" href="./assets/s.css">`,
		"assets/a.js":            `import{x}from"./b.js";import("./later.js")`,
		"assets/b.js":            `import"./a.js";export const x=1`,
		"assets/s.css":           "a{}",
		"assets/later.js":        strings.Repeat("later", 99),
		"assets/_words-en-1.js":  "export{}",
		"assets/_words-ar-22.js": "export{};export{}",
	}
	want := 0
	for name, text := range files {
		path := filepath.Join(dist, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, size, err := gzipped(path)
		if err != nil {
			t.Fatal(err)
		}
		if name != "index.html" && name != "assets/later.js" && name != "assets/_words-en-1.js" {
			want += size
		}
	}
	if got, err := firstLoaded(dist); err != nil || got != want {
		t.Errorf("%d bytes (%v), want %d", got, err, want)
	}
	if err := os.Remove(filepath.Join(dist, "assets/b.js")); err != nil {
		t.Fatal(err)
	}
	if got, err := firstLoaded(dist); err == nil {
		t.Errorf("a script that isn’t there: %d bytes", got)
	}
}
