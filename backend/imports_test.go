// Package backend_test holds the rule of the layout: which package may import which.
// ARCHITECTURE.md draws it; this fails when an import breaks it.
package backend_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "countersign"

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
	Doc        string
	GoFiles    []string
}

// packages lists every package of the module as it is built for this system, and
// for the window with the window's tags.
func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-tags", "desktop,production,webkit2_41", "-json=ImportPath,Imports,Deps,Doc,GoFiles", module+"/...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.ImportPath, "/node_modules/") { // some come with Go
			all = append(all, p)
		}
	}
}

// soleImporters are the libraries that are met in one place only, or in a few.
var soleImporters = map[string]string{
	"github.com/wailsapp/wails":     module + "/app",
	"github.com/pquerna/otp":        module + "/backend/totp",
	"github.com/skip2/go-qrcode":    module + "/backend/qr",
	"github.com/zalando/go-keyring": module + "/backend/keychain",
	"modernc.org/sqlite":            module + "/backend/sqlite",
	"github.com/pressly/goose":      module + "/backend/sqlite " + module + "/backend/postgres",
	"github.com/jackc/pgx":          module + "/backend/postgres " + module + "/backend/teststore",
	"github.com/ccojocar/zxcvbn-go": module + "/backend/password",
	"golang.org/x/mod":              module + "/backend/audit",
	"filippo.io/age":                module + "/backend/bundle " + module + "/backend/vault",
	"github.com/spf13":              module + "/cmd",
	"github.com/BurntSushi/toml":    module + "/cmd/countersignd",
	"github.com/prometheus":         module + "/cmd/countersignd",
	"github.com/pires":              module + "/cmd/countersignd",
}

// mayKnow lists which packages of ours a package may import. Packages below a
// listed one share its line, unless they have one of their own. A package that is not listed may import none.
var mayKnow = map[string][]string{
	"":                     {"app"},
	"app":                  {"app/platform", "backend"},
	"cmd":                  {"backend", "cmd/internal"},
	"build":                {"build"},
	"e2e":                  {"backend"}, // prepares what tests need; nothing of it ships
	"backend/service":      {"backend/computer", "backend/store", "backend/audit", "backend/recovery", "backend/secret"},
	"backend/contracts":    {"backend/service", "backend/store", "backend/text", "backend/vault"},
	"backend/client":       {"backend/audit", "backend/computer", "backend/text", "backend/service", "backend/password", "backend/recovery", "backend/contracts", "backend/secret", "backend/store", "backend/vault"},
	"backend/local":        {"backend/client", "backend/store", "backend/workspace"},
	"backend/api":          {"backend/computer", "backend/service", "backend/store", "backend/audit", "backend/secret"},
	"backend/server":       {"backend/api", "backend/service", "backend/store", "backend/audit", "backend/secret"},
	"backend/remote":       {"backend/api", "backend/service", "backend/store", "backend/audit", "backend/secret"},
	"backend/folders":      {"backend/folder", "backend/service", "backend/text"},
	"backend/joined":       {"backend/client", "backend/folder", "backend/remote", "backend/secret", "backend/service", "backend/store"},
	"backend/workspace":    {"backend/computer", "backend/service", "backend/journal", "backend/store", "backend/totp", "backend/recovery", "backend/password", "backend/audit", "backend/secret", "backend/text"},
	"backend/journal":      {"backend/store", "backend/audit", "backend/secret"},
	"backend/store":        {"backend/store", "backend/audit", "backend/secret"},
	"backend/sqlite":       {"backend/store", "backend/audit", "backend/folder"},
	"backend/postgres":     {"backend/store", "backend/audit", "backend/secret", "backend/serverkey", "backend/postgres"},
	"backend/teststore":    {"backend/store", "backend/sqlite", "backend/postgres", "backend/serverkey"},
	"backend/keychain":     {"backend/store", "backend/secret", "backend/keychain"},
	"backend/serverkey":    {"backend/folder", "backend/secret"},
	"backend/secretsfile":  {"backend/service", "backend/store", "backend/folder", "backend/password", "backend/secret"},
	"backend/sheet":        {"backend/recovery", "backend/sheet", "backend/text", "backend/words"},
	"backend/totp":         {"backend/secret"},
	"backend/computer":     {"backend/secret"},
	"backend/recovery":     {"backend/secret"},
	"backend/password":     {"backend/secret"},
	"backend/audit":        {"backend/secret"},
	"backend/qr":           {"backend/secret"},
	"backend/docx":         {"backend/picture"},
	"backend/bundle":       {"backend/secret"},
	"backend/vault":        {"backend/secret"},
	"backend/documents":    {"backend/store", "backend/folder"},
	"backend/memberimport": {"backend/words"},
	"backend/text":         {},
	"backend/words":        {"backend/words"},
	"backend/locale":       {},
	"backend/sentences":    {"backend/words", "backend/service"},
	"backend/runexport":    {"backend/bundle", "backend/sheet", "backend/words", "backend/client", "backend/service"},
	"backend/rescue":       {"backend/contracts", "backend/store", "backend/vault", "backend/documents", "backend/folder", "backend/secret", "backend/sqlite", "backend/client", "backend/service", "backend/local"},
	"backend/backupform":   {"backend/bundle", "backend/store", "backend/audit", "backend/secret"},
	"backend/backup": {
		"backend/backupform", "backend/bundle", "backend/documents", "backend/folder", "backend/joined", "backend/keychain", "backend/secret", "backend/sqlite", "backend/store", "backend/client", "backend/service", "backend/local",
	},
	"backend/service/servicetest": { // every implementation's: it knows none of them
		"backend/service", "backend/client", "backend/audit", "backend/computer", "backend/contracts", "backend/password", "backend/recovery", "backend/secret", "backend/store", "backend/vault",
	},
}

