package remote

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"errors"
	"io"
	"time"

	"countersign/backend/api"
	"countersign/backend/audit"
	"countersign/backend/service"
)

// admin is a session of an owner or an admin. watch says that nobody has asked for what it does.
type admin struct {
	s     *session
	watch bool
}

// get asks an operation of an admin.
func get[In, Out any](ctx context.Context, a *admin, op api.AdminOp[In, Out], in In) (Out, error) {
	return call(ctx, a.s.k, a.s, op.Op, api.AdminIn[In]{Watch: a.watch, In: in})
}

// do asks one without a result.
func do[In any](ctx context.Context, a *admin, op api.AdminOp[In, api.None], in In) error {
	_, err := get(ctx, a, op, in)
	return err
}

func (a *admin) Prove(ctx context.Context, acts service.Acts, proof service.Proof) error {
	return do(ctx, a, api.Prove, api.ProveRequest{Acts: acts, Proof: api.ProofOf(proof)})
}

func (a *admin) Members(ctx context.Context) ([]service.Member, error) {
	return get(ctx, a, api.Members, api.None{})
}

func (a *admin) Member(ctx context.Context, id string) (service.Member, error) {
	return get(ctx, a, api.Member, api.ID{ID: id})
}

func (a *admin) CheckMembers(ctx context.Context, people []service.NewMember) (wrong []service.MemberError, err error) {
	all, err := get(ctx, a, api.CheckMembers, api.People{People: people})
	for _, w := range all {
		var refusal *service.Error
		if errors.As(w.Err.Err(), &refusal) {
			wrong = append(wrong, service.MemberError{Index: w.Index, Err: refusal})
		}
	}
	return wrong, err
}

func (a *admin) AddMember(ctx context.Context, n service.NewMember, code service.NewOneTime, proof service.Proof) (service.GivenOut, error) {
	return get(ctx, a, api.AddMember, api.AddMemberRequest{Member: n, Code: api.NewOneTimeOf(code), Proof: api.ProofOf(proof)})
}

func (a *admin) AddMembers(ctx context.Context, people []service.NewMember, codes []service.NewOneTime, proof service.Proof) ([]service.GivenOut, error) {
	return get(ctx, a, api.AddMembers, api.AddMembersRequest{People: people, Codes: api.NewOneTimesOf(codes), Proof: api.ProofOf(proof)})
}

func (a *admin) WaitingInvitations(ctx context.Context, ids []string) ([]string, error) {
	return get(ctx, a, api.WaitingInvitations, api.IDs{IDs: ids})
}

func (a *admin) InviteAgain(ctx context.Context, again []service.NewInvitation, proof service.Proof) ([]service.GivenOut, error) {
	return get(ctx, a, api.InviteAgain, api.InviteAgainRequest{Again: api.NewInvitationsOf(again), Proof: api.ProofOf(proof)})
}

func (a *admin) ResetPassword(ctx context.Context, id, approval string, code service.NewOneTime, proof service.Proof) (service.GivenOut, error) {
	return get(ctx, a, api.ResetPassword, api.CodeFor{ID: id, Approval: approval, Code: api.NewOneTimeOf(code), Proof: api.ProofOf(proof)})
}

func (a *admin) HelpCode(ctx context.Context, id, approval string, code service.NewOneTime, proof service.Proof) (service.GivenOut, error) {
	return get(ctx, a, api.HelpCode, api.CodeFor{ID: id, Approval: approval, Code: api.NewOneTimeOf(code), Proof: api.ProofOf(proof)})
}

func (a *admin) OpenCodes(ctx context.Context) ([]service.OpenCode, error) {
	return get(ctx, a, api.OpenCodes, api.None{})
}

func (a *admin) EndCode(ctx context.Context, id string, kind service.OneTimeKind) error {
	return do(ctx, a, api.EndCode, api.EndCodeRequest{ID: id, Kind: kind})
}

