package app

import (
	"encoding/json"

	"github.com/godbus/dbus/v5"
	"github.com/wailsapp/wails/v2/pkg/options"
)

// raiseOther asks the window that already shows this data folder, if there is
// one, to come to the front, and reports whether it did. Wails would ask as well,
// but end with exit code 1, which reads as a failure.
func raiseOther(id string) bool {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return false
	}
	defer conn.Close()
	name := "org.wails_app_" + id + ".SingleInstance"
	path := dbus.ObjectPath("/org/wails_app_" + id + "/SingleInstance")
	message, err := json.Marshal(options.SecondInstanceData{}) // arguments are nobody's business
	if err != nil {
		return false
	}
	return conn.Object(name, path).Call(name+".SendMessage", dbus.FlagNoAutoStart, string(message)).Err == nil
}
