package workspace

import "countersign/backend/service"

// logKind says what a kind of event is. Package sentences has its words.
type logKind struct {
	group service.LogGroup
	step  bool // a technical step
}

// logKinds has every kind of events.go; a test sees to it.
var logKinds = map[string]logKind{
	eventWorkspaceCreated: {service.GroupWorkspace, false},
	eventWorkspaceFounded: {service.GroupWorkspace, false},
	eventWorkspaceRescued: {service.GroupWorkspace, false},
	eventAccepted:         {service.GroupWorkspace, false},

	eventSignedIn:  {service.GroupSignIn, false},
	eventUnlocked:  {service.GroupSignIn, false},
	eventSteppedUp: {service.GroupSignIn, false},
	eventWrong:     {service.GroupSignIn, false},
	eventCounted:   {service.GroupSignIn, true},
	eventReturned:  {service.GroupSignIn, true},
	eventRight:     {service.GroupSignIn, true},
	eventClockBack: {service.GroupSignIn, false},

	eventEnabled:       {service.GroupTwoFactor, false},
	eventPhoneChanged:  {service.GroupTwoFactor, false},
	eventAppAdded:      {service.GroupTwoFactor, false},
	eventAppRenamed:    {service.GroupTwoFactor, false},
	eventAppRemoved:    {service.GroupTwoFactor, false},
	eventPhoneAndCodes: {service.GroupTwoFactor, false},
	eventDisabled:      {service.GroupTwoFactor, false},
	eventBegun:         {service.GroupTwoFactor, true},
	eventConfirmed:     {service.GroupTwoFactor, true},
	eventAbandoned:     {service.GroupTwoFactor, true},
	eventItemDeleted:   {service.GroupTwoFactor, true},

	eventCodesReplaced:  {service.GroupRecovery, false},
	eventCodesVoided:    {service.GroupRecovery, false},
	eventOthersEnded:    {service.GroupSignIn, false},
	eventCodesChecked:   {service.GroupRecovery, false},
	eventCheckPostponed: {service.GroupRecovery, true},
	eventChecklist:      {service.GroupProfile, true},
	eventNewsPutAway:    {service.GroupProfile, false},
	eventShown:          {service.GroupRecovery, true},
	eventDropped:        {service.GroupRecovery, true},

	eventMemberAdded:         {service.GroupMembers, false},
	eventMembersImported:     {service.GroupMembers, false},
	eventInvitedAgain:        {service.GroupMembers, false},
	eventMembersInvitedAgain: {service.GroupMembers, false},
	eventRoleChanged:         {service.GroupMembers, false},
	eventMemberSuspended:     {service.GroupMembers, false},
	eventMemberResumed:       {service.GroupMembers, false},
	eventMemberRemoved:       {service.GroupMembers, false},
	eventMembersComputer:     {service.GroupMembers, false},
	eventFactorReset:         {service.GroupMembers, false},
	eventPasswordReset:       {service.GroupMembers, false},
	eventHelpGiven:           {service.GroupMembers, false},
	eventOneTimeEnded:        {service.GroupMembers, false},

	eventApprovalAsked:     {service.GroupMembers, false},
	eventApprovalGiven:     {service.GroupMembers, false},
	eventApprovalRefused:   {service.GroupMembers, false},
	eventApprovalWithdrawn: {service.GroupMembers, false},

	eventWorkspaceRenamed:   {service.GroupWorkspace, false},
	eventIdleSet:            {service.GroupWorkspace, false},
	eventCheckDaysSet:       {service.GroupWorkspace, false},
	eventQuickUnlockOn:      {service.GroupWorkspace, false},
	eventQuickUnlockOff:     {service.GroupWorkspace, false},
	eventRequired:           {service.GroupWorkspace, false},
	eventRequirementDropped: {service.GroupWorkspace, false},
	eventClockConfirmed:     {service.GroupWorkspace, false},
	eventTwoPeopleOn:        {service.GroupWorkspace, false},
	eventTwoPeopleOff:       {service.GroupWorkspace, false},
	eventSupportSet:         {service.GroupWorkspace, false},
	eventSupportRemoved:     {service.GroupWorkspace, false},
	eventAdminsNamed:        {service.GroupWorkspace, false},
	eventAdminsHidden:       {service.GroupWorkspace, false},

	eventBackupBegun:       {service.GroupWorkspace, false},
	eventBackupMade:        {service.GroupWorkspace, false},
	eventBackupOpened:      {service.GroupWorkspace, false},
	eventSecretsPassphrase: {service.GroupWorkspace, false},
	eventRestored:          {service.GroupWorkspace, false},
	eventMoveWritten:       {service.GroupWorkspace, false},
	eventServerBackupBegun: {service.GroupWorkspace, false},
	eventServerBackupMade:  {service.GroupWorkspace, false},
	eventServerExported:    {service.GroupWorkspace, false},
	eventServerRestored:    {service.GroupWorkspace, false},
	eventServerTaken:       {service.GroupWorkspace, false},
	eventServerLeft:        {service.GroupWorkspace, false},

	eventRunBegun:         {service.GroupRuns, false},
	eventRunSheetsMade:    {service.GroupRuns, true},
	eventRunReady:         {service.GroupRuns, true},
	eventRunSheetIssued:   {service.GroupRuns, false},
	eventRunSheetsIssued:  {service.GroupRuns, false},
	eventRunSheetsDropped: {service.GroupRuns, true},
	eventRunDone:          {service.GroupRuns, false},
	eventRunCancelled:     {service.GroupRuns, false},
	eventRunInterrupted:   {service.GroupRuns, false},
	eventSheetVoided:      {service.GroupRuns, false},
	eventHandedOver:       {service.GroupRuns, false},
	eventAcknowledged:     {service.GroupRuns, false},
	eventExportOpened:     {service.GroupRuns, false},
	eventExportSaved:      {service.GroupRuns, false},
	eventExportRefused:    {service.GroupRuns, false},

	eventDocumentsAdded:    {service.GroupContracts, false},
	eventDocumentsOpened:   {service.GroupContracts, false},
	eventDocumentsCopied:   {service.GroupContracts, false},
	eventDocumentsRenamed:  {service.GroupContracts, false},
	eventDocumentsTagged:   {service.GroupContracts, false},
	eventDocumentsRemoved:  {service.GroupContracts, false},
	eventDocumentsRestored: {service.GroupContracts, false},
	eventDocumentsPurged:   {service.GroupContracts, false},
	eventDocumentsChecked:  {service.GroupContracts, false},
	eventRotationBegun:     {service.GroupContracts, false},
	eventRotationStep:      {service.GroupContracts, true},
	eventRotationHeld:      {service.GroupContracts, false},
	eventRotationResumed:   {service.GroupContracts, false},
	eventRotated:           {service.GroupContracts, false},
	eventVaultFounded:      {service.GroupContracts, false},
	eventKeyPairMade:       {service.GroupContracts, false},
	eventVaultNoted:        {service.GroupContracts, false},
	eventKeysGiven:         {service.GroupContracts, true},
	eventKitMade:           {service.GroupContracts, false},
	eventKitUsed:           {service.GroupContracts, false},

	eventComputerCode:    {service.GroupSignIn, false},
	eventComputerAdded:   {service.GroupSignIn, false},
	eventComputerRenamed: {service.GroupSignIn, false},
	eventComputerRemoved: {service.GroupSignIn, false},

	eventRenamed:         {service.GroupProfile, false},
	eventLanguageSet:     {service.GroupProfile, true},
	eventLanguagesSet:    {service.GroupMembers, true},
	eventEmailChanged:    {service.GroupProfile, false},
	eventPasswordChanged: {service.GroupProfile, false},
}

// kindOf takes a kind of a later version for one of the workspace.
func kindOf(kind string) logKind {
	if k, ok := logKinds[kind]; ok {
		return k
	}
	return logKind{group: service.GroupWorkspace}
}
