//go:build linux && webkit2_41

package platform

/*
#cgo pkg-config: gtk+-3.0
#include <gtk/gtk.h>
*/
import "C"

// HasDisplay connects to the display and reports whether there is one that answers.
// Call it from the thread that runs the window, before Wails, which panics instead.
func HasDisplay() bool { return C.gtk_init_check(nil, nil) != 0 }
