// Package clipboard puts secrets on the system's clipboard in a way that Wails has
// not: marked, so that a clipboard manager that knows the mark keeps no copy, and
// not as a selection, which a click of the middle button pastes anywhere. Use it
// where Marks is true, and what Wails has elsewhere.
//
// It works in production builds for Linux once the window has started; each call
// returns at once and is done by GTK's own thread.
package clipboard
