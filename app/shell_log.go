package app

import (
	"log/slog"
	"os"
	"path/filepath"
)

// The log explains internal errors. It lies in the data folder, holds no secret,
// and is at most two files of a megabyte.
const (
	logName = "countersign.log"
	logMax  = 1 << 20
)

// openLog begins or goes on with the log; a folder that cannot be written gets none.
func openLog(folder string) (*slog.Logger, func()) {
	path := filepath.Join(folder, logName)
	if st, err := os.Stat(path); err == nil && st.Size() > logMax {
		_ = os.Rename(path, path+".1")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return slog.New(slog.DiscardHandler), func() {}
	}
	return slog.New(slog.NewJSONHandler(f, nil)), func() { _ = f.Close() }
}

// elidingLogger is Wails' logger. It drops what may hold results of calls: at
// Trace and Debug Wails prints them whole, and its dev build can be told to.
type elidingLogger struct{ s *shell }

func (elidingLogger) Print(string)   {}
func (elidingLogger) Trace(string)   {}
func (elidingLogger) Debug(string)   {}
func (elidingLogger) Info(string)    {}
func (elidingLogger) Warning(string) {}

func (l elidingLogger) Error(string) { l.s.log().Error("the window system reported an error") }
func (l elidingLogger) Fatal(string) { l.s.log().Error("the window system failed") }
