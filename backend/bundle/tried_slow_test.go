//go:build slow

package bundle_test

// tried says which bytes are changed: each.
const tried = 1
