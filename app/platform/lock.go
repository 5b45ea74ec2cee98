package platform

// The buses that WatchLock listens to.
const (
	SystemBus  = "system"
	SessionBus = "session" // which has the screen's lock on each desktop
)
