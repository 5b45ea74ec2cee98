// Package package_test checks what packages are made with, as far as that needs no network and no packages: make test-packages checks them
// themselves.
package package_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// run runs a command with variables beside those of this process, and returns what it says and its exit code.
func run(t *testing.T, env []string, name string, args ...string) (said string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return string(out), failed.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out), 0
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPackage_RefusesWithoutAContactOrAVersion(t *testing.T) {
	t.Parallel()
	const contact = "CONTACT=Countersign team <security@example.com>"
	for _, c := range []struct{ contact, version, want string }{
		{"CONTACT=", "1.2.3", "who takes reports"},
		{"CONTACT=security@example.com", "1.2.3", "who takes reports"},
		{"CONTACT=Countersign team <nobody>", "1.2.3", "who takes reports"},
		{"CONTACT=Countersign team <a@example.com> b", "1.2.3", "who takes reports"},
		{contact, "1.2", "three numbers"},
		{contact, "1.2.3-rc.1", "three numbers"},
		{contact, "v1.2.3", "three numbers"},
		{contact, "", "three numbers"},
	} {
		dist := filepath.Join(t.TempDir(), "dist")
		said, code := run(t, []string{c.contact, "DIST=" + dist}, root+"/build/package.sh", c.version)
		if code != 1 || !strings.Contains(said, c.want) {
			t.Errorf("%s, version %q: %d, %s", c.contact, c.version, code, said)
		}
		if _, err := os.Stat(dist); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s, version %q: something was packed: %v", c.contact, c.version, err)
		}
	}
}

// bill is what these tests look at of a bill of materials.
type bill struct {
	Components []struct {
		Name, Version, Purl string
		Hashes              []struct{ Alg, Content string }
		Licenses            []struct{ License struct{ ID string } }
	}
	Dependencies []struct {
		Ref       string
		DependsOn []string
	}
}

// linked is what cyclonedx-gomod says of a program.
func linked(t *testing.T, modules ...string) string {
	t.Helper()
	type component map[string]string
	components := []component{}
	for _, m := range modules {
		components = append(components, component{"bom-ref": m, "name": m, "version": "v1.0.0", "purl": "pkg:golang/" + m})
	}
	b, err := json.Marshal(map[string]any{
		"metadata":     map[string]any{"component": component{"bom-ref": "program", "name": "countersign"}, "tools": []any{map[string]any{"name": "tool", "hashes": []any{}}}},
		"components":   components,
		"dependencies": []any{map[string]any{"ref": "program", "dependsOn": modules}},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "modules.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMaterials_HaveModulesAndPageWithLicenses(t *testing.T) {
	t.Parallel()
	said, code := run(t, nil, "node", "sbom.mjs", linked(t, "std", "filippo.io/age"), root+"/app/licenses.json", root+"/frontend/package-lock.json")
	var b bill
	if err := json.Unmarshal([]byte(said), &b); code != 0 || err != nil {
		t.Fatalf("%d, %v: %s", code, err, said)
	}
	found := map[string]string{}
	for _, c := range b.Components {
		if len(c.Licenses) != 1 {
			t.Fatalf("%s has %d licenses", c.Name, len(c.Licenses))
		}
		found[c.Purl] = c.Licenses[0].License.ID
		if strings.HasPrefix(c.Purl, "pkg:npm/") {
			if len(c.Hashes) != 1 || c.Hashes[0].Alg != "SHA-512" || len(c.Hashes[0].Content) != 128 {
				t.Errorf("%s has the sums %v", c.Name, c.Hashes)
			}
			if !slices.Contains(b.Dependencies[0].DependsOn, c.Purl) {
				t.Errorf("the program does not depend on %s", c.Name)
			}
		}
	}
	svelte := regexp.MustCompile(`"node_modules/svelte": \{\s*"version": "([^"]+)"`).FindStringSubmatch(read(t, "frontend/package-lock.json"))[1]
	for purl, license := range map[string]string{"pkg:golang/std": "BSD-3-Clause", "pkg:golang/filippo.io/age": "BSD-3-Clause", "pkg:npm/svelte@" + svelte: "MIT"} {
		if found[purl] != license {
			t.Errorf("%s: %q, and not %q", purl, found[purl], license)
		}
	}
	if strings.Contains(said, `"pkg:npm/vitest`) {
		t.Error("what only tests the page is no part of the program")
	}
	if strings.Contains(said, `"hashes": []`) {
		t.Error("the tool's own sums are in it, which are others on each computer")
	}
}

func TestMaterials_RefuseWhatHasNoLicense(t *testing.T) {
	t.Parallel()
	said, code := run(t, nil, "node", "sbom.mjs", linked(t, "filippo.io/age", "example.com/stranger"), root+"/app/licenses.json")
	if code == 0 || !strings.Contains(said, "example.com/stranger has no license") {
		t.Errorf("%d: %s", code, said)
	}
}

func TestMaterials_RefuseAnotherVersionThanTheLicenses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "package-lock.json")
	if err := os.WriteFile(path, []byte(`{"packages": {"node_modules/svelte": {"version": "0.0.1", "integrity": "sha512-"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	said, code := run(t, nil, "node", "sbom.mjs", linked(t, "filippo.io/age"), root+"/app/licenses.json", path)
	if code == 0 || !strings.Contains(said, "svelte is 0.0.1") {
		t.Errorf("%d: %s", code, said)
	}
}

func TestMetainfo_HasPicturesThatThereAre(t *testing.T) {
	t.Parallel()
	var app struct {
		Launchable string   `xml:"launchable"`
		Images     []string `xml:"screenshots>screenshot>image"`
	}
	if err := xml.Unmarshal([]byte(read(t, "build/package/app.countersign.Countersign.metainfo.xml")), &app); err != nil || len(app.Images) == 0 {
		t.Fatal(app, err)
	}
	for _, image := range app.Images {
		name, of := strings.CutPrefix(image, "@PICTURES@/")
		if _, err := os.Stat(filepath.Join(root, "docs/pictures", name)); !of || err != nil {
			t.Errorf("%s: %v", image, err)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "build/linux", app.Launchable)); err != nil {
		t.Error(err)
	}
}
