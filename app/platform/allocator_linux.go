//go:build linux && production && webkit2_41

package platform

/*
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
// The C library's free and realloc, made to overwrite what they take back, for all of
// this process that is not Go: WebKit's part, GTK's and that of Wails. The program's
// own come before the C library's ("Replacing malloc" in its manual); memory still
// comes from there and goes back there. The settings that it has for this are read
// before a program begins, and leave out what threads keep at hand.

extern char **environ;
extern void __libc_free(void *); // its second name for free

void free(void *p) {
  if (!p) return;
  explicit_bzero(p, malloc_usable_size(p));
  __libc_free(p);
}

// What stays in its place has its rest overwritten; what moves, all that was.
void *realloc(void *p, size_t size) {
  if (!p) return malloc(size);
  if (!size) {
    free(p);
    return NULL;
  }
  size_t had = malloc_usable_size(p);
  if (size <= had && size >= had / 2) {
    explicit_bzero((char *)p + size, had - size);
    return p;
  }
  void *moved = malloc(size);
  if (!moved) return NULL;
  memcpy(moved, p, size < had ? size : had);
  free(p);
  return moved;
}

// WebKit has an allocator of its own, which overwrites nothing, and leaves its work to
// the C library where the environment says Malloc. It asks while it is loaded, before
// the first line of this program, and is answered here. The environment is as it was,
// so the page's process, which ends with each lock, has WebKit's allocator, which is
// hardened against flaws.
char *getenv(const char *name) {
  if (!strcmp(name, "Malloc")) return "1";
  size_t length = strlen(name);
  for (char **entry = environ; entry && *entry; entry++)
    if (!strncmp(*entry, name, length) && (*entry)[length] == '=') return *entry + length + 1;
  return NULL;
}
#endif
*/
import "C"
