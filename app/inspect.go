package app

import "os"

// forbidInspection drops what opens the inspectors of WebKit and of GTK from
// outside. It must come before the window, which reads these.
func forbidInspection() {
	for _, name := range []string{"WEBKIT_INSPECTOR_SERVER", "WEBKIT_INSPECTOR_HTTP_SERVER", "GTK_DEBUG"} {
		_ = os.Unsetenv(name)
	}
}
