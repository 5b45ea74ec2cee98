package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/sqlite"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// bystander is a member who is only there.
func bystander(i int, at time.Time) store.Profile {
	mail, key := fmt.Sprintf("person.%d@example.com", i), bytes.Repeat([]byte{1}, 32)
	return store.Profile{
		ID: fmt.Sprintf("%026x", i*7919), Email: mail, EmailKey: mail, Name: fmt.Sprint("Person ", i), Role: store.RoleMember, CreatedAt: at, LastSignInAt: at, Generation: 1,
		Password: store.PasswordRecord{Salt: make([]byte, 16), Params: store.Argon2id(cheap), PublicKey: key, Lock: key, ChangedAt: at},
	}
}

// BenchmarkOpen measures what stands between the database and the sign-in: every
// row is held against the log. Members have 2FA, a sheet of ten codes and a key.
func BenchmarkOpen(b *testing.B) {
	const many = 10_000
	at := time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)
	codes := make([][]byte, 10)
	for i := range codes {
		codes[i] = bytes.Repeat([]byte{byte(i)}, 32)
	}
	salt, sealed := make([]byte, 16), make([]byte, 400)
	for name, put := range map[string]func(tx store.WriteTx, i int) error{
		"Contracts": func(tx store.WriteTx, i int) error {
			return tx.InsertDocument(store.DocumentRow{ID: fmt.Sprintf("%026x", i*7919), Generation: 1, Ciphertext: sealed})
		},
		"Members": func(tx store.WriteTx, i int) error {
			p := bystander(i, at)
			id := p.ID
			return errors.Join(
				tx.InsertProfile(p),
				tx.InsertFactor(store.Factor{ProfileID: id, Since: at, Apps: []store.App{{Generation: 1, Item: "w/totp/" + id + "/1", AddedAt: at, LastStep: 9, LastUsedAt: at, LastUse: store.UseSignIn}}}),
				tx.InsertSet(store.Set{ID: "s" + id, ProfileID: id, Sheet: i + 1, State: store.SetActive, Salt: salt, Params: store.Argon2id(cheapCodes), IssuedAt: at, IssuedBy: "Amara Okafor", Run: 1}, codes),
				tx.SaveVaultKey(store.VaultKey{Holder: "profile/" + id, Recipient: "age1" + id, Wrapped: sealed[:200], Ciphertext: sealed, Generation: 1, OnlyOne: true}))
		},
	} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			db, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "workspace.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			c := local.Config{Store: db, Secrets: keychain.NewMemory(), Password: cheap}
			w, err := local.Open(ctx, c)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := w.Create(ctx, client.NewWorkspace{Workspace: "Northwind", Name: "Amara", Email: email, Password: secret.NewText(pass)}); err != nil {
				b.Fatal(err)
			}
			err = workspace.Change(inner(w), ctx, func(tx store.WriteTx) error {
				for i := range many {
					if err := put(tx, i); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			c.MarkEvery = 1 // the log is not what is measured: its one long event is read once
			if _, err := local.Open(ctx, c); err != nil {
				b.Fatal(err)
			}
			runtime.GC()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := local.Open(ctx, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
