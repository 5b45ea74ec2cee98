package app

import (
	"time"

	"countersign/backend/sentences"
	"countersign/backend/service"
	"countersign/backend/words"
)

// say puts something into words that the page does not show: what the system asks and
// what files are called.
func say(k words.Key, args words.Args) string { return words.English().Text(k, args) }

// dated is the name of a file of that day.
func dated(name words.Key, at time.Time) string {
	return say(name, words.Args{"day": at.Format(time.DateOnly)})
}

// sentence says what an event of the log reads as, where the page has no words of its own for it.
func sentence(e service.LogEntry) string { return sentences.Event(words.English(), e) }
