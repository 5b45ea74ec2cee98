//go:build race

package workspace_test

// The race detector makes a run some ten times slower.
const modelRuns = "3"
