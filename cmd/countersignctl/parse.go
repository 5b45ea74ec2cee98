package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

var errHelp = flag.ErrHelp

// parse finds the command and its flags, which may stand before, between and
// after its arguments. "--" ends them.
func parse(args []string, o *options) (*command, []string, error) {
	var none *command
	rest, err := flags(none.flagSet(o), args)
	if err != nil {
		return nil, nil, err
	}
	if len(rest) == 0 {
		if o.showVersion {
			return nil, nil, nil
		}
		return nil, nil, usage("a command is missing")
	}
	if rest[0] == "help" {
		c, _ := find(rest[1:])
		return c, nil, errHelp
	}
	c, rest := find(rest)
	if next := seconds(strings.Join(rest[:min(1, len(rest))], "")); c == nil && len(next) > 0 {
		return nil, nil, usage("after %s comes one of %s", rest[0], strings.Join(next, ", "))
	}
	if c == nil {
		return nil, nil, usage("there is no command %q", strings.Join(firstWords(rest), " "))
	}
	fs := c.flagSet(o)
	var operands []string
	for len(rest) > 0 {
		if rest, err = flags(fs, rest); err != nil {
			return c, nil, err
		}
		if n := len(rest); n > 0 {
			operands, rest = append(operands, rest[0]), rest[1:]
		}
	}
	if len(operands) > c.max {
		return c, nil, usage("%s takes no %q", c.name, operands[c.max])
	}
	return c, operands, nil
}

// flags parses flags up to the first argument that is none.
func flags(fs *flag.FlagSet, args []string) ([]string, error) {
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil, errHelp
	}
	if err != nil {
		return nil, usage("%s", err)
	}
	return fs.Args(), nil
}

// find takes a command's words off args.
func find(args []string) (*command, []string) {
	for i := range commands {
		words := strings.Fields(commands[i].name)
		if len(args) >= len(words) && slices.Equal(args[:len(words)], words) {
			return &commands[i], args[len(words):]
		}
	}
	return nil, args
}

func firstWords(args []string) []string { return args[:min(2, len(args))] }

// help prints what there is, or what a command takes.
func (e *env) help(c *command) error {
	var b strings.Builder
	if c == nil {
		b.WriteString("countersignctl looks after a Countersign workspace from terminals and scripts.\n\nCommands:\n")
		for _, c := range commands {
			fmt.Fprintf(&b, "  %-14s %s\n", c.name, c.short)
		}
		b.WriteString("\nFlags of every command:\n")
	} else {
		fmt.Fprintf(&b, "countersignctl %s: %s.\n\n%s\n\nFlags:\n", strings.TrimSpace(c.name+" "+c.args), c.short, c.long)
	}
	c.flagSet(&options{}).VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		fmt.Fprintf(&b, "  %-22s %s\n", strings.TrimSpace("--"+f.Name+" "+value), text)
	})
	_, err := io.WriteString(e.stdout, b.String())
	return err
}
