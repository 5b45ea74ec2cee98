// Package clitest is what holds of each command-line program of ours: help, examples, suggestions, completion and the manual page.
package clitest

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/cmd/internal/cli"
)

// Run carries out a command line that reads nothing, and gives the exit code.
type Run func(ctx context.Context, args []string, stdout io.Writer, stderr *os.File) int

// Program is a program to be tested.
type Program struct {
	Name   string
	Root   func() *cobra.Command
	Least  int // how many commands and groups it has at least
	Told   int // how many of its command lines are in the documents at least
	Manual []cli.Section
	Run    Run
}

// Test tests it.
func Test(t *testing.T, p Program) {
	for name, test := range map[string]func(*testing.T){
		"Help_EveryCommandAndGroupHasIt":            p.helpEveryCommandAndGroupHasIt,
		"Help_FitsTheTerminal":                      p.helpFitsTheTerminal,
		"Help_EveryFlagIsThereWithDefaultAndNeed":   p.helpEveryFlagIsThereWithDefaultAndNeed,
		"Examples_AreCommandLinesThatAreUnderstood": p.examplesAreCommandLinesThatAreUnderstood,
		"Typo_SuggestsTheCommand":                   p.typoSuggestsTheCommand,
		"Typo_SuggestsTheFlag":                      p.typoSuggestsTheFlag,
		"Operands_AreThoseOfTheUsageLine":           p.operandsAreThoseOfTheUsageLine,
		"Completion_ScriptsAreGoodInTheirShells":    p.completionScriptsAreGoodInTheirShells,
		"ManualPage_HasNoWarning":                   p.manualPageHasNoWarning,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// tree has every command and group that help lists.
func (p Program) tree(t *testing.T) (root *cobra.Command, all []*cobra.Command) {
	t.Helper()
	root = p.Root()
	cli.Walk(root, func(c *cobra.Command) { all = append(all, c) })
	if len(all) < p.Least {
		t.Fatalf("only %d commands were found", len(all))
	}
	return root, all
}

// answer runs a command line that asks for nothing.
func (p Program) answer(t *testing.T, args ...string) (code int, out, told string) {
	t.Helper()
	return Answer(t, p.Run, args...)
}

// Answer runs a command line that asks for nothing.
func Answer(t *testing.T, run Run, args ...string) (code int, out, told string) {
	t.Helper()
	errs, err := os.CreateTemp(t.TempDir(), "stderr")
	if err != nil {
		t.Fatal(err)
	}
	defer errs.Close()
	var b bytes.Buffer
	code = run(t.Context(), args, &b, errs)
	text, err := os.ReadFile(errs.Name())
	if err != nil {
		t.Fatal(err)
	}
	return code, b.String(), string(text)
}

func wordsOf(c *cobra.Command) []string { return strings.Fields(c.CommandPath())[1:] }

func (p Program) helpEveryCommandAndGroupHasIt(t *testing.T) {
	_, all := p.tree(t)
	for _, c := range all {
		code, help, told := p.answer(t, append(wordsOf(c), "--help")...)
		if code != cli.ExitDone || told != "" {
			t.Errorf("%s --help: exit code %d, %q", c.CommandPath(), code, told)
		}
		if _, same, _ := p.answer(t, append([]string{"help"}, wordsOf(c)...)...); same != help {
			t.Errorf("help %v is another text", wordsOf(c))
		}
		for _, want := range []string{"Usage:\n  " + c.CommandPath(), "Examples:\n  ", cli.Sentence(c.Short)} {
			if !strings.Contains(strings.Join(strings.Fields(help), " "), strings.Join(strings.Fields(want), " ")) {
				t.Errorf("%s --help lacks %q", c.CommandPath(), want)
			}
		}
		if c.Long == "" || c.Example == "" || strings.HasSuffix(c.Short, ".") || strings.ToLower(c.Short[:1]) != c.Short[:1] {
			t.Errorf("%s: a text is missing, or Short is not a verb with its object", c.CommandPath())
		}
		if strings.ContainsAny(help, "{}") {
			t.Errorf("%s --help lacks what a message puts in: %s", c.CommandPath(), help)
		}
	}
}

func (p Program) helpFitsTheTerminal(t *testing.T) {
	_, all := p.tree(t)
	for _, c := range all {
		for _, width := range []int{80, 100} {
			for _, line := range strings.Split(cli.Help(c, width), "\n") {
				if n := cli.Cells(line); n > width {
					t.Errorf("%s: %d columns: %s", c.CommandPath(), n, line)
				}
			}
		}
	}
}

func (p Program) helpEveryFlagIsThereWithDefaultAndNeed(t *testing.T) {
	root, all := p.tree(t)
	page := cli.Manual(root, p.Manual)
	defaults := map[string]string{}
	for _, c := range all {
		help := strings.Join(strings.Fields(cli.Help(c, 80)), " ")
		flags := c.LocalFlags()
		flags.AddFlagSet(c.InheritedFlags())
		flags.VisitAll(func(f *pflag.Flag) {
			text := cli.FlagName(f) + " " + cli.FlagText(f)
			if f.Usage == "" || !strings.Contains(help, text) {
				t.Errorf("%s --help lacks %q", c.CommandPath(), text)
			}
			if name := `.B ` + strings.ReplaceAll(cli.FlagName(f), "-", `\-`); !strings.Contains(page, name) {
				t.Errorf("%s: --%s is not in the manual page", c.CommandPath(), f.Name)
			}
			if before, ok := defaults[f.Name]; ok && before != f.DefValue {
				t.Errorf("--%s is %q or %q where it is left out", f.Name, before, f.DefValue)
			}
			defaults[f.Name] = f.DefValue
			if f.Value.Type() == "string" && f.DefValue != "" && !strings.Contains(text, "(default "+f.DefValue+")") {
				t.Errorf("%s does not say its default", text)
			}
			if cli.Required(f) && (!strings.Contains(text, "(required)") || !strings.Contains(cli.UseLine(c), "--"+f.Name+" ")) {
				t.Errorf("%s does not say that it is required", text)
			}
			if secret := regexp.MustCompile(`pass|secret$|code$|^database$`); secret.MatchString(f.Name) && !strings.HasSuffix(f.Name, "-file") && f.Value.Type() != "bool" {
				t.Errorf("--%s takes a secret", f.Name)
			}
		})
	}
}

func (p Program) examplesAreCommandLinesThatAreUnderstood(t *testing.T) {
	root, all := p.tree(t)
	for _, c := range all {
		own := false
		for _, line := range strings.Split(strings.ReplaceAll(strings.Join(cli.Examples(c), "\n"), "\\\n", ""), "\n") {
			_, rest, ok := strings.Cut(line, root.Name()+" ")
			if strings.HasPrefix(line, "#") || !ok {
				continue
			}
			rest, _, _ = strings.Cut(strings.NewReplacer(")", "", " < ", "|", " > ", "|").Replace(rest), "|")
			found, args, err := root.Find(split(rest))
			if err != nil || found.HasSubCommands() && len(args) > 0 {
				t.Errorf("%s: %s: %v", c.CommandPath(), line, err)
				continue
			}
			own = own || strings.HasPrefix(found.CommandPath(), c.CommandPath())
			if err := found.ParseFlags(args); err != nil {
				t.Errorf("%s: %s: %v", c.CommandPath(), line, err)
			}
		}
		if !own && c.Name() != "help" {
			t.Errorf("no example of %s is one of it", c.CommandPath())
		}
	}
}

// split splits a line at spaces, but not within quotation marks.
func split(line string) []string {
	var all []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			all = append(all, part)
			continue
		}
		all = append(all, strings.Fields(part)...)
	}
	return all
}

