//go:build !race

package workspace_test

const modelRuns = "15"
