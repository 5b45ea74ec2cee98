package workspace_test

import (
	"testing"

	"countersign/backend/workspace"
)

func TestNoteExport_LogsWhoOpenedItAndIfItWasIntact(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	admin := h.one(person{role: workspace.RoleAdmin})
	a := admin.admin()
	const signer = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ"
	for _, c := range []struct {
		act   workspace.ExportAct
		seen  workspace.SeenExport
		says  string
		group workspace.LogGroup
	}{
		{workspace.ExportOpened, workspace.SeenExport{Run: 7}, " opened and verified the export of print run 7.", workspace.GroupRuns},
		{workspace.ExportSaved, workspace.SeenExport{Run: 7}, " saved the files of the export of print run 7.", workspace.GroupRuns},
		{workspace.ExportOpened, workspace.SeenExport{}, " opened and verified an export of recovery sheets.", workspace.GroupRuns},
		// What another workspace's file says of itself is not believed.
		{workspace.ExportOpened, workspace.SeenExport{Run: 7, Signer: signer},
			" opened and verified an export of recovery sheets that another workspace has signed (" + signer + ").", workspace.GroupRuns},
		{workspace.ExportOpened, workspace.SeenExport{Backup: true}, " opened and verified a backup of the workspace.", workspace.GroupWorkspace},
		{workspace.ExportOpened, workspace.SeenExport{Backup: true, Signer: signer},
			" opened and verified a backup that another workspace has signed (" + signer + ").", workspace.GroupWorkspace},
		{workspace.ExportRefused, workspace.SeenExport{Flaw: workspace.FlawSignature},
			" opened an export that isn’t as it was written: its signature is wrong.", workspace.GroupRuns},
	} {
		h.ok(a.NoteExport(t.Context(), c.act, c.seen))
		page, err := a.Log(t.Context(), workspace.LogQuery{Limit: 1})
		h.ok(err)
		e := page.Entries[0]
		if sentence(e) != admin.name+c.says || e.Group != c.group || e.Actor.ID != admin.id || e.Subject != nil {
			t.Errorf("%+v: %q in %s, by %v about %v", c.seen, sentence(e), e.Group, e.Actor, e.Subject)
		}
	}
	before, err := a.Log(t.Context(), workspace.LogQuery{Steps: true})
	h.ok(err)
	for act, seen := range map[workspace.ExportAct]workspace.SeenExport{
		workspace.ExportRefused: {}, "": {Run: 1}, workspace.ExportOpened: {Flaw: workspace.FlawCut}, workspace.ExportSaved: {Backup: true},
	} {
		if a.NoteExport(t.Context(), act, seen) == nil {
			t.Errorf("noted as %q: %+v", act, seen)
		}
	}
	if after, err := a.Log(t.Context(), workspace.LogQuery{Steps: true}); err != nil || after.Head != before.Head {
		t.Errorf("something was noted: %+v, %v", after.Entries[0], err)
	}
	h.restart()
}

// What is wrong with a file is noted without what its signer says.
func TestNoteExport_RefusedFileNamesNoSigner(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	h.ok(a.NoteExport(t.Context(), workspace.ExportRefused, workspace.SeenExport{Flaw: workspace.FlawSignature, Signer: "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ"}))
	page, err := a.Log(t.Context(), workspace.LogQuery{Limit: 1})
	h.ok(err)
	if d := page.Entries[0].Detail; d["signer"] != "" || d["flaw"] != string(workspace.FlawSignature) {
		t.Errorf("%v", d)
	}
}
