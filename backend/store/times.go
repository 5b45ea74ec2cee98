package store

import "time"

// LastYear is the last one whose times all have a form in JSON (RFC 3339 section 1:
// four digits), with room for what is good for some time from now on.
const LastYear = 9998

// Fits reports whether a time can be written down. 0 is no time in the database.
func Fits(t time.Time) bool { return t.UnixMilli() > 0 && t.UTC().Year() <= LastYear }
