// Package platform holds what differs by operating system. On each of them it has the
// same functions; where a system has no need or no means, a function does nothing, and
// its comment says so.
//
// What concerns the window (GuardPage, RenewPage, PresentWindow, PlaceWindow,
// SetTextSize, UseTheme, CopySecret, ClearSecret) works in production builds for Linux,
// where Wails has no setting for it. Call it once the window has started; each call
// returns at once and is done by GTK's own thread. Elsewhere, and in development builds,
// whose page lies on a server of this machine, these functions do nothing, RenewsPage and
// MarksSecrets are false, and TextSizes, WebView, WorkAreas and WindowPlace are empty.
//
// What concerns the process (ForbidCoreDumps, ForbidInspection, KeepToOwnBus,
// DrawInMemory, RaiseOther, ChooseBackend, HasDisplay) comes before the window, in this
// order.
//
// To import the package is enough for one more thing: on Linux it replaces the C
// library's free and realloc, so that what is freed is overwritten.
package platform
