package vault_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/metrics"
	"testing"
	"time"

	"golang.org/x/sys/unix"

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
				c.byAge(filepath.Join(dir, "by-age"), "-r", k.Newest().Recipient(), "-o", filepath.Join(dir, "by-age"), file)
				c.byUs(func(progress func(int64)) error { return add(files, k, file, progress) })
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
				c.byAge(filepath.Join(dir, "plain"), "-d", "-i", key, "-o", filepath.Join(dir, "plain"), file)
				c.byUs(func(progress func(int64)) error { return save(files, k, filepath.Join(dir, "ours"), progress) })
				if err := os.Remove(filepath.Join(dir, "ours")); err != nil {
					b.Fatal(err)
				}
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

// compared holds the best times of the two, which others on the machine disturb least, what
// processors they took, and the most that the heap was.
type compared struct {
	b         *testing.B
	size      int64
	ours, age cost
	ageSynced time.Duration
	heap      uint64
}

type cost struct{ wall, cpu time.Duration }

func (c *cost) best(wall, cpu time.Duration) {
	if c.wall == 0 || wall < c.wall {
		c.wall = wall
	}
	if c.cpu == 0 || cpu < c.cpu {
		c.cpu = cpu
	}
}

// byAge runs the age tool, whose output is then removed.
func (c *compared) byAge(output string, args ...string) {
	tool := must[string](c.b)(ageTool())
	begun, cpu := time.Now(), spent(c.b, unix.RUSAGE_CHILDREN)
	if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		c.b.Fatalf("%v: %s", err, out)
	}
	c.age.best(time.Since(begun), spent(c.b, unix.RUSAGE_CHILDREN)-cpu)
	f := must[*os.File](c.b)(os.Open(output))
	if err := f.Sync(); err != nil {
		c.b.Fatal(err)
	}
	if synced := time.Since(begun); c.ageSynced == 0 || synced < c.ageSynced {
		c.ageSynced = synced
	}
	_ = f.Close() // it was read from at most
	if err := os.Remove(output); err != nil {
		c.b.Fatal(err)
	}
}

func (c *compared) byUs(do func(progress func(int64)) error) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	begun, cpu := time.Now(), spent(c.b, unix.RUSAGE_SELF)
	err := do(func(int64) {
		metrics.Read(sample)
		c.heap = max(c.heap, sample[0].Value.Uint64())
	})
	c.ours.best(time.Since(begun), spent(c.b, unix.RUSAGE_SELF)-cpu)
	if err != nil {
		c.b.Fatal(err)
	}
}

// spent is the time that processors have worked for whom.
func spent(b *testing.B, whom int) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(whom, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (c *compared) report() {
	mib := float64(c.size >> 20)
	c.b.ReportMetric(0, "ns/op") // of both together, and of no interest
	c.b.ReportMetric(mib/c.ours.wall.Seconds(), "MiB/s")
	c.b.ReportMetric(mib/c.age.wall.Seconds(), "age-MiB/s")
	c.b.ReportMetric(100*c.age.wall.Seconds()/c.ours.wall.Seconds(), "%-of-age")
	c.b.ReportMetric(100*c.ageSynced.Seconds()/c.ours.wall.Seconds(), "%-of-age-synced")
	c.b.ReportMetric(1024*c.ours.cpu.Seconds()/mib, "cpu-s/GiB")
	c.b.ReportMetric(1024*c.age.cpu.Seconds()/mib, "age-cpu-s/GiB")
	c.b.ReportMetric(float64(c.heap)/(1<<20), "heap-MiB")
}

// BenchmarkDecryptData opens the rows of a large vault, as a list does.
func BenchmarkDecryptData(b *testing.B) {
	const rows = 10_000
	k := newKeys(b, 3)
	sealed := make([][]byte, rows)
	for i := range sealed {
		sealed[i] = must[[]byte](b)(k.EncryptData(fmt.Sprint("document ", i), bytes.Repeat([]byte("x"), 300)))
	}
	ids := make([]string, rows)
	for i := range ids {
		ids[i] = fmt.Sprint("document ", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		for i, s := range sealed {
			if _, err := k.DecryptData(ids[i], s); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/10000-rows")
}
