package sheet_test

import (
	"io"
	"testing"

	"countersign/backend/sheet"
)

func BenchmarkInvitationPDF(b *testing.B) {
	one := invited(b)
	b.ReportAllocs()
	for b.Loop() {
		err := sheet.InvitationPDF(io.Discard, func(yield func(sheet.Invitation) bool) {
			for range 1000 {
				if !yield(one) {
					return
				}
			}
		}, sheet.A4)
		if err != nil {
			b.Fatal(err)
		}
	}
}
