package server

import (
	"context"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// errSessionEnded is for a token that stands for no session, or for none any more.
var errSessionEnded = service.Refuse(service.CodeSessionEnded)

// enrolling is what a Session and an EnrolmentSession do alike.
type enrolling interface {
	inCommon
	Confirm(ctx context.Context, input secret.Text, made service.NewSet) (*service.Issued, error)
	Continue(ctx context.Context) error
	CancelEnrolment(ctx context.Context) error
	Showing(ctx context.Context) (service.Issued, error)
	ShowingKey(ctx context.Context) (secret.Text, error)
}

// enrolOp is an operation of either. Until Enter it is the enrolment session that has the say.
func enrolOp[In, Out any](s *Server, op api.Op[In, Out], act func(ctx context.Context, e enrolling, in In) (Out, error)) {
	handle(s, op, func(ctx context.Context, c *call, in In) (out Out, err error) {
		if whole := c.held.value.Session; whole != nil {
			return act(ctx, whole, in)
		}
		return act(ctx, c.held.value.Enrolment, in)
	})
}

// sessionOp is an operation of a session.
func sessionOp[In, Out any](s *Server, op api.Op[In, Out], act func(ctx context.Context, in service.Session, req In) (Out, error)) {
	handle(s, op, func(ctx context.Context, c *call, in In) (out Out, err error) {
		return act(ctx, c.held.value.Session, in)
	})
}

// sessions are the operations of who is in, but for those of admins.
func (s *Server) sessions() {
	enrolOp(s, api.Look, func(context.Context, enrolling, api.None) (none api.None, _ error) { return none, nil })
	enrolOp(s, api.Touch, func(_ context.Context, e enrolling, _ api.None) (none api.None, _ error) { return none, e.Touch() })
	enrolOp(s, api.Confirm, func(ctx context.Context, e enrolling, in api.ConfirmRequest) (*service.Issued, error) {
		return e.Confirm(ctx, in.Code.Text, in.Made.Service())
	})
	enrolOp(s, api.Continue, func(ctx context.Context, e enrolling, _ api.None) (none api.None, _ error) {
		return none, e.Continue(ctx)
	})
	enrolOp(s, api.CancelEnrolment, func(ctx context.Context, e enrolling, _ api.None) (none api.None, _ error) {
		return none, e.CancelEnrolment(ctx)
	})
	enrolOp(s, api.Showing, func(ctx context.Context, e enrolling, _ api.None) (service.Issued, error) { return e.Showing(ctx) })
	enrolOp(s, api.ShowingKey, func(ctx context.Context, e enrolling, _ api.None) (api.Text, error) {
		key, err := e.ShowingKey(ctx)
		return api.Text{Text: key}, err
	})
	handle(s, api.End, func(ctx context.Context, c *call, _ api.None) (none api.None, _ error) {
		c.ended = true // whatever comes of it: what is left is undone later
		return none, common(c.held.value).End(ctx)
	})
	handle(s, api.Begin, func(ctx context.Context, c *call, _ api.None) (out api.Shown, err error) {
		shown, err := c.held.value.Enrolment.Begin(ctx)
		return api.ShownOf(shown), err
	})
	handle(s, api.Enter, func(ctx context.Context, c *call, _ api.None) (*api.SessionStart, error) {
		in, err := c.held.value.Enrolment.Enter(ctx)
		if in == nil {
			return nil, err
		}
		c.held.value.Session, c.held.row.Person = in, in.ProfileID()
		return startOf(api.Text{}, in), err // its token stays
	})

	sessionOp(s, api.Overview, func(ctx context.Context, in service.Session, _ api.None) (service.Overview, error) {
		return in.Overview(ctx)
	})
	sessionOp(s, api.OwnLog, func(ctx context.Context, in service.Session, req api.OwnLogRequest) (service.LogPage, error) {
		return in.OwnLog(ctx, req.Before, req.Limit)
	})
	sessionOp(s, api.Checkpoint, func(ctx context.Context, in service.Session, req service.CheckpointQuery) (service.Checkpoint, error) {
		return in.Checkpoint(ctx, req)
	})
	sessionOp(s, api.Checklist, func(ctx context.Context, in service.Session, _ api.None) (service.Checklist, error) {
		return in.Checklist(ctx)
	})
	sessionOp(s, api.PutNewsAway, func(ctx context.Context, in service.Session, req api.PutNewsAwayRequest) (none api.None, _ error) {
		return none, in.PutNewsAway(ctx, req.Number)
	})
	sessionOp(s, api.PutChecklistAway, func(ctx context.Context, in service.Session, req api.On) (none api.None, _ error) {
		return none, in.PutChecklistAway(ctx, req.On)
	})
	sessionOp(s, api.Rename, func(ctx context.Context, in service.Session, req api.Name) (none api.None, _ error) {
		return none, in.Rename(ctx, req.Name)
	})
	sessionOp(s, api.SetLanguage, func(ctx context.Context, in service.Session, req api.Language) (none api.None, _ error) {
		return none, in.SetLanguage(ctx, req.Language)
	})
	sessionOp(s, api.CheckEmail, func(ctx context.Context, in service.Session, req api.Email) (none api.None, _ error) {
		return none, in.CheckEmail(ctx, req.Email)
	})
	sessionOp(s, api.ChangeEmail, func(ctx context.Context, in service.Session, req api.ChangeEmailRequest) (none api.None, _ error) {
		return none, in.ChangeEmail(ctx, req.Email, req.Proof.Service())
	})
	sessionOp(s, api.ChangePassword, func(ctx context.Context, in service.Session, req api.ChangePasswordRequest) (none api.None, _ error) {
		return none, in.ChangePassword(ctx, req.Current.Service(), req.Next.Service())
	})

	sessionOp(s, api.Computers, func(ctx context.Context, in service.Session, _ api.None) (service.Computers, error) {
		return in.Computers(ctx)
	})
	sessionOp(s, api.GiveComputerCode, func(ctx context.Context, in service.Session, req api.GiveComputerCodeRequest) (service.GivenOut, error) {
		return in.GiveComputerCode(ctx, req.Code.Service(), req.Proof.Service())
	})
	sessionOp(s, api.EndComputerCode, func(ctx context.Context, in service.Session, _ api.None) (none api.None, _ error) {
		return none, in.EndComputerCode(ctx)
	})
	sessionOp(s, api.RenameComputer, func(ctx context.Context, in service.Session, req api.RenameComputerRequest) (none api.None, _ error) {
		return none, in.RenameComputer(ctx, req.ID, req.Name)
	})
	sessionOp(s, api.RemoveComputers, func(ctx context.Context, in service.Session, req api.RemoveComputersRequest) (none api.None, _ error) {
		return none, in.RemoveComputers(ctx, req.IDs, req.Current.Service(), req.Next.Service())
	})
	sessionOp(s, api.SaveComputer, func(ctx context.Context, in service.Session, req service.NewComputer) (none api.None, _ error) {
		return none, in.SaveComputer(ctx, req)
	})
	sessionOp(s, api.StepUp, func(ctx context.Context, in service.Session, req api.StepUpRequest) (service.StepUpNeeds, error) {
		return in.StepUp(ctx, req.Acts)
	})
	sessionOp(s, api.BeginProof, func(ctx context.Context, in service.Session, _ api.None) (out api.ProofTerms, err error) {
		out.Terms, out.Name, out.Email, err = in.BeginProof(ctx)
		return out, err
	})
	sessionOp(s, api.ForOneAct, func(ctx context.Context, in service.Session, _ api.None) (none api.None, _ error) {
		return none, in.ForOneAct(ctx)
	})
	handle(s, api.ForUnlock, func(ctx context.Context, c *call, _ api.None) (*api.LockedStart, error) {
		l, err := c.held.value.Session.ForUnlock(ctx)
		if err != nil {
			return nil, err
		}
		token, err := s.tokens.add(ctx, service.Value{Locked: l}, c.held.row.Person)
		if err != nil {
			return nil, err
		}
		return &api.LockedStart{Token: token, Terms: l.Terms(), Remaining: l.Remaining()}, nil
	})
	sessionOp(s, api.BeginEnable, func(ctx context.Context, in service.Session, req api.ByProof) (api.Shown, error) {
		shown, err := in.BeginEnable(ctx, req.Proof.Service())
		return api.ShownOf(shown), err
	})
	sessionOp(s, api.BeginChangePhone, func(ctx context.Context, in service.Session, req api.ChangePhoneRequest) (api.Shown, error) {
		shown, err := in.BeginChangePhone(ctx, req.App, req.Proof.Service())
		return api.ShownOf(shown), err
	})
	sessionOp(s, api.BeginAddApp, func(ctx context.Context, in service.Session, req api.AddAppRequest) (api.Shown, error) {
		shown, err := in.BeginAddApp(ctx, req.Name, req.Proof.Service())
		return api.ShownOf(shown), err
	})
	sessionOp(s, api.RenameApp, func(ctx context.Context, in service.Session, req api.RenameAppRequest) (none api.None, _ error) {
		return none, in.RenameApp(ctx, req.App, req.Name)
	})
	sessionOp(s, api.RemoveApp, func(ctx context.Context, in service.Session, req api.RemoveAppRequest) (none api.None, _ error) {
		return none, in.RemoveApp(ctx, req.App, req.Proof.Service())
	})
	sessionOp(s, api.Disable, func(ctx context.Context, in service.Session, req api.ByFactor) (none api.None, _ error) {
		return none, in.Disable(ctx, req.Factor.Service())
	})

	sessionOp(s, api.BeginRecovery, func(ctx context.Context, in service.Session, _ api.None) (service.CodeTerms, error) {
		return in.BeginRecovery(ctx)
	})
	sessionOp(s, api.BeginNewCodes, func(ctx context.Context, in service.Session, req api.BeginNewCodesRequest) (*service.Issued, error) {
		return in.BeginNewCodes(ctx, req.Made.Service(), req.Proof.Service())
	})
	sessionOp(s, api.KeepNewCodes, func(ctx context.Context, in service.Session, _ api.None) (none api.None, _ error) {
		return none, in.KeepNewCodes(ctx)
	})
	sessionOp(s, api.CancelNewCodes, func(ctx context.Context, in service.Session, _ api.None) (none api.None, _ error) {
		return none, in.CancelNewCodes(ctx)
	})
	sessionOp(s, api.Acknowledge, func(ctx context.Context, in service.Session, req api.Word) (none api.None, _ error) {
		return none, in.Acknowledge(ctx, req.Word.Text)
	})
	sessionOp(s, api.CheckCodes, func(ctx context.Context, in service.Session, req api.Word) (none api.None, _ error) {
		return none, in.CheckCodes(ctx, req.Word.Text)
	})
	sessionOp(s, api.PostponeCheck, func(ctx context.Context, in service.Session, _ api.None) (none api.None, _ error) {
		return none, in.PostponeCheck(ctx)
	})
	sessionOp(s, api.NotMe, func(ctx context.Context, in service.Session, _ api.None) (none api.None, _ error) {
		return none, in.NotMe(ctx)
	})

	sessionOp(s, api.SaveKeyPair, func(ctx context.Context, in service.Session, req api.KeyPair) (none api.None, _ error) {
		return none, in.SaveKeyPair(ctx, req.Pair)
	})
	sessionOp(s, api.Vault, func(ctx context.Context, in service.Session, _ api.None) (service.Vault, error) { return in.Vault(ctx) })
	sessionOp(s, api.WaitingKeys, func(ctx context.Context, in service.Session, _ api.None) (out api.Waiting, err error) {
		out.Vault, out.Holders, err = in.WaitingKeys(ctx)
		return out, err
	})
	sessionOp(s, api.GiveKeys, func(ctx context.Context, in service.Session, req api.GiveKeysRequest) (int, error) {
		return in.GiveKeys(ctx, req.PublicKey, req.Given)
	})

	sessionOp(s, api.FoundVault, func(ctx context.Context, in service.Session, req api.FoundVaultRequest) (none api.None, _ error) {
		return none, in.FoundVault(ctx, req.PublicKey, req.Own)
	})

	sessionOp(s, api.ReadDocuments, func(ctx context.Context, in service.Session, q service.DocumentQuery) (service.DocumentRows, error) {
		return in.ReadDocuments(ctx, q)
	})
	sessionOp(s, api.AddDocuments, func(ctx context.Context, in service.Session, req api.AddDocumentsRequest) (bool, error) {
		return in.AddDocuments(ctx, req.Generation, req.Rows)
	})
	sessionOp(s, api.ChangeDocuments, func(ctx context.Context, in service.Session, req api.ChangeDocumentsRequest) (none api.None, _ error) {
		return none, in.ChangeDocuments(ctx, req.Act, req.Generation, req.All)
	})
	sessionOp(s, api.EmptyBin, func(ctx context.Context, in service.Session, _ api.None) (int, error) { return in.EmptyBin(ctx) })
	sessionOp(s, api.NoteOpened, func(ctx context.Context, in service.Session, req api.NoteOpenedRequest) (none api.None, _ error) {
		return none, in.NoteOpened(ctx, req.ID, req.Copied)
	})
	sessionOp(s, api.NoteChecked, func(ctx context.Context, in service.Session, req api.NoteCheckedRequest) (none api.None, _ error) {
		return none, in.NoteChecked(ctx, req.All, req.Bad, req.Unknown)
	})
	sessionOp(s, api.MissingFiles, func(ctx context.Context, in service.Session, req api.IDs) (map[string]bool, error) {
		return in.MissingFiles(ctx, req.IDs)
	})
	sessionOp(s, api.UnknownFiles, func(ctx context.Context, in service.Session, _ api.None) ([]string, error) {
		return in.UnknownFiles(ctx)
	})
	sessionOp(s, api.Admin, func(ctx context.Context, in service.Session, req api.AdminRequest) (none api.None, err error) {
		ask := in.Admin
		if req.Watch {
			ask = in.Watcher
		}
		_, err = ask(ctx)
		return none, err
	})
}