func (a *admin) Reset2FA(ctx context.Context, id, approval string, proof service.Proof) error {
	return do(ctx, a, api.Reset2FA, api.OnMember{ID: id, Approval: approval, Proof: api.ProofOf(proof)})
}

func (a *admin) SetRole(ctx context.Context, id string, role service.Role, proof service.Proof) error {
	return do(ctx, a, api.SetRole, api.SetRoleRequest{ID: id, Role: role, Proof: api.ProofOf(proof)})
}

func (a *admin) SetLanguageOf(ctx context.Context, ids []string, tag string) error {
	return do(ctx, a, api.SetLanguageOf, api.SetLanguageRequest{IDs: ids, Language: tag})
}

func (a *admin) Suspend(ctx context.Context, id string) error {
	return do(ctx, a, api.Suspend, api.ID{ID: id})
}

func (a *admin) Resume(ctx context.Context, id string) error {
	return do(ctx, a, api.Resume, api.ID{ID: id})
}

func (a *admin) Remove(ctx context.Context, id string, proof service.Proof) error {
	return do(ctx, a, api.Remove, api.RemoveRequest{ID: id, Proof: api.ProofOf(proof)})
}

func (a *admin) ComputersOf(ctx context.Context, id string) (service.MemberComputers, error) {
	return get(ctx, a, api.ComputersOf, api.ID{ID: id})
}

func (a *admin) RemoveComputer(ctx context.Context, id, computer string, proof service.Proof) error {
	return do(ctx, a, api.RemoveComputer, api.RemoveComputerRequest{ID: id, Computer: computer, Proof: api.ProofOf(proof)})
}

func (a *admin) PreviewRun(ctx context.Context, members []string) (service.RunPreview, error) {
	return get(ctx, a, api.PreviewRun, api.IDs{IDs: members})
}

func (a *admin) BeginRun(ctx context.Context, r service.RunRequest, proof service.Proof) (service.PrintRun, error) {
	plan, err := get(ctx, a, api.BeginRun, api.BeginRunRequest{Run: r, Proof: api.ProofOf(proof)})
	if plan == nil {
		return nil, err
	}
	return &printRun{a, *plan}, err
}

func (a *admin) Runs(ctx context.Context, before int) ([]service.RunSummary, error) {
	return get(ctx, a, api.Runs, api.Before{Before: before})
}

func (a *admin) Ledger(ctx context.Context, run int) (service.Ledger, error) {
	return get(ctx, a, api.Ledger, api.Run{Run: run})
}

func (a *admin) Unacknowledged(ctx context.Context) ([]service.LedgerEntry, error) {
	return get(ctx, a, api.Unacknowledged, api.None{})
}

func (a *admin) HandOver(ctx context.Context, run int, places []int) (int, error) {
	return get(ctx, a, api.HandOver, api.Sheets{Run: run, Places: places})
}

func (a *admin) VoidSheets(ctx context.Context, run int, places []int) (int, error) {
	return get(ctx, a, api.VoidSheets, api.Sheets{Run: run, Places: places})
}

func (a *admin) Policy(ctx context.Context) (service.Policy, error) {
	return get(ctx, a, api.Policy, api.None{})
}

func (a *admin) Rehearse(ctx context.Context) (service.Rehearsal, error) {
	return get(ctx, a, api.Rehearse, api.None{})
}

func (a *admin) Require2FA(ctx context.Context, from time.Time, approval string, proof service.Proof) error {
	return do(ctx, a, api.Require2FA, api.Require2FARequest{From: from, Approval: approval, Proof: api.ProofOf(proof)})
}

func (a *admin) DropRequirement(ctx context.Context, approval string, proof service.Proof) error {
	return do(ctx, a, api.DropRequirement, api.OnApproval{Approval: approval, Proof: api.ProofOf(proof)})
}

func (a *admin) SetTwoPeople(ctx context.Context, on bool, approval string, proof service.Proof) error {
	return do(ctx, a, api.SetTwoPeople, api.SetTwoPeopleRequest{On: on, Approval: approval, Proof: api.ProofOf(proof)})
}

