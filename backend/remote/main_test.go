package remote_test

import (
	"flag"
	"os"
	"testing"

	"countersign/backend/teststore"
)

// Much of the time goes into waiting, so more tests than there are cores run at once.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	code := m.Run()
	teststore.Stop()
	os.Exit(code)
}
