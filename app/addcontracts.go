package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"iter"
	"slices"
	"time"

	"countersign/backend/words"
	"countersign/backend/workspace"
)

// AddProgress tells of contracts on their way: the event "adding".
type AddProgress struct {
	Phase        string        `json:"phase"` // looking, adding, done
	Name         string        `json:"name"`
	Done         int           `json:"done"`
	Total        int           `json:"total"`
	Bytes        int64         `json:"bytes"`
	TotalBytes   int64         `json:"totalBytes"`
	Added        []string      `json:"added"` // IDs, at done
	LeftOut      []LeftOutView `json:"leftOut"`
	LeftOutCount int           `json:"leftOutCount"`
	Stopped      bool          `json:"stopped"`
	Waiting      int           `json:"waiting"` // files and folders that come after these
	Error        *AppError     `json:"error,omitempty"`
}

// LeftOutView is what was not added, and why.
type LeftOutView struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// AddFiles asks for files and adds them, after what is added already. It answers at
// once whether some were chosen; the events "adding" and "adding-waiting" tell the rest.
func (c *Contracts) AddFiles(session string) (bool, error) {
	if err := c.s.mayAdd(session); err != nil {
		return false, err
	}
	paths, err := c.s.desktop.OpenFiles(words.DialogAddContracts)
	if err != nil {
		return false, saveFailed("", err)
	}
	return c.addPaths(session, paths)
}

// AddFolder asks for a folder and adds what is in it, and in the folders in it.
func (c *Contracts) AddFolder(session string) (bool, error) {
	if err := c.s.mayAdd(session); err != nil {
		return false, err
	}
	path, err := c.s.desktop.OpenFolder(words.DialogAddFolder)
	if err != nil || path == "" {
		return false, err
	}
	return c.addPaths(session, []string{path})
}

func (c *Contracts) addPaths(session string, paths []string) (bool, error) {
	paths = slices.DeleteFunc(paths, func(p string) bool { return p == "" })
	if len(paths) == 0 {
		return false, nil
	}
	return true, c.s.add(session, &addition{
		names: paths, passed: func(int, bool) {},
		find: func(ctx context.Context, tell func(name string, found int)) []workspace.Source {
			return sourcesOf(ctx, paths, tell)
		},
	})
}

// maxPasted bounds what crosses from the page in one message, in bytes.
const maxPasted = 32 << 20

// AddPasted adds what was pasted, or dropped on a page that has no paths.
func (c *Contracts) AddPasted(session, name, dataBase64 string) (bool, error) {
	if _, err := c.s.use(session); err != nil {
		return false, err
	}
	if len(dataBase64) > base64.StdEncoding.EncodedLen(maxPasted) {
		return false, &shellError{
			code: codePastedLarge, args: map[string]any{"max": maxPasted >> 20},
		}
	}
	data, err := base64.StdEncoding.DecodeString(dataBase64)
	if err != nil {
		return false, &shellError{code: codePastedFailed, cause: err}
	}
	source := workspace.Source{
		Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
	return true, c.s.add(session, &addition{
		names: []string{name}, passed: func(int, bool) {},
		find: func(context.Context, func(string, int)) []workspace.Source { return []workspace.Source{source} },
	})
}

// The long works on contracts; one of each at a time.
const (
	jobSaving   = "saving"
	jobChecking = "checking"
	jobRotating = "rotating"
)

// beginJob makes a work the window's one of its kind, so that it can be stopped
// and a lock finds it.
func (s *shell) beginJob(token, kind string) (ses *workspace.Session, ctx context.Context, end func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == nil || token == "" || token != s.token {
		return nil, nil, nil, errNoSession
	}
	if s.stopContracts[kind] != nil {
		return nil, nil, nil, workspace.Fault(workspace.CodeAlreadyAdding, nil, nil)
	}
	ctx, stop := context.WithCancel(s.ctx)
	s.stopContracts[kind] = stop
	return s.session, ctx, func() {
		stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.stopContracts, kind)
	}, nil
}

// stopJob stops a work, if it is under way.
func (s *shell) stopJob(token, kind string) error {
	if _, err := s.use(token); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if stop := s.stopContracts[kind]; stop != nil {
		stop()
	}
	return nil
}

func values(all []workspace.Source) iter.Seq[workspace.Source] { return slices.Values(all) }

// telling gives a function that tells the page how far a work is: at once where
// it matters, else a few times a second.
func (s *shell) telling(event string, ses *workspace.Session) func(payload any, now bool) {
	var last time.Time
	return func(payload any, must bool) {
		if now := time.Now(); must || now.Sub(last) > 50*time.Millisecond {
			last = now
			_ = ses.Touch() // a session that is over ends the work by its own way
			s.desktop.Emit(event, payload)
		}
	}
}
