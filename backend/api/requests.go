package api

import (
	"time"

	"countersign/backend/service"
)

// The requests of operations that take more than one value, or one of their own.
type (
	// BeginSignInRequest is that of BeginSignIn.
	BeginSignInRequest struct {
		Email    string
		Computer string // its ID
	}
	// BeginRedeemRequest is that of BeginRedeem.
	BeginRedeemRequest struct {
		Email string
		Kind  service.RedeemKind
	}
	// GiveComputerCodeRequest is that of GiveComputerCode.
	GiveComputerCodeRequest struct {
		Code  NewOneTime
		Proof Proof
	}
	// PutNewsAwayRequest is that of PutNewsAway: News.Stays.
	PutNewsAwayRequest struct {
		Number int64
	}
	// RenameComputerRequest is that of RenameComputer.
	RenameComputerRequest struct {
		ID   string
		Name string
	}
	// ChangePhoneRequest is that of BeginChangePhone.
	ChangePhoneRequest struct {
		App   int
		Proof Proof
	}
	// AddAppRequest is that of BeginAddApp.
	AddAppRequest struct {
		Name  string
		Proof Proof
	}
	// RenameAppRequest is that of RenameApp.
	RenameAppRequest struct {
		App  int
		Name string
	}
	// RemoveAppRequest is that of RemoveApp.
	RemoveAppRequest struct {
		App   int
		Proof Proof
	}
	// RemoveComputersRequest is that of RemoveComputers.
	RemoveComputersRequest struct {
		IDs     []string
		Current Proof
		Next    NewPassword
	}
	// UseKitRequest is that of UseKit.
	UseKitRequest struct {
		Owner     NewOwner
		Signature []byte
	}
	// ConfirmRequest is that of Confirm.
	ConfirmRequest struct {
		Code Text
		Made NewSet
	}
	// OwnLogRequest is that of OwnLog.
	OwnLogRequest struct {
		Before int64
		Limit  int
	}
	// ChangeEmailRequest is that of ChangeEmail.
	ChangeEmailRequest struct {
		Email string
		Proof Proof
	}
	// ChangePasswordRequest is that of ChangePassword.
	ChangePasswordRequest struct {
		Current Proof
		Next    NewPassword
	}
	// BeginNewCodesRequest is that of BeginNewCodes.
	BeginNewCodesRequest struct {
		Made  NewSet
		Proof Proof
	}
	// GiveKeysRequest is that of GiveKeys.
	GiveKeysRequest struct {
		PublicKey string
		Given     []service.GivenKeys
	}
	// FoundVaultRequest is that of FoundVault.
	FoundVaultRequest struct {
		PublicKey string
		Own       service.WrappedKeyPair
	}
	// AddDocumentsRequest is that of AddDocuments.
	AddDocumentsRequest struct {
		Generation int
		Rows       []service.DocumentRow
	}
	// ChangeDocumentsRequest is that of ChangeDocuments.
	ChangeDocumentsRequest struct {
		Act        service.DocumentAct
		Generation int
		All        []service.ChangedDocument
	}
	// NoteOpenedRequest is that of NoteOpened.
	NoteOpenedRequest struct {
		ID     string
		Copied bool
	}
	// ProveRequest is that of Prove.
	ProveRequest struct {
		Acts  service.Acts
		Proof Proof
	}
	// AddMemberRequest is that of AddMember.
	AddMemberRequest struct {
		Member service.NewMember
		Code   NewOneTime
		Proof  Proof
	}
	// AddMembersRequest is that of AddMembers.
	AddMembersRequest struct {
		People []service.NewMember
		Codes  []NewOneTime
		Proof  Proof
	}
	// InviteAgainRequest is that of InviteAgain.
	InviteAgainRequest struct {
		Again []NewInvitation
		Proof Proof
	}
	// EndCodeRequest is that of EndCode.
	EndCodeRequest struct {
		ID   string
		Kind service.OneTimeKind
	}
	// SetRoleRequest is that of SetRole.
	SetRoleRequest struct {
		ID    string
		Role  service.Role
		Proof Proof
	}
	// SetLanguageRequest is that of SetLanguageOf.
	SetLanguageRequest struct {
		IDs      []string
		Language string
	}
	// RemoveComputerRequest is that of RemoveComputer.
	RemoveComputerRequest struct {
		ID       string
		Computer string
		Proof    Proof
	}
	// RemoveRequest is that of Remove.
	RemoveRequest struct {
		ID    string
		Proof Proof
	}
	// BeginRunRequest is that of BeginRun.
	BeginRunRequest struct {
		Run   service.RunRequest
		Proof Proof
	}
	// MakeSheetsRequest is that of MakeSheets.
	MakeSheetsRequest struct {
		Run  int
		Made []NewSet
	}
	// Require2FARequest is that of Require2FA.
	Require2FARequest struct {
		From     time.Time
		Approval string
		Proof    Proof
	}
	// SetTwoPeopleRequest is that of SetTwoPeople.
	SetTwoPeopleRequest struct {
		On       bool
		Approval string
		Proof    Proof
	}
	// SetQuickUnlockRequest is that of SetQuickUnlock.
	SetQuickUnlockRequest struct {
		On       bool
		Approval string
		Proof    Proof
	}
	// AskApprovalRequest is that of AskApproval.
	AskApprovalRequest struct {
		Kind    service.ApprovalKind
		Members []string
		Reason  string
		Proof   Proof
	}
	// ApproveRequest is that of Approve.
	ApproveRequest struct {
		ID    string
		Proof Proof
	}
	// NoteExportRequest is that of NoteExport.
	NoteExportRequest struct {
		Act  service.ExportAct
		Seen service.SeenExport
	}
	// MakeKitRequest is that of MakeKit.
	MakeKitRequest struct {
		Proof     Proof
		PublicKey string
	}
	// BeginRotationRequest is that of BeginRotation.
	BeginRotationRequest struct {
		Proof     Proof
		PublicKey string
		Link      []byte
		Given     []service.GivenKeys
	}
	// RotateDocumentsRequest is that of RotateDocuments.
	RotateDocumentsRequest struct {
		Generation int
		All        []service.ChangedDocument
	}
)