func (a *admin) SetCheckDays(ctx context.Context, days int) error {
	return do(ctx, a, api.SetCheckDays, api.Days{Days: days})
}

func (a *admin) SetIdle(ctx context.Context, minutes int) error {
	return do(ctx, a, api.SetIdle, api.Minutes{Minutes: minutes})
}

func (a *admin) SetQuickUnlock(ctx context.Context, on bool, approval string, proof service.Proof) error {
	return do(ctx, a, api.SetQuickUnlock, api.SetQuickUnlockRequest{On: on, Approval: approval, Proof: api.ProofOf(proof)})
}

func (a *admin) SetSupport(ctx context.Context, contact string) error {
	return do(ctx, a, api.SetSupport, api.Contact{Contact: contact})
}

func (a *admin) NameAdmins(ctx context.Context, named bool) error {
	return do(ctx, a, api.NameAdmins, api.On{On: named})
}

func (a *admin) RenameWorkspace(ctx context.Context, name string) error {
	return do(ctx, a, api.RenameWorkspace, api.Name{Name: name})
}

func (a *admin) Approvals(ctx context.Context) ([]service.AskedApproval, error) {
	return get(ctx, a, api.Approvals, api.None{})
}

func (a *admin) AskApproval(ctx context.Context, kind service.ApprovalKind, members []string, reason string, proof service.Proof) (service.Approval, error) {
	return get(ctx, a, api.AskApproval, api.AskApprovalRequest{Kind: kind, Members: members, Reason: reason, Proof: api.ProofOf(proof)})
}

func (a *admin) Approve(ctx context.Context, id string, proof service.Proof) error {
	return do(ctx, a, api.Approve, api.ApproveRequest{ID: id, Proof: api.ProofOf(proof)})
}

func (a *admin) Refuse(ctx context.Context, id string) error {
	return do(ctx, a, api.Refuse, api.ID{ID: id})
}

func (a *admin) Log(ctx context.Context, q service.LogQuery) (service.LogPage, error) {
	return get(ctx, a, api.Log, q)
}

func (a *admin) LogHead(ctx context.Context) (audit.Head, error) {
	return get(ctx, a, api.LogHead, api.None{})
}

func (a *admin) VerifyLog(ctx context.Context, progress service.Progress) (service.LogReport, error) {
	return callLong(ctx, a.s.k, a.s, api.VerifyLog.Op, api.AdminIn[api.None]{Watch: a.watch}, io.Discard, progress)
}

func (a *admin) ProveEvent(ctx context.Context, seq int64) ([]byte, error) {
	return get(ctx, a, api.ProveEvent, api.Event{Event: seq})
}

func (a *admin) ExportLog(ctx context.Context, out io.Writer, progress service.Progress) (service.LogExport, error) {
	return callLong(ctx, a.s.k, a.s, api.ExportLog.Op, api.AdminIn[api.None]{Watch: a.watch}, out, progress)
}

func (a *admin) NoteExport(ctx context.Context, act service.ExportAct, e service.SeenExport) error {
	return do(ctx, a, api.NoteExport, api.NoteExportRequest{Act: act, Seen: e})
}

// SigningKey signs at the server, which does not give the key away.
func (a *admin) SigningKey(ctx context.Context) (crypto.Signer, error) {
	public, err := get(ctx, a, api.SigningKey, api.None{})
	if err != nil {
		return nil, err
	}
	if len(public) != ed25519.PublicKeySize {
		return nil, service.Refuse(service.CodeServerFailed).Because(errors.New("the key that signs is of another kind"))
	}
	return &signer{context.WithoutCancel(ctx), a, public}, nil
}

// signer is a crypto.Signer, which has no context of its own: it takes that of what it was asked for.
type signer struct {
	ctx    context.Context
	a      *admin
	public ed25519.PublicKey
}

func (s *signer) Public() crypto.PublicKey { return s.public }

