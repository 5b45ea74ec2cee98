package platform

import "github.com/godbus/dbus/v5"

// RaiseOther sends a message to the window that Wails runs under this ID, if there is
// one, and reports whether it took it. Wails would send it as well, but end with exit
// code 1, which reads as a failure.
func RaiseOther(id, message string) bool {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return false
	}
	defer conn.Close()
	name := "org.wails_app_" + id + ".SingleInstance"
	path := dbus.ObjectPath("/org/wails_app_" + id + "/SingleInstance")
	return conn.Object(name, path).Call(name+".SendMessage", dbus.FlagNoAutoStart, message).Err == nil
}
