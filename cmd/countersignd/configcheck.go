package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"countersign/backend/words"
)

// configReport is what config check --json prints.
type configReport struct {
	OK       bool              `json:"ok"`
	Problems []problem         `json:"problems"`
	From     map[string]string `json:"from"` // where each key was set
}

// checkConfig looks at everything that can be told without the database: status asks that.
func checkConfig(_ context.Context, e *env, _ []string) error {
	c, problems := e.configure("database", "server-key", "certificate", "certificate-key")
	r := &reading{problems: problems}
	if len(problems) == 0 {
		r.checkFiles(e, c)
	}
	v := configReport{OK: len(r.problems) == 0, Problems: append([]problem{}, r.problems...), From: c.from}
	text := say(words.TerminalServerConfigCheckGood, nil) + "\n"
	if !v.OK {
		text = ""
	}
	for _, p := range r.problems {
		text += p.String() + "\n"
	}
	for _, name := range e.strangers() {
		text += say(words.TerminalServerConfigCheckStranger, words.Args{"variable": name}) + "\n"
	}
	if err := e.print(v, text); err != nil || v.OK {
		return err
	}
	return errFound
}

// checkFiles looks at the files that the configuration names. What init makes may be missing, as long as all of it is.
func (r *reading) checkFiles(e *env, c *config) {
	missing := func(path string) bool {
		_, err := os.Stat(path)
		return errors.Is(err, fs.ErrNotExist)
	}
	if c.keyFile != "" && missing(c.keyFile) && missing(c.certificate) {
		return
	}
	if c.credential == "" || os.Getenv("CREDENTIALS_DIRECTORY") != "" { // which only the service has
		r.checkKey(c)
	}
	pair, err := readPair(c.certificate, c.certificateKey)
	if err != nil {
		told, _ := explain(err)
		r.problems = append(r.problems, problem{"certificate", c.from["certificate"], told.Message})
		return
	}
	if why := checkCertificate(pair.Leaf, c.host(), e.now()); why != nil {
		r.wrong("certificate", c.from["certificate"], why)
	}
}

func (r *reading) checkKey(c *config) {
	key, err := readKey(c)
	if err == nil {
		key.Close()
		return
	}
	name := "server-key"
	if c.credential != "" {
		name = "server-key-credential"
	}
	told, _ := explain(err)
	r.problems = append(r.problems, problem{name, c.from[name], told.Message})
}

// strangers are variables of the environment that look like ours and are not. They are told of and no mistake: a name such as
// COUNTERSIGN_PORT comes from others, for example from Kubernetes for a service of this name.
func (e *env) strangers() (names []string) {
	for _, set := range e.environ {
		name, _, _ := strings.Cut(set, "=")
		if !strings.HasPrefix(name, environment) || name == environment+"CONFIG" {
			continue
		}
		plain := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, environment)), "_", "-")
		if _, known := keyOf(plain); !known {
			names = append(names, name)
		}
	}
	return names
}
