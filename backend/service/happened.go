package service

import "time"

// HappenedWait is how long Session.Happened waits for something to happen.
const HappenedWait = 25 * time.Second

// Happened is what others have done, while somebody is in, that concerns them.
type Happened struct {
	Seq       int64     // up to where it is told: ask for what comes after it
	News      []News    // newest first
	Overview  *Overview // as it is now, where something of it may have changed
	Approvals bool      // requests were made or decided on, of which an owner or an admin is told
	Members   bool      // the table of members is another, for an owner or an admin
}

// Any reports whether there is anything.
func (h Happened) Any() bool { return len(h.News) > 0 || h.Overview != nil || h.Approvals || h.Members }
