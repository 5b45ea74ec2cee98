//go:build dev

package main

// Development builds share keychain service and data folder with the app's
// development builds, and never touch a person's workspace.
const (
	keychainService = "Countersign development"
	dataName        = "countersign-development"
)
