package audit

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// A proof shows one event to whoever has the log's public key, and nothing of the others. It is a text in the form of c2sp.org/tlog-proof: what
// the event says is its extra data, and is what the tree has the hash of.

const proofForm = "c2sp.org/tlog-proof@v1"

// MaxProof bounds a proof, in bytes. An event with many rows is no longer than others: a leaf does not have them.
const MaxProof = 1 << 20

// ProveEvent writes the proof of an event, which is in the log of a checkpoint.
func ProveEvent(l Leaf, c Checkpoint, signed []byte, trees Trees) ([]byte, error) {
	p, err := tlog.ProveRecord(c.Size, l.Seq-1, trees)
	if err != nil {
		return nil, err
	}
	if err := tlog.CheckRecord(p, c.Size, c.Root, l.Seq-1, l.Hash()); err != nil {
		return nil, fmt.Errorf("%w: event %d", ErrBroken, l.Seq) // it was changed since
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofForm, base64.StdEncoding.EncodeToString(l.Bytes()), l.Seq-1)
	for _, h := range p {
		fmt.Fprintln(&b, base64.StdEncoding.EncodeToString(h[:]))
	}
	b.WriteString("\n")
	b.Write(signed)
	return b.Bytes(), nil
}

// VerifyProof reads a proof, and gives what it proves of the log with the key. Errors: ErrProof, ErrCheckpoint.
func VerifyProof(proof []byte, key string) (Leaf, Checkpoint, error) {
	l, c, err := verifyProof(string(proof), key)
	if err != nil {
		return Leaf{}, Checkpoint{}, err
	}
	return l, c, nil
}

func verifyProof(proof, key string) (l Leaf, c Checkpoint, err error) {
	head, signed, ok := strings.Cut(proof, "\n\n")
	lines := strings.Split(head, "\n")
	if len(proof) > MaxProof || !ok || len(lines) < 3 || len(lines) > 3+mostHashes || lines[0] != proofForm {
		return l, c, fmt.Errorf("%w: its form", ErrProof)
	}
	if c, err = OpenCheckpoint([]byte(signed), key); err != nil {
		return l, c, err
	}
	content, ok := decode(strings.CutPrefix(lines[1], "extra "))
	if !ok {
		return l, c, fmt.Errorf("%w: its extra data", ErrProof)
	}
	if l, err = parseLeaf(content); err != nil {
		return l, c, err
	}
	if lines[2] != "index "+strconv.FormatInt(l.Seq-1, 10) {
		return l, c, fmt.Errorf("%w: its index", ErrProof)
	}
	var hashes [][]byte
	for _, line := range lines[3:] {
		h, ok := decode(line, true)
		if !ok {
			return l, c, fmt.Errorf("%w: its hashes", ErrProof)
		}
		hashes = append(hashes, h)
	}
	p, ok := hashesOf(hashes)
	if !ok || tlog.CheckRecord(p, c.Size, c.Root, l.Seq-1, l.Hash()) != nil {
		return l, c, ErrProof
	}
	return l, c, nil
}

// decode reads base64 that nobody can write in another way.
func decode(s string, ok bool) ([]byte, bool) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return b, ok && err == nil && base64.StdEncoding.EncodeToString(b) == s
}
