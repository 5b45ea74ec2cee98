package sentences_test

import (
	"strings"
	"testing"

	"countersign/backend/sentences"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/backend/words/wordstest"
)

var (
	nora = &service.LogPerson{ID: "1", Name: "Nora Hill"}
	noah = &service.LogPerson{ID: "2", Name: "Noah Berg"}
)

func TestRefusal_OK(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		e    *service.Error
		want string
	}{
		"AsInTheWindow":    {&service.Error{Code: service.CodeNotYourself}, "You can’t do this to yourself. Ask another owner or admin."},
		"OfTheTerminal":    {&service.Error{Code: service.CodePasswordWrong}, "Incorrect password. Try again."},
		"WithArguments":    {&service.Error{Code: service.CodeIdleRange, Args: map[string]any{"min": 1, "max": 15}}, "The auto-lock time is out of range. Choose 1 to 15 minutes."},
		"OfALaterVersion":  {&service.Error{Code: "something_new"}, "something_new"},
		"WhatWasTypedIsNo": {&service.Error{Code: service.CodeCheckWordWrong, Args: map[string]any{"sheet": "{n}"}}, "That isn’t the check word of sheet {n}. Check the number of your sheet, then enter its word."},
	} {
		if got := sentences.Refusal(words.English(), c.e); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestEvent_OK(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		e    service.LogEntry
		want string
	}{
		"People":      {service.LogEntry{Kind: "member-suspended", Actor: nora, Subject: noah}, "Nora Hill suspended Noah Berg."},
		"Nobody":      {service.LogEntry{Kind: "guess-wrong", Detail: map[string]string{"kind": "check-word"}}, "Incorrect check word for an unknown email."},
		"Gone":        {service.LogEntry{Kind: "password-changed", Actor: &service.LogPerson{ID: "7"}}, "a removed account (7) changed their password."},
		"Means":       {service.LogEntry{Kind: "signed-in", Actor: nora, Detail: map[string]string{"factor": "recovery", "number": "3"}}, "Nora Hill signed in with recovery code 3."},
		"Used":        {service.LogEntry{Kind: "signed-in", Actor: nora, Detail: map[string]string{"factor": "code", "used": "Old-phone"}}, "Nora Hill signed in with a verification code from Old-phone."},
		"UsedAtHand":  {service.LogEntry{Kind: "stepped-up", Actor: nora, Detail: map[string]string{"factor": "code"}}, "Nora Hill confirmed their identity with a verification code."},
		"Chose":       {service.LogEntry{Kind: "signed-in", Actor: nora, Detail: map[string]string{"chose-password": "longer"}}, "Nora Hill signed in with the password alone and chose a longer one."},
		"Act":         {service.LogEntry{Kind: "approval-given", Actor: nora, Detail: map[string]string{"for": "reset-2fa", "reason": "lost-phone"}}, "Nora Hill approved a reset of 2FA: lost-phone."},
		"Contracts":   {service.LogEntry{Kind: "contracts-opened", Actor: nora, Detail: map[string]string{"count": "1", "names": "a-b"}}, "Nora Hill opened “a-b”."},
		"NewKind":     {service.LogEntry{Kind: "moon-landed", Actor: nora, Subject: noah}, "Nora Hill: moon landed, Noah Berg."},
		"NoSuchPiece": {service.LogEntry{Kind: "part.you", Actor: nora, Subject: noah}, "Nora Hill: part.you, Noah Berg."},
	} {
		if got := sentences.Event(words.English(), c.e); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestNews_TalksToTheReader(t *testing.T) {
	t.Parallel()
	got := sentences.News(words.English(), service.News{Kind: "2fa-reset", By: "Nora Hill"})
	if got != "Nora Hill reset 2FA for you." {
		t.Errorf("%q", got)
	}
}

func TestSentences_AreInTheLanguage(t *testing.T) {
	t.Parallel()
	c, err := words.Read(wordstest.Pseudo(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []string{
		sentences.Refusal(c, &service.Error{Code: service.CodeNotYourself}),
		sentences.Refusal(c, &service.Error{Code: service.CodePasswordWrong}),
		sentences.Event(c, service.LogEntry{Kind: "signed-in", Actor: nora}),
		sentences.News(c, service.News{Kind: "2fa-reset", By: "Nora Hill"}),
	} {
		if !strings.Contains(got, "~") || strings.Contains(got, " the ") || strings.Contains(got, " you") {
			t.Errorf("%q", got)
		}
	}
}
