package workspace

import (
	"context"
	"fmt"
	"slices"
)

// ExportAct is what somebody did with an encrypted file of Countersign's.
type ExportAct string

// The acts. What an act shows or saves is shown or saved only once it is noted.
const (
	ExportOpened  ExportAct = "opened"  // all of it was verified, and what it holds is to be shown
	ExportSaved   ExportAct = "saved"   // its files are to be saved in clear
	ExportRefused ExportAct = "refused" // it is not as it was written: see ExportFlaw
)

// ExportFlaw is how a file is not as it was written.
type ExportFlaw string

// The flaws.
const (
	FlawCut       ExportFlaw = "cut"       // it ends too early, or its end was changed
	FlawEdited    ExportFlaw = "edited"    // it was changed
	FlawFiles     ExportFlaw = "files"     // its files are not those of its manifest
	FlawSignature ExportFlaw = "signature" // its signature is wrong
	FlawHostile   ExportFlaw = "hostile"   // it holds what none may hold
)

var flaws = []ExportFlaw{FlawCut, FlawEdited, FlawFiles, FlawSignature, FlawHostile}

// SeenExport is what the log says of an encrypted file. Only what was verified goes
// into it, and no text that whoever has signed the file chose: another workspace's
// manifest can say anything.
type SeenExport struct {
	Backup bool
	Run    int        // of sheets that this workspace has signed; 0: unknown
	Signer string     // fingerprint of a key that is not this workspace's; empty: it is
	Flaw   ExportFlaw // of ExportRefused
}

// NoteExport writes down that an encrypted file was opened, before anything of it
// is shown: after an error nothing of it may be. Errors: forbidden, session_ended;
// keychain and folder.
func (a *Admin) NoteExport(ctx context.Context, act ExportAct, e SeenExport) error {
	kind := map[ExportAct]string{ExportOpened: eventExportOpened, ExportSaved: eventExportSaved, ExportRefused: eventExportRefused}[act]
	detail := map[string]string{}
	switch {
	case kind == "", (act == ExportRefused) != slices.Contains(flaws, e.Flaw), e.Backup && act == ExportSaved:
		return fmt.Errorf("an export that was %q with the flaw %q", act, e.Flaw)
	case act == ExportRefused:
		detail["flaw"] = string(e.Flaw)
	case e.Backup:
		kind = eventBackupOpened
	case e.Run > 0 && e.Signer == "":
		detail["run"] = decimal(e.Run)
	}
	if e.Signer != "" && act != ExportRefused {
		detail["signer"] = e.Signer
	}
	return a.change(ctx, nil, nil, func(tx WriteTx) error {
		return a.s.w.record(tx, a.s.w.now(), kind, a.s.id, "", detail)
	})
}
