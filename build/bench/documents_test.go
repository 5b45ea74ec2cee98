package bench

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"countersign/backend/service"
	"countersign/backend/store"
)

// asPlain has this program be a plain HTTPS server in front of the database with this connection string.
const asPlain = "COUNTERSIGN_BENCH_PLAIN"

// chunk is how much of a file is in a row, as at the server.
const chunk = 1 << 20

// plainServer is what a document is compared with: PUT and GET of a file, in rows of the same PostgreSQL, and on the disk once it has
// answered. It knows no session and no lease, and one statement is all it does for a row.
func plainServer() int {
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, os.Getenv(asPlain))
	if err != nil {
		return fail(err)
	}
	if _, err := pool.Exec(ctx, "CREATE SCHEMA plain; CREATE TABLE plain.rows (number bigint PRIMARY KEY, content bytea NOT NULL); ALTER TABLE plain.rows ALTER content SET STORAGE EXTERNAL"); err != nil {
		return fail(err)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		if r.Method == http.MethodPut {
			err = putRows(ctx, pool, r.Body)
		} else {
			err = getRows(ctx, pool, w)
		}
		if err != nil {
			panic(err)
		}
	}))
	srv.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	srv.StartTLS()
	fmt.Println(srv.Listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin) // until the run ends
	return 0
}

func putRows(ctx context.Context, pool *pgxpool.Pool, body io.Reader) error {
	if _, err := pool.Exec(ctx, "TRUNCATE plain.rows"); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		b := make([]byte, chunk)
		for i := 0; ; i++ {
			n, err := io.ReadFull(body, b)
			if n > 0 {
				if _, err := tx.Exec(ctx, "INSERT INTO plain.rows VALUES ($1, $2)", i, b[:n]); err != nil {
					return err
				}
			}
			switch {
			case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
				return nil
			case err != nil:
				return err
			}
		}
	})
}

func getRows(ctx context.Context, pool *pgxpool.Pool, w io.Writer) error {
	for i := 0; ; i++ {
		var b []byte
		err := pool.QueryRow(ctx, "SELECT content FROM plain.rows WHERE number = $1", i).Scan(&b)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			return err
		}
	}
}

// plain starts it.
func (b *bench) plain(ctx context.Context, d *database) (url string, asks *http.Client, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), asPlain+"="+d.connString)
	if _, err := cmd.StdinPipe(); err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if _, err := b.start(cmd, syscall.SIGTERM); err != nil {
		return "", nil, err
	}
	var address string
	if _, err := fmt.Fscanln(out, &address); err != nil {
		return "", nil, fmt.Errorf("the plain server does not start: %w", err)
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return "", nil, err
	}
	// It is on loopback, of this run, and nothing of worth goes there.
	return "https://" + address + "/", &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true}, DisableCompression: true}}, nil
}

// documentsUpAndDown compares ciphertext on its way, without what the client does to encrypt it.
func documentsUpAndDown(ctx context.Context, b *bench) error {
	s, err := b.server(ctx)
	if err != nil {
		return err
	}
	w, err := s.ownerAtServer(ctx)
	if err != nil {
		return err
	}
	in, err := enter(ctx, w)
	if err != nil {
		return err
	}
	url, plain, err := b.plain(ctx, s.database)
	if err != nil {
		return err
	}
	size := int64(many(1<<30, 32<<20)) / chunk * chunk
	piece := make([]byte, 256<<10)
	_, _ = rand.Read(piece) // never fails
	files := in.Files()
	var up, upPlain, down, downPlain, grown []float64
	rate := func(into *[]float64, do func() error) error {
		began := time.Now()
		err := do()
		*into = append(*into, float64(size)/1e6/time.Since(began).Seconds())
		return err
	}
	pid := s.instances[0].Process.Pid
	for round := range max(1, *rounds/2) + 1 {
		if round == 1 {
			up, upPlain, down, downPlain, grown = nil, nil, nil, nil, nil
		}
		id, err := service.NewID(rand.Reader)
		if err != nil {
			return err
		}
		name := store.BlobName(id, 1)
		if err := peakFrom(pid); err != nil {
			return err
		}
		before, err := peakOf(pid)
		if err != nil {
			return err
		}
		err = rate(&up, func() error {
			f, err := files.Create(ctx, name)
			for sent := int64(0); err == nil && sent < size; sent += int64(len(piece)) {
				_, err = f.Write(piece)
			}
			if err != nil {
				return err
			}
			return f.Keep()
		})
		if err != nil {
			return err
		}
		if err := rate(&upPlain, func() error { return put(ctx, plain, url, piece, size) }); err != nil {
			return err
		}
		if err := rate(&down, func() error { return readAll(ctx, files, name, size) }); err != nil {
			return err
		}
		if err := rate(&downPlain, func() error { return get(ctx, plain, url, size) }); err != nil {
			return err
		}
		after, err := peakOf(pid)
		if err != nil {
			return err
		}
		grown = append(grown, (after-before)/1e6)
		if err := errors.Join(files.Remove(ctx, name), in.Touch()); err != nil {
			return err
		}
	}
	b.add(fromRounds(figure{Name: "document up, " + strconv.FormatInt(size>>20, 10) + " MiB", Unit: "MB a second", Against: "plain PUT", Goal: goal(0.8), Better: more}, up, upPlain))
	b.add(fromRounds(figure{Name: "document down, " + strconv.FormatInt(size>>20, 10) + " MiB", Unit: "MB a second", Against: "plain GET", Goal: goal(0.8), Better: more}, down, downPlain))
	b.add(fromRounds(figure{Name: "document, memory that the instance takes for it at most", Unit: "MB", Goal: goal(64), Better: less}, grown, nil))
	return in.End(ctx)
}

// repeated gives a piece again and again.
type repeated struct {
	piece []byte
	at    int
}

func (r *repeated) Read(b []byte) (int, error) {
	n := copy(b, r.piece[r.at:])
	r.at = (r.at + n) % len(r.piece)
	return n, nil
}

func put(ctx context.Context, plain *http.Client, url string, piece []byte, size int64) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, url, io.LimitReader(&repeated{piece: piece}, size))
	if err != nil {
		return err
	}
	r.ContentLength = size
	a, err := plain.Do(r)
	if err != nil {
		return err
	}
	if a.StatusCode != http.StatusOK {
		err = errors.New(a.Status)
	}
	return errors.Join(err, a.Body.Close())
}

func get(ctx context.Context, plain *http.Client, url string, size int64) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	a, err := plain.Do(r)
	if err != nil {
		return err
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{a.Body}, make([]byte, 256<<10))
	if err == nil && n != size {
		err = fmt.Errorf("%d of %d bytes have come", n, size)
	}
	return errors.Join(err, a.Body.Close())
}

func readAll(ctx context.Context, files service.Files, name string, size int64) error {
	f, err := files.Open(ctx, name)
	if err != nil {
		return err
	}
	b := make([]byte, 256<<10)
	for at := int64(0); err == nil && at < size; at += int64(len(b)) {
		_, err = f.ReadAt(b, at)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, f.Close())
}
