package platform

// ForbidCoreDumps does nothing here: Windows writes a dump only where error reporting
// was set up to, and an application cannot forbid it for itself.
func ForbidCoreDumps() {}
