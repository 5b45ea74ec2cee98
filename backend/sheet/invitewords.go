package sheet

import "fmt"

// The words of an invitation.
const (
	inviteAdvice = "What to do"
	emailLabel   = "Email"
	codeLabel    = "Code"
)

func (i Invitation) title() string {
	if i.Reset {
		return "Your new password"
	}
	return "Your invitation"
}

func (i Invitation) lead() string {
	if i.Reset {
		return fmt.Sprintf("With this code you choose a new password for %s. It works once, until %s.", or(i.Workspace, "your workspace"), i.until())
	}
	return fmt.Sprintf("With this code you choose your password for %s. It works once, until %s.", or(i.Workspace, "your workspace"), i.until())
}

func (i Invitation) facts() []fact {
	rows := []fact{{"Given on", day(i.IssuedAt, i.Location)}}
	if i.IssuedBy != "" {
		rows = append(rows, fact{"Given by", i.IssuedBy})
	}
	return append(rows, fact{"Good until", i.until()})
}

// until is the minute at which the code ends, where it was given out.
func (i Invitation) until() string {
	return inPlace(i.ExpiresAt, i.Location).Format("2 Jan 2006, 15:04")
}

func (i Invitation) advice() []string {
	again := "a new invitation"
	if i.Reset {
		again = "a new code"
	}
	return []string{
		"Open Countersign on the computer that has the workspace, and choose “I have an invitation”.",
		"Type the email and the code of this page. Capitals and dashes do not matter.",
		fmt.Sprintf("Choose a password that only you know. Nobody at %s will ask for it, or for the code.", or(i.Workspace, "your workspace")),
		fmt.Sprintf("If it is too late, or if the code does not work, ask %s for %s. Somebody else may have used this one.", or(i.IssuedBy, "an admin"), again),
		"Destroy this page when you have signed in.",
	}
}

func (i Invitation) footer() (left, right string) {
	left = "Countersign invitation"
	if i.Reset {
		left = "Countersign password reset"
	}
	return left, "The code is void after " + i.until()
}
