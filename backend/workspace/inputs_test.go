package workspace

import (
	"errors"
	"strings"
	"testing"

	"countersign/backend/contracts"
	"countersign/backend/service"
)

// unseen are texts of which nothing can be seen.
var unseen = []string{
	"\u200b", "\u3164", "\u00ad", "\u2800", "\u115f\u1160", "\uffa0", "\u2060\u2064", "\u200d\u200c", "\u200e\u200f\u061c", "\ufe0f", "\U000e0041", "\U000e0100", "\u180b\u180e", "\u0301",
	" \u200b \u3164 ", "\ue000",
}

func expect(t *testing.T, typed string, err error, code service.Code) {
	t.Helper()
	if !service.IsCode(err, code) {
		t.Errorf("%+q: %v, want %s", typed, err, code)
	}
}

func TestNames_InvisibleCharactersAreNoName(t *testing.T) {
	t.Parallel()
	for _, s := range unseen {
		_, err := checkName(s, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name")
		expect(t, s, err, service.CodeNameRequired)
		_, err = checkWorkspaceName(s)
		expect(t, s, err, service.CodeWorkspaceRequired)
		_, err = checkReason(s)
		expect(t, s, err, service.CodeReasonRequired)
		_, err = contracts.CheckName(s)
		expect(t, s, err, service.CodeDocumentNameRequired)
		if tags, err := contracts.CheckTags([]string{s, "signed"}); err != nil || len(tags) != 1 {
			t.Errorf("%+q is a tag: %+q, %v", s, tags, err)
		}
		if name, ok := contracts.CleanName(s); ok {
			t.Errorf("%+q is the name of a file: %+q", s, name)
		}
	}
}

func TestNames_AreKeptWithoutInvisibleCharacters(t *testing.T) {
	t.Parallel()
	const typed, kept = " Ama\u200bra\u00ad \u3164Okafor\u2060", "Amara Okafor"
	name, err := checkName(typed, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name")
	if err != nil || name != kept {
		t.Errorf("a name is kept as %+q, %v", name, err)
	}
	if name, err = contracts.CheckName(typed); err != nil || name != kept {
		t.Errorf("a document's name is kept as %+q, %v", name, err)
	}
	if tags, err := contracts.CheckTags([]string{typed, kept, "AMARA OKAFOR"}); err != nil || len(tags) != 1 || tags[0] != kept {
		t.Errorf("one tag is kept as %+q, %v", tags, err)
	}
	if name, ok := contracts.CleanName(typed); !ok || name != kept {
		t.Errorf("a file's name is kept as %+q, %t", name, ok)
	}
}

func TestNames_CharactersThatCannotBeShownAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"a\x00b", "a\nb", "a\u2028b", "a\u202eb", "a\u2066b", "a\ufeffb", "a\xffb", "a\ufffdb"} {
		_, err := checkName(s, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name")
		expect(t, s, err, service.CodeNameForm)
		_, err = checkReason(s)
		expect(t, s, err, service.CodeReasonForm)
		_, err = contracts.CheckName(s)
		expect(t, s, err, service.CodeDocumentNameForm)
		_, err = contracts.CheckTags([]string{s})
		expect(t, s, err, service.CodeTagForm)
	}
}

func TestEmails_InvisibleCharactersAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range unseen {
		if s == "\u0301" || s == "\ue000" {
			continue // an accent on the letter before it, and a character of one's own
		}
		for _, email := range []string{s + "@example.com", "amara" + s + "@example.com", "amara@exam" + s + "ple.com"} {
			_, _, err := checkEmail(email, "email")
			expect(t, email, err, service.CodeEmailForm)
		}
	}
}

func TestNames_HaveTheirMostCharactersAndNoMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		most  int
		long  service.Code
		check func(s string) error
	}{
		"Name": {service.MaxName, service.CodeNameLong, func(s string) error {
			_, err := checkName(s, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name")
			return err
		}},
		"Document": {contracts.MaxName, service.CodeDocumentNameLong, func(s string) error { _, err := contracts.CheckName(s); return err }},
		"Tag":      {contracts.MaxTag, service.CodeTagLong, func(s string) error { _, err := contracts.CheckTags([]string{s}); return err }},
	} {
		if err := c.check(" " + strings.Repeat("é", c.most) + "\u200b"); err != nil {
			t.Errorf("%s: its most: %v", name, err)
		}
		expect(t, name, c.check(strings.Repeat("é", c.most+1)), c.long)
	}
	if _, ok := contracts.CleanName(strings.Repeat("é", contracts.MaxName)); !ok {
		t.Error("a file's longest name is not taken")
	}
	if _, ok := contracts.CleanName(strings.Repeat("é", contracts.MaxName+1)); ok {
		t.Error("a file's name may be longer than a document's")
	}
	email := strings.Repeat("é", service.MaxEmail-len("@example.com")) + "@example.com"
	if _, _, err := checkEmail(email, "email"); err != nil {
		t.Errorf("the longest email: %v", err)
	}
	_, _, err := checkEmail("a"+email, "email")
	expect(t, "a longer email", err, service.CodeEmailLong)
}

// The page says what is wrong with an email by this word.
func TestEmails_TellWhatIsWrongWithThem(t *testing.T) {
	t.Parallel()
	for typed, why := range map[string]string{
		"amara.example.com":         "at",
		"@example.com":              "start",
		"amara okafor@example.com":  "space",
		"amara@example":             "ending",
		"amara@example.com.":        "ending",
		"amara@.example.com":        "form",
		"amara@example..com":        "form",
		"amara@okafor@example.com":  "form",
		"<amara@example.com":        "form",
		"amara,bela@example.com":    "form",
		"amara\x00@example.com":     "form",
		"amara\u202e@example.com":   "form",
		"amara\ufffd@example.com":   "form",
		"amara@example.com\x1b[2J":  "form",
		"amara\u0085x@example.com":  "form",
		"amara\xff@example.com":     "form",
		"amara\u00adx@example.com":  "form",
		"amara\u2028x@example.com":  "form",
		"\"amara\"@example.com":     "form",
		"amara@[127.0.0.1]":         "form",
		"amara (home)@example.com":  "space",
		"amara@exam\u00a0ple.com":   "space",
		"amara@\u200bexample.com":   "form",
		"amara.okafor@example.com,": "form",
	} {
		_, _, err := checkEmail(typed, "email")
		var e *service.Error
		if !errors.As(err, &e) || e.Code != service.CodeEmailForm || e.Args["why"] != why {
			t.Errorf("%+q: %v, want %s", typed, err, why)
		}
	}
}
