package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/backend/folders"
)

func TestWorkspaces_ListHasTheFolderOfEach(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(err)
	run := func(args ...string) string {
		t.Helper()
		told, err := os.CreateTemp(t.TempDir(), "told")
		ok(err)
		defer told.Close()
		var out bytes.Buffer
		if exit := run(t.Context(), append([]string{"workspaces", "--data-dir", dir}, args...), nil, &out, told); exit != 0 {
			t.Fatalf("it ends with %d", exit)
		}
		return out.String()
	}
	if got := run(); !strings.Contains(got, "hasn’t opened") {
		t.Errorf("none is listed as %q", got)
	}
	id, err := folders.Add(dir, "")
	other, _ := folders.Path(dir, id)
	ok(errors.Join(err,
		folders.Write(dir, folders.Label{Workspace: strings.Repeat("a", 26), Name: "Northwind Legal"}),
		folders.Write(other, folders.Label{Workspace: strings.Repeat("b", 26), Name: "Acme", Server: "legal.example.com:8443"})))
	var got struct{ Workspaces []workspaceView }
	ok(json.Unmarshal([]byte(run("--json")), &got))
	want := []workspaceView{{"Acme", "legal.example.com:8443", other}, {"Northwind Legal", "", dir}}
	if len(got.Workspaces) != 2 || got.Workspaces[0] != want[0] || got.Workspaces[1] != want[1] {
		t.Errorf("%+v, not %+v", got.Workspaces, want)
	}
	if text := run(); !strings.Contains(text, "this computer") || !strings.Contains(text, "legal.example.com:8443  "+other) {
		t.Errorf("the table is\n%s", text)
	}
}
