package app

import (
	"countersign/backend/backup"
	"countersign/backend/words"
)

// BackupRequest says for whom a backup is encrypted.
type BackupRequest struct {
	Recipients string   `json:"recipients"` // public keys, one a line; empty: the passphrase
	Passphrase Envelope `json:"passphrase"`
}

// Backup asks for a place and writes the whole workspace there, keychain items
// included, encrypted; only an owner can. It tells how far it is with the event
// "backup-progress". The name is empty when the dialog was dismissed.
func (w *Settings) Backup(session string, r BackupRequest, proof Proof) (Saved, error) {
	return w.write(session, r, proof, words.BackupTitle, words.DialogNameBackup, backup.Create)
}
