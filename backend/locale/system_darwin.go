package locale

import (
	"context"
	"os/exec"
	"time"
)

// patience is how long macOS may take to say what was chosen.
const patience = 2 * time.Second

// fromSystem asks macOS' own tool: a program that the Finder starts has no locale in its environment.
func fromSystem() []string {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	out, err := exec.CommandContext(ctx, "/usr/bin/defaults", "read", "-g", "AppleLanguages").Output()
	if err != nil {
		return nil
	}
	return fromDefaults(string(out))
}
