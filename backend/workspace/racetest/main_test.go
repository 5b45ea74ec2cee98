package racetest_test

import (
	"os"
	"testing"

	"countersign/backend/teststore"
)

func TestMain(m *testing.M) {
	code := m.Run()
	teststore.Stop()
	os.Exit(code)
}
