package bundle

// Cheap makes trying the passphrase quick, for tests.
func (r Recipients) Cheap() Recipients {
	if r.work > 0 {
		r.work = 4
	}
	return r
}

// InMemory is how much waits in memory.
const InMemory = inMemory

// MaxManifest is the most bytes of a manifest.
const MaxManifest = maxManifest
