package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
)

// completion prints a script that knows every command and flag, made from the
// table of commands.
func completion(_ context.Context, e *env, args []string) error {
	scripts := map[string]func() string{"bash": bash, "zsh": zsh, "fish": fish}
	if len(args) != 1 || scripts[args[0]] == nil {
		return usage("completion is for bash, zsh or fish")
	}
	_, err := io.WriteString(e.stdout, scripts[args[0]]())
	return err
}

// flagInfo is a flag as completion and the manual page need it.
type flagInfo struct{ name, value, text string }

func (c *command) allFlags() (all []flagInfo) {
	c.flagSet(&options{}).VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		all = append(all, flagInfo{f.Name, value, text})
	})
	return all
}

// words are what may follow the words of a command: the next word of a longer
// one, or flags.
func flagWords(c *command) string {
	var words []string
	for _, f := range c.allFlags() {
		words = append(words, "--"+f.name)
	}
	return strings.Join(words, " ")
}

// firsts are the first words of all commands, each once; seconds those that follow one.
func firsts() (words []string) {
	seen := map[string]bool{}
	for _, c := range commands {
		if w := strings.Fields(c.name)[0]; !seen[w] {
			seen[w] = true
			words = append(words, w)
		}
	}
	return words
}

func seconds(first string) (words []string) {
	for _, c := range commands {
		if w := strings.Fields(c.name); w[0] == first && len(w) > 1 {
			words = append(words, w[1])
		}
	}
	return words
}

// choices are the values of a flag that has a few.
func choices(flag string) []string {
	switch flag {
	case "group":
		return groups()
	case "role":
		return []string{"member", "admin", "owner"}
	case "format":
		return []string{"age", "pdf", "csv", "text"}
	case "paper":
		return []string{"a4", "letter"}
	}
	return nil
}

func bashChoices() string {
	var b strings.Builder
	for _, flag := range []string{"group", "role", "format", "paper"} {
		fmt.Fprintf(&b, "    --%s) COMPREPLY=($(compgen -W \"%s\" -- \"$word\")); return ;;\n", flag, strings.Join(choices(flag), " "))
	}
	return b.String()
}

func bash() string {
	var b strings.Builder
	b.WriteString(`# bash completion of countersignctl
_countersignctl() {
  local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]}
  case $last in
    --output|--identity|--invitations) compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")); return ;;
    --data-dir|--into) compopt -o filenames; COMPREPLY=($(compgen -d -- "$word")); return ;;
` + bashChoices() + `  esac
  local words="" first=${COMP_WORDS[1]} second=${COMP_WORDS[2]}
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "` + strings.Join(firsts(), " ") + ` help --help --version" -- "$word")); return
  fi
  case "$first $second" in
`)
	for _, c := range commands {
		pattern := `"` + c.name + `"*`
		if !strings.Contains(c.name, " ") {
			pattern = `"` + c.name + ` "*`
		}
		fmt.Fprintf(&b, "    %s) words=\"%s\" ;;\n", pattern, strings.TrimSpace(flagWords(&c)+" "+operands(c)))
	}
	for _, f := range firsts() {
		if s := seconds(f); len(s) > 0 {
			fmt.Fprintf(&b, "    \"%s \"*) words=\"%s\" ;;\n", f, strings.Join(s, " "))
		}
	}
	b.WriteString(`  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  case "$first $second" in
    ` + strings.Join(withFile(), "|") + `)
      if [[ $word != -* ]] && ((COMP_CWORD > 2)); then
        compopt -o filenames; COMPREPLY+=($(compgen -f -- "$word"))
      fi ;;
  esac
}
complete -F _countersignctl countersignctl
`)
	return b.String()
}

// takesFile reports whether a command takes the name of a file.
func takesFile(c command) bool { return strings.Trim(c.args, "[]") == "FILE" }

// withFile are the commands that do, quoted for bash.
func withFile() (names []string) {
	for _, c := range commands {
		if takesFile(c) {
			names = append(names, `"`+c.name+`"`)
		}
	}
	return names
}

