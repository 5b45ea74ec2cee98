package workspace_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWorkspace_RunsNoArgon2id holds what takes long away from the writer's lock, for which everybody else who
// writes would have to wait: it is all the client's.
func TestWorkspace_RunsNoArgon2id(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var called []string // from password and recovery
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "password" || x.Name == "recovery") {
					called = append(called, x.Name+"."+sel.Sel.Name)
				}
			}
			return true
		})
	}
	if !slices.Contains(called, "recovery.Keyed") {
		t.Error("this test does not see what is called")
	}
	for _, slow := range []string{"password.Derive", "recovery.Derive", "recovery.ProofOf"} {
		if slices.Contains(called, slow) {
			t.Errorf("%s is called", slow)
		}
	}
}
