package workspace

import "strings"

// LogGroup is what an event is about, to filter by.
type LogGroup string

// The groups of events.
const (
	GroupSignIn    LogGroup = "sign-in"    // signing in, proving oneself, guesses
	GroupTwoFactor LogGroup = "two-factor" // 2FA on, off, another phone
	GroupRecovery  LogGroup = "recovery"   // recovery codes
	GroupProfile   LogGroup = "profile"    // names, emails, passwords
	GroupWorkspace LogGroup = "workspace"
	GroupMembers   LogGroup = "members"    // added, roles, suspended, reset
	GroupRuns      LogGroup = "print-runs" // and their sheets
	GroupContracts LogGroup = "contracts"  // and the vault's key
)

// LogGroups are all groups, in the order in which to offer them.
var LogGroups = []LogGroup{GroupSignIn, GroupTwoFactor, GroupRecovery, GroupProfile, GroupMembers, GroupRuns, GroupContracts, GroupWorkspace}

// logKind says what a kind of event is and reads as. In its words {actor} and
// {subject} are people, the others details.
type logKind struct {
	group LogGroup
	step  bool // a technical step
	words string
}

// logKinds has every kind of events.go; a test sees to it.
var logKinds = map[string]logKind{
	eventWorkspaceCreated: {GroupWorkspace, false, "{actor} created the workspace {workspace}."},
	eventWorkspaceRescued: {GroupWorkspace, false, "{actor} created the workspace {workspace} with the Emergency Kit of one that was lost, and with {what} of it."},
	eventAccepted:         {GroupWorkspace, false, "{actor} went on with a database that did not match its log ({findings})."},

	eventSignedIn:  {GroupSignIn, false, "{actor} signed in with {means}{chose}."},
	eventSteppedUp: {GroupSignIn, false, "{actor} proved who they are again, with {means}."},
	eventWrong:     {GroupSignIn, false, "Somebody typed a wrong {guess} for {subject}."},
	eventCounted:   {GroupSignIn, true, "A {guess} for {subject} was counted before it was looked at."},
	eventReturned:  {GroupSignIn, true, "A {guess} for {subject} was taken back from the count."},
	eventClockBack: {GroupSignIn, false, "The clock stood before the last {guess} for {subject}, so the pause began anew."},

	eventEnabled:       {GroupTwoFactor, false, "{actor} turned on 2FA and keeps recovery sheet {sheet}."},
	eventPhoneChanged:  {GroupTwoFactor, false, "{actor} changed phone."},
	eventPhoneAndCodes: {GroupTwoFactor, false, "{actor} set up another phone with a temporary code and got new recovery codes (sheet {sheet}). The old phone and codes no longer work."},
	eventDisabled:      {GroupTwoFactor, false, "{actor} turned off 2FA with {means}."},
	eventBegun:         {GroupTwoFactor, true, "{actor} began to enrol a phone."},
	eventConfirmed:     {GroupTwoFactor, true, "{actor} typed the first code of a new phone."},
	eventAbandoned:     {GroupTwoFactor, true, "An enrolment of {subject} ended before it took effect."},
	eventItemDeleted:   {GroupTwoFactor, true, "A secret of {subject} that is no longer needed was deleted."},

	eventCodesReplaced: {GroupRecovery, false, "{actor} got new recovery codes: sheet {sheet} replaces sheet {replaces}."},
	eventCodesVoided:   {GroupRecovery, false, "{actor} voided recovery sheet {sheet}, of which {left} codes were left."},
	eventShown:         {GroupRecovery, true, "{actor} was shown recovery sheet {sheet}."},
	eventDropped:       {GroupRecovery, true, "Recovery codes that were shown to {subject} did not take effect."},

	eventMemberAdded:     {GroupMembers, false, "{actor} added {subject} as {role}."},
	eventMembersImported: {GroupMembers, false, "{actor} added {count} members from a file."},
	eventInvitedAgain:    {GroupMembers, false, "{actor} gave out a new invitation for {subject}."},
	eventRoleChanged:     {GroupMembers, false, "{actor} changed the role of {subject} from {from} to {to}."},
	eventMemberSuspended: {GroupMembers, false, "{actor} suspended {subject}."},
	eventMemberResumed:   {GroupMembers, false, "{actor} let {subject} sign in again."},
	eventMemberRemoved:   {GroupMembers, false, "{actor} removed {subject} ({email})."},
	eventFactorReset:     {GroupMembers, false, "{actor} reset 2FA for {subject}."},
	eventPasswordReset:   {GroupMembers, false, "{actor} gave out a password reset for {subject}."},
	eventHelpGiven:       {GroupMembers, false, "{actor} created a temporary code for {subject}."},

	eventApprovalAsked:     {GroupMembers, false, "{actor} asked a second admin for {act}: {reason}."},
	eventApprovalGiven:     {GroupMembers, false, "{actor} approved {act}: {reason}."},
	eventApprovalRefused:   {GroupMembers, false, "{actor} refused {act}: {reason}."},
	eventApprovalWithdrawn: {GroupMembers, false, "{actor} withdrew the request for {act}: {reason}."},

	eventWorkspaceRenamed:   {GroupWorkspace, false, "{actor} changed the workspace name “{from}” to “{to}”."},
	eventIdleSet:            {GroupWorkspace, false, "{actor} set the idle time to {minutes} min."},
	eventRequired:           {GroupWorkspace, false, "{actor} required 2FA of everybody from {from} on."},
	eventRequirementDropped: {GroupWorkspace, false, "{actor} stopped requiring 2FA."},
	eventClockConfirmed:     {GroupWorkspace, false, "{actor} confirmed that this computer's clock is right. The log had been ahead: {from}."},
	eventTwoPeopleOn:        {GroupWorkspace, false, "{actor} turned on that resets and print runs need a second admin."},
	eventTwoPeopleOff:       {GroupWorkspace, false, "{actor} turned off that resets and print runs need a second admin."},

	eventBackupMade:        {GroupWorkspace, false, "{actor} made a backup of the workspace."},
	eventBackupOpened:      {GroupWorkspace, false, "{actor} opened and verified {backup}."},
	eventSecretsPassphrase: {GroupWorkspace, false, "{actor} changed the passphrase of the secrets file."},
	eventRestored:          {GroupWorkspace, false, "{actor} restored the workspace from the backup of {made}."},

	eventRunBegun:         {GroupRuns, false, "{actor} began print run {run} with sheets {sheets}: {reason}."},
	eventRunSheetsMade:    {GroupRuns, true, "{actor} made sheets {sheets} of print run {run}; none is in force yet."},
	eventRunReady:         {GroupRuns, true, "The sheets of print run {run} are on paper or in a file."},
	eventRunSheetIssued:   {GroupRuns, false, "{actor} issued recovery sheet {sheets} to {subject} in print run {run}."},
	eventRunSheetsIssued:  {GroupRuns, false, "{actor} issued recovery sheets {sheets} to {count} members in print run {run}."},
	eventRunSheetsDropped: {GroupRuns, true, "Sheets of print run {run} were dropped, since their members had changed."},
	eventRunDone:          {GroupRuns, false, "{actor} ended print run {run}: {count} of {of} members have a new sheet."},
	eventRunCancelled:     {GroupRuns, false, "{actor} cancelled print run {run}: {count} of {of} members have a new sheet."},
	eventRunInterrupted:   {GroupRuns, false, "Print run {run} was interrupted. Its page says who has which sheet."},
	eventSheetVoided:      {GroupRuns, false, "{actor} voided recovery sheet {sheet} of {subject}, from print run {run}."},
	eventHandedOver:       {GroupRuns, false, "{actor} handed over sheets {sheets} of print run {run}."},
	eventAcknowledged:     {GroupRuns, false, "{actor} acknowledged recovery sheet {sheet} of print run {run}."},
	eventExportOpened:     {GroupRuns, false, "{actor} opened and verified {export}."},
	eventExportSaved:      {GroupRuns, false, "{actor} saved the files of {export}."},
	eventExportRefused:    {GroupRuns, false, "{actor} opened an export that is not as it was written: {flaw}."},

	eventDocumentsAdded:    {GroupContracts, false, "{actor} added {what}."},
	eventDocumentsOpened:   {GroupContracts, false, "{actor} opened {what}."},
	eventDocumentsCopied:   {GroupContracts, false, "{actor} saved a copy of {what}."},
	eventDocumentsRenamed:  {GroupContracts, false, "{actor} renamed {what}."},
	eventDocumentsTagged:   {GroupContracts, false, "{actor} changed the tags of {what}."},
	eventDocumentsRemoved:  {GroupContracts, false, "{actor} moved {what} to the bin."},
	eventDocumentsRestored: {GroupContracts, false, "{actor} put back {what} from the bin."},
	eventDocumentsPurged:   {GroupContracts, false, "{actor} deleted {what} for good."},
	eventDocumentsChecked:  {GroupContracts, false, "{actor} checked {what}: {bad} bad, {unknown} unknown files."},
	eventRotationBegun:     {GroupContracts, false, "{actor} began to rotate the vault key."},
	eventRotationStep:      {GroupContracts, true, "{what} came under the new vault key."},
	eventRotationHeld:      {GroupContracts, false, "{actor} stopped rotating the vault key for now."},
	eventRotationResumed:   {GroupContracts, false, "{actor} went on rotating the vault key."},
	eventRotated:           {GroupContracts, false, "The vault key was rotated: the old one opens nothing any more."},
	eventKeysGiven:         {GroupContracts, true, "{actor} gave the vault key to people who were waiting for it: {count}."},
	eventKitMade:           {GroupContracts, false, "{actor} made an Emergency Kit."},
	eventKitUsed:           {GroupContracts, false, "{subject} ({email}) became an owner with the Emergency Kit."},

	eventRenamed:         {GroupProfile, false, "{actor} changed the name “{from}” to “{to}”."},
	eventEmailChanged:    {GroupProfile, false, "{actor} changed their email from {from} to {to}, and confirmed it with {proof}."},
	eventPasswordChanged: {GroupProfile, false, "{actor} changed their password."},
}

