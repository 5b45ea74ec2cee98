// Package mutant is what build/mutate writes into the code that it changes. Each function
// stands for a piece of that code and knows the mutants of it by their numbers. At most one
// mutant is on in a process.
//
// A mutant is marked where the test that runs now could tell it from the original: where
// the changed piece gives another value. A test that marks nothing can't fail by it.
package mutant

import (
	"cmp"
	"encoding/binary"
	"os"
	"strconv"
	"sync/atomic"
)

const (
	// On names the variable with the number of the mutant that is on.
	On = "COUNTERSIGN_MUTANT"
	// Marks names the variable with the file that marks are added to, four bytes each.
	Marks = "COUNTERSIGN_MUTANT_MARKS"
	// Most is how many mutants there can be.
	Most = 1 << 15
)

var (
	on     = number(os.Getenv(On))
	marks  = open(os.Getenv(Marks))
	marked [Most]atomic.Bool
)

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func open(name string) *os.File {
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		panic(err)
	}
	return f
}

// differs marks a mutant and reports whether it is on.
func differs(id int) bool {
	if marks != nil && !marked[id].Swap(true) {
		if _, err := marks.Write(binary.LittleEndian.AppendUint32(nil, uint32(id))); err != nil {
			panic(err)
		}
	}
	return id == on
}

// If stands for a condition: mutant id never holds, and id+1 always does.
func If[B ~bool](id int, b B) B {
	if !b {
		id++
	}
	return b != B(differs(id))
}

// Drop stands for one side of && or ||, which mutant id leaves out: neutral is true or false.
func Drop[B ~bool](id int, neutral, b B) B {
	if b != neutral && differs(id) {
		return neutral
	}
	return b
}

// Less stands for x < y, of which mutant id makes x <= y.
func Less[T cmp.Ordered](id int, x, y T) bool { return x < y || x == y && differs(id) }

// LessEqual stands for x <= y, of which mutant id makes x < y.
func LessEqual[T cmp.Ordered](id int, x, y T) bool { return x < y || x == y && !differs(id) }

// More stands for x > y, of which mutant id makes x >= y.
func More[T cmp.Ordered](id int, x, y T) bool { return x > y || x == y && differs(id) }

// MoreEqual stands for x >= y, of which mutant id makes x > y.
func MoreEqual[T cmp.Ordered](id int, x, y T) bool { return x > y || x == y && !differs(id) }

// Error stands for a returned error, in place of which mutant id returns nil.
func Error(id int, err error) error {
	if err != nil && differs(id) {
		return nil
	}
	return err
}

// Does reports whether a statement is carried out, which mutant id leaves out.
func Does(id int) bool { return !differs(id) }

// Call stands for a call whose error is joined with others. Mutant id leaves it out.
func Call(id int, f func() error) error {
	if differs(id) {
		return nil
	}
	return f()
}
