package server

import (
	"context"
	"crypto"

	"countersign/backend/api"
	"countersign/backend/audit"
	"countersign/backend/service"
)

// adminOp is an operation of an owner or an admin. Each act looks itself at what they may.
func adminOp[In, Out any](s *Server, op api.AdminOp[In, Out], act func(ctx context.Context, a service.Admin, in In) (Out, error)) {
	handle(s, op.Op, func(ctx context.Context, c *call, in api.AdminIn[In]) (out Out, err error) {
		a, err := s.w.AdminOf(ctx, c.held.value.Session, in.Watch)
		if err != nil {
			return out, err
		}
		return act(ctx, a, in.In)
	})
}

// runOp is an operation of a print run that this session has begun.
func runOp[In, Out any](s *Server, op api.AdminOp[In, Out], run func(In) int, act func(ctx context.Context, r service.PrintRun, in In) (Out, error)) {
	handle(s, op.Op, func(ctx context.Context, c *call, in api.AdminIn[In]) (out Out, err error) {
		r, err := s.w.RunOf(ctx, c.held.value.Session, run(in.In))
		if err != nil {
			return out, err
		}
		return act(ctx, r, in.In)
	})
}

// admins are the operations of owners and admins.
func (s *Server) admins() {
	adminOp(s, api.Prove, func(ctx context.Context, a service.Admin, in api.ProveRequest) (none api.None, _ error) {
		return none, a.Prove(ctx, in.Acts, in.Proof.Service())
	})

	adminOp(s, api.Members, func(ctx context.Context, a service.Admin, _ api.None) ([]service.Member, error) {
		return a.Members(ctx)
	})
	adminOp(s, api.Member, func(ctx context.Context, a service.Admin, in api.ID) (service.Member, error) {
		return a.Member(ctx, in.ID)
	})
	adminOp(s, api.CheckMembers, func(ctx context.Context, a service.Admin, in api.People) (out []api.MemberError, _ error) {
		wrong, err := a.CheckMembers(ctx, in.People)
		for _, w := range wrong {
			out = append(out, api.MemberError{Index: w.Index, Err: api.ErrorOf(w.Err)})
		}
		return out, err
	})
	adminOp(s, api.AddMember, func(ctx context.Context, a service.Admin, in api.AddMemberRequest) (service.GivenOut, error) {
		return a.AddMember(ctx, in.Member, in.Code.Service(), in.Proof.Service())
	})
	adminOp(s, api.AddMembers, func(ctx context.Context, a service.Admin, in api.AddMembersRequest) ([]service.GivenOut, error) {
		return a.AddMembers(ctx, in.People, api.ServiceOneTimes(in.Codes), in.Proof.Service())
	})
	adminOp(s, api.WaitingInvitations, func(ctx context.Context, a service.Admin, in api.IDs) ([]string, error) {
		return a.WaitingInvitations(ctx, in.IDs)
	})
	adminOp(s, api.InviteAgain, func(ctx context.Context, a service.Admin, in api.InviteAgainRequest) ([]service.GivenOut, error) {
		return a.InviteAgain(ctx, api.ServiceInvitations(in.Again), in.Proof.Service())
	})
	adminOp(s, api.ResetPassword, func(ctx context.Context, a service.Admin, in api.CodeFor) (service.GivenOut, error) {
		return a.ResetPassword(ctx, in.ID, in.Approval, in.Code.Service(), in.Proof.Service())
	})
	adminOp(s, api.HelpCode, func(ctx context.Context, a service.Admin, in api.CodeFor) (service.GivenOut, error) {
		return a.HelpCode(ctx, in.ID, in.Approval, in.Code.Service(), in.Proof.Service())
	})
	adminOp(s, api.OpenCodes, func(ctx context.Context, a service.Admin, _ api.None) ([]service.OpenCode, error) {
		return a.OpenCodes(ctx)
	})
	adminOp(s, api.EndCode, func(ctx context.Context, a service.Admin, in api.EndCodeRequest) (none api.None, _ error) {
		return none, a.EndCode(ctx, in.ID, in.Kind)
	})
	adminOp(s, api.Reset2FA, func(ctx context.Context, a service.Admin, in api.OnMember) (none api.None, _ error) {
		return none, a.Reset2FA(ctx, in.ID, in.Approval, in.Proof.Service())
	})
	adminOp(s, api.SetRole, func(ctx context.Context, a service.Admin, in api.SetRoleRequest) (none api.None, _ error) {
		return none, a.SetRole(ctx, in.ID, in.Role, in.Proof.Service())
	})
	adminOp(s, api.SetLanguageOf, func(ctx context.Context, a service.Admin, in api.SetLanguageRequest) (none api.None, _ error) {
		return none, a.SetLanguageOf(ctx, in.IDs, in.Language)
	})
	adminOp(s, api.Suspend, func(ctx context.Context, a service.Admin, in api.ID) (none api.None, _ error) {
		return none, a.Suspend(ctx, in.ID)
	})
	adminOp(s, api.Resume, func(ctx context.Context, a service.Admin, in api.ID) (none api.None, _ error) {
		return none, a.Resume(ctx, in.ID)
	})
	adminOp(s, api.Remove, func(ctx context.Context, a service.Admin, in api.RemoveRequest) (none api.None, _ error) {
		return none, a.Remove(ctx, in.ID, in.Proof.Service())
	})
	adminOp(s, api.ComputersOf, func(ctx context.Context, a service.Admin, in api.ID) (service.MemberComputers, error) {
		return a.ComputersOf(ctx, in.ID)
	})
	adminOp(s, api.RemoveComputer, func(ctx context.Context, a service.Admin, in api.RemoveComputerRequest) (none api.None, _ error) {
		return none, a.RemoveComputer(ctx, in.ID, in.Computer, in.Proof.Service())
	})

	adminOp(s, api.PreviewRun, func(ctx context.Context, a service.Admin, in api.IDs) (service.RunPreview, error) {
		return a.PreviewRun(ctx, in.IDs)
	})
	adminOp(s, api.BeginRun, func(ctx context.Context, a service.Admin, in api.BeginRunRequest) (*service.RunPlan, error) {
		r, err := a.BeginRun(ctx, in.Run, in.Proof.Service())
		if r == nil {
			return nil, err
		}
		plan := r.Plan()
		return &plan, err
	})
	runOp(s, api.MakeSheets, func(in api.MakeSheetsRequest) int { return in.Run }, func(ctx context.Context, r service.PrintRun, in api.MakeSheetsRequest) ([]service.RunSheet, error) {
		return r.MakeSheets(ctx, api.ServiceSets(in.Made))
	})
	runOp(s, api.CancelRun, func(in api.Run) int { return in.Run }, func(ctx context.Context, r service.PrintRun, _ api.Run) (service.RunResult, error) {
		return r.Cancel(ctx)
	})
	long(s, api.PutInForce, func(ctx context.Context, in service.Session, _ service.Admin, req api.Run, told *told) (out service.RunResult, err error) {
		r, err := s.w.RunOf(ctx, in, req.Run)
		if err != nil {
			return out, err
		}
		return r.PutInForce(ctx, told.progress)
	})
	adminOp(s, api.Runs, func(ctx context.Context, a service.Admin, in api.Before) ([]service.RunSummary, error) {
		return a.Runs(ctx, in.Before)
	})
	adminOp(s, api.Ledger, func(ctx context.Context, a service.Admin, in api.Run) (service.Ledger, error) {
		return a.Ledger(ctx, in.Run)
	})
	adminOp(s, api.Unacknowledged, func(ctx context.Context, a service.Admin, _ api.None) ([]service.LedgerEntry, error) {
		return a.Unacknowledged(ctx)
	})
	adminOp(s, api.HandOver, func(ctx context.Context, a service.Admin, in api.Sheets) (int, error) {
		return a.HandOver(ctx, in.Run, in.Places)
	})
	adminOp(s, api.VoidSheets, func(ctx context.Context, a service.Admin, in api.Sheets) (int, error) {
		return a.VoidSheets(ctx, in.Run, in.Places)
	})

	adminOp(s, api.Policy, func(ctx context.Context, a service.Admin, _ api.None) (service.Policy, error) { return a.Policy(ctx) })
	adminOp(s, api.Rehearse, func(ctx context.Context, a service.Admin, _ api.None) (service.Rehearsal, error) {
		return a.Rehearse(ctx)
	})
	adminOp(s, api.Require2FA, func(ctx context.Context, a service.Admin, in api.Require2FARequest) (none api.None, _ error) {
		return none, a.Require2FA(ctx, in.From, in.Approval, in.Proof.Service())
	})
	adminOp(s, api.DropRequirement, func(ctx context.Context, a service.Admin, in api.OnApproval) (none api.None, _ error) {
		return none, a.DropRequirement(ctx, in.Approval, in.Proof.Service())
	})
	adminOp(s, api.SetTwoPeople, func(ctx context.Context, a service.Admin, in api.SetTwoPeopleRequest) (none api.None, _ error) {
		return none, a.SetTwoPeople(ctx, in.On, in.Approval, in.Proof.Service())
	})
	adminOp(s, api.SetIdle, func(ctx context.Context, a service.Admin, in api.Minutes) (none api.None, _ error) {
		return none, a.SetIdle(ctx, in.Minutes)
	})
	adminOp(s, api.SetCheckDays, func(ctx context.Context, a service.Admin, in api.Days) (none api.None, _ error) {
		return none, a.SetCheckDays(ctx, in.Days)
	})
	adminOp(s, api.SetQuickUnlock, func(ctx context.Context, a service.Admin, in api.SetQuickUnlockRequest) (none api.None, _ error) {
		return none, a.SetQuickUnlock(ctx, in.On, in.Approval, in.Proof.Service())
	})
	adminOp(s, api.SetSupport, func(ctx context.Context, a service.Admin, in api.Contact) (none api.None, _ error) {
		return none, a.SetSupport(ctx, in.Contact)
	})
	adminOp(s, api.NameAdmins, func(ctx context.Context, a service.Admin, in api.On) (none api.None, _ error) {
		return none, a.NameAdmins(ctx, in.On)
	})
	adminOp(s, api.RenameWorkspace, func(ctx context.Context, a service.Admin, in api.Name) (none api.None, _ error) {
		return none, a.RenameWorkspace(ctx, in.Name)
	})

	adminOp(s, api.Approvals, func(ctx context.Context, a service.Admin, _ api.None) ([]service.AskedApproval, error) {
		return a.Approvals(ctx)
	})
	adminOp(s, api.AskApproval, func(ctx context.Context, a service.Admin, in api.AskApprovalRequest) (service.Approval, error) {
		return a.AskApproval(ctx, in.Kind, in.Members, in.Reason, in.Proof.Service())
	})
	adminOp(s, api.Approve, func(ctx context.Context, a service.Admin, in api.ApproveRequest) (none api.None, _ error) {
		return none, a.Approve(ctx, in.ID, in.Proof.Service())
	})
	adminOp(s, api.Refuse, func(ctx context.Context, a service.Admin, in api.ID) (none api.None, _ error) {
		return none, a.Refuse(ctx, in.ID)
	})

	adminOp(s, api.Log, func(ctx context.Context, a service.Admin, in service.LogQuery) (service.LogPage, error) {
		return a.Log(ctx, in)
	})
	adminOp(s, api.LogHead, func(ctx context.Context, a service.Admin, _ api.None) (audit.Head, error) { return a.LogHead(ctx) })
	longAdmin(s, api.VerifyLog, func(ctx context.Context, a service.Admin, told *told) (service.LogReport, error) {
		return a.VerifyLog(ctx, told.progress)
	})
	adminOp(s, api.ProveEvent, func(ctx context.Context, a service.Admin, in api.Event) ([]byte, error) {
		return a.ProveEvent(ctx, in.Event)
	})
	longAdmin(s, api.ExportLog, func(ctx context.Context, a service.Admin, told *told) (service.LogExport, error) {
		return a.ExportLog(ctx, told, told.progress)
	})
	adminOp(s, api.NoteExport, func(ctx context.Context, a service.Admin, in api.NoteExportRequest) (none api.None, _ error) {
		return none, a.NoteExport(ctx, in.Act, in.Seen)
	})
	adminOp(s, api.SigningKey, func(ctx context.Context, a service.Admin, _ api.None) ([]byte, error) {
		key, err := a.SigningKey(ctx)
		if key == nil {
			return nil, err
		}
		return publicKey(key)
	})
	adminOp(s, api.Sign, func(ctx context.Context, a service.Admin, in api.Message) ([]byte, error) {
		key, err := a.SigningKey(ctx)
		if key == nil {
			return nil, err
		}
		return key.Sign(nil, in.Message, crypto.Hash(0))
	})

	adminOp(s, api.KitState, func(ctx context.Context, a service.Admin, _ api.None) (service.KitState, error) {
		return a.KitState(ctx)
	})
	adminOp(s, api.MakeKit, func(ctx context.Context, a service.Admin, in api.MakeKitRequest) (service.KitMade, error) {
		return a.MakeKit(ctx, in.Proof.Service(), in.PublicKey)
	})
	adminOp(s, api.Rotation, func(ctx context.Context, a service.Admin, _ api.None) (service.Rotation, error) {
		return a.Rotation(ctx)
	})
	adminOp(s, api.RotationStart, func(ctx context.Context, a service.Admin, _ api.None) (out api.Waiting, err error) {
		out.Vault, out.Holders, err = a.RotationStart(ctx)
		return out, err
	})
	adminOp(s, api.BeginRotation, func(ctx context.Context, a service.Admin, in api.BeginRotationRequest) (none api.None, _ error) {
		return none, a.BeginRotation(ctx, in.Proof.Service(), in.PublicKey, in.Link, in.Given)
	})
	adminOp(s, api.RotateDocuments, func(ctx context.Context, a service.Admin, in api.RotateDocumentsRequest) (none api.None, _ error) {
		return none, a.RotateDocuments(ctx, in.Generation, in.All)
	})
	adminOp(s, api.HoldRotation, func(ctx context.Context, a service.Admin, in api.Held) (none api.None, _ error) {
		return none, a.HoldRotation(ctx, in.Held)
	})
	adminOp(s, api.RotationEnd, func(ctx context.Context, a service.Admin, _ api.None) (out api.RotationEndState, err error) {
		out.Vault, out.Holders, out.Ready, err = a.RotationEnd(ctx)
		return out, err
	})
	adminOp(s, api.EndRotation, func(ctx context.Context, a service.Admin, in api.EndRotationRequest) (bool, error) {
		return a.EndRotation(ctx, in.Given)
	})

	adminOp(s, api.Clock, func(ctx context.Context, a service.Admin, _ api.None) (service.Clock, error) { return a.Clock(ctx) })
	adminOp(s, api.ConfirmClock, func(ctx context.Context, a service.Admin, in api.ByProof) (none api.None, _ error) {
		return none, a.ConfirmClock(ctx, in.Proof.Service())
	})
}
