package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// system is a root folder with these files.
func system(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestTheWebviewIsFoundWhereTheLinkerFindsIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"Debian's folder": {map[string]string{"usr/lib/x86_64-linux-gnu/" + webviewLibrary: ""}, "/usr/lib/x86_64-linux-gnu/" + webviewLibrary},
		"Fedora's folder": {map[string]string{"usr/lib64/" + webviewLibrary: ""}, "/usr/lib64/" + webviewLibrary},
		"the cache":       {map[string]string{"etc/ld.so.cache": "glibc\x00/opt/w/" + webviewLibrary + "\x00x", "opt/w/" + webviewLibrary: ""}, "/opt/w/" + webviewLibrary},
		"a stale cache":   {map[string]string{"etc/ld.so.cache": "\x00/opt/w/" + webviewLibrary + "\x00"}, ""},
		"another version": {map[string]string{"usr/lib64/libwebkit2gtk-4.0.so.37": ""}, ""},
		"nothing":         {nil, ""},
	} {
		if got := findLibrary(system(t, c.files), webviewLibrary); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestHowToInstallTheWebviewIsSaidForTheSystem(t *testing.T) {
	t.Parallel()
	for release, want := range map[string]string{
		"ID=debian\n": "apt install libwebkit2gtk-4.1-0", "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n": "apt install", "ID=fedora\n": "dnf install webkit2gtk4.1",
		"ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n": "zypper install", "ID=manjaro\nID_LIKE=arch\n": "pacman -S", "ID=slackware\n": "package manager",
	} {
		if got := installWebview(system(t, map[string]string{"etc/os-release": release})); !strings.Contains(got, want) {
			t.Errorf("%q: %q", release, got)
		}
	}
	if got := installWebview(t.TempDir()); !strings.Contains(got, "package manager") {
		t.Errorf("without os-release: %q", got)
	}
}
