package main

import (
	"countersign/backend/sentences"
	"countersign/backend/words"
	"countersign/backend/workspace"
)

// refusal and event are what a refusal and an event of the log read as in the terminal.
func refusal(e *workspace.Error) string { return sentences.Refusal(words.English(), e) }
func event(e workspace.LogEntry) string { return sentences.Event(words.English(), e) }
