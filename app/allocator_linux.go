//go:build linux && production && webkit2_41

package app

/*
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// WebKit's own allocator does not overwrite what it frees, such as what an input
// method is told of a field. With Malloc in the environment it leaves the work to
// the C library, which does when it is asked to, but for what it keeps in its
// caches of threads. Both decide while libraries are loaded, so the program sets
// the environment and begins once more before its first line.
#define TUNABLES "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"

__attribute__((constructor)) static void choose_allocator(int argc, char **argv) {
  if (getenv("Malloc")) return;
  char path[4096], tunables[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = 0;
  const char *others = getenv("GLIBC_TUNABLES");
  int written = snprintf(tunables, sizeof tunables, "%s%s" TUNABLES, others ? others : "", others ? ":" : "");
  if (written < 0 || written >= (int)sizeof tunables) return;
  if (setenv("Malloc", "1", 1) || setenv("GLIBC_TUNABLES", tunables, 1)) return;
  execv(path, argv);
  // There is no second start. What can be set now is set by overwrite_what_is_freed.
}

static void overwrite_what_is_freed(void) { mallopt(M_PERTURB, 165); }
static const char *our_tunables(void) { return TUNABLES; }
*/
import "C"

import (
	"os"
	"strings"
)

// overwriteFreed lets memory be overwritten that C parts of this process give back:
// WebKit's, GTK's and those of Wails. It serves this process alone: the page's has an
// allocator that is hardened against flaws, and ends with each lock.
func overwriteFreed() {
	C.overwrite_what_is_freed()
	_ = os.Unsetenv("Malloc")
	ours := C.GoString(C.our_tunables())
	if others := strings.TrimSuffix(strings.TrimSuffix(os.Getenv("GLIBC_TUNABLES"), ours), ":"); others != "" {
		_ = os.Setenv("GLIBC_TUNABLES", others)
	} else {
		_ = os.Unsetenv("GLIBC_TUNABLES")
	}
}
