package sealed

import "golang.org/x/sys/windows"

// hideTyping stops a console from showing what is typed, line by line and with Ctrl+C as
// before, and gives what lets it show that again.
func hideTyping(fd int) (show func() error, err error) {
	var before uint32
	if err := windows.GetConsoleMode(windows.Handle(fd), &before); err != nil {
		return nil, err
	}
	hidden := before&^windows.ENABLE_ECHO_INPUT | windows.ENABLE_PROCESSED_INPUT | windows.ENABLE_LINE_INPUT
	if err := windows.SetConsoleMode(windows.Handle(fd), hidden); err != nil {
		return nil, err
	}
	return func() error { return windows.SetConsoleMode(windows.Handle(fd), before) }, nil
}