// operands are the fixed words that a command takes, such as shells.
func operands(c command) string {
	if strings.ToUpper(c.args) == c.args { // a name or a file
		return ""
	}
	return strings.ReplaceAll(c.args, "|", " ")
}

func zsh() string {
	var b strings.Builder
	b.WriteString("#compdef countersignctl\n_countersignctl() {\n  if ((CURRENT == 2)); then\n    compadd -- " + strings.Join(firsts(), " ") + " help\n    return\n  fi\n  case \"${words[2]} ${words[3]}\" in\n")
	for _, c := range commands {
		pattern, at := `"`+c.name+`"*`, 3
		if !strings.Contains(c.name, " ") {
			pattern, at = `"`+c.name+` "*`, 2
		}
		fmt.Fprintf(&b, "    %s)\n      ((CURRENT > %d)) && _arguments", pattern, at)
		for _, f := range c.allFlags() {
			text := strings.NewReplacer("'", "", "[", "(", "]", ")", ":", ",").Replace(f.text)
			value := ""
			switch f.name {
			case "output", "identity", "invitations":
				value = ":file:_files"
			case "data-dir", "into":
				value = ":folder:_files -/"
			default:
				if words := choices(f.name); len(words) > 0 {
					value = ":" + f.name + ":(" + strings.Join(words, " ") + ")"
				} else if f.value != "" {
					value = ":" + f.value + ":"
				}
			}
			fmt.Fprintf(&b, " \\\n        '--%s[%s]%s'", f.name, text, value)
		}
		if o := operands(c); o != "" {
			fmt.Fprintf(&b, " \\\n        '*:word:(%s)'", o)
		} else if takesFile(c) {
			b.WriteString(" \\\n        '*:file:_files'")
		}
		b.WriteString(" ;;\n")
	}
	for _, f := range firsts() {
		if s := seconds(f); len(s) > 0 {
			fmt.Fprintf(&b, "    \"%s \"*) compadd -- %s ;;\n", f, strings.Join(s, " "))
		}
	}
	b.WriteString("  esac\n}\n_countersignctl \"$@\"\n")
	return b.String()
}

func fish() string {
	var b strings.Builder
	b.WriteString("# fish completion of countersignctl\ncomplete -c countersignctl -f\n")
	seen := map[string]bool{}
	for _, c := range commands {
		words := strings.Fields(c.name)
		if !seen[words[0]] {
			seen[words[0]] = true
			fmt.Fprintf(&b, "complete -c countersignctl -n __fish_use_subcommand -a %s -d '%s'\n", words[0], strings.ReplaceAll(c.short, "'", ""))
		}
		when := "__fish_seen_subcommand_from " + words[0]
		if len(words) > 1 {
			fmt.Fprintf(&b, "complete -c countersignctl -n '%s; and not __fish_seen_subcommand_from %s' -a %s -d '%s'\n",
				when, strings.Join(seconds(words[0]), " "), words[1], strings.ReplaceAll(c.short, "'", ""))
			when += "; and __fish_seen_subcommand_from " + words[1]
		}
		if o := operands(c); o != "" {
			fmt.Fprintf(&b, "complete -c countersignctl -n '%s' -a '%s'\n", when, o)
		} else if takesFile(c) {
			fmt.Fprintf(&b, "complete -c countersignctl -n '%s' -F\n", when)
		}
		for _, f := range c.allFlags() {
			value := ""
			switch {
			case f.name == "output" || f.name == "identity" || f.name == "invitations" || f.name == "data-dir" || f.name == "into":
				value = " -r -F"
			case len(choices(f.name)) > 0:
				value = " -x -a '" + strings.Join(choices(f.name), " ") + "'"
			case f.value != "":
				value = " -x"
			}
			fmt.Fprintf(&b, "complete -c countersignctl -n '%s' -l %s%s -d '%s'\n", when, f.name, value, strings.ReplaceAll(f.text, "'", ""))
		}
	}
	return b.String()
}
