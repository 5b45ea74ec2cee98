package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// change is one mutant of to the code.
type change struct {
	id       int
	pkg      string
	file     string // within the tree
	line     int
	begins   int    // the line on which the function begins
	source   string // a digest of the function
	function string
	operator string
	text     string // the code that it changes, in one line
	nth      int    // 1 for the first of its kind in the function, and so on
}

// key names a mutant however the lines move.
func (m change) key() string {
	text := m.text
	if m.nth > 1 {
		text += fmt.Sprintf(" #%d", m.nth)
	}
	return strings.Join([]string{m.file, m.function, m.operator, text}, " | ")
}

// finder walks through a file, and gathers mutants and the edits that write them in.
type finder struct {
	fset    *token.FileSet
	src     []byte
	pkg     string
	file    string
	next    int    // the number of the next mutant
	begins  int    // the line of the function
	source  string // a digest of it
	mutants []change
	edits   []edit
}

// find gives the mutants of a file, numbered from first, and the file with all of them in it.
func find(pkg, file string, src []byte, first int) ([]change, []byte, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	f := &finder{fset: fset, src: src, pkg: pkg, file: file, next: first}
	for _, d := range tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			f.begins = fset.Position(fn.Pos()).Line
			sum := sha256.Sum256(src[f.offset(fn.Pos()):f.offset(fn.End())])
			f.source = hex.EncodeToString(sum[:8])
			f.function(place{function: nameOf(fn), results: fn.Type.Results}, fn.Body)
		}
	}
	if len(f.mutants) == 0 {
		return nil, src, nil
	}
	f.insert(tree.Name.End(), `; import mutant "countersign/build/mutate/mutant"`)
	number(f.mutants)
	return f.mutants, apply(src, f.edits), nil
}

// number counts mutants of which all else is the same.
func number(all []change) {
	seen := map[string]int{}
	for i := range all {
		k := all[i].key()
		seen[k]++
		all[i].nth = seen[k]
	}
}

func nameOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	t := fn.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "." + fn.Name.Name
	}
	return fn.Name.Name
}

// place is where in a function a piece of code stands.
type place struct {
	function string
	results  *ast.FieldList
	context  string // the condition that leads here
}

// add makes a mutant and returns its number.
func (f *finder) add(at place, node ast.Node, operator, text string) int {
	id := f.next
	f.next++
	f.mutants = append(f.mutants, change{
		id: id, pkg: f.pkg, file: f.file, line: f.fset.Position(node.Pos()).Line, begins: f.begins, source: f.source, function: at.function, operator: operator, text: text,
	})
	return id
}

func (f *finder) function(at place, body *ast.BlockStmt) { f.statements(at, body.List) }

// statements walks through a list, of which each statement may be left out or tell what the
// condition after it is about.
func (f *finder) statements(at place, list []ast.Stmt) {
	for i, s := range list {
		before := ""
		if i > 0 {
			before = f.text(list[i-1])
		}
		if text, ok := f.skippable(s); ok {
			id := f.add(at, s, "skip", text)
			f.wrap(s, fmt.Sprintf("if mutant.Does(%d) { ", id), " }")
		}
		f.statement(at, s, before)
	}
}

func (f *finder) statement(at place, s ast.Stmt, before string) {
	switch s := s.(type) {
	case *ast.IfStmt:
		f.ifs(at, s, before)
	case *ast.SwitchStmt:
		f.init(at, s.Init)
		f.inner(at, s.Tag)
		for _, c := range s.Body.List {
			f.clause(at, s, c.(*ast.CaseClause))
		}
	case *ast.ReturnStmt:
		f.returns(at, s)
	case *ast.BlockStmt:
		f.statements(at, s.List)
	case *ast.ForStmt:
		f.init(at, s.Init)
		f.inner(at, s.Cond)
		f.init(at, s.Post)
		f.statements(at, s.Body.List)
	case *ast.RangeStmt:
		f.inner(at, s.X)
		f.statements(at, s.Body.List)
	case *ast.TypeSwitchStmt:
		for _, c := range s.Body.List {
			f.statements(at, c.(*ast.CaseClause).Body)
		}
	case *ast.SelectStmt:
		for _, c := range s.Body.List {
			f.statements(at, c.(*ast.CommClause).Body)
		}
	case *ast.LabeledStmt:
		f.statement(at, s.Stmt, before)
	case nil:
	default:
		f.inner(at, s)
	}
}

