package app

import "testing"

func TestSecurityLog_TellsWhatConcernsOneself(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	_, err := w.prof.Rename(in.Token, "Amara N. Okafor")
	w.ok(err)
	_, err = (&Settings{w.s}).Rename(in.Token, "Southwind Legal")
	w.ok(err)
	page, err := w.prof.SecurityLog(in.Token, 0)
	w.ok(err)
	if len(page.Entries) != 2 || page.Entries[0].Kind != "profile-renamed" || page.Entries[1].Kind != "workspace-created" || page.Head != 0 {
		t.Errorf("%+v", page)
	}
	page, err = w.prof.SecurityLog(in.Token, page.Entries[0].Seq)
	w.ok(err)
	if len(page.Entries) != 1 || page.Entries[0].Kind != "workspace-created" {
		t.Errorf("the page after: %+v", page)
	}
	w.s.lock("asked")
	_, err = w.prof.SecurityLog(in.Token, 0)
	w.refused(err, "session_ended")
}
