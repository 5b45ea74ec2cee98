package app

import (
	"context"
	"errors"
	"strconv"

	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/runexport"
	"countersign/backend/service"
)

// signer is the fingerprint of the key with which this workspace signs.
func (in *signIn) signer() (own bundle.Fingerprint, err error) {
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		own, err = runexport.Signer(ctx, a)
		return err
	})
	return own, err
}

// noteExport writes into the audit log what is about to be shown or saved.
func (in *signIn) noteExport(act service.ExportAct, e service.SeenExport) error {
	return in.asAdmin(func(ctx context.Context, a *client.Admin) error { return a.NoteExport(ctx, act, e) })
}

// seenExport is what the log may say of a file of which every byte was verified.
// The number of a run is believed of this workspace's own signature alone.
func seenExport(c bundle.Contents, own bundle.Fingerprint) service.SeenExport {
	e := service.SeenExport{Backup: c.Kind == bundle.KindBackup}
	if c.SignedBy != own {
		e.Signer = c.SignedBy.String()
		return e
	}
	if n, err := strconv.Atoi(c.Details["run"]); err == nil && n > 0 {
		e.Run = n
	}
	return e
}

// exportFlaws are the faults of a file that what was typed opens. A wrong passphrase
// or key opens nothing, and is not noted.
var exportFlaws = []struct {
	err  error
	flaw service.ExportFlaw
}{
	{bundle.ErrCutShort, service.FlawCut},
	{bundle.ErrEnd, service.FlawCut},
	{bundle.ErrEdited, service.FlawEdited},
	{bundle.ErrFiles, service.FlawFiles},
	{bundle.ErrSignature, service.FlawSignature},
	{bundle.ErrHostile, service.FlawHostile},
}

// noteFlaw writes into the audit log that a file is not what was signed. Nothing of
// it is shown or saved, so that where this cannot be written what is wrong with the
// file is still said, and the application's log has why.
func (in *signIn) noteFlaw(fault error) {
	for _, f := range exportFlaws {
		if !errors.Is(fault, f.err) {
			continue
		}
		if err := in.noteExport(service.ExportRefused, service.SeenExport{Flaw: f.flaw}); err != nil {
			in.s.reference("an export that was refused is not in the audit log", err)
		}
		return
	}
}
