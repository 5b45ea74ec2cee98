package vault_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/metrics"
	"testing"
	"time"

	"countersign/backend/documents"
	"countersign/backend/vault"
)

// BenchmarkAdd compares adding a document, as the app does it, with the age tool on the
// same file: the app reads, hashes, encrypts, writes and waits until it is on the disk;
// age reads, encrypts and writes. "synced" has age's file waited for as well.
func BenchmarkAdd(b *testing.B) {
	k := newKeys(b, 1)
	dir := b.TempDir()
	files := must[*documents.Folder](b)(documents.Open(filepath.Join(dir, "documents")))
	for _, size := range []int64{64 << 20, 1 << 30} {
		file := random(b, dir, size)
		b.Run(fmt.Sprintf("%dMiB", size>>20), func(b *testing.B) {
			c := compared{b: b, size: size}
			must[string](b)(ageTool()) // builds it, which is not to be measured
			for b.Loop() {
				c.age(filepath.Join(dir, "by-age"), "-r", k.Newest().Recipient(), "-o", filepath.Join(dir, "by-age"), file)
				c.ours(func(progress func(int64)) error { return add(files, k, file, progress) })
				if err := files.Remove("a.1.age"); err != nil {
					b.Fatal(err)
				}
			}
			c.report()
		})
	}
}

func add(files *documents.Folder, k vault.Keys, path string, progress func(int64)) error {
	src, err := os.Open(path)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := files.Create("a.1.age")
	if err != nil {
		return err
	}
	defer dst.Drop()
	if _, err := k.Encrypt(dst, src, progress); err != nil {
		return err
	}
	if err := dst.Keep(); err != nil {
		return err
	}
	return files.Sync()
}

// BenchmarkSave compares the way back: a document's plain bytes, hashed, to a file.
func BenchmarkSave(b *testing.B) {
	k := newKeys(b, 1)
	dir := b.TempDir()
	key := filepath.Join(dir, "key.txt")
	if err := os.WriteFile(key, []byte(k.Newest().Text().Reveal()), 0o600); err != nil {
		b.Fatal(err)
	}
	files := must[*documents.Folder](b)(documents.Open(filepath.Join(dir, "documents")))
	for _, size := range []int64{64 << 20, 1 << 30} {
		if err := add(files, k, random(b, dir, size), nil); err != nil {
			b.Fatal(err)
		}
		file := filepath.Join(dir, "documents", "a.1.age.new")
		b.Run(fmt.Sprintf("%dMiB", size>>20), func(b *testing.B) {
			c := compared{b: b, size: size}
			must[string](b)(ageTool()) // builds it, which is not to be measured
			for b.Loop() {
				c.age(filepath.Join(dir, "plain"), "-d", "-i", key, "-o", filepath.Join(dir, "plain"), file)
				c.ours(func(progress func(int64)) error { return save(files, k, filepath.Join(dir, "ours"), progress) })
			}
			c.report()
		})
		if err := files.Remove("a.1.age"); err != nil {
			b.Fatal(err)
		}
	}
}

func save(files *documents.Folder, k vault.Keys, path string, progress func(int64)) error {
	src, err := files.Open("a.1.age")
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.Create(path)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	if _, err := k.Decrypt(dst, 1, io.NewSectionReader(src, 0, src.Size()), progress); err != nil {
		return err
	}
	return dst.Close()
}

// random is a file that no disk makes smaller.
func random(b *testing.B, dir string, size int64) string {
	b.Helper()
	path := filepath.Join(dir, "random")
	f := must[*os.File](b)(os.Create(path))
	if _, err := io.CopyN(f, rand.NewChaCha8([32]byte{}), size); err != nil {
		b.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// compared holds the times of the two, and the most that the heap was.
type compared struct {
	b                        *testing.B
	size                     int64
	took, byAge, byAgeSynced time.Duration
	heap                     uint64
}

// age runs the age tool, whose output is then removed.
func (c *compared) age(output string, args ...string) {
	begun := time.Now()
	runAge(c.b, args...)
	c.byAge += time.Since(begun)
	f := must[*os.File](c.b)(os.Open(output))
	if err := f.Sync(); err != nil {
		c.b.Fatal(err)
	}
	c.byAgeSynced += time.Since(begun)
	_ = f.Close() // it was read from at most
	if err := os.Remove(output); err != nil {
		c.b.Fatal(err)
	}
}

func (c *compared) ours(do func(progress func(int64)) error) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	begun := time.Now()
	err := do(func(int64) {
		metrics.Read(sample)
		c.heap = max(c.heap, sample[0].Value.Uint64())
	})
	c.took += time.Since(begun)
	if err != nil {
		c.b.Fatal(err)
	}
}

func (c *compared) report() {
	mib := float64(c.size>>20) * float64(c.b.N)
	c.b.ReportMetric(0, "ns/op") // both together: of no interest
	c.b.ReportMetric(mib/c.took.Seconds(), "MiB/s")
	c.b.ReportMetric(mib/c.byAge.Seconds(), "age-MiB/s")
	c.b.ReportMetric(100*c.byAge.Seconds()/c.took.Seconds(), "%-of-age")
	c.b.ReportMetric(100*c.byAgeSynced.Seconds()/c.took.Seconds(), "%-of-age-synced")
	c.b.ReportMetric(float64(c.heap)/(1<<20), "heap-MiB")
}

// BenchmarkOpenSealed opens the rows of a large vault, as a list does.
func BenchmarkOpenSealed(b *testing.B) {
	const rows = 10_000
	k := newKeys(b, 3)
	sealed := make([][]byte, rows)
	for i := range sealed {
		sealed[i] = must[[]byte](b)(k.Seal(fmt.Sprint("document ", i), bytes.Repeat([]byte("x"), 300)))
	}
	ids := make([]string, rows)
	for i := range ids {
		ids[i] = fmt.Sprint("document ", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		for i, s := range sealed {
			if _, err := k.OpenSealed(ids[i], s); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/10000-rows")
}
