package bundle

import (
	"fmt"
	"regexp"
	"strings"
)

// The entries that are not files of the bundle.
const (
	formatName    = "format.txt"
	manifestName  = "manifest.json"
	signatureName = "manifest.sig"
)

// nameForm is a name that means the same on every system: no folder, no space, nothing that
// hides or that a command could take for a flag.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$`)

// devices are the names that are no files on Windows, whatever stands after a dot.
var devices = regexp.MustCompile(`^(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)`)

// names are those that a bundle holds, without regard to capitals.
type names map[string]bool

// add refuses a name that is no good or there already.
func (n names) add(name string) error {
	folded := strings.ToLower(name)
	switch {
	case len(name) > MaxName:
		return fmt.Errorf("%w: a name of %d characters", ErrHostile, len(name))
	case !nameForm.MatchString(name) || devices.MatchString(name):
		return fmt.Errorf("%w: the name %q", ErrHostile, name)
	case folded == formatName || folded == manifestName || folded == signatureName:
		return fmt.Errorf("%w: the name %q, which is taken", ErrHostile, name)
	case n[folded]:
		return fmt.Errorf("%w: the name %q twice", ErrHostile, name)
	case len(n) == MaxFiles:
		return fmt.Errorf("%w: more than %d files", ErrHostile, MaxFiles)
	}
	n[folded] = true
	return nil
}

// room refuses a file that is too large beside those before it, of total bytes.
func room(name string, size, total int64) error {
	if size < 0 || size > MaxFile || size > MaxTotal-total {
		return fmt.Errorf("%w: %q has %d bytes", ErrHostile, name, size)
	}
	return nil
}
