package main

// forbidCoreDumps: Windows writes none unless it is told to.
func forbidCoreDumps() {}
