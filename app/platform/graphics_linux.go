package platform

import "os"

// DrawInMemory spares the start what this window does not use, since it is drawn
// without the graphics card (WebviewGpuPolicyNever): GTK asks the screen for OpenGL,
// and WebKit prepares to compose pages with it in the window's process and in the
// page's, which takes some forty milliseconds. Both names are documented, by GTK
// ("Running and debugging GTK Applications") and by WebKitGTK; whoever has set one of
// them keeps it.
func DrawInMemory() {
	for name, value := range map[string]string{
		"GDK_GL":                          "disable",
		"WEBKIT_DISABLE_COMPOSITING_MODE": "1",
	} {
		if _, set := os.LookupEnv(name); !set {
			os.Setenv(name, value)
		}
	}
}

// ChooseBackend asks GTK for X11 where nothing says otherwise, as Wails does later, which
// is too late for HasDisplay. A session with Wayland alone that does not say so gets that.
func ChooseBackend() {
	if os.Getenv("GDK_BACKEND") != "" {
		return
	}
	os.Unsetenv("GDK_BACKEND") // GTK takes an empty one for no backend at all
	switch session := os.Getenv("XDG_SESSION_TYPE"); {
	case session != "" && session != "unspecified" && session != "x11":
	case os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") != "":
		os.Setenv("GDK_BACKEND", "wayland")
	default:
		os.Setenv("GDK_BACKEND", "x11")
	}
}
