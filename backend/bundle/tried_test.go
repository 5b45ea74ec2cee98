//go:build !slow

package bundle_test

// tried says which bytes are changed: each seventh. It is no number by which a part of the file repeats.
const tried = 7
