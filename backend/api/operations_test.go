package api_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"countersign/backend/api"
)

func TestOpenAPI_IsWhatTheOperationsMake(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "run", "-modfile=../../build/tools.mod", "-tags", "openapi", "../../build/openapi", "-show")
	var told strings.Builder
	cmd.Stderr = &told
	made, err := cmd.Output()
	if err != nil {
		t.Fatal(err, told.String())
	}
	kept, err := os.ReadFile("../../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, kept) {
		t.Error("docs/openapi.yaml is not what the operations make: run go generate ./backend/api")
	}
	for _, op := range api.Operations() {
		if !bytes.Contains(kept, []byte("\n  "+op.Path()+":\n")) {
			t.Errorf("%s is not in docs/openapi.yaml", op.Name)
		}
	}
}

func TestOperations_HaveAnAddressOfTheirOwnAndSayWhatTheyDo(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, op := range api.Operations() {
		if known[op.Path()] || op.Path() == api.Index || strings.HasPrefix(op.Path(), api.Files+"/") {
			t.Errorf("%s is there twice", op.Path())
		}
		known[op.Path()] = true
		if !strings.HasSuffix(op.Does, ".") || strings.Contains(op.Does, "\n") {
			t.Errorf("%s: %q", op.Name, op.Does)
		}
		if op.By == api.ByAdmin != strings.HasPrefix(op.Name, "admin/") {
			t.Errorf("%s is asked by a %s", op.Name, op.By)
		}
	}
	if len(known) < 100 {
		t.Errorf("only %d operations are known", len(known))
	}
}
