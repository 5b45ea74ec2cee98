package secret

// Confined runs f on a stack of its own and overwrites that stack when f has
// returned. Hash functions and conversions leave pieces of their input in the stack,
// and Go hands stacks on as they are. Results leave f through its variables.
//
// What f needs beyond roomy bytes of stack is not overwritten, nor is what Go copied
// while it made a stack smaller; release builds forbid that (gcshrinkstackoff).
func Confined(f func()) {
	done := make(chan any)
	go func() {
		defer func() { done <- recover() }()
		overwriteStack(0) // the stack grows before there is anything in it to be copied
		defer overwriteStack(0)
		f()
	}()
	if fault := <-done; fault != nil {
		panic(fault)
	}
}

// roomy is the depth of stack that is overwritten. Argon2id, the deepest of what runs
// here, uses a tenth of it.
const roomy = 48 << 10

//go:noinline
func overwriteStack(depth int) {
	var frame [256]byte
	wipeFrame(&frame)
	if depth += len(frame); depth < roomy {
		overwriteStack(depth)
	}
	wipeFrame(&frame)
}

//go:noinline
func wipeFrame(frame *[256]byte) { clear(frame[:]) }