func (p Program) typoSuggestsTheCommand(t *testing.T) {
	_, all := p.tree(t)
	for _, c := range all {
		if !c.HasParent() {
			continue
		}
		name := c.Name()
		for _, typed := range []string{name[:len(name)-1], name[1:2] + name[:1] + name[2:], name + "e"} {
			if slices.ContainsFunc(c.Parent().Commands(), func(other *cobra.Command) bool { return other.Name() == typed }) {
				continue
			}
			code, out, told := p.answer(t, append(wordsOf(c)[:len(wordsOf(c))-1], typed)...)
			if code != cli.ExitUsage || out != "" || !strings.Contains(told, "Did you mean ") || !strings.Contains(told, name) {
				t.Errorf("%s for %s: exit code %d, %q", typed, c.CommandPath(), code, told)
			}
		}
	}
	if _, _, told := p.answer(t, "xyzzy"); strings.Contains(told, "Did you mean") {
		t.Errorf("for a word that is like none: %q", told)
	}
}

func (p Program) typoSuggestsTheFlag(t *testing.T) {
	_, all := p.tree(t)
	for _, c := range all {
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			typed := f.Name[1:2] + f.Name[:1] + f.Name[2:]
			if c.Flags().Lookup(typed) != nil {
				return
			}
			code, _, told := p.answer(t, append(wordsOf(c), "--"+typed)...)
			if code != cli.ExitUsage || !strings.Contains(told, "--"+f.Name) {
				t.Errorf("%s --%s: exit code %d, %q", c.CommandPath(), typed, code, told)
			}
		})
	}
}

