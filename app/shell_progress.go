package app

import (
	"time"

	"countersign/backend/service"
)

// emit tells the page of something that runs for this sign-in. Once it is closed the
// page that would hear it may be another person's.
func (in *signIn) emit(event string, payload any) {
	if in.open() {
		in.s.desktop.Emit(event, payload)
	}
}

// telling gives a function that tells the page how far a work is: at once where it
// matters, else a few times a second. Waiting for it is use of the session, and one that
// is over ends the work by its own way.
func (in *signIn) telling(event string) func(payload any, must bool) {
	tell := in.tellingUnused(event)
	return func(payload any, must bool) {
		if tell(payload, must) {
			_ = in.who.Touch()
		}
	}
}

// tellingUnused is telling for a work that nobody waits for. It reports whether the page
// was told.
func (in *signIn) tellingUnused(event string) func(payload any, must bool) bool {
	var last time.Time
	return func(payload any, must bool) bool {
		now := time.Now()
		if !must && now.Sub(last) <= 50*time.Millisecond {
			return false
		}
		last = now
		in.emit(event, payload)
		return true
	}
}

// progress tells the page how far something is.
func (in *signIn) progress(event string) service.Progress {
	tell := in.telling(event)
	return func(done, total int64) { tell(map[string]int64{"done": done, "total": total}, done == total) }
}

// counts tells the page how far something is that nobody waits for.
func (in *signIn) counts(event string) service.Progress {
	return func(done, total int64) { in.emit(event, map[string]int64{"done": done, "total": total}) }
}

// runProgress tells the page how far a run is: the event "run-progress".
func (in *signIn) runProgress(phase string) service.Progress {
	tell := in.tellingUnused("run-progress")
	return func(done, total int64) {
		tell(map[string]any{"phase": phase, "done": done, "total": total}, done == total)
	}
}
