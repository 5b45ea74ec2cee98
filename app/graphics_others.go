//go:build !linux

package app

func drawInMemory() {} // the system's own web view decides

func chooseBackend() {}
