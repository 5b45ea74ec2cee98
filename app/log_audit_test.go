package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/backend/audit"
)

func TestAuditLog_OwnerReadsVerifiesAndExportsIt(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	log := &AuditLog{w.s}
	in := w.create()
	_, err := w.prof.Rename(in.Token, "Amara N. Okafor")
	w.ok(err)
	page, err := log.List(in.Token, LogQuery{Days: 30})
	w.ok(err)
	if len(page.Entries) != 2 || page.Entries[0].Kind != "profile-renamed" || page.Entries[0].Actor != "Amara N. Okafor" ||
		page.Entries[0].Detail["to"] != "Amara N. Okafor" || !strings.Contains(page.Entries[1].Sentence, "created the workspace") {
		t.Errorf("%+v", page)
	}
	page, err = log.List(in.Token, LogQuery{Text: "NORTHWIND", Group: "workspace"})
	w.ok(err)
	if len(page.Entries) != 1 {
		t.Errorf("searching: %+v", page)
	}
	page, err = log.List(in.Token, LogQuery{Person: in.Profile.ID, Group: "profile"})
	w.ok(err)
	if len(page.Entries) != 1 {
		t.Errorf("of one person: %+v", page)
	}
	_, err = w.prof.Rename(in.Token, "Amara Okafor")
	w.ok(err)
	page, err = log.Follow(in.Token, LogQuery{Days: 30}, page.Head)
	w.ok(err)
	if len(page.Entries) != 1 || page.Entries[0].Kind != "profile-renamed" {
		t.Errorf("following: %+v", page)
	}
	r, err := log.Verify(in.Token)
	w.ok(err)
	if r.Breaks != 0 || r.Events != page.Head || r.At == "" {
		t.Errorf("verifying: %+v", r)
	}
	w.desk.saveTo = filepath.Join(t.TempDir(), "log.jsonl")
	done, err := log.Export(in.Token)
	w.ok(err)
	f, err := os.Open(w.desk.saveTo)
	w.ok(err)
	defer f.Close()
	head, err := audit.ParseHead(done.Head)
	w.ok(err)
	if _, err := audit.VerifyExport(f, &head); err != nil || done.Name != "log.jsonl" || done.Events != r.Events {
		t.Errorf("exporting: %+v %v", done, err)
	}
	if st, err := f.Stat(); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st.Mode(), err)
	}
	w.desk.saveTo = filepath.Join(t.TempDir(), "no such folder", "log.jsonl")
	_, err = log.Export(in.Token)
	w.refused(err, codeSaveFailed)
}
