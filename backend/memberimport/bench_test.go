package memberimport_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/backend/memberimport"
)

func BenchmarkRead10000(b *testing.B) {
	var list strings.Builder
	list.WriteString("Name;Email;Role\r\n")
	for i := range 10_000 {
		fmt.Fprintf(&list, "\"Person, %d\";person.%d@example.com;member\r\n", i, i)
	}
	b.ReportAllocs()
	b.SetBytes(int64(list.Len()))
	for b.Loop() {
		if _, err := memberimport.Read(strings.NewReader(list.String()), 10_000); err != nil {
			b.Fatal(err)
		}
	}
}
