//go:build race

package workspace_test

const underRace = true

// The race detector makes a run some ten times slower.
const modelRuns = "3"
