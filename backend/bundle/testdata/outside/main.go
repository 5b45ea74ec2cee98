// Command outside is a program that is no test, and begins a bundle for a passphrase on its output.
package main

import (
	"crypto/ed25519"
	"log"
	"os"

	"countersign/backend/bundle"
	"countersign/backend/secret"
)

func main() {
	to, err := bundle.ToPassphrase(secret.NewText("granite willow harbour nine"))
	if err != nil {
		log.Fatal(err)
	}
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := bundle.Create(os.Stdout, to, key, bundle.Manifest{}); err != nil {
		log.Fatal(err)
	}
}
