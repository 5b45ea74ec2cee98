package main

import (
	"strings"

	"countersign/backend/sentences"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// say is what the terminal says: a message of the catalogue.
func say(key words.Key, args words.Args) string { return cli.Say(key, args) }

// refusal and event are what a refusal and an event of the log read as in the terminal.
func refusal(e *service.Error) string { return sentences.Refusal(cli.Words(), e) }
func event(e service.LogEntry) string { return sentences.Event(cli.Words(), e) }

// searched is what of an event --search looks at, on this computer.
func searched(_ string, e service.LogEntry) string { return sentences.Searched(cli.Words(), e) }

// member is how the terminal names a person.
func member(name, email string) string {
	return say(words.TerminalWordMember, words.Args{"name": name, "email": email})
}

// commandLine is a command of this program as it is typed.
func commandLine(typed ...string) string {
	return strings.Join(append([]string{"countersignctl"}, typed...), " ")
}

// yesNo is how a message is told which of two things is so.
func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// inWords are the words for what --json prints as a code, such as where a sheet is.
func inWords(key words.Key, code string) string {
	return say(key, words.Args{"code": strings.ReplaceAll(code, "-", "_")})
}
