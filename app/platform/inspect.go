package platform

import "os"

// ForbidInspection drops what opens the inspectors of WebKit and of GTK from
// outside. It must come before the window, which reads these.
func ForbidInspection() {
	for _, name := range []string{"WEBKIT_INSPECTOR_SERVER", "WEBKIT_INSPECTOR_HTTP_SERVER", "GTK_DEBUG"} {
		_ = os.Unsetenv(name)
	}
}
