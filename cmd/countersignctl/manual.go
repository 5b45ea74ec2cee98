package main

import (
	"strconv"
	"strings"

	"countersign/backend/folder"
	"countersign/backend/password"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// manual is what the manual page says beside the commands.
func manual() []cli.Section {
	var status, errors [][2]string
	for _, x := range exits {
		status = append(status, [2]string{strconv.Itoa(x.code), say(x.means, nil)})
	}
	for _, x := range errorCodes {
		means := say(x.means, words.Args{"minimum": password.MinLength})
		errors = append(errors, [2]string{strings.Join(x.codes, ", "), say(words.TerminalManError, words.Args{"means": means, "exit": x.exit})})
	}
	return []cli.Section{
		{Title: say(words.TerminalManExits, nil), Items: status},
		{Title: say(words.TerminalManErrors, nil), Items: errors, Paragraphs: []string{
			say(words.TerminalManErrorsForm, words.Args{"error": `{"error":{"code","message","args"}}`, "notice": `{"notice":...}`}),
		}},
		{Title: say(words.TerminalManEnvironment, nil), Items: [][2]string{{folder.EnvVar, say(words.TerminalManEnvironmentDataDir, nil)}}},
		{Title: say(words.TerminalManFiles, nil), Items: [][2]string{{"workspace.db", say(words.TerminalManFilesDatabase, words.Args{
			"linux": "~/.local/share/countersign", "macos": "~/Library/Application Support/countersign", "windows": `%LOCALAPPDATA%\countersign`,
		})}}},
		{Title: say(words.TerminalManExports, nil), Paragraphs: []string{say(words.TerminalManExportsLog, nil), say(words.TerminalManExportsFiles, nil)}},
	}
}
