package app

import (
	"time"

	"countersign/backend/sentences"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/backend/words/pseudo"
)

// systemLanguage is the choice to follow the system.
const systemLanguage = "system"

// languages are those that can be chosen. In development builds the one that nobody speaks is among them.
func languages() []string {
	all := words.Languages()
	if offersPseudo {
		all = append(all, pseudo.Tag)
	}
	return all
}

// language is the name of the language that the window speaks.
func (s *shell) language() string {
	if chosen := s.preferences.get().Language; chosen != systemLanguage {
		return chosen
	}
	return words.Match(s.reads...)
}

// words is the catalogue of the language that the window speaks.
func (s *shell) words() *words.Catalogue { return words.For(s.language()) }

// say puts something into words that the page does not show: what the system asks and
// what files are called.
func (s *shell) say(k words.Key, args words.Args) string { return s.words().Text(k, args) }

// sentence says what an event of the log reads as, where the page has no words of its own for it.
func (s *shell) sentence(e service.LogEntry) string { return sentences.Event(s.words(), e) }

// dated is the name of a file of today.
func (s *shell) dated(name words.Key) string {
	return s.say(name, words.Args{"day": s.now().Format(time.DateOnly)})
}
