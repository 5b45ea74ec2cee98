package workspace_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/backend/service"
	"countersign/backend/store"
)

// TestRefusals_AreNeverJoined holds both halves to refuseUnless and service.Afterwards: in a
// join, whatever a store has answered would be told as the refusal beside it.
func TestRefusals_AreNeverJoined(t *testing.T) {
	t.Parallel()
	var files []string
	for _, half := range []string{"*.go", "../client/*.go", "../contracts/*.go"} {
		found, err := filepath.Glob(half)
		if err != nil || len(found) == 0 {
			t.Fatal(half, found, err)
		}
		files = append(files, found...)
	}
	joins := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !calls(call, "Join") {
				return true
			}
			joins++
			ast.Inspect(call, func(n ast.Node) bool {
				if inner, ok := n.(*ast.CallExpr); ok && calls(inner, "refuse", "Refuse", "refuseUnless", "throttled", "wrong") {
					t.Errorf("%s: a refusal is joined with another error", set.Position(call.Pos()))
				}
				return true
			})
			return true
		})
	}
	if joins == 0 {
		t.Error("no join was looked at")
	}
}

// calls reports whether a call is of a function or a method of one of these names.
func calls(c *ast.CallExpr, names ...string) bool { return slices.Contains(names, nameOf(c)) }

// nameOf is the last part of what is called.
func nameOf(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func TestError_IsOfItsCodeAlone(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	err := s.Rename(t.Context(), " ")
	if !errors.Is(err, &service.Error{Code: service.CodeNameRequired}) || errors.Is(err, &service.Error{Code: service.CodeNameLong}) || errors.Is(err, store.ErrNotFound) {
		t.Errorf("%v", err)
	}
	h.refused(err, service.CodeNameRequired)
}
