package audit

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is what a log says of itself as of one event: see c2sp.org/tlog-checkpoint. It is the same whenever it is asked for.
type Checkpoint struct {
	Origin string // see Origin
	Size   int64  // events
	Root   [sha256.Size]byte
	At     time.Time         // of the newest event
	State  [sha256.Size]byte // stands for all rows after it, see StateOf
	Since  Restored
}

// Restored is the newest event with which the workspace was made again of a backup; zero where it never was.
type Restored struct {
	Seq  int64
	Leaf [sha256.Size]byte // its hash in the tree
	At   time.Time
}

// MaxCheckpoint bounds a checkpoint with its signature, in bytes.
const MaxCheckpoint = 1 << 10

// The ways in which what is shown as a log's is not.
var (
	ErrCheckpoint = errors.New("no checkpoint of this log")              // in its form, its name or its signature
	ErrOtherKey   = errors.New("the log is signed with another key")     // than the one that is known
	ErrOlderLog   = errors.New("the log ends before what it once was")   // events are missing at its end
	ErrForkedLog  = errors.New("the log is not what it once was")        // it does not begin with what is known of it
	ErrRestored   = errors.New("the log has gone back, and it says so")  // with one of the two before it
	ErrProof      = errors.New("no proof that the event is in this log") // or it was changed
)

// Origin names the log of a workspace.
func Origin(workspace string) string { return "countersign/" + workspace }

// StateOf stands for the sum over all rows after an event, in a checkpoint: it tells who has the rows and the key that they are the same, and
// nobody else that two states are.
func StateOf(size int64, sum Sum) [sha256.Size]byte {
	return sha256.Sum256(append(binary.BigEndian.AppendUint64([]byte("countersign state v1"), uint64(size)), sum[:]...))
}

// RootOf is the root of the tree over the first events.
func RootOf(size int64, trees Trees) ([sha256.Size]byte, error) {
	h, err := tlog.TreeHash(size, trees)
	return h, err
}

const timeForm = "2006-01-02T15:04:05.000Z"

func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\ntime %s\nstate %s\nrestored %d %s %s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]),
		c.At.UTC().Format(timeForm), base64.StdEncoding.EncodeToString(c.State[:]), c.Since.Seq, base64.StdEncoding.EncodeToString(c.Since.Leaf[:]), c.Since.At.UTC().Format(timeForm))
}

func parseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 7 {
		return c, ErrCheckpoint
	}
	hash := func(into *[sha256.Size]byte, s string) {
		b, wrong := base64.StdEncoding.DecodeString(s)
		if wrong != nil || copy(into[:], b) != len(into) {
			err = ErrCheckpoint
		}
	}
	number := func(s string) int64 {
		n, wrong := strconv.ParseInt(s, 10, 64)
		if wrong != nil || n < 0 {
			err = ErrCheckpoint
		}
		return n
	}
	when := func(s string) time.Time {
		at, wrong := time.Parse(timeForm, s)
		if wrong != nil {
			err = ErrCheckpoint
		}
		return at
	}
	c.Origin, c.Size = lines[0], number(lines[1])
	hash(&c.Root, lines[2])
	c.At = when(strings.TrimPrefix(lines[3], "time "))
	hash(&c.State, strings.TrimPrefix(lines[4], "state "))
	since := strings.Split(lines[5], " ")
	if len(since) != 4 {
		return Checkpoint{}, ErrCheckpoint
	}
	c.Since.Seq = number(since[1])
	hash(&c.Since.Leaf, since[2])
	c.Since.At = when(since[3])
	if err != nil || c.Since.Seq > c.Size || c.text() != text {
		return Checkpoint{}, ErrCheckpoint
	}
	return c, nil
}

// Short is what two people compare: 80 bits of the checkpoint's hash.
func (c Checkpoint) Short() string {
	sum := sha256.Sum256([]byte("countersign checkpoint v1\n" + c.text()))
	s := base32.StdEncoding.EncodeToString(sum[:10])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// CheckpointKey is how the public key of a log is noted.
func CheckpointKey(origin string, key ed25519.PublicKey) (string, error) {
	return note.NewEd25519VerifierKey(origin, key)
}

// signer signs notes with a key that is kept nowhere else.
type signer struct {
	note.Verifier
	sign func(message []byte) ([]byte, error)
}

func (s signer) Sign(message []byte) ([]byte, error) { return s.sign(message) }

// Sign signs the checkpoint.
func (c Checkpoint) Sign(key ed25519.PublicKey, sign func(message []byte) ([]byte, error)) ([]byte, error) {
	named, err := CheckpointKey(c.Origin, key)
	if err != nil {
		return nil, err
	}
	v, err := note.NewVerifier(named)
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: c.text()}, signer{v, sign})
}

