package app

import (
	"time"

	"countersign/backend/runexport"
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

// searched is what of an event a search in the log looks at: on this computer all that the window says of it.
func (s *shell) searched(_ string, e service.LogEntry) string {
	return sentences.Searched(s.words(), e)
}

// dated is the name of a file of today.
func (s *shell) dated(name words.Key) string {
	return s.say(name, words.Args{"day": s.now().Format(time.DateOnly)})
}

// tellLanguage has the workspace know in which language the person who has just signed in reads: what was chosen on this computer, and where
// nothing was, what the system says, if the workspace knows none. On one computer it prints in that language anyway.
func (in *signIn) tellLanguage(known string) {
	follows := in.s.preferences.get().Language == systemLanguage
	if in.s.language() == known || follows && (known != "" || !in.s.atServer()) {
		return
	}
	in.readsIt()
}

// readsIt notes in the workspace that the person who is in reads what the window speaks. What is printed for them is in that language. That it
// could not be noted is not theirs to mend: the next sign-in says it again.
func (in *signIn) readsIt() {
	tag := in.s.language()
	if service.CheckLanguage(tag) != nil { // the one that nobody speaks
		return
	}
	if err := in.session.SetLanguage(in.s.context(), tag); err != nil {
		in.s.log().Warn("the workspace did not note the language", "error", err.Error())
	}
}

// paperLanguage is the language in which the page draws something for somebody who reads theirs; empty: its own.
func paperLanguage(theirs string) string {
	if runexport.Language(theirs, nil) == nil {
		return ""
	}
	return theirs
}
