package main

import (
	"strings"

	"countersign/backend/service"
)

// newest is the version in a file, which who runs the server writes while it runs. Without a file, and where there is no version in it, none is known.
func newest(path string) string {
	if path == "" {
		return ""
	}
	b, err := readBounded(path)
	version := strings.TrimSpace(string(b))
	if err != nil || !service.Newer(version, "0.0.0") {
		return ""
	}
	return version
}
