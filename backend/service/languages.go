package service

import "slices"

// Languages are those that a profile can have: what is printed for its person is in that language. Package words has a catalogue for
// each; a test holds the two against each other.
var Languages = []string{"ar", "de", "en", "es", "fr", "ja"}

// CheckLanguage refuses a language that is none of Languages. Empty is none, and no error. Errors: language_unknown.
func CheckLanguage(tag string) *Error {
	if tag == "" || slices.Contains(Languages, tag) {
		return nil
	}
	return Refuse(CodeLanguageUnknown).At("language")
}
