package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"countersign/backend/keychain/secretservicetest"
	"countersign/backend/service"
	"countersign/cmd/internal/cli"
	"countersign/cmd/internal/sealed"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"countersignctl": main,
		"make-workspace": makeWorkspace,
		"join":           join,
		"app":            app,
		"phone":          phone,
		"make-export":    makeExport,
	})
}

// Each script has a Secret Service of its own, and a data folder in a real home.
func TestScripts(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/script/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".txt"), func(t *testing.T) {
			t.Parallel()
			service := secretservicetest.Start(t)
			testscript.Run(t, testscript.Params{
				Files:               []string{script},
				RequireExplicitExec: true,
				Setup: func(e *testscript.Env) error {
					path := e.Getenv("PATH")
					for _, v := range service.Env() {
						name, value, _ := strings.Cut(v, "=")
						e.Setenv(name, value)
					}
					e.Setenv("PATH", path)
					e.Setenv("TZ", "UTC")
					e.Setenv("COUNTERSIGN_DATA_DIR", filepath.Join(e.WorkDir, "data"))
					return nil
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"open-app": openApp, "app-does": appDoes, "lock-keychain": func(*testscript.TestScript, bool, []string) { service.Lock(t) },
					"edit": edit, "new-home": func(ts *testscript.TestScript, _ bool, _ []string) { newHome(t, ts) },
				},
			})
		})
	}
}

// newHome is the script command after which the data folder is another, and so is
// the keychain: a new machine, with what lies in the current folder.
func newHome(t *testing.T, ts *testscript.TestScript) {
	for _, v := range secretservicetest.Start(t).Env() {
		if name, value, _ := strings.Cut(v, "="); name != "PATH" {
			ts.Setenv(name, value)
		}
	}
	ts.Setenv("COUNTERSIGN_DATA_DIR", filepath.Join(ts.MkAbs("."), "new-machine"))
}

func TestEveryErrorOfItsOwnIsInTheManualPageWithItsExitCode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	shared, err := filepath.Glob("../internal/sealed/*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, shared...)
	documented := map[string]int{}
	for _, x := range errorCodes {
		for _, code := range x.codes {
			documented[code] = x.exit
		}
	}
	own := map[string]bool{"internal": true, cli.CodeUsage: true}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`cli\.Fail\("(\w+)"`).FindAllSubmatch(source, -1) {
			if _, ok := documented[string(m[1])]; !ok && string(m[1]) != "found" {
				t.Errorf("%s has no line", m[1])
			}
			own[string(m[1])] = true
		}
	}
	if len(own) < 20 {
		t.Errorf("only %d were found", len(own))
	}
	for _, f := range sealed.Faults {
		if documented[f.As.Code] != f.As.Exit {
			t.Errorf("%s ends with %d, and the manual page says %d", f.As.Code, f.As.Exit, documented[f.As.Code])
		}
	}
	for code, exit := range documented {
		_, got := explain(service.Fault(service.Code(code), nil, nil))
		if !own[code] && got != exit {
			t.Errorf("%s ends with %d, not %d", code, got, exit)
		}
	}
}
