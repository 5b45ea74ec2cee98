package main

import (
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// survivorList is the committed file: reasons, and below each the mutants that it holds for.
type survivorList struct {
	head    []string // the lines before the first reason
	reasons []string // in the order of the file
	reason  map[string]string
	order   []string // of the mutants
}

// unexplained stands for the reason of what -write adds.
const unexplained = "?"

// readSurvivors reads the list: "# comment" first, then "reason:" lines, each with indented keys.
func readSurvivors(name string) (*survivorList, error) {
	b, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	l := &survivorList{reason: map[string]string{}}
	under := ""
	for n, line := range strings.Split(string(b), "\n") {
		switch {
		case strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "#") && len(l.reasons) == 0:
			l.head = append(l.head, line)
		case !strings.HasPrefix(line, "\t"):
			under = line
			if !slices.Contains(l.reasons, line) { // it may stand there twice
				l.reasons = append(l.reasons, line)
			}
		case len(l.reasons) == 0:
			return nil, fmt.Errorf("%s:%d: a survivor stands before the first reason", name, n+1)
		default:
			key := strings.TrimSpace(line)
			if _, ok := l.reason[key]; ok {
				return nil, fmt.Errorf("%s:%d: a survivor stands there twice", name, n+1)
			}
			l.reason[key] = under
			l.order = append(l.order, key)
		}
	}
	return l, nil
}

// check says what differs between the list and a run of some packages.
func (l *survivorList) check(w io.Writer, about scope, survivors []change) (ok bool) {
	ok = true
	alive := map[string]bool{}
	for _, m := range survivors {
		alive[m.key()] = true
		switch l.reason[m.key()] {
		case "":
			fmt.Fprintf(w, "%s:%d: no test notices it, and it isn't listed:\n\t%s\n", m.file, m.line, m.key())
			ok = false
		case unexplained:
			fmt.Fprintf(w, "%s:%d: it is listed without a reason:\n\t%s\n", m.file, m.line, m.key())
			ok = false
		}
	}
	for _, key := range l.order {
		if !alive[key] && about.covers(key) {
			fmt.Fprintf(w, "%s: it is listed, and no survivor any more:\n\t%s\n", list, key)
			ok = false
		}
	}
	return ok
}

// explained gives the mutants that stand there below a reason.
func (l *survivorList) explained(all []change) (them []change) {
	for _, m := range all {
		if r := l.reason[m.key()]; r != "" && r != unexplained {
			them = append(them, m)
		}
	}
	return them
}

// scope is what a run looks at: packages, and of these the files that begin in one of these ways,
// or all.
type scope struct {
	suites []suite
	files  []string
}

// covers reports whether a mutant with this key is in it.
func (s scope) covers(key string) bool {
	file, _, _ := strings.Cut(key, " | ")
	dir, name := path.Split(file)
	return slices.ContainsFunc(s.suites, func(of suite) bool { return dir == "backend/"+of.name+"/" }) &&
		(len(s.files) == 0 || slices.ContainsFunc(s.files, func(begin string) bool { return strings.HasPrefix(name, begin) }))
}

// with gives the list as this run would have it: reasons stay, and what has none gets "?".
func (l *survivorList) with(about scope, survivors []change) *survivorList {
	now := &survivorList{head: l.head, reasons: l.reasons, reason: map[string]string{}}
	for _, key := range l.order {
		if !about.covers(key) {
			now.add(key, l.reason[key])
		}
	}
	for _, m := range survivors {
		reason := l.reason[m.key()]
		if reason == "" {
			reason = unexplained
		}
		now.add(m.key(), reason)
	}
	return now
}

func (l *survivorList) add(key, reason string) {
	if !slices.Contains(l.reasons, reason) {
		l.reasons = append(l.reasons, reason)
	}
	l.reason[key] = reason
	l.order = append(l.order, key)
}

// writeSurvivors writes the list, reason by reason.
func writeSurvivors(name string, l *survivorList) error {
	var b strings.Builder
	for _, line := range l.head {
		fmt.Fprintln(&b, line)
	}
	for _, reason := range l.reasons {
		var keys []string
		for _, key := range l.order {
			if l.reason[key] == reason {
				keys = append(keys, key)
			}
		}
		if len(keys) == 0 {
			continue
		}
		slices.Sort(keys)
		fmt.Fprintf(&b, "\n%s\n", reason)
		for _, key := range keys {
			fmt.Fprintf(&b, "\t%s\n", key)
		}
	}
	return os.WriteFile(name, []byte(b.String()), 0o644)
}
