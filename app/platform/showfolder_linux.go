package platform

import (
	"net/url"
	"os/exec"

	"github.com/godbus/dbus/v5"
)

// ShowFolder opens a folder in the file manager: in one that is on the session bus, else
// in whatever the desktop has for folders.
func ShowFolder(path string) error {
	if conn, err := dbus.ConnectSessionBus(); err == nil {
		defer conn.Close()
		address := (&url.URL{Scheme: "file", Path: path}).String()
		manager := conn.Object("org.freedesktop.FileManager1", "/org/freedesktop/FileManager1")
		if manager.Call("org.freedesktop.FileManager1.ShowFolders", 0, []string{address}, "").Err == nil {
			return nil
		}
	}
	return exec.Command("xdg-open", path).Run()
}
