//go:build unix

package sealed

import "golang.org/x/sys/unix"

// hideTyping stops a terminal from showing what is typed, line by line and with Ctrl+C
// as before, and gives what lets it show that again.
func hideTyping(fd int) (show func() error, err error) {
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	hidden.Lflag |= unix.ICANON | unix.ISIG
	hidden.Iflag |= unix.ICRNL
	if err := unix.IoctlSetTermios(fd, setTermios, &hidden); err != nil {
		return nil, err
	}
	return func() error { return unix.IoctlSetTermios(fd, setTermios, before) }, nil
}
