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
)

// LogGroups are all groups, in the order in which to offer them.
var LogGroups = []LogGroup{GroupSignIn, GroupTwoFactor, GroupRecovery, GroupProfile, GroupWorkspace}

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
	eventAccepted:         {GroupWorkspace, false, "{actor} went on with a database that did not match its log ({findings})."},

	eventSignedIn:  {GroupSignIn, false, "{actor} signed in with {means}."},
	eventSteppedUp: {GroupSignIn, false, "{actor} proved who they are again, with {means}."},
	eventWrong:     {GroupSignIn, false, "Somebody typed a wrong {guess} for {subject}."},
	eventCounted:   {GroupSignIn, true, "A {guess} for {subject} was counted before it was looked at."},
	eventReturned:  {GroupSignIn, true, "A {guess} for {subject} was taken back from the count."},
	eventClockBack: {GroupSignIn, false, "The clock stood before the last {guess} for {subject}, so the pause began anew."},

	eventEnabled:      {GroupTwoFactor, false, "{actor} turned on 2FA and keeps recovery sheet {sheet}."},
	eventPhoneChanged: {GroupTwoFactor, false, "{actor} changed phone."},
	eventDisabled:     {GroupTwoFactor, false, "{actor} turned off 2FA with {means}."},
	eventBegun:        {GroupTwoFactor, true, "{actor} began to enrol a phone."},
	eventConfirmed:    {GroupTwoFactor, true, "{actor} typed the first code of a new phone."},
	eventAbandoned:    {GroupTwoFactor, true, "An enrolment of {subject} ended before it took effect."},
	eventItemDeleted:  {GroupTwoFactor, true, "A secret of {subject} that is no longer needed was deleted."},

	eventCodesReplaced: {GroupRecovery, false, "{actor} got new recovery codes: sheet {sheet} replaces sheet {replaces}."},
	eventCodesVoided:   {GroupRecovery, false, "{actor} voided recovery sheet {sheet}, of which {left} codes were left."},
	eventShown:         {GroupRecovery, true, "{actor} was shown recovery sheet {sheet}."},
	eventDropped:       {GroupRecovery, true, "Recovery codes that were shown to {subject} did not take effect."},

	eventRenamed:         {GroupProfile, false, "{actor} changed the name “{from}” to “{to}”."},
	eventEmailChanged:    {GroupProfile, false, "{actor} changed the email {from} to {to}."},
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
	args["means"], args["guess"] = means(e.Detail), guess(e.Detail["kind"])
	return expand(words, args)
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
	}
	return "the password alone"
}

func guess(kind string) string {
	switch Kind(kind) {
	case KindCode:
		return "verification code"
	case KindRecovery:
		return "recovery code"
	case KindConfirm:
		return "first code of a new phone"
	}
	return "password"
}
