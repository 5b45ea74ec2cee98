package app

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"countersign/app/platform"
	"countersign/backend/folder"
	"countersign/backend/words"
)

// When dates were told lies in the data folder, as the preferences do: an app that is started each morning tells once a week as well.
const (
	remindersName = "reminders.json"
	remindersMax  = 1 << 16 // bytes
)

// reminders are when each profile was told of what is due, by the name of the words, and their file.
type reminders struct {
	path string
	mu   sync.Mutex
	told map[string]map[string]time.Time
}

// readReminders reads them from a data folder. Without a file that can be read, nothing was told.
func readReminders(dataFolder string) *reminders {
	r := &reminders{path: filepath.Join(dataFolder, remindersName)}
	if f, err := platform.OpenRegular(r.path); err == nil {
		defer f.Close()
		if json.NewDecoder(io.LimitReader(f, remindersMax)).Decode(&r.told) != nil {
			r.told = nil
		}
	}
	return r
}

// untold are those of what is due that its person was not told of lately. A clock that was set back keeps nothing from being told.
func (r *reminders) untold(profile string, due []words.Key, now time.Time) []words.Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(due, func(k words.Key) bool { return lately(r.told[profile][k.String()], toldFor(k), now) })
}

func lately(told time.Time, within time.Duration, now time.Time) bool {
	return !now.Before(told) && now.Sub(told) < within
}

// note keeps that they were told, and forgets what is of no use any more.
func (r *reminders) note(profile string, told []words.Key, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := map[string]map[string]time.Time{}
	keep := func(profile, name string, at time.Time) {
		if next[profile] == nil {
			next[profile] = map[string]time.Time{}
		}
		next[profile][name] = at
	}
	for id, all := range r.told {
		for name, at := range all {
			if lately(at, longestTold, now) {
				keep(id, name, at)
			}
		}
	}
	for _, k := range told {
		keep(profile, k.String(), now)
	}
	r.told = next
	data, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return err
	}
	return folder.WriteWhole(r.path, append(data, '\n'))
}
