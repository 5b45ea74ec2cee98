package main

import (
	"context"
	_ "embed" // licenses.json
	"encoding/json"
	"fmt"
	"strings"
)

// licensesFile says whose work is in the program. make licenses writes it.
//
//go:embed licenses.json
var licensesFile []byte

// license is that of a module.
type license struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	License string `json:"license"` // by its SPDX name
	Text    string `json:"text"`
}

func licenses(_ context.Context, e *env, _ []string) error {
	var all []license
	if err := json.Unmarshal(licensesFile, &all); err != nil {
		return err
	}
	var b strings.Builder
	for _, l := range all {
		fmt.Fprintf(&b, "%s (%s)\n\n%s\n\n", strings.TrimSpace(l.Name+" "+l.Version), l.License, l.Text)
	}
	return e.print(all, b.String())
}
