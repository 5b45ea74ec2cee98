//go:build !race

package workspace_test

const underRace = false

const modelRuns = "15"
