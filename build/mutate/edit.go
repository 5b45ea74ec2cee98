package main

import (
	"bytes"
	"go/ast"
	"go/token"
	"slices"
)

// Where two edits meet at one place, what ends there comes before what begins there.
const (
	ends = iota
	inside
	begins
)

// edit puts text in place of src[from:to].
type edit struct {
	from, to int
	text     string
	order    int
}

func (f *finder) offset(p token.Pos) int { return f.fset.Position(p).Offset }

func (f *finder) insert(at token.Pos, text string) {
	f.edits = append(f.edits, edit{f.offset(at), f.offset(at), text, begins})
}

// wrap puts text around a node. Nodes are wrapped from the outside in, so what ends at one place
// is gathered in the wrong order: see apply.
func (f *finder) wrap(n ast.Node, before, after string) {
	f.edits = append(f.edits, edit{f.offset(n.Pos()), f.offset(n.Pos()), before, begins}, edit{f.offset(n.End()), f.offset(n.End()), after, ends})
}

// apply gives the source with its edits.
func apply(src []byte, edits []edit) []byte {
	type numbered struct {
		edit
		n int
	}
	var all []numbered
	for i, e := range edits {
		if e.order == ends {
			i = -i // the innermost first
		}
		all = append(all, numbered{e, i})
	}
	slices.SortFunc(all, func(a, b numbered) int {
		switch {
		case a.from != b.from:
			return a.from - b.from
		case a.order != b.order:
			return a.order - b.order
		}
		return a.n - b.n
	})
	var out bytes.Buffer
	last := 0
	for _, e := range all {
		out.Write(src[last:e.from])
		out.WriteString(e.text)
		last = e.to
	}
	out.Write(src[last:])
	return out.Bytes()
}
