package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"

	"countersign/backend/postgres"
)

// gib is what the benchmarks write and read.
const gib = 1 << 30

// BenchmarkBlobs is a document of 1 GiB, written and read in the steps of the vault.
func BenchmarkBlobs(b *testing.B) {
	d, err := postgres.Open(b.Context(), migrated(b))
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	blobs := d.Workspace("w").Blobs(b.Context())
	piece := noise(64 << 10)
	write := func(name string) {
		n, err := blobs.Create(name)
		for written := 0; err == nil && written < gib; written += len(piece) {
			_, err = n.Write(piece)
		}
		if err := errors.Join(err, n.Keep(), blobs.Settle(name)); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("write", func(b *testing.B) {
		b.SetBytes(gib)
		for i := 0; b.Loop(); i++ {
			name := fmt.Sprintf("w%d.1.age", i)
			write(name)
			b.StopTimer()
			if err := blobs.Remove(name); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
	write("r.1.age")
	b.Run("read", func(b *testing.B) {
		b.SetBytes(gib)
		for b.Loop() {
			s, err := blobs.Open("r.1.age")
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, io.NewSectionReader(s, 0, s.Size()), make([]byte, 64<<10)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("remove", func(b *testing.B) {
		b.SetBytes(gib)
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			name := fmt.Sprintf("x%d.1.age", i)
			write(name)
			b.StartTimer()
			if err := blobs.Remove(name); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkPlain is 1 GiB in rows of several sizes through one connection of pgx, without anything of ours: what Blobs cannot
// be faster than, and which size to take.
func BenchmarkPlain(b *testing.B) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, migrated(b))
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(ctx)
	exec := func(sql string, args ...any) {
		if _, err := conn.Exec(ctx, sql, args...); err != nil {
			b.Fatal(err)
		}
	}
	exec("SET synchronous_commit = off; CREATE TABLE plain (number bigint PRIMARY KEY, content bytea NOT NULL); ALTER TABLE plain ALTER content SET STORAGE EXTERNAL")
	for _, size := range []int{64 << 10, 256 << 10, 512 << 10, 1 << 20, 4 << 20} {
		chunk := noise(size)
		b.Run(fmt.Sprintf("write/%dKiB", size>>10), func(b *testing.B) {
			b.SetBytes(gib)
			for b.Loop() {
				b.StopTimer()
				exec("TRUNCATE plain")
				b.StartTimer()
				for i := range gib / size {
					exec("INSERT INTO plain VALUES ($1, $2)", i, chunk)
				}
			}
		})
		b.Run(fmt.Sprintf("read/%dKiB", size>>10), func(b *testing.B) {
			b.SetBytes(gib)
			for b.Loop() {
				for i := range gib / size {
					var got pgtypeBytes
					if err := conn.QueryRow(ctx, "SELECT content FROM plain WHERE number = $1", i).Scan(&got); err != nil || int(got) != size {
						b.Fatal(err, got)
					}
				}
			}
		})
	}
}

// pgtypeBytes scans bytes and keeps their number.
type pgtypeBytes int

func (n *pgtypeBytes) ScanBytes(b []byte) error { *n = pgtypeBytes(len(b)); return nil }

// noise is bytes that cannot be compressed.
func noise(size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b) // never fails
	return b
}
