//go:build !linux

package main

import "countersign/backend/words"

// turnSyncOn would turn automatic time sync on, of which nothing is known here.
const turnSyncOn = ""

func synchronised() (kept, known bool) { return false, false }

// webview is part of macOS and of Windows 11.
func (x *examination) webview() {
	x.skip("webview", say(words.TerminalDoctorWebviewSystem, nil))
}
