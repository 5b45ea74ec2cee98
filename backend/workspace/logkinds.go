package workspace

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

// logKind says what a kind of event is. Package sentences has its words.
type logKind struct {
	group LogGroup
	step  bool // a technical step
}

// logKinds has every kind of events.go; a test sees to it.
var logKinds = map[string]logKind{
	eventWorkspaceCreated: {GroupWorkspace, false},
	eventWorkspaceRescued: {GroupWorkspace, false},
	eventAccepted:         {GroupWorkspace, false},

	eventSignedIn:  {GroupSignIn, false},
	eventSteppedUp: {GroupSignIn, false},
	eventWrong:     {GroupSignIn, false},
	eventCounted:   {GroupSignIn, true},
	eventReturned:  {GroupSignIn, true},
	eventClockBack: {GroupSignIn, false},

	eventEnabled:       {GroupTwoFactor, false},
	eventPhoneChanged:  {GroupTwoFactor, false},
	eventPhoneAndCodes: {GroupTwoFactor, false},
	eventDisabled:      {GroupTwoFactor, false},
	eventBegun:         {GroupTwoFactor, true},
	eventConfirmed:     {GroupTwoFactor, true},
	eventAbandoned:     {GroupTwoFactor, true},
	eventItemDeleted:   {GroupTwoFactor, true},

	eventCodesReplaced: {GroupRecovery, false},
	eventCodesVoided:   {GroupRecovery, false},
	eventChecklist:     {GroupProfile, true},
	eventShown:         {GroupRecovery, true},
	eventDropped:       {GroupRecovery, true},

	eventMemberAdded:         {GroupMembers, false},
	eventMembersImported:     {GroupMembers, false},
	eventInvitedAgain:        {GroupMembers, false},
	eventMembersInvitedAgain: {GroupMembers, false},
	eventRoleChanged:         {GroupMembers, false},
	eventMemberSuspended:     {GroupMembers, false},
	eventMemberResumed:       {GroupMembers, false},
	eventMemberRemoved:       {GroupMembers, false},
	eventFactorReset:         {GroupMembers, false},
	eventPasswordReset:       {GroupMembers, false},
	eventHelpGiven:           {GroupMembers, false},
	eventOneTimeEnded:        {GroupMembers, false},

	eventApprovalAsked:     {GroupMembers, false},
	eventApprovalGiven:     {GroupMembers, false},
	eventApprovalRefused:   {GroupMembers, false},
	eventApprovalWithdrawn: {GroupMembers, false},

	eventWorkspaceRenamed:   {GroupWorkspace, false},
	eventIdleSet:            {GroupWorkspace, false},
	eventRequired:           {GroupWorkspace, false},
	eventRequirementDropped: {GroupWorkspace, false},
	eventClockConfirmed:     {GroupWorkspace, false},
	eventTwoPeopleOn:        {GroupWorkspace, false},
	eventTwoPeopleOff:       {GroupWorkspace, false},
	eventSupportSet:         {GroupWorkspace, false},
	eventSupportRemoved:     {GroupWorkspace, false},
	eventAdminsNamed:        {GroupWorkspace, false},
	eventAdminsHidden:       {GroupWorkspace, false},

	eventBackupMade:        {GroupWorkspace, false},
	eventBackupOpened:      {GroupWorkspace, false},
	eventSecretsPassphrase: {GroupWorkspace, false},
	eventRestored:          {GroupWorkspace, false},

	eventRunBegun:         {GroupRuns, false},
	eventRunSheetsMade:    {GroupRuns, true},
	eventRunReady:         {GroupRuns, true},
	eventRunSheetIssued:   {GroupRuns, false},
	eventRunSheetsIssued:  {GroupRuns, false},
	eventRunSheetsDropped: {GroupRuns, true},
	eventRunDone:          {GroupRuns, false},
	eventRunCancelled:     {GroupRuns, false},
	eventRunInterrupted:   {GroupRuns, false},
	eventSheetVoided:      {GroupRuns, false},
	eventHandedOver:       {GroupRuns, false},
	eventAcknowledged:     {GroupRuns, false},
	eventExportOpened:     {GroupRuns, false},
	eventExportSaved:      {GroupRuns, false},
	eventExportRefused:    {GroupRuns, false},

	eventDocumentsAdded:    {GroupContracts, false},
	eventDocumentsOpened:   {GroupContracts, false},
	eventDocumentsCopied:   {GroupContracts, false},
	eventDocumentsRenamed:  {GroupContracts, false},
	eventDocumentsTagged:   {GroupContracts, false},
	eventDocumentsRemoved:  {GroupContracts, false},
	eventDocumentsRestored: {GroupContracts, false},
	eventDocumentsPurged:   {GroupContracts, false},
	eventDocumentsChecked:  {GroupContracts, false},
	eventRotationBegun:     {GroupContracts, false},
	eventRotationStep:      {GroupContracts, true},
	eventRotationHeld:      {GroupContracts, false},
	eventRotationResumed:   {GroupContracts, false},
	eventRotated:           {GroupContracts, false},
	eventKeyPairMade:       {GroupContracts, false},
	eventKeysGiven:         {GroupContracts, true},
	eventKitMade:           {GroupContracts, false},
	eventKitUsed:           {GroupContracts, false},

	eventRenamed:         {GroupProfile, false},
	eventEmailChanged:    {GroupProfile, false},
	eventPasswordChanged: {GroupProfile, false},
}

// kindOf takes a kind of a later version for one of the workspace.
func kindOf(kind string) logKind {
	if k, ok := logKinds[kind]; ok {
		return k
	}
	return logKind{group: GroupWorkspace}
}
