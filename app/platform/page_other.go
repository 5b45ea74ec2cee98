//go:build !(linux && production && webkit2_41)

package platform

// RenewsPage says that RenewPage ends the process that showed the page.
const RenewsPage = false

// GuardPage does nothing here: the page guards itself (frontend/src/lib/stay.ts).
func GuardPage() {}

// RenewPage does nothing here.
func RenewPage() {}

// PresentWindow does nothing here.
func PresentWindow() {}

// TextSizes is empty: SetTextSize does nothing here.
var TextSizes []int

// SetTextSize does nothing here: on Windows, the web view has keys of its own.
func SetTextSize(int) {}

// UseTheme does nothing here.
func UseTheme(string) {}

// WebView is empty: nothing here tells what draws the page.
func WebView() string { return "" }
