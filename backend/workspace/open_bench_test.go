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
	"countersign/backend/secret"
	"countersign/backend/sqlite"
	"countersign/backend/workspace"
)

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
	for name, put := range map[string]func(tx workspace.WriteTx, i int) error{
		"Contracts": func(tx workspace.WriteTx, i int) error {
			return tx.InsertDocument(workspace.DocumentRow{ID: fmt.Sprintf("%026x", i*7919), Generation: 1, Ciphertext: sealed})
		},
		"Members": func(tx workspace.WriteTx, i int) error {
			id := fmt.Sprintf("%026x", i*7919)
			mail := fmt.Sprintf("person.%d@example.com", i)
			return errors.Join(
				tx.InsertProfile(workspace.Profile{
					ID: id, Email: mail, EmailKey: mail, Name: fmt.Sprint("Person ", i), Role: workspace.RoleMember, CreatedAt: at, LastSignInAt: at, Generation: 1,
					Password: workspace.PasswordRecord{Salt: salt, Params: workspace.Argon2id(cheap), PublicKey: codes[1], Lock: codes[1], ChangedAt: at},
				}),
				tx.InsertFactor(workspace.Factor{ProfileID: id, Generation: 1, Item: "w/totp/" + id + "/1", Since: at, PhoneSince: at, LastStep: 9, LastUsedAt: at, LastUse: workspace.UseSignIn}),
				tx.InsertSet(workspace.Set{ID: "s" + id, ProfileID: id, Sheet: i + 1, State: workspace.SetActive, Salt: salt, Params: workspace.Argon2id(cheapCodes), IssuedAt: at, IssuedBy: "Amara Okafor", Run: 1}, codes),
				tx.SaveVaultKey(workspace.VaultKey{Holder: "profile/" + id, Recipient: "age1" + id, Wrapped: sealed[:200], Ciphertext: sealed, Generation: 1, OnlyOne: true}))
		},
	} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			store, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "workspace.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			c := workspace.Config{Store: store, Secrets: keychain.NewMemory(), Password: cheap}
			w, err := client.Open(ctx, c)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := w.Create(ctx, client.NewWorkspace{Workspace: "Northwind", Name: "Amara", Email: email, Password: secret.NewText(pass)}); err != nil {
				b.Fatal(err)
			}
			err = workspace.Change(w.Workspace, ctx, func(tx workspace.WriteTx) error {
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
			if _, err := client.Open(ctx, c); err != nil {
				b.Fatal(err)
			}
			runtime.GC()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.Open(ctx, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