// kindOf takes a kind of a later version for one of the workspace, in no words.
func kindOf(kind string) logKind {
	if k, ok := logKinds[kind]; ok {
		return k
	}
	return logKind{group: GroupWorkspace}
}

// Sentence says in English who did what to whom.
func (e LogEntry) Sentence() string {
	words := kindOf(e.Kind).words
	if words == "" {
		words = "{actor}: " + strings.ReplaceAll(e.Kind, "-", " ") + ", {subject}."
	}
	args := map[string]any{"actor": who(e.Actor, "Nobody who was signed in"), "subject": who(e.Subject, "an email that nobody has")}
	for k, v := range e.Detail {
		args[k] = v
	}
	args["act"], args["what"] = approvedAct(e.Detail["for"]), contracts(e.Detail)
	args["export"], args["backup"] = sheetsFile(e.Detail), backupFile(e.Detail)
	args["flaw"] = flawWords[ExportFlaw(e.Detail["flaw"])]
	args["proof"], args["chose"] = proofWords(e.Detail), ""
	if e.Detail["chose-password"] == choseLonger {
		args["chose"] = " and chose a longer one"
	}
	args["means"], args["guess"] = means(e.Detail), guess(e.Detail["kind"])
	return expand(words, args)
}

// contracts names them, or counts them: what they are called is sealed, see
// NameDocuments.
func contracts(detail map[string]string) string {
	switch names := detail["names"]; {
	case detail["count"] == "1" && names != "":
		return "“" + names + "”"
	case detail["count"] == "1":
		return "a contract"
	case names != "":
		return detail["count"] + " contracts (" + names + ")"
	}
	return detail["count"] + " contracts"
}

