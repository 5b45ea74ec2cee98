package sheet_test

import (
	"io"
	"iter"
	"runtime"
	"testing"

	"countersign/backend/sheet"
)

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

func TestPDF_WritesEachPageAsItIsDrawn(t *testing.T) {
	t.Parallel()
	one := printed(t)
	var out counter
	var atHundred int64
	sheets := func(yield func(sheet.Sheet) bool) {
		for i := range 200 {
			if i == 100 {
				atHundred = out.n
			}
			one.Number = i + 1
			if !yield(one) {
				return
			}
		}
	}
	if err := sheet.PDF(&out, sheets, sheet.A4); err != nil {
		t.Fatal(err)
	}
	// The fonts come last, about 30 KB, however many sheets there are.
	if half := (out.n - 40<<10) / 2; atHundred < half*9/10 {
		t.Errorf("after 100 of 200 sheets %d of %d bytes are out", atHundred, out.n)
	}
}

func BenchmarkPDF(b *testing.B) {
	for name, n := range map[string]int{"1 sheet": 1, "100 sheets": 100, "1000 sheets": 1000} {
		one := printed(b)
		var sheets iter.Seq[sheet.Sheet] = func(yield func(sheet.Sheet) bool) {
			for i := range n {
				if one.Number = i + 1; !yield(one) {
					return
				}
			}
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := sheet.PDF(io.Discard, sheets, sheet.A4); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRun(b *testing.B) {
	for name, n := range map[string]int{"30 sheets": 30, "1000 sheets": 1000} {
		r, sheets := issued(b, n)
		for form, write := range writers {
			b.Run(name+" as "+form, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := write(io.Discard, r, all(sheets)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkLiveMemory reports what a document holds on to, at its end.
func BenchmarkLiveMemory(b *testing.B) {
	for name, n := range map[string]int{"10 sheets": 10, "1000 sheets": 1000} {
		b.Run(name, func(b *testing.B) {
			one := printed(b)
			var live uint64
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				var sheets iter.Seq[sheet.Sheet] = func(yield func(sheet.Sheet) bool) {
					for range n {
						if !yield(one) {
							return
						}
					}
					runtime.GC()
					runtime.ReadMemStats(&after)
				}
				if err := sheet.PDF(io.Discard, sheets, sheet.A4); err != nil {
					b.Fatal(err)
				}
				live = after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)
			}
			b.ReportMetric(float64(live)/1024, "KB-live")
		})
	}
}

func BenchmarkText(b *testing.B) {
	s := printed(b)
	for b.Loop() {
		if err := sheet.Text(io.Discard, s); err != nil {
			b.Fatal(err)
		}
	}
}