func (f *finder) init(at place, s ast.Stmt) {
	if s != nil {
		f.inner(at, s)
	}
}

// ifs has the condition, its parts, and both branches.
func (f *finder) ifs(at place, s *ast.IfStmt, before string) {
	f.init(at, s.Init)
	cond := f.text(s.Cond)
	head := cond
	switch {
	case s.Init != nil:
		head = f.text(s.Init) + "; " + cond
	case strings.HasPrefix(cond, "err") && before != "":
		head = before + "; " + cond // on its own it says nothing
	case strings.HasPrefix(cond, "err") && at.context != "":
		head = at.context + " → " + cond
	}
	f.condition(at, s.Cond, head)
	then := at
	then.context = head
	f.statements(then, s.Body.List)
	switch e := s.Else.(type) {
	case *ast.IfStmt:
		f.ifs(at, e, before)
	case *ast.BlockStmt:
		f.statements(at, e.List)
	}
}

func (f *finder) clause(at place, s *ast.SwitchStmt, c *ast.CaseClause) {
	then := at
	for _, e := range c.List {
		if s.Tag == nil {
			f.condition(at, e, f.text(e))
		} else {
			f.inner(at, e)
		}
		then.context = f.text(e)
	}
	f.statements(then, c.Body)
}

// condition has two mutants of the whole, and those of its parts.
func (f *finder) condition(at place, e ast.Expr, head string) {
	if id, ok := e.(*ast.Ident); ok && (id.Name == "true" || id.Name == "false") {
		return
	}
	id := f.add(at, e, "never", head)
	f.add(at, e, "always", head)
	f.wrap(e, fmt.Sprintf("mutant.If(%d, ", id), ")")
	f.inner(at, e)
}

// returns has an error that may be nil, and a bool that may be the other.
func (f *finder) returns(at place, s *ast.ReturnStmt) {
	last := lastResult(at.results)
	n := len(s.Results)
	if n == 0 || n != count(at.results) {
		last = "" // named results, or those of one call
	}
	text := f.text(s)
	if at.context != "" {
		text = at.context + " → " + text
	}
	for i, e := range s.Results {
		id, named := e.(*ast.Ident)
		switch {
		case last == "error" && i == n-1 && !(named && id.Name == "nil"):
			id := f.add(at, s, "allow", text)
			f.wrap(e, fmt.Sprintf("mutant.Error(%d, ", id), ")")
		case last == "bool" && named && (id.Name == "true" || id.Name == "false"):
			operator, other := "no", "false"
			if id.Name == "false" {
				operator, other = "yes", "true"
			}
			f.wrap(e, fmt.Sprintf("mutant.Drop(%d, %s, ", f.add(at, s, operator, text), other), ")")
		case last == "bool" && n == 1:
			id := f.add(at, s, "no", text)
			f.add(at, s, "yes", text)
			f.wrap(e, fmt.Sprintf("mutant.If(%d, ", id), ")")
		}
		f.inner(at, e)
	}
}

