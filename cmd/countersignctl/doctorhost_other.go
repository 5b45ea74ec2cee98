//go:build !linux

package main

const clockMend = ""

func synchronised() (kept, known bool) { return false, false }

// webview is part of macOS and of Windows 11.
func (x *examination) webview() {
	x.skip("webview", "It is part of the system, and is looked at on Linux only.")
}