// Sign has a message signed as it is, without a hash, and looks whether it was.
func (s *signer) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != 0 {
		return nil, errors.New("only a message as it is can be signed")
	}
	signature, err := get(s.ctx, s.a, api.Sign, api.Message{Message: message})
	if err == nil && !ed25519.Verify(s.public, message, signature) {
		err = service.Refuse(service.CodeServerFailed).Because(errors.New("the signature is wrong"))
	}
	return signature, err
}

func (a *admin) KitState(ctx context.Context) (service.KitState, error) {
	return get(ctx, a, api.KitState, api.None{})
}

func (a *admin) MakeKit(ctx context.Context, proof service.Proof, publicKey string) (service.KitMade, error) {
	return get(ctx, a, api.MakeKit, api.MakeKitRequest{Proof: api.ProofOf(proof), PublicKey: publicKey})
}

func (a *admin) Rotation(ctx context.Context) (service.Rotation, error) {
	return get(ctx, a, api.Rotation, api.None{})
}

func (a *admin) RotationStart(ctx context.Context) (service.Vault, []service.KeyHolder, error) {
	w, err := get(ctx, a, api.RotationStart, api.None{})
	return w.Vault, w.Holders, err
}

func (a *admin) BeginRotation(ctx context.Context, proof service.Proof, publicKey string, link []byte, given []service.GivenKeys) error {
	return do(ctx, a, api.BeginRotation, api.BeginRotationRequest{Proof: api.ProofOf(proof), PublicKey: publicKey, Link: link, Given: given})
}

func (a *admin) RotateDocuments(ctx context.Context, generation int, all []service.ChangedDocument) error {
	return do(ctx, a, api.RotateDocuments, api.RotateDocumentsRequest{Generation: generation, All: all})
}

func (a *admin) HoldRotation(ctx context.Context, held bool) error {
	return do(ctx, a, api.HoldRotation, api.Held{Held: held})
}

func (a *admin) RotationEnd(ctx context.Context) (v service.Vault, all []service.KeyHolder, ready bool, err error) {
	end, err := get(ctx, a, api.RotationEnd, api.None{})
	return end.Vault, end.Holders, end.Ready, err
}

func (a *admin) EndRotation(ctx context.Context, given []service.GivenKeys) (bool, error) {
	return get(ctx, a, api.EndRotation, api.EndRotationRequest{Given: given})
}

func (a *admin) Clock(ctx context.Context) (service.Clock, error) {
	return get(ctx, a, api.Clock, api.None{})
}

func (a *admin) ConfirmClock(ctx context.Context, proof service.Proof) error {
	return do(ctx, a, api.ConfirmClock, api.ByProof{Proof: api.ProofOf(proof)})
}

// printRun is a print run under way at the server, by this session.
type printRun struct {
	a    *admin
	plan service.RunPlan
}

func (r *printRun) Plan() service.RunPlan { return r.plan }

func (r *printRun) MakeSheets(ctx context.Context, made []service.NewSet) ([]service.RunSheet, error) {
	return get(ctx, r.a, api.MakeSheets, api.MakeSheetsRequest{Run: r.plan.Number, Made: api.NewSetsOf(made)})
}

func (r *printRun) PutInForce(ctx context.Context, progress service.Progress) (service.RunResult, error) {
	out, err := callLong(ctx, r.a.s.k, r.a.s, api.PutInForce.Op, api.AdminIn[api.Run]{In: api.Run{Run: r.plan.Number}}, io.Discard, progress)
	if ctx.Err() != nil { // the server goes on when it hears nothing, as the sheets are on paper
		return r.Cancel(context.WithoutCancel(ctx))
	}
	return out, err
}

// Cancel undoes the run. After the session it is undone already: that is said by the server's answer to who ends it.
func (r *printRun) Cancel(ctx context.Context) (service.RunResult, error) {
	return get(ctx, r.a, api.CancelRun, api.Run{Run: r.plan.Number})
}
