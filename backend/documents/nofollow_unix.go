//go:build unix

package documents

import "golang.org/x/sys/unix"

// noFollow refuses a link, and does not wait where there is a pipe (open(2)).
const noFollow = unix.O_NOFOLLOW | unix.O_NONBLOCK
