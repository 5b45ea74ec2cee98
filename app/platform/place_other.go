//go:build !(linux && production && webkit2_41)

package platform

// WorkAreas is empty here.
func WorkAreas() []Rect { return nil }

// PlaceWindow does nothing here.
func PlaceWindow(Rect) {}

// WindowPlace is empty here.
func WindowPlace() (Rect, bool) { return Rect{}, false }

// WindowActive is not known here.
func WindowActive() bool { return true }
