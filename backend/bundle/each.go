package bundle

import "io"

// Each reads the bundle to its end and hands its files on as they go by, the
// manifest and the signature last. Nothing of it is known to be good until Each
// returns without an error: until then keep what take gets where it does no harm.
//
// Errors: take's, and those of Verify.
func (r *Reader) Each(take func(File, io.Reader) error) (Contents, error) { return r.walk(take) }
