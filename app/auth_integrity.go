package app

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"countersign/backend/folder"
	"countersign/backend/service"
	"countersign/backend/words"
)

// IntegrityView says what start-up found in a database that does not match its
// signature, without any of the data.
type IntegrityView struct {
	Findings   []FindingView `json:"findings"`
	LastGood   string        `json:"lastGood,omitempty"`
	Acceptable bool          `json:"acceptable"` // an owner may go on with it as it is
}

// FindingView counts findings of one kind.
type FindingView struct {
	Kind  string `json:"kind"`  // older-copy, log-broken, anchor-missing, row-changed, row-added, row-removed, schema-changed
	Table string `json:"table"` // see store.Key, or empty
	Count int    `json:"count"`
}

// integrityView is nil where err is about something else.
func integrityView(err error) *IntegrityView {
	if !service.IsCode(err, service.CodeNotAuthentic) {
		return nil
	}
	var r *service.Report
	if !errors.As(err, &r) {
		return &IntegrityView{Findings: []FindingView{{Kind: "schema-changed", Count: 1}}}
	}
	v := &IntegrityView{LastGood: stamp(r.LastGood), Acceptable: r.Acceptable, Findings: []FindingView{}}
	for _, f := range r.Findings {
		table, _, _ := strings.Cut(f.Key, "/")
		same := func(o FindingView) bool { return o.Kind == string(f.Kind) && o.Table == table }
		if i := slices.IndexFunc(v.Findings, same); i >= 0 {
			v.Findings[i].Count++
			continue
		}
		v.Findings = append(v.Findings, FindingView{Kind: string(f.Kind), Table: table, Count: 1})
	}
	return v
}

// SaveDiagnostics writes what was found to a file, without secrets and without
// anybody's name.
func (d *Auth) SaveDiagnostics() (Saved, error) {
	_, opening := d.s.ready()
	path, err := d.s.desktop.SaveAs(words.DialogSaveDiagnostics, d.s.say(words.DialogNameDiagnostics, nil)+".json", []fileKind{{words.DialogKindJson, "*.json"}})
	if err != nil {
		return Saved{}, saveFailed("", err)
	}
	if path == "" {
		return Saved{}, nil
	}
	if filepath.Ext(path) == "" {
		path += ".json"
	}
	report := struct {
		Version  string          `json:"version"`
		System   string          `json:"system"`
		At       string          `json:"at"`
		Code     string          `json:"code"`
		Overview *IntegrityView  `json:"overview,omitempty"`
		Details  *service.Report `json:"details,omitempty"`
	}{Version: Version, System: runtime.GOOS + "/" + runtime.GOARCH, At: stamp(d.s.now()), Overview: integrityView(opening)}
	var known *service.Error
	if errors.As(opening, &known) {
		report.Code = string(known.Code)
	}
	errors.As(opening, &report.Details)
	raw, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return Saved{}, err
	}
	if err := folder.WriteWhole(path, append(raw, '\n')); err != nil {
		return Saved{}, saveFailed(filepath.Base(path), err)
	}
	return Saved{Name: filepath.Base(path)}, nil
}