// who names a person: as today, or by ID where the profile is gone.
func who(p *LogPerson, nobody string) string {
	switch {
	case p == nil:
		return nobody
	case p.Name == "":
		return "a removed profile (" + p.ID + ")"
	}
	return p.Name
}

// means says which second factor was used.
func means(detail map[string]string) string {
	switch detail["factor"] {
	case "code":
		return "a verification code"
	case "recovery":
		if n := detail["number"]; n != "" {
			return "recovery code " + n
		}
		return "a recovery code"
	case "help":
		return "a temporary code"
	}
	return "the password alone"
}

// proofWords says what an act was confirmed with.
func proofWords(detail map[string]string) string {
	switch detail["factor"] {
	case "code", "recovery":
		return "a password and " + means(detail)
	}
	return "a password"
}

func guess(kind string) string {
	switch Kind(kind) {
	case KindCode:
		return "verification code"
	case KindRecovery:
		return "recovery code"
	case KindConfirm:
		return "first code of a new phone"
	case KindInvitation:
		return "invitation"
	case KindHelp:
		return "temporary code"
	case KindCheckWord:
		return "check word"
	}
	return "password"
}

// approvedAct names what a second admin is asked for.
func approvedAct(kind string) string {
	switch ApprovalKind(kind) {
	case ApprovePrintRun:
		return "a print run"
	case ApproveReset2FA:
		return "a reset of 2FA"
	case ApproveResetPassword:
		return "a password reset"
	case ApproveHelpCode:
		return "a temporary code"
	case ApproveDropRequirement:
		return "an end or a later day of required 2FA"
	case ApproveTwoPeopleOff:
		return "an end of second-admin approval"
	}
	return "an act"
}
