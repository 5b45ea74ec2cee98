package workspace

import (
	"context"
	"fmt"
	"slices"

	"countersign/backend/service"
	"countersign/backend/store"
)

// maxSigner bounds a fingerprint, in bytes: eight groups of four.
const maxSigner = 64

var flaws = []service.ExportFlaw{service.FlawCut, service.FlawEdited, service.FlawFiles, service.FlawSignature, service.FlawHostile}

// NoteExport writes down that an encrypted file was opened, before anything of it
// is shown: after an error nothing of it may be. Errors: forbidden, session_ended;
// keychain and folder.
func (a *Admin) NoteExport(ctx context.Context, act service.ExportAct, e service.SeenExport) error {
	kind := map[service.ExportAct]string{service.ExportOpened: eventExportOpened, service.ExportSaved: eventExportSaved, service.ExportRefused: eventExportRefused}[act]
	detail := map[string]string{}
	switch {
	case kind == "", (act == service.ExportRefused) != slices.Contains(flaws, e.Flaw), e.Backup && act == service.ExportSaved, len(e.Signer) > maxSigner:
		return fmt.Errorf("an export that was %q with the flaw %q", act, e.Flaw)
	case act == service.ExportRefused:
		detail["flaw"] = string(e.Flaw)
	case e.Backup:
		kind = eventBackupOpened
	case e.Run > 0 && e.Signer == "":
		detail["run"] = decimal(e.Run)
	}
	if e.Signer != "" && act != service.ExportRefused {
		detail["signer"] = e.Signer
	}
	return a.change(ctx, nil, nil, func(tx store.WriteTx) error {
		a.s.w.record(tx, a.s.w.now(), kind, a.s.id, "", detail)
		return nil
	})
}
