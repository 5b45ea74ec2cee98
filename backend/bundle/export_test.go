package bundle

// InMemory is how much waits in memory.
const InMemory = inMemory

// MaxManifest is the most bytes of a manifest.
const MaxManifest = maxManifest
