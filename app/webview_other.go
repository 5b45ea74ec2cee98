//go:build !(linux && production && webkit2_41)

package app

// renewsPage says that a lock ends the process that showed the page.
const renewsPage = false

// Elsewhere, and in development builds, whose page lies on a server of this
// machine, the page guards itself: frontend/src/lib/stay.ts.
func guardView()      {}
func renewView()      {}
func presentWindow()  {}
func overwriteFreed() {}
