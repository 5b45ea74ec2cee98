//go:build !linux

package app

func keepToOwnBus() {} // there is none
