package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"countersign/backend/words"
)

// turnSyncOn turns automatic time sync on.
const turnSyncOn = "sudo timedatectl set-ntp true"

// staUnsync is the kernel's word that nobody disciplines its clock (adjtimex(2), STA_UNSYNC).
const staUnsync = 0x40

// synchronised asks the kernel whether a time service keeps its clock right. Asking changes
// nothing and needs no rights.
func synchronised() (kept, known bool) {
	var t unix.Timex
	if _, err := unix.Adjtimex(&t); err != nil {
		return false, false
	}
	return t.Status&staUnsync == 0, true
}

// webviewLibrary draws the window (WebKitGTK 4.1).
const webviewLibrary = "libwebkit2gtk-4.1.so.0"

func (x *examination) webview() {
	if at := findLibrary("/", webviewLibrary); at != "" {
		x.ok("webview", say(words.TerminalDoctorWebviewGood, words.Args{"file": at}))
		return
	}
	text := say(words.TerminalDoctorWebviewNone, nil)
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" { // nowhere to show a window
		x.skip("webview", text)
		return
	}
	x.wrong("webview", text, installWebview("/"))
}

// findLibrary looks where the dynamic linker does: in its cache, and in the system's folders.
func findLibrary(root, name string) string {
	var places []string
	if cache, err := os.ReadFile(filepath.Join(root, "etc/ld.so.cache")); err == nil {
		for _, s := range bytes.Split(cache, []byte{0}) {
			if bytes.HasPrefix(s, []byte("/")) && filepath.Base(string(s)) == name {
				places = append(places, string(s))
			}
		}
	}
	for _, folder := range filepath.SplitList(os.Getenv("LD_LIBRARY_PATH")) {
		places = append(places, filepath.Join(folder, name))
	}
	for _, folder := range []string{"usr/local/lib", "usr/lib64", "lib64", "usr/lib", "lib", "usr/lib/*-linux-gnu*", "run/current-system/sw/lib"} {
		found, err := filepath.Glob(filepath.Join(root, folder, name))
		if err == nil { // the pattern is ours
			for _, f := range found {
				places = append(places, strings.TrimPrefix(f, strings.TrimSuffix(root, "/")))
			}
		}
	}
	for _, p := range places {
		if st, err := os.Stat(filepath.Join(root, p)); err == nil && !st.IsDir() {
			return p
		}
	}
	return ""
}

// installWebview says how, by the system's own name (os-release(5)).
func installWebview(root string) string {
	text, err := os.ReadFile(filepath.Join(root, "etc/os-release"))
	if err != nil {
		text = nil
	}
	var names string
	for line := range strings.Lines(string(text)) {
		if key, value, _ := strings.Cut(strings.TrimSpace(line), "="); key == "ID" || key == "ID_LIKE" {
			names += " " + strings.Trim(value, `"'`)
		}
	}
	for _, way := range []struct{ name, command string }{
		{"debian", "sudo apt install libwebkit2gtk-4.1-0"}, {"ubuntu", "sudo apt install libwebkit2gtk-4.1-0"},
		{"fedora", "sudo dnf install webkit2gtk4.1"}, {"arch", "sudo pacman -S webkit2gtk-4.1"}, {"suse", "sudo zypper install libwebkit2gtk-4_1-0"},
	} {
		if strings.Contains(names, way.name) {
			return way.command
		}
	}
	return say(words.TerminalDoctorWebviewInstall, nil)
}
