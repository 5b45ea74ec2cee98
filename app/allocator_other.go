//go:build !(linux && production && webkit2_41)

package app

func overwriteFreed() {}
