package app

import "strings"

// dropWailsFlags removes the flags of Wails' dev server, which share the command
// line with ours: each is "-name value" or "-name=value".
func dropWailsFlags(args []string) []string {
	var own []string
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		switch name {
		case "assetdir", "devserver", "frontenddevserverurl", "loglevel":
			if !joined {
				i++
			}
		default:
			own = append(own, args[i])
		}
	}
	return own
}
