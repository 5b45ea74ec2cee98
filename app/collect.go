package app

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// collect frees what nobody holds any more and overwrites it. Go overwrites freed
// objects where the build says clobberfree; freed stacks it leaves as they are.
func collect() {
	// What pools held goes with the second round. Each one hands the stacks of
	// goroutines that have ended to where new ones take theirs.
	runtime.GC()
	runtime.GC()
	overwriteStacks()
	debug.FreeOSMemory()
}

// stackSizes are the sizes of stack that Go keeps for the next goroutine; larger
// ones go back to the heap (runtime/stack.go, stackpool).
var stackSizes = []int{2 << 10, 4 << 10, 8 << 10, 16 << 10}

// holders is how many stacks of each size are overwritten: more than goroutines
// have ever been alive here at once.
const holders = 128

// overwriteStacks starts goroutines that all hold a stack of one size, then all of
// the next, and fill each to its end with zeros. A code or a short password may
// lie in a stack where it was compared or converted.
func overwriteStacks() {
	meet := make([]sync.WaitGroup, len(stackSizes))
	for i := range meet {
		meet[i].Add(holders)
	}
	var all sync.WaitGroup
	for range holders {
		all.Go(func() { descend(0, 0, meet) })
	}
	all.Wait()
}

// descend goes deeper frame by frame, and waits for the others halfway down the
// stacks of each size.
//
//go:noinline
func descend(depth, size int, meet []sync.WaitGroup) {
	var frame [128]byte
	wipe(&frame)
	depth += len(frame)
	if size == len(stackSizes) {
		if depth > stackSizes[size-1] {
			return
		}
	} else if depth > stackSizes[size]/2 {
		meet[size].Done()
		meet[size].Wait()
		size++
	}
	descend(depth, size, meet)
	wipe(&frame)
}

//go:noinline
func wipe(frame *[128]byte) { clear(frame[:]) }