// verifierOf reads a public key, which has one form: what is the same key is the same text.
func verifierOf(key string) (note.Verifier, error) {
	v, err := note.NewVerifier(key)
	if err != nil {
		return nil, err
	}
	public, ok := decode(strings.SplitN(key, "+", 3)[2], true) // a key has a name and a hash before it
	if !ok || len(public) != 1+ed25519.PublicKeySize {
		return nil, ErrCheckpoint
	}
	if named, err := CheckpointKey(v.Name(), public[1:]); err != nil || named != key {
		return nil, ErrCheckpoint
	}
	return v, nil
}

// OpenCheckpoint reads a checkpoint that was signed with a key. Errors: ErrCheckpoint.
func OpenCheckpoint(signed []byte, key string) (c Checkpoint, err error) {
	v, err := verifierOf(key)
	if err != nil || len(signed) > MaxCheckpoint {
		return c, ErrCheckpoint
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err == nil && len(n.UnverifiedSigs) > 0 {
		err = errors.New("others have signed it")
	}
	if err == nil {
		if _, ok := decode(n.Sigs[0].Base64, true); !ok {
			err = errors.New("its signature is written in another way")
		}
	}
	if err == nil {
		c, err = parseCheckpoint(n.Text)
	}
	if err == nil && c.Origin != v.Name() {
		err = errors.New("it is of another log")
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %v", ErrCheckpoint, err)
	}
	return c, nil
}

// ProveConsistency shows that the first events of a log are what they were when there were no more. Both are numbers of events.
func ProveConsistency(size, first int64, trees Trees) ([][]byte, error) {
	if first <= 0 || first >= size {
		return nil, nil
	}
	p, err := tlog.ProveTree(size, first, trees)
	return bytesOf(p), err
}

func bytesOf(hashes []tlog.Hash) (all [][]byte) {
	for _, h := range hashes {
		all = append(all, h[:])
	}
	return all
}

// mostHashes bounds a proof: a tree is no deeper than a size has bits, and a proof has two for each at most.
const mostHashes = 2 * 64

func hashesOf(all [][]byte) (hashes []tlog.Hash, ok bool) {
	if len(all) > mostHashes {
		return nil, false
	}
	for _, b := range all {
		if len(b) != tlog.HashSize {
			return nil, false
		}
		hashes = append(hashes, tlog.Hash(b))
	}
	return hashes, true
}

// Witness is what is known of a log where others than its own can see it: the key that it is signed with, and the newest checkpoint that was seen.
type Witness struct {
	Key    string
	Signed []byte // the checkpoint
}

// Bytes are the key, a line's end, and the checkpoint.
func (w Witness) Bytes() []byte { return slices.Concat([]byte(w.Key), []byte("\n"), w.Signed) }

// ParseWitness reads what Bytes gave, and verifies it. Errors: ErrCheckpoint.
func ParseWitness(b []byte) (w Witness, c Checkpoint, err error) {
	key, signed, _ := strings.Cut(string(b), "\n")
	w = Witness{key, []byte(signed)}
	c, err = OpenCheckpoint(w.Signed, w.Key)
	return w, c, err
}

// Follow takes a newer checkpoint of the log that is known, if it leads on from there. The zero Witness takes any of its origin. Errors:
// ErrCheckpoint, ErrOtherKey, ErrOlderLog, ErrForkedLog. Where a restore that was not known explains one of the last two it is ErrRestored as well.
func (w Witness) Follow(origin string, next Witness, proof [][]byte) (Checkpoint, error) {
	c, err := OpenCheckpoint(next.Signed, next.Key)
	if err != nil {
		return c, err
	}
	if c.Origin != origin {
		return Checkpoint{}, ErrCheckpoint
	}
	if w.Key == "" {
		return c, nil
	}
	known, err := OpenCheckpoint(w.Signed, w.Key)
	switch {
	case err != nil:
		return Checkpoint{}, err
	case known.Origin != origin:
		return Checkpoint{}, ErrCheckpoint
	case next.Key != w.Key:
		return Checkpoint{}, ErrOtherKey
	}
	if err = known.leadsTo(c, proof); err != nil && c.Since.Seq > 0 && c.Since != known.Since {
		err = fmt.Errorf("%w: %w", ErrRestored, err)
	}
	return c, err
}

// leadsTo reports whether the other checkpoint is of the same log, with the same events at its beginning.
func (c Checkpoint) leadsTo(next Checkpoint, proof [][]byte) error {
	hashes, ok := hashesOf(proof)
	switch {
	case next.Size < c.Size:
		return ErrOlderLog
	case next.Size == c.Size && next != c: // all of it follows from the events
		return ErrForkedLog
	case next.Size == c.Size, c.Size == 0:
		return nil
	case !ok || tlog.CheckTree(hashes, next.Size, next.Root, c.Size, c.Root) != nil:
		return ErrForkedLog
	}
	return nil
}
