package workspace_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What takes long, by package and name; and what runs a function under the writer's
// lock.
var (
	hashing   = []string{"password.Derive", "recovery.Derive", "recovery.Hash", "recovery.HashSet"}
	underLock = []string{"update", "updateUnanchored", "unlogged", "Update", "change", "changeNow", "setInfo", "giveOutOnce", "Change", "Accept", "UseUp"}
)

// source is the package with what its names stand for, and the functions of it that are
// run under the lock. Other packages are known by name alone.
type source struct {
	set    *token.FileSet
	info   types.Info
	bodies map[types.Object]ast.Node
	locked []ast.Node
}

// nothing imports every package as an empty one.
type nothing struct{}

func (nothing) Import(name string) (*types.Package, error) {
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}

func readSource(t *testing.T) *source {
	t.Helper()
	s := &source{set: token.NewFileSet(), bodies: map[types.Object]ast.Node{}}
	s.info = types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	c := types.Config{Importer: nothing{}, Error: func(error) {}} // of what the other packages have
	_, _ = c.Check("countersign/backend/workspace", s.set, files, &s.info)
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				s.bodies[s.info.Defs[n.Name]] = n
			case *ast.CallExpr:
				if !calls(n, underLock...) {
					return true
				}
				for _, arg := range n.Args {
					if fn, ok := arg.(*ast.FuncLit); ok {
						s.locked = append(s.locked, fn)
					}
				}
			}
			return true
		})
	}
	return s
}

// wayTo gives the calls by which n comes to hash something, or nil.
func (s *source) wayTo(n ast.Node, seen map[types.Object]bool) (way []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || way != nil {
			return way == nil
		}
		id, _ := call.Fun.(*ast.Ident)
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
			id = sel.Sel
			if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(hashing, x.Name+"."+id.Name) {
				way = []string{x.Name + "." + id.Name}
				return false
			}
		}
		if id == nil {
			return true
		}
		if of := s.info.Uses[id]; s.bodies[of] != nil && !seen[of] {
			seen[of] = true
			if rest := s.wayTo(s.bodies[of], seen); rest != nil {
				way = append([]string{id.Name}, rest...)
			}
		}
		return way == nil
	})
	return way
}

// TestLock_NothingIsHashedUnderIt follows the calls of each function that is run under
// the writer's lock: none leads to Argon2id, for which everybody else who writes would
// have to wait.
func TestLock_NothingIsHashedUnderIt(t *testing.T) {
	t.Parallel()
	s := readSource(t)
	if len(s.locked) < 30 {
		t.Fatalf("%d functions are run under the lock", len(s.locked))
	}
	for _, fn := range s.locked {
		if way := s.wayTo(fn, map[types.Object]bool{}); way != nil {
			t.Errorf("%s hashes under the writer's lock, by way of %s", s.set.Position(fn.Pos()), strings.Join(way, " > "))
		}
	}
	found := false
	for of, body := range s.bodies {
		found = found || of.Name() == "Recover" && s.wayTo(body, map[types.Object]bool{}) != nil
	}
	if !found {
		t.Error("this test does not see that a recovery code is hashed")
	}
}
