package app

import (
	"time"

	"countersign/backend/service"
)

// lockWarning is for how long the page tells that it is about to lock.
const lockWarning = 30 * time.Second

// Locking is the event "locking": the window is about to lock.
type Locking struct {
	Seconds int  `json:"seconds"` // 0: it is not, any more
	Limit   bool `json:"limit"`   // for the length of the session: nothing that its person does changes that
}

// warn tells the page once that its session is about to end, and once that it is not any more.
func (in *signIn) warn(left time.Duration) {
	in.mu.Lock()
	soon := left <= lockWarning
	changed := !in.closed && soon != in.warned
	if changed {
		in.warned = soon
	}
	limit := in.s.now().Sub(in.since) >= service.SessionLimit-lockWarning
	var former *unlockable
	if changed {
		former = in.forUnlock(soon && !limit)
	}
	in.mu.Unlock()
	leaveAll([]*unlockable{former})
	if !changed {
		return
	}
	told := Locking{}
	if soon {
		told.Seconds, told.Limit = int((left+time.Second-1)/time.Second), limit
	}
	in.s.desktop.Emit("locking", told)
}
