// Package bundle puts files into one encrypted, signed file, and takes them out again
// only when every byte of it is right. Exports of recovery sheets and backups travel in it.
//
//	w, err := bundle.Create(f, to, key, bundle.Manifest{Kind: bundle.KindSheets, …})
//	err = w.AddFunc("sheets.pdf", func(out io.Writer) error { return sheet.RunPDF(out, run, sheets, paper) })
//	err = w.Close()
//
//	r, err := bundle.Open(f, bundle.WithPassphrase(p))
//	contents, err := r.Extract("folder that is not there yet")
//
// Write to a file that is whole or absent (folder.CreateWhole), since a bundle is good only
// after Close. Show contents.SignedBy to whoever opens one: that the signature is right
// proves only that the holder of some key made it. It is the workspace's key if the
// fingerprint is the one that the workspace shows and prints. Who knows that one beforehand
// gives it to Reader.Expect.
//
// # Form
//
// A bundle is an age file (age-encryption.org/v1) that holds a tar, so that the age tool
// and tar open it, too. The tar has these entries, all plain files:
//
//	format.txt     "countersign bundle 1\n"
//	…              the files
//	manifest.json  what the files are, with their sizes and SHA-256 values
//	manifest.sig   the Ed25519 signature (RFC 8032) of the bytes of manifest.json, 64 bytes
//
// The format comes first, so that a version from the future is known for what it is before
// anything else is looked at. The manifest comes last, since a file's digest is known only
// once the file has gone by: both sides work in constant memory. That it comes last
// costs nothing, since nothing is handed out before all was verified.
package bundle

import "errors"

// Limits, for the writer and the reader alike.
const (
	// MaxFiles is how many files a bundle may hold.
	MaxFiles = 150_000
	// MaxFile is the most bytes of one file.
	MaxFile = 1 << 40
	// MaxTotal is the most bytes of all files together.
	MaxTotal = 16 << 40
	// MaxName is the most characters of a file's name.
	MaxName = 64
	// maxManifest is the most bytes of the manifest.
	maxManifest = 32 << 20
	// plainSize is the most bytes that a plain tar can say of an entry (POSIX.1-1988,
	// ustar); one that is larger says so in a header of its own (POSIX.1-2001, pax).
	plainSize = 8<<30 - 1
)

// What a bundle may be refused for. Each is a different thing to tell a person.
var (
	// ErrNotAge means that the file is not an age file at all.
	ErrNotAge = errors.New("bundle: this is not an age file")
	// ErrNotBundle means that it is an age file, opened with the right key, but not one of ours.
	ErrNotBundle = errors.New("bundle: this age file was not made by Countersign")
	// ErrNewer means that a newer version of Countersign, or of age, made it.
	ErrNewer = errors.New("bundle: this file is of a newer version")
	// ErrNeedsPassphrase means that a key was given for a file that takes a passphrase.
	ErrNeedsPassphrase = errors.New("bundle: this file is locked with a passphrase, not for a key")
	// ErrNeedsKey means that a passphrase was given for a file that takes a key.
	ErrNeedsKey = errors.New("bundle: this file is locked for a key, not with a passphrase")
	// ErrPassphrase means that the passphrase is wrong. The part of the file that the
	// passphrase opens may have been changed, too; nobody can tell these apart.
	ErrPassphrase = errors.New("bundle: the passphrase is wrong")
	// ErrNotForKey means that the file is for other keys than those given.
	ErrNotForKey = errors.New("bundle: this file is for another key")
	// ErrWork means that trying a passphrase would take more work than any age tool asks for.
	ErrWork = errors.New("bundle: a passphrase for this file would take too much memory and time to try")
	// ErrCutShort means that the file ends too early.
	ErrCutShort = errors.New("bundle: the file ends too early")
	// ErrEdited means that the file is not as it was written.
	ErrEdited = errors.New("bundle: the file was changed after it was written")
	// ErrEnd means that its last part is not as it was written: it was changed, or cut
	// off in the middle. Encryption cannot tell these apart.
	ErrEnd = errors.New("bundle: the end of the file is missing or was changed")
	// ErrFiles means that the files are not those that the manifest lists.
	ErrFiles = errors.New("bundle: the files are not those of the manifest")
	// ErrSignature means that the manifest does not bear the signature of its key.
	ErrSignature = errors.New("bundle: the signature is wrong")
	// ErrSigner means that the signature is right, but of another key than the one expected.
	ErrSigner = errors.New("bundle: another key signed it")
	// ErrHostile means that the bundle holds what Countersign never writes, such as a
	// path, a link, a file twice, or too much.
	ErrHostile = errors.New("bundle: the file holds what no bundle may hold")
	// ErrExists means that the folder to extract into is there already.
	ErrExists = errors.New("bundle: the folder is there already")
	// ErrDone means that a Writer or Reader was used after its end.
	ErrDone = errors.New("bundle: already closed or read")
)