func lastResult(l *ast.FieldList) string {
	if l == nil || len(l.List) == 0 {
		return ""
	}
	if id, ok := l.List[len(l.List)-1].Type.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func count(l *ast.FieldList) (n int) {
	if l != nil {
		for _, field := range l.List {
			n += max(1, len(field.Names))
		}
	}
	return n
}

// bounds are the comparisons that have a neighbour, with the function that stands for each.
var bounds = map[token.Token]string{token.LSS: "Less", token.LEQ: "LessEqual", token.GTR: "More", token.GEQ: "MoreEqual"}

// inner walks through what holds no statement of its own but in function literals.
func (f *finder) inner(at place, n ast.Node) {
	if n == nil {
		return
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			f.function(place{function: at.function, results: n.Type.Results}, n.Body)
			return false
		case *ast.GenDecl:
			return n.Tok == token.VAR
		case *ast.BinaryExpr:
			f.binary(at, n)
		case *ast.CallExpr:
			f.joined(at, n)
		}
		return true
	})
}

func (f *finder) binary(at place, e *ast.BinaryExpr) {
	if e.Op == token.LAND || e.Op == token.LOR {
		for _, side := range [2]ast.Expr{e.X, e.Y} {
			if b, ok := side.(*ast.BinaryExpr); ok && b.Op == e.Op {
				continue // a longer chain of the same
			}
			id := f.add(at, side, "drop", f.text(side)+" of "+f.text(e))
			f.wrap(side, fmt.Sprintf("mutant.Drop(%d, %t, ", id, e.Op == token.LAND), ")")
		}
	}
	name, ok := bounds[e.Op]
	if _, literal := e.X.(*ast.BasicLit); !ok || literal && isLiteral(e.Y) {
		return
	}
	id := f.add(at, e, "bound", f.text(e))
	f.wrap(e, fmt.Sprintf("mutant.%s(%d, ", name, id), ")")
	f.edits = append(f.edits, edit{from: f.offset(e.OpPos), to: f.offset(e.OpPos) + len(e.Op.String()), text: ",", order: inside})
}

func isLiteral(e ast.Expr) bool {
	_, ok := e.(*ast.BasicLit)
	return ok
}

// joined has the arguments of errors.Join that are calls.
func (f *finder) joined(at place, c *ast.CallExpr) {
	if f.text(c.Fun) != "errors.Join" {
		return
	}
	for _, a := range c.Args {
		if call, ok := a.(*ast.CallExpr); ok && f.text(call.Fun) != "refuse" {
			id := f.add(at, a, "skip", f.text(a))
			f.wrap(a, fmt.Sprintf("mutant.Call(%d, func() error { return ", id), " })")
		}
	}
}

// plumbing are calls that decide nothing: nobody can tell whether memory was wiped, and without
// an unlock everything stops.
var plumbing = []string{
	"Lock", "Unlock", "RLock", "RUnlock", "Wipe", "clear", "panic", "Close", "copy", "Go", "Wait", "Done", "Error", "Warn", "Info", "Debug",
	"WriteString", "WriteByte", "WriteRune", "Write", "Grow",
}

// skippable gives the text of a statement that is a call and can be left out.
func (f *finder) skippable(s ast.Stmt) (string, bool) {
	var call ast.Expr
	switch s := s.(type) {
	case *ast.ExprStmt:
		call = s.X
	case *ast.IfStmt:
		a, ok := s.Init.(*ast.AssignStmt)
		if !ok || s.Else != nil || len(a.Rhs) != 1 || !onlyError(a.Lhs) || f.text(s.Cond) != "err != nil" {
			return "", false
		}
		call = a.Rhs[0]
	}
	c, ok := call.(*ast.CallExpr)
	if !ok {
		return "", false
	}
	name := ""
	switch fun := c.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name = fun.Sel.Name
	}
	return f.text(c), !slices.Contains(plumbing, name)
}

// onlyError reports whether a call gives an error, and nothing else that is used.
func onlyError(left []ast.Expr) bool {
	for i, e := range left {
		id, ok := e.(*ast.Ident)
		if !ok || id.Name != "_" && (i < len(left)-1 || id.Name != "err") {
			return false
		}
	}
	return true
}

const longest = 160

// text is the source of a node in one line, cut short.
func (f *finder) text(n ast.Node) string {
	s := strings.Join(strings.Fields(string(f.src[f.offset(n.Pos()):f.offset(n.End())])), " ")
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}
