package locale

import "strings"

// fromDefaults reads a list as macOS prints it: a tag in a line, in quotes where it has a hyphen.
func fromDefaults(printed string) (tags []string) {
	for line := range strings.Lines(printed) {
		if t, ok := tag(strings.Trim(strings.TrimSpace(line), `",()`)); ok && len(tags) < most {
			tags = append(tags, t)
		}
	}
	return tags
}
