package main

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// manual prints the manual page. docs/countersignctl.1 is what it prints.
func manual(_ context.Context, e *env, _ []string) error {
	_, err := io.WriteString(e.stdout, page())
	return err
}

// roff escapes text for man(7).
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "“", `\(lq`, "”", `\(rq`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

func page() string {
	var b strings.Builder
	section := func(name string) { b.WriteString(".SH " + name + "\n") }
	text := func(paragraphs ...string) {
		for _, p := range paragraphs {
			b.WriteString(".PP\n" + roff(p) + "\n")
		}
	}
	flagged := func(f flagInfo) {
		b.WriteString(".TP\n\\fB\\-\\-" + roff(f.name) + "\\fR")
		if f.value != "" {
			b.WriteString(" \\fI" + roff(f.value) + "\\fR")
		}
		b.WriteString("\n" + roff(upper(f.text)) + ".\n")
	}
	b.WriteString(".\\\" Made by: countersignctl man\n.TH COUNTERSIGNCTL 1\n")
	section("NAME")
	b.WriteString("countersignctl \\- look after a Countersign workspace from terminals and scripts\n")
	section("SYNOPSIS")
	for _, c := range commands {
		fmt.Fprintf(&b, ".PP\n\\fBcountersignctl %s\\fR %s [flags]\n", roff(c.name), roff(c.args))
	}
	section("DESCRIPTION")
	text("countersignctl stands on the same backend as the window of Countersign and needs no display. It may be used while the window is open on the same data folder.",
		"Commands that show people's data ask for a profile's password and, where 2FA is on, for a code. They are typed without echo, or read from standard input with --stdin, a line each: the email unless --email gives it, the password, and the code. They are never arguments and never in the environment. A wrong one counts as it does in the window.")
	section("COMMANDS")
	var none *command
	global := map[string]bool{}
	for _, f := range none.allFlags() {
		global[f.name] = true
	}
	for _, c := range commands {
		fmt.Fprintf(&b, ".SS %s %s\n%s.\n", roff(c.name), roff(c.args), roff(upper(c.short)))
		text(c.long)
		for _, f := range c.allFlags() {
			if !global[f.name] {
				flagged(f)
			}
		}
	}
	section("FLAGS OF EVERY COMMAND")
	for _, f := range none.allFlags() {
		flagged(f)
	}
	section("EXIT STATUS")
	for _, x := range exits {
		fmt.Fprintf(&b, ".TP\n%d\n%s\n", x.code, roff(x.text))
	}
	section("ERRORS")
	text("An error is one or two sentences on standard error: what happened, and what to do. With --json it is an object {\"error\":{\"code\",\"message\",\"args\"}}, whose code is stable. What is said beside a result is {\"notice\":...} there.")
	for _, x := range errorCodes {
		b.WriteString(".TP\n" + roff(x.codes) + "\n" + roff(x.text) + fmt.Sprintf(" Exit status %d.\n", x.exit))
	}
	section("ENVIRONMENT")
	b.WriteString(".TP\nCOUNTERSIGN_DATA_DIR\n" + roff("The data folder, where --data-dir is not given.") + "\n")
	section("FILES")
	b.WriteString(".TP\nworkspace.db\n" + roff("The database, in the data folder: ~/.local/share/countersign on Linux, ~/Library/Application Support/countersign on macOS, %LOCALAPPDATA%\\countersign on Windows.") + "\n")
	section("EXPORTS")
	text(`An exported log is JSON lines. Each ends with "chain", the SHA-256 in hexadecimal of the chain value of the line before it, followed by the text of the line before ,"chain":" (nothing stands before the first). The chain value of an event's line, with the event's number, is its head: SEQ:HEX. It is the same in every export of the workspace.`)
	text("An encrypted export or backup is an age file (age-encryption.org/v1) with a tar in it: format.txt, the files, manifest.json and manifest.sig. The age tool and tar open it, too. The manifest lists each file with its SHA-256; manifest.sig is the Ed25519 signature of its bytes, by the key in it. The key's fingerprint is the first 160 bits of its SHA-256 in Crockford's base 32.")
	section("EXAMPLES")
	for _, x := range [][2]string{
		{"What is wrong?", "countersignctl doctor"},
		{"Add the members on a list, and print their invitations:", "countersignctl members import people.csv --invitations invitations.pdf"},
		{"Recovery codes for everybody who has none, for a key:", "countersignctl recovery issue --all-without-sheet --reason \"New members\" --recipient age1... --output run.age"},
		{"The log of November, for a script:", "countersignctl audit list --since 2026-11-01 --until 2026-12-01 --json --email amara@example.com"},
		{"Export the log, and verify it a year later:", "countersignctl audit export --output log.jsonl\n.br\ncountersignctl audit verify log.jsonl --head 412:9f2c..."},
		{"Verify an export, and open it:", "countersignctl export verify run-28.age --fingerprint ZT0J-R4QK-...\n.br\ncountersignctl export open run-28.age --identity key.txt --into run-28"},
	} {
		b.WriteString(".PP\n" + roff(x[0]) + "\n.PP\n.RS\n" + strings.ReplaceAll(roff(x[1]), `\&.br`, ".br") + "\n.RE\n")
	}
	return b.String()
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
