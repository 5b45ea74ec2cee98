package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestBackup_DiskThatFillsUpKeepsTheFormerBackup lets all but the last bytes fit.
func TestBackup_DiskThatFillsUpKeepsTheFormerBackup(t *testing.T) {
	t.Parallel()
	disk, here := onSmallDisk(t)
	if !here {
		return
	}
	w := newWindow(t)
	a := archiveOf(w, w.create())
	a.desk.saveTo = filepath.Join(disk, "backup.age")
	save := func() error {
		_, err := (&Settings{a.s}).Backup(a.in.Token, BackupRequest{Recipients: a.key.Recipient().String()}, a.page.proof(pass, "none", ""))
		return err
	}
	a.ok(save())
	good, err := os.ReadFile(a.desk.saveTo)
	a.ok(err)
	free := fill(t, disk)
	ballast := filepath.Join(disk, "ballast")
	st, err := os.Stat(ballast)
	a.ok(err)
	a.ok(os.Truncate(ballast, st.Size()-int64(len(good))&^4095+2*4096))
	a.refused(save(), codeSaveFull)
	if now, err := os.ReadFile(a.desk.saveTo); err != nil || !bytes.Equal(now, good) {
		t.Errorf("a backup of %d bytes is one of %d now, %v", len(good), len(now), err)
	}
	free()
	a.ok(save())
}
