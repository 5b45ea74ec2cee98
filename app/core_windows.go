package app

// Windows writes a dump only where error reporting was set up to; an application
// cannot forbid it for itself.
func forbidCoreDumps() {}
