// Mutate changes guards in the backend, one at a time, and says which changes no test notices.
//
//	go run ./build/mutate            all of it, as "make test-mutation" does
//	go run ./build/mutate totp       one package
//	go run ./build/mutate -files signin,enrol_ workspace
//	                                 some files of one
//	go run ./build/mutate -marks /tmp/marks
//	                                 a run that may be stopped and goes on there
//	go run ./build/mutate -write     also write build/mutation-survivors.txt
//
// The operators are few, and all of them concern what a guard decides:
//
//	never, always   a condition of if, or of a switch without a tag, is false, or true
//	drop            one side of && or || is left out
//	bound           < becomes <=, > becomes >=, and the other way round
//	allow           an error that is returned becomes nil
//	yes, no         a function that returns a bool returns true, or false
//	skip            a call is left out: a statement, "if err := call(); err != nil { … }"
//	                without the whole of it, or one argument of errors.Join
//
// Calls that only unlock, wipe or log are left alone, and so are values that aren't decisions.
//
// All mutants are compiled at once, each behind its number (see package mutant), through an
// overlay, so the tree isn't touched and each package's tests are built once. Every test runs by
// itself first, which records the mutants that it could tell from the original; one that takes long
// is taken apart. Then several looks follow, each at the mutants that the ones before have left: by
// few tests of the package itself, by faults that come through the mutant's function (crashtest
// says on which lines), by the tests of other packages, and last by all that the package has. The
// tests beside the code run first, and before them those that noticed the mutants before. A test
// that fails, panics or takes too long kills the mutant. gremlins builds and runs all tests of a
// package for each mutant, which would take days here.
//
// With -marks, a run that was stopped goes on where it was, as long as the mutants are the same.
// That a mutant was noticed is believed of any earlier run, if its function is the same: remove the
// file that ends in .killed where tests have gone.
//
// A mutant that survives has to stand in build/mutation-survivors.txt below a reason. The run
// fails for one that doesn't, and for a line there that is no survivor any more.
package main
