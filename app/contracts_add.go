package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"slices"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
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
	in, err := c.s.mayAdd(session)
	if err != nil {
		return false, err
	}
	paths, err := c.s.desktop.OpenFiles(words.DialogAddContracts)
	if err != nil {
		return false, saveFailed("", err)
	}
	return in.addPaths(paths)
}

// AddFolder asks for a folder and adds what is in it, and in the folders in it.
func (c *Contracts) AddFolder(session string) (bool, error) {
	in, err := c.s.mayAdd(session)
	if err != nil {
		return false, err
	}
	path, err := c.s.desktop.OpenFolder(words.DialogAddFolder)
	if err != nil || path == "" {
		return false, err
	}
	return in.addPaths([]string{path})
}

func (in *signIn) addPaths(paths []string) (bool, error) {
	paths = slices.DeleteFunc(paths, func(p string) bool { return p == "" })
	if len(paths) == 0 {
		return false, nil
	}
	return true, in.add(&addition{
		names: paths, passed: func(int, bool) {},
		find: func(ctx context.Context, tell func(name string, found int)) []client.Source {
			return sourcesOf(ctx, paths, tell)
		},
	})
}

// maxPasted bounds what crosses from the page in one message, in bytes.
const maxPasted = 32 << 20

// AddPasted adds what was pasted, or dropped on a page that has no paths.
func (c *Contracts) AddPasted(session, name, dataBase64 string) (bool, error) {
	in, err := c.s.use(session)
	if err != nil {
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
	source := client.Source{
		Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
	return true, in.add(&addition{
		names: []string{name}, passed: func(int, bool) {},
		find: func(context.Context, func(string, int)) []client.Source { return []client.Source{source} },
	})
}

// The long works on contracts; one of each at a time.
const (
	jobSaving   = "saving"
	jobChecking = "checking"
	jobRotating = "rotating"
)

// beginJob makes a work the sign-in's one of its kind, so that it can be stopped.
func (in *signIn) beginJob(kind string) (ctx context.Context, end func(), err error) {
	var stop context.CancelFunc
	err = in.note(func() error {
		if in.jobs[kind] != nil {
			return service.Fault(service.CodeAlreadyAdding, nil, nil)
		}
		ctx, stop = context.WithCancel(in.ctx)
		in.jobs[kind] = stop
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return ctx, func() {
		stop()
		in.mu.Lock()
		defer in.mu.Unlock()
		delete(in.jobs, kind)
	}, nil
}

// stopJob stops a work, if it is under way.
func (in *signIn) stopJob(kind string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if stop := in.jobs[kind]; stop != nil {
		stop()
	}
}

func (s *shell) stopJob(token, kind string) error {
	in, err := s.use(token)
	if err != nil {
		return err
	}
	in.stopJob(kind)
	return nil
}
