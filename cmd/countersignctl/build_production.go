//go:build !dev

package main

// The keychain service and the data folder are the app's.
const (
	keychainService = "Countersign"
	dataName        = "countersign"
)
