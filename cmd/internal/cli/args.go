package cli

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/backend/words"
)

// operand is a word that a Use line has after the name of the command.
type operand struct {
	name     string   // such as EMAIL
	choices  []string // of "bash|zsh"; else nil
	optional bool     // [FILE]
	several  bool     // SHEET...
}

func operands(c *cobra.Command) (all []operand) {
	for _, word := range strings.Fields(c.Use)[1:] {
		o := operand{several: strings.Contains(word, "..."), optional: strings.HasPrefix(word, "[")}
		o.name = strings.Trim(strings.ReplaceAll(word, "...", ""), "[]")
		if strings.Contains(o.name, "|") {
			o.choices = strings.Split(o.name, "|")
		}
		if choices := c.Annotations[choicesOf+o.name]; choices != "" {
			o.choices = strings.Split(choices, "|")
		}
		all = append(all, o)
	}
	return all
}

// choicesOf is before the name of an operand in the annotation with its words.
const choicesOf = "choices-"

// Choose says which words an operand can be, where they are too many for the Use line.
func Choose(c *cobra.Command, operand string, choices ...string) {
	if c.Annotations == nil {
		c.Annotations = map[string]string{}
	}
	c.Annotations[choicesOf+operand] = strings.Join(choices, "|")
}

// takes holds the words of a command line against the Use line of the command, and its
// flags against those that are required.
func takes(c *cobra.Command, args []string) error {
	all := operands(c)
	var missing []string
	for i, o := range all {
		if i >= len(args) {
			if !o.optional {
				missing = append(missing, o.name)
			}
			continue
		}
		if o.choices != nil && !slices.Contains(o.choices, args[i]) {
			wrong := Usage(words.TerminalUsageTakesOneOf, words.Args{"command": name(c), "choices": strings.Join(o.choices, ", "), "typed": strconv.Quote(args[i])})
			return didYouMean(wrong, "", nearest(args[i], o.choices))
		}
	}
	if n := len(all); len(args) > n && (n == 0 || !all[n-1].several) {
		return Usage(words.TerminalUsageTakesNo, words.Args{"command": name(c), "typed": strconv.Quote(args[n])})
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if Required(f) && !f.Changed {
			value, _ := pflag.UnquoteUsage(f)
			missing = append(missing, strings.TrimSpace("--"+f.Name+" "+value))
		}
	})
	if len(missing) > 0 {
		return Usage(words.TerminalUsageNeeds, words.Args{"command": name(c), "missing": and(missing)})
	}
	return nil
}

// name is what the command is called after the name of the program.
func name(c *cobra.Command) string {
	_, rest, _ := strings.Cut(c.CommandPath(), " ")
	return rest
}

func and(all []string) string {
	last := len(all) - 1
	if last == 0 {
		return all[0]
	}
	return say(words.TerminalListAnd, words.Args{"list": strings.Join(all[:last], ", "), "last": all[last]})
}

// Require marks flags that a command cannot do without.
func Require(c *cobra.Command, flags ...string) {
	for _, f := range flags {
		if err := c.MarkFlagRequired(f); err != nil {
			panic(err) // the command has no such flag
		}
	}
}

// Required reports whether a flag is one that Require has marked.
func Required(f *pflag.Flag) bool { return len(f.Annotations[cobra.BashCompOneRequiredFlag]) > 0 }

// flagError puts what pflag says of a flag into the words of this program.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case c.HasSubCommands() && len(c.Flags().Args()) > 0: // of a command that is not there
		return unknownCommand(c, c.Flags().Args()[0])
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return noFlag(c, "-", unknown.GetSpecifiedShortnames())
	case errors.As(err, &unknown):
		return noFlag(c, "--", unknown.GetSpecifiedName())
	case errors.As(err, &empty):
		value, _ := pflag.UnquoteUsage(empty.GetFlag())
		return Usage(words.TerminalUsageFlagNeeds, words.Args{"flag": "--" + empty.GetFlag().Name, "value": value})
	case errors.As(err, &invalid):
		return Usage(words.TerminalUsageFlagWrong, words.Args{"flag": "--" + invalid.GetFlag().Name, "value": strconv.Quote(invalid.GetValue())})
	}
	return Usage(words.TerminalUsageFlagsUnreadable, words.Args{"why": err})
}

func noFlag(c *cobra.Command, dashes, typed string) error {
	return didYouMean(Usage(words.TerminalUsageNoFlag, words.Args{"flag": dashes + typed}), "--", nearest(typed, flagNames(c)))
}

func flagNames(c *cobra.Command) (all []string) {
	c.Flags().VisitAll(func(f *pflag.Flag) { all = append(all, f.Name) })
	return all
}

// didYouMean adds to a mistake what may have been meant, with dashes where that is a flag.
func didYouMean(wrong error, dashes string, near []string) error {
	if len(near) == 0 {
		return wrong
	}
	either := dashes + near[0]
	for _, other := range near[1:] {
		either = say(words.TerminalListOr, words.Args{"list": either, "last": dashes + other})
	}
	return Usage(words.TerminalUsageDidYouMean, words.Args{"wrong": wrong, "words": either})
}

// nearest are the words that somebody may have meant: those that begin so, or else those
// that are fewest slips of the keyboard away, at most two and fewer than half of it.
func nearest(typed string, all []string) (near []string) {
	typed = strings.ToLower(typed)
	for _, w := range all {
		if len(typed) > 1 && strings.HasPrefix(w, typed) {
			near = append(near, w)
		}
	}
	least := min(2, (len(typed)-1)/2)
	if len(near) > 0 {
		return near
	}
	for _, w := range all {
		switch d := distance(typed, w); {
		case d > least:
		case d < least || len(near) == 0:
			near, least = []string{w}, d
		default:
			near = append(near, w)
		}
	}
	return near
}

// distance is how many letters have to be added, removed, replaced or swapped with the next one
// to make a out of b (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			same := 1
			if x[i-1] == y[j-1] {
				same = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+same)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}
