// Package locale says which languages the person at this computer reads, as their system has it.
package locale

import (
	"os"
	"strings"
)

// most is how many languages are looked at.
const most = 16

// Languages are BCP 47 tags such as "de-AT", the preferred one first. There are none where the system doesn't say, and
// where it is told to speak to programs (LC_ALL=C).
func Languages() []string {
	if tags, said := fromEnvironment(os.Getenv); said {
		return tags
	}
	return fromSystem()
}

// fromEnvironment reads the variables of POSIX and of gettext. They say nothing where none is set.
func fromEnvironment(get func(string) string) (tags []string, said bool) {
	var locale string
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale = get(name); locale != "" {
			break
		}
	}
	if locale == "" {
		return nil, false
	}
	first, ok := tag(locale)
	if !ok {
		return nil, true // C and POSIX go before LANGUAGE, as gettext has it
	}
	for name := range strings.SplitSeq(get("LANGUAGE"), ":") {
		if t, ok := tag(name); ok && len(tags) < most {
			tags = append(tags, t)
		}
	}
	return append(tags, first), true
}

// tag makes "de-AT" of "de_AT.UTF-8@euro".
func tag(locale string) (string, bool) {
	locale, _, _ = strings.Cut(locale, "@")
	locale, _, _ = strings.Cut(locale, ".")
	if locale == "" || locale == "C" || locale == "POSIX" || len(locale) > 64 {
		return "", false
	}
	return strings.ReplaceAll(locale, "_", "-"), true
}
