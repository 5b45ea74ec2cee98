package service

import "time"

// Clock is the computer's clock beside the log's newest event.
type Clock struct {
	Now    time.Time
	Newest time.Time
	Behind bool // Now is before Newest by more than can be let pass
}
