package main

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"countersign/cmd/internal/clitest"
)

func TestLicenses_AreThoseOfWhatIsLinked(t *testing.T) {
	t.Parallel()
	code, out, told := clitest.Answer(t, plain, "licenses", "--json")
	var all []license
	if err := json.Unmarshal([]byte(out), &all); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v: %s", code, err, told)
	}
	versions := map[string]string{}
	for _, l := range all {
		versions[l.Name] = l.Version
		if l.License == "" || len(l.Text) < 500 {
			t.Errorf("%s has no license: %q", l.Name, l.Text)
		}
	}
	listed, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(listed))
	for i := 0; i < len(linked); i += 2 {
		if versions[linked[i]] != linked[i+1] {
			t.Errorf("licenses.json has %q of %s, not %s: run make licenses", versions[linked[i]], linked[i], linked[i+1])
		}
	}
	if _, ok := versions["Go"]; !ok || len(linked) < 40 {
		t.Errorf("Go itself is in the list: %v; %d packages were looked up", ok, len(linked)/2)
	}
	if _, text, _ := clitest.Answer(t, plain, "licenses"); !strings.Contains(text, "github.com/jackc/pgx/v5") || !strings.Contains(text, "Apache License") {
		t.Error("the texts are not printed")
	}
}
