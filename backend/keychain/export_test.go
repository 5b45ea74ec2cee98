package keychain

import "time"

// NewImpatient returns a Keychain whose deadlines a test can wait for.
func NewImpatient(service string, answer, prompt, human time.Duration) *Keychain {
	return newKeychain(service, patience{answer: answer, prompt: prompt, human: human})
}

// FoldCase is foldCase, which only Windows uses.
var FoldCase = foldCase
