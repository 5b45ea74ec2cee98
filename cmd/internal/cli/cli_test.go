package cli

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// program is a small program; did is what its commands did, with what they were given.
func program() (root *cobra.Command, did *[]string) {
	did = &[]string{}
	do := func(c *cobra.Command, args []string) error {
		*did = append(*did, c.Name()+" "+strings.Join(args, " "))
		return nil
	}
	root = Root(&cobra.Command{Use: "prog", Short: "do things", Long: "It does.", Example: "prog box open F"}, nil)
	open := &cobra.Command{Use: "open FILE", Short: "open a box", Long: "It opens.", Example: "prog box open F", RunE: do}
	open.Flags().String("into", "", "the `FOLDER`")
	open.Flags().Int("limit", 5, "at most `N`")
	Require(open, "into")
	mark := &cobra.Command{Use: "mark KIND", Short: "mark a box", RunE: do}
	Choose(mark, "KIND", "heavy", "fragile")
	root.AddCommand(Group(&cobra.Command{Use: "box", Short: "handle boxes", Long: "Boxes.", Example: "prog box open F"},
		open,
		&cobra.Command{Use: "paint BOX red|green", Short: "paint a box", RunE: do},
		&cobra.Command{Use: "look [FILE]", Short: "look into a box", RunE: do},
		&cobra.Command{Use: "move BOX SHELF...", Short: "move a box", RunE: do},
		mark,
	))
	return root, did
}

func TestExecute(t *testing.T) {
	for line, want := range map[string]struct{ did, err string }{
		"box open f --into d":           {did: "open f"},
		"box --into d open f":           {did: "open f"},
		"box open --into d -- --f":      {did: "open --f"},
		"box open f":                    {err: "box open needs --into FOLDER. See prog box open --help."},
		"box open":                      {err: "box open needs FILE and --into FOLDER. See prog box open --help."},
		"box open f --into":             {err: "--into needs FOLDER. See prog box open --help."},
		"box open f --into d --limit x": {err: `--limit can’t be "x". See prog box open --help.`},
		"box paint b red":               {did: "paint b red"},
		"box paint b rde":               {err: `box paint takes red, green, not "rde". Did you mean red? See prog box paint --help.`},
		"box paint b red x":             {err: `box paint takes no "x". See prog box paint --help.`},
		"box look":                      {did: "look "},
		"box look f":                    {did: "look f"},
		"box look f g":                  {err: `box look takes no "g". See prog box look --help.`},
		"box move b 1 2 3":              {did: "move b 1 2 3"},
		"box move b":                    {err: "box move needs SHELF. See prog box move --help."},
		"box mark heavy":                {did: "mark heavy"},
		"box mark light":                {err: `box mark takes heavy, fragile, not "light". See prog box mark --help.`},
		"box opne f --into d":           {err: `There is no command "opne" in box. Did you mean open? See prog box --help.`},
		"box":                           {err: "After box comes one of open, paint, look, move, mark. See prog box --help."},
		"":                              {err: "A command is missing. See prog --help."},
		"-x":                            {err: "There is no flag -x. See prog --help."},
		"box look -limit":               {err: "There is no flag -limit. See prog box look --help."},
		"help box opne":                 {err: `There is no command "opne" in box. Did you mean open? See prog help --help.`},
	} {
		root, did := program()
		_, err := Execute(t.Context(), root, strings.Fields(line), &bytes.Buffer{}, &bytes.Buffer{})
		told := ""
		var f *Failure
		if errors.As(err, &f) {
			told = f.Error()
			if f.Exit != ExitUsage || f.Code != CodeUsage {
				t.Errorf("%s: %+v", line, f)
			}
		} else if err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if got := strings.Join(*did, ";"); got != want.did || told != want.err {
			t.Errorf("%s: did %q, told %q", line, got, told)
		}
	}
}

func TestExecute_HelpIsAResult(t *testing.T) {
	for _, line := range []string{"box --help", "help box", "box open -h", "help"} {
		root, _ := program()
		var out, err bytes.Buffer
		if _, failed := Execute(t.Context(), root, strings.Fields(line), &out, &err); failed != nil || err.Len() > 0 || !strings.Contains(out.String(), "Usage:\n  prog") {
			t.Errorf("%s: %v, %q, %q", line, failed, out.String(), err.String())
		}
	}
}

func TestNearest(t *testing.T) {
	all := []string{"list", "verify", "export", "reset-2fa", "reset-password", "role"}
	for typed, want := range map[string]string{
		"lsit": "list", "lists": "list", "veryfi": "verify", "EXPORT": "export", "reset": "reset-2fa reset-password", "rol": "role",
		"xyz": "", "l": "", "": "", "zzzzzzzzzzzz": "", "veriabc": "", "reset-2af": "reset-2fa",
	} {
		if got := strings.Join(nearest(typed, all), " "); got != want {
			t.Errorf("%q: %q, not %q", typed, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"one two three", 7, "one two\n  three\n"},
		{"one two three", 13, "one two three\n"},
		{"one two three", 12, "one two\n  three\n"},
		{"a-word-that-is-longer b", 5, "a-word-that-is-longer\n  b\n"},
		{"ééé ééé", 7, "ééé ééé\n"},
		{"", 5, "\n"},
	} {
		if got := wrap(c.text, c.width, "", "  "); got != c.want {
			t.Errorf("%q at %d: %q", c.text, c.width, got)
		}
	}
}

func TestWidth_IsUsualWithoutATerminal(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if Width(&bytes.Buffer{}) != usualWidth || Width(f) != usualWidth {
		t.Error("it is another")
	}
}

func TestTell(t *testing.T) {
	told := Told{Code: "x", Message: "Wrong\x1b[31m\u202e.", Args: map[string]any{"n": 2}}
	var line, object bytes.Buffer
	Tell(&line, "prog", told, false)
	Tell(&object, "prog", told, true)
	if line.String() != "prog: Wrong\ufffd[31m\ufffd.\n" {
		t.Errorf("%q", line.String())
	}
	if !strings.HasPrefix(object.String(), `{"error":{"code":"x","message":"Wrong`) || !strings.HasSuffix(object.String(), "\"args\":{\"n\":2}}}\n") {
		t.Errorf("%q", object.String())
	}
}

func TestManual_EscapesWhatRoffWouldRead(t *testing.T) {
	root, _ := program()
	root.Long = ".SH not a section\n\n'br \\fBno"
	page := Manual(root, []Section{{Title: "Files", Items: [][2]string{{".hidden", "x"}}}})
	for _, line := range strings.Split(page, "\n") {
		macro, _, _ := strings.Cut(line, " ")
		if strings.HasPrefix(line, ".") && !slices.Contains([]string{".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".RS", ".RE", ".nf", ".fi"}, macro) || strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".SH not") {
			t.Errorf("roff would read %q", line)
		}
	}
}

func TestWhatIsPrintedCannotDriveTheTerminal(t *testing.T) {
	if got := Printable("Amara\x1b[31m \u202eO\nk\u200e ‘é’"); strings.ContainsAny(got, "\x1b\u202e\n\u200e") || !strings.Contains(got, "‘é’") {
		t.Errorf("%q", got)
	}
}
