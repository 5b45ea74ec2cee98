package sheet

import "countersign/backend/words"

// The words of an invitation.

func (i Invitation) title() said {
	if i.Reset {
		return in(i.Words).say(words.InvitationTitleReset, nil)
	}
	return in(i.Words).say(words.InvitationTitle, nil)
}

func (i Invitation) lead() said {
	w, key := in(i.Words), words.InvitationLead
	if i.Reset {
		key = words.InvitationLeadReset
	}
	return w.say(key, words.Args{"workspace": w.or(i.Workspace, words.PaperYourWorkspace), "until": i.until()})
}

func (i Invitation) facts() []fact {
	w := in(i.Words)
	rows := []fact{w.fact(words.InvitationGivenOn, w.day(i.IssuedAt, i.Location))}
	if i.IssuedBy != "" {
		rows = append(rows, w.fact(words.InvitationGivenBy, i.IssuedBy))
	}
	return append(rows, w.fact(words.InvitationGoodUntil, i.until()))
}

// typed is what is to be typed beside the code.
func (i Invitation) typed(w writer) (all []fact) {
	if i.Server != "" {
		all = append(all, w.fact(words.InvitationServer, i.Server), w.fact(words.InvitationServerKey, i.ServerKey))
	}
	return append(all, w.fact(words.InvitationEmail, w.or(i.Email, words.PaperNothing)))
}

// until is the minute at which the code ends, where it was given out.
func (i Invitation) until() string { return in(i.Words).words.Minute(inPlace(i.ExpiresAt, i.Location)) }

func (i Invitation) advice() []said {
	w, late, open := in(i.Words), words.InvitationTodoLate, words.InvitationTodoOpen
	if i.Reset {
		late = words.InvitationTodoLateReset
	}
	if i.Server != "" {
		open = words.InvitationTodoOpenServer
	}
	all := []said{
		w.say(open, nil),
		w.say(words.InvitationTodoType, nil),
		w.say(words.InvitationTodoChoose, words.Args{"workspace": w.or(i.Workspace, words.PaperYourWorkspace)}),
		w.say(late, words.Args{"by": w.or(i.IssuedBy, words.PaperAnAdmin)}),
		w.say(words.InvitationTodoDestroy, nil),
	}
	if i.Support != "" {
		all = append(all, w.say(words.SheetTodoSupport, words.Args{"support": i.Support}))
	}
	return all
}

func (i Invitation) footer() (left, right said) {
	w, key := in(i.Words), words.InvitationFoot
	if i.Reset {
		key = words.InvitationFootReset
	}
	return w.say(key, nil), w.say(words.InvitationVoidAfter, words.Args{"until": i.until()})
}
