//go:build !(linux && production && webkit2_41)

package webview

// Renews says that Renew ends the process that showed the page.
const Renews = false

// Guard does nothing here: the page guards itself (frontend/src/shell/stay.ts).
func Guard() {}

// Renew does nothing here.
func Renew() {}

// Present does nothing here.
func Present() {}
