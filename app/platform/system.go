package platform

import (
	"bufio"
	"cmp"
	"os"
	"runtime"
	"strings"
)

// releaseFile is where a Linux system says what it is (os-release(5)).
const releaseFile = "/etc/os-release"

// System names the operating system and the kind of processor.
func System() string {
	name := map[string]string{"darwin": "macOS", "windows": "Windows"}[runtime.GOOS]
	if f, err := os.Open(releaseFile); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if value, ok := strings.CutPrefix(lines.Text(), "PRETTY_NAME="); ok {
				name = strings.Trim(value, `"'`)
			}
		}
	}
	return cmp.Or(name, runtime.GOOS) + ", " + runtime.GOARCH
}
