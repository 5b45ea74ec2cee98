package bundle

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

const (
	form       = "countersign bundle"
	version    = 1
	formatText = form + " 1\n"
)

// Kind says what a bundle is for.
type Kind string

// The kinds.
const (
	KindSheets Kind = "recovery-sheets"  // a print run
	KindBackup Kind = "workspace-backup" // everything that a new machine needs
)

// Manifest is what the maker of a bundle says about it.
type Manifest struct {
	Kind        Kind              `json:"kind"`
	Workspace   string            `json:"workspace"` // its name
	WorkspaceID string            `json:"workspaceId"`
	CreatedAt   time.Time         `json:"createdAt"` // kept to the second, in UTC
	CreatedBy   string            `json:"createdBy"` // a name
	Details     map[string]string `json:"details"`   // whatever else the kind needs, such as the number of a run
}

// File is a file of a bundle.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"` // bytes
	SHA256 Digest `json:"sha256"`
}

// Digest is a SHA-256 value, hexadecimal in JSON.
type Digest [sha256.Size]byte

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes it as String does.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText has written.
func (d *Digest) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(d) {
		return fmt.Errorf("a SHA-256 value has %d hexadecimal digits", 2*len(d))
	}
	copy(d[:], b)
	return nil
}

// Contents is a bundle of which everything was verified.
type Contents struct {
	Manifest
	Files    []File      `json:"files"`
	SignedBy Fingerprint `json:"signedBy"` // compare it with the one that was noted
}

// written is manifest.json.
type written struct {
	Form    string `json:"form"`
	Version int    `json:"version"`
	Manifest
	Files []File `json:"files"`
	Key   []byte `json:"key"` // the Ed25519 public key, base64
}

// encode returns manifest.json. It is indented, since people look at it.
func encode(m Manifest, files []File, key ed25519.PublicKey) ([]byte, error) {
	m.CreatedAt = m.CreatedAt.UTC().Truncate(time.Second)
	if m.Details == nil {
		m.Details = map[string]string{}
	}
	if files == nil {
		files = []File{}
	}
	b, err := json.MarshalIndent(written{Form: form, Version: version, Manifest: m, Files: files, Key: key}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("bundle: encode the manifest: %w", err)
	}
	if b = append(b, '\n'); len(b) > maxManifest {
		return nil, fmt.Errorf("%w: a manifest of %d bytes", ErrHostile, len(b))
	}
	return b, nil
}

// decode reads manifest.json and holds its signature against it.
func decode(manifest, signature []byte) (Contents, error) {
	var w written
	dec := json.NewDecoder(bytes.NewReader(manifest))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil {
		return Contents{}, fmt.Errorf("%w: the manifest cannot be read: %v", ErrHostile, err)
	}
	if dec.More() || w.Form != form || w.Version != version || len(w.Key) != ed25519.PublicKeySize {
		return Contents{}, fmt.Errorf("%w: a manifest of another form", ErrHostile)
	}
	if !ed25519.Verify(w.Key, manifest, signature) {
		return Contents{}, ErrSignature
	}
	return Contents{Manifest: w.Manifest, Files: w.Files, SignedBy: FingerprintOf(w.Key)}, nil
}