func (p Program) operandsAreThoseOfTheUsageLine(t *testing.T) {
	_, all := p.tree(t)
	for _, c := range all {
		if c.HasSubCommands() || c.Name() == "help" {
			continue
		}
		needed := 0
		for _, word := range strings.Fields(c.Use)[1:] {
			if !strings.HasPrefix(word, "[") {
				needed++
			}
		}
		if needed > 0 {
			if code, _, told := p.answer(t, wordsOf(c)...); code != cli.ExitUsage || !strings.Contains(told, " needs ") {
				t.Errorf("%s alone: exit code %d, %q", c.CommandPath(), code, told)
			}
		}
		if !strings.Contains(c.Use, "...") {
			many := append(wordsOf(c), slices.Repeat([]string{"x"}, 4)...)
			if code, _, told := p.answer(t, many...); code != cli.ExitUsage || !strings.Contains(told, " takes ") {
				t.Errorf("%v: exit code %d, %q", many, code, told)
			}
		}
	}
}

func (p Program) completionScriptsAreGoodInTheirShells(t *testing.T) {
	for shell, check := range map[string][]string{
		"bash": {"bash", "-n"}, "zsh": {"zsh", "-n"}, "fish": {"fish", "--no-execute"},
		"powershell": {"pwsh", "-NoProfile", "-Command", "$e=$null; [void][System.Management.Automation.Language.Parser]::ParseFile($args[0],[ref]$null,[ref]$e); if ($e) {exit 1}"},
	} {
		code, script, told := p.answer(t, "completion", shell)
		if code != cli.ExitDone || !strings.Contains(script, p.Name) || !strings.Contains(script, "__complete") {
			t.Errorf("%s: exit code %d, %q", shell, code, told)
		}
		program, err := exec.LookPath(check[0])
		if err != nil {
			continue // the script is still there, and the shell's own tests are the library's
		}
		file := filepath.Join(t.TempDir(), "script")
		if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), program, append(check[1:], file)...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", shell, err, out)
		}
	}
}

func (p Program) manualPageHasNoWarning(t *testing.T) {
	code, page, told := p.answer(t, "man")
	if code != cli.ExitDone || !strings.HasPrefix(page, ".TH "+strings.ToUpper(p.Name)+" 1\n") {
		t.Fatalf("exit code %d, %q", code, told)
	}
	_, all := p.tree(t)
	for _, c := range all {
		if c.HasParent() && !strings.Contains(strings.ReplaceAll(page, `\-`, "-"), ".SS "+strings.Join(wordsOf(c), " ")) {
			t.Errorf("%s is not in it", c.CommandPath())
		}
	}
	for _, check := range [][]string{{"groff", "-man", "-Tutf8", "-ww", "-z"}, {"mandoc", "-T", "lint", "-W", "warning"}} {
		program, err := exec.LookPath(check[0])
		if err != nil {
			continue
		}
		cmd := exec.CommandContext(t.Context(), program, check[1:]...)
		cmd.Stdin = strings.NewReader(page)
		out, err := cmd.CombinedOutput() // mandoc's exit code counts the warning about the date
		if err != nil && len(out) == 0 {
			t.Errorf("%s: %v", check[0], err)
		}
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, "missing date") { // it would be another with each build
				t.Errorf("%s: %s", check[0], line)
			}
		}
	}
}
