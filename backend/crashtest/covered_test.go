package crashtest

import (
	"slices"
	"testing"
)

// readers are the methods that write nothing.
var readers = []string{
	"Workspace.Created", "Workspace.Name", "Workspace.MinPassword", "Workspace.Idle", "Workspace.HasKit", "Workspace.Support", "Session.Checklist", "Session.Happened", "Workspace.Close",
	"Challenge.Email", "Challenge.AuthenticatorOff", "Challenge.Leave",
	"Session.ProfileID", "Session.Welcome", "Session.Touch", "Session.Remaining", "Session.LimitReached", "Session.Overdue", "Session.Whole",
	"Session.StepUp", "Session.OwnLog", "Session.Checkpoint", "Session.LogState", "Session.CompareLog", "Session.KnowLogAt", "Session.ForOneAct", "Session.Watcher", "Session.Overview", "Session.Showing", "Session.ShowingKey", "Session.Admin",
	"Challenge.MustEnrol", "Challenge.RequiredSince", "Challenge.MustChoosePassword", "Session.CheckEmail",
	"EnrolmentSession.Kind", "EnrolmentSession.Touch", "EnrolmentSession.Remaining", "EnrolmentSession.LimitReached", "EnrolmentSession.Overdue", "EnrolmentSession.Showing", "EnrolmentSession.ShowingKey", "EnrolmentSession.Enter",
	"Admin.Log", "Admin.LogHead", "Admin.VerifyLog", "Admin.ExportLog", "Admin.ProveEvent", "Admin.LogState", "Admin.SigningKey",
	"Admin.Members", "Admin.Member", "Admin.CheckMembers", "Admin.Policy", "Admin.Rehearse", "Admin.Approvals", "Admin.PreviewRun", "Admin.Runs",
	"Admin.Ledger", "Admin.Unacknowledged",
	"PrintRun.Plan",
	"Session.Documents", "Session.ReadDocuments", "Session.OwnKeys", "Workspace.CheckNew", "Workspace.ID", "Challenge.Name", "RedeemAttempt.Leave", "Session.Vault", "Admin.RotationStart", "Admin.RotationEnd", "Workspace.BeginKit", "KitAttempt.Message", "Session.MissingFiles", "Session.UnknownFiles", "Session.Files", "Session.Work", "Workspace.Now", "Admin.NameDocuments", "Admin.Rotation", "Admin.KitState", "Admin.KnownVault",
	"Quarantine.Report", "Acceptance.Review", "Admin.Clock",

	"Session.ForUnlock", "Locked.Terms", "Locked.Remaining", "Locked.Leave",

	"Session.SaveKeyPair",      // writes one row: who needs it has lost the vault, which is looked for after each crash
	"Session.FoundVault",       // one commit, which nothing precedes; a vault that was not founded is founded at the next sign-in
	"Workspace.ComeBack",       // one commit, to a copy that a restore which does not end throws away
	"Workspace.AcceptRestored", // of a workspace at a server: writes one item of this computer’s keychain
	"Workspace.CreateFrom",     // writes: its crashes are those of backend/rescue
}

func TestCrash_CoversEachMethodThatWrites(t *testing.T) {
	t.Parallel()
	known := slices.Clone(readers)
	for _, c := range useCases {
		known = append(known, c.covers...)
	}
	for _, name := range exported() {
		if !slices.Contains(known, name) {
			t.Errorf("%s is cut off in no use case, and is not among the readers", name)
		}
	}
}
