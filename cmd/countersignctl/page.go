package main

import (
	"strconv"

	"countersign/cmd/internal/cli"
)

// page is what the manual page says beside the commands.
func page() cli.Page {
	var status, errors [][2]string
	for _, x := range exits {
		status = append(status, [2]string{strconv.Itoa(x.code), x.text})
	}
	for _, x := range errorCodes {
		errors = append(errors, [2]string{x.codes, x.text + " Exit status " + strconv.Itoa(x.exit) + "."})
	}
	return cli.Page{
		Title: "manage a Countersign workspace from the command line",
		Sections: []cli.Section{
			{Title: "Exit status", Items: status},
			{Title: "Errors", Items: errors, Paragraphs: []string{
				"An error is printed on standard error: what happened, and what to do. With --json it is an object " +
					`{"error":{"code","message","args"}}, whose code doesn’t change between versions. What is said beside a result is {"notice":...} there.`,
			}},
			{Title: "Environment", Items: [][2]string{{"COUNTERSIGN_DATA_DIR", "The data folder, where --data-dir is not given."}}},
			{Title: "Files", Items: [][2]string{{"workspace.db", "The database, in the data folder: ~/.local/share/countersign on Linux, " +
				`~/Library/Application Support/countersign on macOS, %LOCALAPPDATA%\countersign on Windows.`}}},
			{Title: "Exports", Paragraphs: []string{
				`An exported log is JSON lines. Each ends with "chain", the SHA-256 in hexadecimal of the chain value of the line before it, followed by the text of the line before ,"chain":" ` +
					"(nothing stands before the first). The chain value of an event’s line, with the event’s number, is a checkpoint: SEQ:HEX. It is the same in every export of the workspace.",
				"An encrypted export or backup is an age file (age-encryption.org/v1) with a tar in it: format.txt, the files, manifest.json and manifest.sig. The age tool and tar can also open it. " +
					"The manifest lists each file with its SHA-256; manifest.sig is the Ed25519 signature of its bytes, by the key in it. " +
					"The key’s fingerprint is the first 160 bits of its SHA-256 in Crockford’s base 32.",
			}},
		},
	}
}
