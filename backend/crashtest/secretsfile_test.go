package crashtest

import (
	"context"
	"os"
	"sync"

	"countersign/backend/secret"
	"countersign/backend/secretsfile"
)

// onFile says whether the homes of this run have a secrets file in the keychain's place:
// those of every other seed do.
func onFile() bool { return seed%2 == 1 }

var phrase = secret.NewText("lantern gravel oboe nineteen")

// secretsFile is the product's own, and is written to by whoever is killed.
type secretsFile struct{ *secretsfile.File }

func (f secretsFile) items() (map[string]string, error) {
	all := map[string]string{}
	names, err := f.Names(context.Background())
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		v, err := f.Get(context.Background(), name)
		if err != nil {
			return nil, err
		}
		all[name] = string(v.Reveal())
	}
	return all, nil
}

func (h home) makeKeychain() error {
	if err := os.MkdirAll(h.keychainDir(), 0o700); err != nil || !onFile() {
		return err
	}
	f, err := secretsfile.Create(context.Background(), h.keychainDir(), phrase, cheap)
	if err == nil {
		f.Close()
	}
	return err
}

// unlocked has the secrets files of this process by their folder: a passphrase is typed
// once.
var unlocked sync.Map

// keychain is what the home keeps its secrets in.
func (h home) keychain() keeper {
	if !got(secretsfile.Exists(h.keychainDir())) {
		return fileKeychain{h.keychainDir()}
	}
	open, _ := unlocked.LoadOrStore(h.dir, sync.OnceValue(func() secretsFile {
		return secretsFile{got(secretsfile.Open(context.Background(), h.keychainDir(), phrase))}
	}))
	return open.(func() secretsFile)()
}
