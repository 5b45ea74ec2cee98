// Package webview does with the system's web view what Wails has no setting for: keep
// it on its page, end the process behind the page, raise its window. Call it once
// the window has started; each call returns at once and is done by GTK's own thread.
// HasDisplay is for before the start.
//
// It works in production builds for Linux. Elsewhere, and in development builds, whose
// page lies on a server of this machine, its functions do nothing.
package webview
