package workspace_test

import (
	"testing"

	"countersign/backend/service"
	"countersign/backend/store"
)

func TestNoteExport_LogsWhoOpenedItAndIfItWasIntact(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	admin := h.one(person{role: store.RoleAdmin})
	a := admin.admin()
	const signer = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ"
	for _, c := range []struct {
		act   service.ExportAct
		seen  service.SeenExport
		says  string
		group service.LogGroup
	}{
		{service.ExportOpened, service.SeenExport{Run: 7}, " opened and verified the export of print run 7.", service.GroupRuns},
		{service.ExportSaved, service.SeenExport{Run: 7}, " saved the files of the export of print run 7.", service.GroupRuns},
		{service.ExportOpened, service.SeenExport{}, " opened and verified an export of recovery sheets.", service.GroupRuns},
		// What another workspace's file says of itself is not believed.
		{service.ExportOpened, service.SeenExport{Run: 7, Signer: signer},
			" opened and verified an export of recovery sheets that another workspace has signed (" + signer + ").", service.GroupRuns},
		{service.ExportOpened, service.SeenExport{Backup: true}, " opened and verified a backup of the workspace.", service.GroupWorkspace},
		{service.ExportOpened, service.SeenExport{Backup: true, Signer: signer},
			" opened and verified a backup that another workspace has signed (" + signer + ").", service.GroupWorkspace},
		{service.ExportRefused, service.SeenExport{Flaw: service.FlawSignature},
			" opened an export that isn’t as it was written: its signature is wrong.", service.GroupRuns},
	} {
		h.ok(a.NoteExport(t.Context(), c.act, c.seen))
		page, err := a.Log(t.Context(), service.LogQuery{Limit: 1})
		h.ok(err)
		e := page.Entries[0]
		if sentence(e) != admin.name+c.says || e.Group != c.group || e.Actor.ID != admin.id || e.Subject != nil {
			t.Errorf("%+v: %q in %s, by %v about %v", c.seen, sentence(e), e.Group, e.Actor, e.Subject)
		}
	}
	before, err := a.Log(t.Context(), service.LogQuery{Steps: true})
	h.ok(err)
	for act, seen := range map[service.ExportAct]service.SeenExport{
		service.ExportRefused: {}, "": {Run: 1}, service.ExportOpened: {Flaw: service.FlawCut}, service.ExportSaved: {Backup: true},
	} {
		if a.NoteExport(t.Context(), act, seen) == nil {
			t.Errorf("noted as %q: %+v", act, seen)
		}
	}
	if after, err := a.Log(t.Context(), service.LogQuery{Steps: true}); err != nil || after.Head != before.Head {
		t.Errorf("something was noted: %+v, %v", after.Entries[0], err)
	}
	h.restart()
}

// What is wrong with a file is noted without what its signer says.
func TestNoteExport_RefusedFileNamesNoSigner(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	h.ok(a.NoteExport(t.Context(), service.ExportRefused, service.SeenExport{Flaw: service.FlawSignature, Signer: "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ"}))
	page, err := a.Log(t.Context(), service.LogQuery{Limit: 1})
	h.ok(err)
	if d := page.Entries[0].Detail; d["signer"] != "" || d["flaw"] != string(service.FlawSignature) {
		t.Errorf("%v", d)
	}
}
