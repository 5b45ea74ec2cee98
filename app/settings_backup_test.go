package app

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestBackup_CodeDoesNotExpireWhileAPlaceIsChosen(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	late := time.Duration(0)
	w.s.now = func() time.Time { return time.Now().Add(late) }
	a := archiveOf(w, w.create())
	phone, err := a.enr.BeginEnable(a.in.Token, pass)
	a.ok(err)
	code := func() string {
		digits, err := totp.GenerateCode(strings.Join(phone.KeyGroups, ""), time.Now().Add(late))
		a.ok(err)
		return digits
	}
	_, err = a.enr.Confirm(a.in.Token, code())
	a.ok(err)
	_, err = a.enr.Continue(a.in.Token)
	a.ok(err)
	late += time.Minute
	a.desk.saveTo = filepath.Join(a.dir, "backup.age")
	a.desk.meanwhile = func() { late += 3 * time.Minute }
	saved, err := (&Settings{a.s}).Backup(a.in.Token, BackupRequest{Recipients: a.key.Recipient().String()}, a.page.proof(pass, "code", code()))
	a.ok(err)
	if saved.Name != "backup.age" {
		t.Errorf("%+v", saved)
	}

	// A code that the phone shows at no time near now: of one that it does, more is told.
	near := map[string]bool{}
	for i := -1800; i <= 1800; i++ {
		digits, err := totp.GenerateCode(strings.Join(phone.KeyGroups, ""), time.Now().Add(late+time.Duration(i)*30*time.Second))
		a.ok(err)
		near[digits] = true
	}
	wrong := "000000"
	for n := 1; near[wrong]; n++ {
		wrong = fmt.Sprintf("%06d", n)
	}
	a.desk.saveTo = ""
	_, err = (&Settings{a.s}).Backup(a.in.Token, BackupRequest{Recipients: a.key.Recipient().String()}, a.page.proof(pass, "code", wrong))
	a.refused(err, "code_wrong")
}