// noThirdParty are the packages that import the standard library, ours, and what the Go project
// itself keeps beside the standard library for parallel work.
var noThirdParty = []string{"backend/workspace", "backend/journal", "backend/store", "backend/store/storetest", "backend/store/blobstest", "backend/store/tokenstest"}

func within(pkg, place string) bool { return pkg == place || strings.HasPrefix(pkg, place+"/") }

func withinAny(pkg string, places []string) bool {
	return slices.ContainsFunc(places, func(place string) bool { return within(pkg, place) })
}

func TestImports_GoOneWay(t *testing.T) {
	t.Parallel()
	found := 0
	for _, p := range packages(t) {
		own := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		found++
		for _, imp := range p.Imports {
			for library, sole := range soleImporters {
				// Tests hold phones of their own, which owe nothing to our code.
				if strings.HasPrefix(imp, library) && !withinAny(p.ImportPath, strings.Fields(sole)) && !strings.HasPrefix(own, "e2e/") {
					t.Errorf("%s imports %s, which only %s may", p.ImportPath, imp, sole)
				}
			}
			if !within(imp, module) {
				if slices.Contains(noThirdParty, own) && !strings.HasPrefix(imp, "golang.org/x/sync/") && strings.Contains(strings.Split(imp, "/")[0], ".") {
					t.Errorf("%s imports %s, and may import no third party", p.ImportPath, imp)
				}
				continue
			}
			if !allowed(own, strings.TrimPrefix(imp, module+"/")) {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
	if found < 10 {
		t.Fatalf("only %d packages were found", found)
	}
}

// innerHalf is what holds a workspace. Whoever shows one to a person has it behind package service. countersignd, which
// shows it to nobody, makes it what package server answers with.
var innerHalf = []string{"backend/workspace", "backend/journal"}

func TestImports_OnlyPackageLocalPutsTheTwoHalvesTogether(t *testing.T) {
	t.Parallel()
	for place, known := range mayKnow {
		for _, inner := range innerHalf {
			if place != "backend/local" && place != "backend/workspace" && slices.Contains(known, inner) {
				t.Errorf("%s may import %s", place, inner)
			}
		}
	}
	for _, p := range packages(t) {
		own := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if own != "" && !within(own, "app") && !within(own, "cmd") && !within(own, "e2e") || within(own, "cmd/countersignd") {
			continue // mayKnow names what they import
		}
		for _, imp := range p.Imports {
			if withinAny(strings.TrimPrefix(imp, module+"/"), innerHalf) {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
}

// serverOnly are the packages that the programs on a person's computer come without: their place is
// a server, and they would only make the programs larger and have more to keep up to date.
var serverOnly = []string{
	"github.com/jackc", "github.com/prometheus", "github.com/BurntSushi", "github.com/pires", module + "/backend/postgres", module + "/backend/serverkey", module + "/backend/server",
}

func TestImports_WhatIsForServersIsInNoProgramOfAPerson(t *testing.T) {
	t.Parallel()
	programs := 0
	for _, p := range packages(t) {
		if p.ImportPath != module && p.ImportPath != module+"/app" && p.ImportPath != module+"/cmd/countersignctl" {
			continue
		}
		programs++
		for _, dep := range p.Deps {
			if withinAny(dep, serverOnly) {
				t.Errorf("%s links %s", p.ImportPath, dep)
			}
		}
	}
	if programs != 3 {
		t.Errorf("%d programs were found", programs)
	}
}

// personOnly are the packages that a server comes without: it has no keychain, no file of SQLite, and nobody's half of a client but what
// makes the first owner's code.
var personOnly = []string{
	"github.com/wailsapp", "modernc.org", "github.com/zalando", module + "/app", module + "/backend/local", module + "/backend/sqlite", module + "/backend/keychain", module + "/backend/joined",
}

func TestImports_WhatIsForPersonsIsInNoServer(t *testing.T) {
	t.Parallel()
	found := false
	for _, p := range packages(t) {
		if p.ImportPath != module+"/cmd/countersignd" {
			continue
		}
		found = true
		for _, dep := range p.Deps {
			if withinAny(dep, personOnly) {
				t.Errorf("countersignd links %s", dep)
			}
		}
		for _, half := range []string{"backend/workspace", "backend/postgres", "backend/server"} {
			if !slices.Contains(p.Deps, module+"/"+half) {
				t.Errorf("countersignd does not link %s", half)
			}
		}
	}
	if !found {
		t.Error("there is no countersignd")
	}
}

func allowed(own, imp string) bool {
	line := ""
	for place := range mayKnow {
		if place != "" && within(own, place) && len(place) > len(line) {
			line = place
		}
	}
	if line == "" && own != "" {
		return false
	}
	return slices.ContainsFunc(mayKnow[line], func(k string) bool { return within(imp, k) })
}

func TestPackages_EachSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("go doc %s says nothing of it", p.ImportPath)
		}
	}
}
