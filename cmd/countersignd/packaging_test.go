package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"countersign/backend/postgres"
	"countersign/cmd/internal/cli"
)

func packaged(t *testing.T, name string) (path, text string) {
	t.Helper()
	path = filepath.Join("..", "..", "build", name)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, string(b)
}

// mostExposed is what systemd-analyze may find, of 100: 0 is nothing that a service could do without.
const mostExposed = "15"

func TestUnit_LetsTheServerDoLittleElse(t *testing.T) {
	t.Parallel()
	path, unit := packaged(t, "linux/countersignd.service")
	for _, want := range []string{"ExecStart=/usr/bin/countersignd serve\n", "ExecReload=/bin/kill -HUP $MAINPID\n", "NoNewPrivileges=yes\n", "CapabilityBoundingSet=\n", "ProtectSystem=strict\n", "MemorySwapMax=0\n"} {
		if !strings.Contains(unit, want) {
			t.Errorf("it lacks %s", want)
		}
	}
	program, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return // the settings are still there
	}
	out, err := exec.CommandContext(t.Context(), program, "security", "--offline=true", "--no-pager", "--threshold="+mostExposed, path).CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestPackaging_SetsOnlyWhatThereIs(t *testing.T) {
	t.Parallel()
	_, text := packaged(t, "linux/countersignd.toml")
	var all map[string]any
	if _, err := toml.Decode(text, &all); err != nil || len(all) < 5 {
		t.Fatalf("%v, %v", all, err)
	}
	for name := range all {
		if _, known := keyOf(name); !known {
			t.Errorf("the example sets %s", name)
		}
	}
	_, image := packaged(t, "Containerfile")
	set := regexp.MustCompile(`(COUNTERSIGN_\w+)=`).FindAllStringSubmatch(image, -1)
	if len(set) < 4 {
		t.Fatalf("%v", set)
	}
	e := &env{}
	for _, m := range set {
		e.environ = append(e.environ, m[1]+"=x")
	}
	if strange := e.strangers(); len(strange) > 0 {
		t.Errorf("the image sets %v", strange)
	}
	for _, m := range regexp.MustCompile(`(?m)^COPY (\w+) `).FindAllStringSubmatch(image, -1) {
		if _, err := os.Stat(filepath.Join("..", "..", m[1])); err != nil {
			t.Errorf("the image copies %v", err)
		}
	}
}

// TestOperations_TellsOfEachFaultAndOnlyOfWhatThereIs reads what operators read.
func TestOperations_TellsOfEachFaultAndOnlyOfWhatThereIs(t *testing.T) {
	t.Parallel()
	_, text := packaged(t, "../docs/operations.md")
	for _, x := range errorCodes {
		for _, code := range x.codes {
			if why := slices.Contains([]string{"config", "not_authentic"}, code); !why && x.exit != cli.ExitUnavailable || code == "file_unwritable" {
				continue // of commands that are given by hand, which say all by themselves
			}
			if !strings.Contains(text, "`"+code+"`") {
				t.Errorf("the runbook lacks %s", code)
			}
		}
	}
	root := commands(&env{})
	found := regexp.MustCompile(`countersign (?:-- )?countersignd ([a-z-]+(?: check)?)`).FindAllStringSubmatch(text, -1)
	if len(found) < 8 {
		t.Fatalf("%v", found)
	}
	for _, m := range found {
		if c, left, err := root.Find(strings.Fields(m[1])); err != nil || !c.Runnable() || len(left) > 0 {
			t.Errorf("countersignd %s: %v", m[1], err)
		}
	}
	all, err := os.ReadFile("metrics.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`countersign_[a-z_]+`).FindAllString(text, -1) {
		if !strings.Contains(string(all), `"`+strings.TrimSuffix(m, "_bucket")+`"`) {
			t.Errorf("there is no metric %s", m)
		}
	}
	for _, m := range regexp.MustCompile("(?m)^   ([a-z-]+) = \"").FindAllStringSubmatch(text, -1) {
		if _, known := keyOf(m[1]); !known {
			t.Errorf("there is no setting %s", m[1])
		}
	}
}

// TestAlerts_NameWhatThereIsAndWhatToDo holds the rules for Prometheus against what an instance says of itself, and against the page that operators read.
func TestAlerts_NameWhatThereIsAndWhatToDo(t *testing.T) {
	t.Parallel()
	_, rules := packaged(t, "linux/countersignd.rules.yml")
	_, text := packaged(t, "../docs/operations.md")
	alerts := regexp.MustCompile(`(?m)^      - alert: (\w+)$`).FindAllStringSubmatch(rules, -1)
	if len(alerts) < 10 || strings.Count(rules, "annotations: {summary: ") != len(alerts) || strings.Count(rules, "labels: {severity: ") != len(alerts) {
		t.Errorf("%d alerts", len(alerts))
	}
	for _, a := range alerts {
		if strings.Count(text, "| `"+a[1]+"` |") != 1 {
			t.Errorf("docs/operations.md doesn’t say what to do about %s", a[1])
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `(Countersign\\w+)` \\|").FindAllStringSubmatch(text, -1) {
		if !strings.Contains(rules, "alert: "+m[1]+"\n") {
			t.Errorf("there is no alert %s", m[1])
		}
	}
	m := newMetrics(func() (a, b postgres.Connections) { return a, b }, time.Now, func() bool { return true })
	m.requests.WithLabelValues("GET /", "500").Inc()
	m.took.WithLabelValues("GET /").Observe(1)
	var said bytes.Buffer
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		said.WriteString(f.GetName() + " ")
		for _, l := range f.GetMetric()[0].GetLabel() {
			said.WriteString(f.GetName() + "." + l.GetName() + " ")
		}
	}
	names := regexp.MustCompile(`countersign_[a-z_]+`).FindAllString(rules, -1)
	for _, name := range names {
		if name = strings.TrimSuffix(name, "_bucket"); !strings.Contains(said.String(), name+" ") {
			t.Errorf("an instance has no metric %s", name)
		}
	}
	if len(names) < 6 {
		t.Errorf("the rules name %v", names)
	}
	for _, label := range []string{"countersign_http_requests_total.status", "countersign_http_request_seconds.route", "countersign_database_waits_total.pool", "countersign_build_info.version"} {
		if !strings.Contains(said.String(), label+" ") {
			t.Errorf("%s isn’t a label", label)
		}
	}
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, routes, _ := strings.Cut(rules, `route!~".*/(`)
	routes, _, _ = strings.Cut(routes, `)"`)
	for _, route := range strings.Split(strings.ReplaceAll(routes, "files/.*", "files/{name}"), "|") {
		if !regexp.MustCompile(`(?m)^  /v1/(admin/)?` + regexp.QuoteMeta(route) + `:$`).Match(document) {
			t.Errorf("there is no operation %s", route)
		}
	}
}
