package main

import (
	"slices"
	"strings"
	"testing"

	"countersign/backend/words"
)

// Where a command chooses a key and a helper puts it into words, the test of package words does not
// see what the message is given.
func TestWords_PutInNoMoreThanTheyAreGiven(t *testing.T) {
	t.Parallel()
	of := func(prefix string) (all []words.Key) {
		for _, name := range words.English().Keys() {
			if strings.HasPrefix(name, prefix) {
				key, _ := words.English().Named(name)
				all = append(all, key)
			}
		}
		return all
	}
	for _, c := range []struct {
		keys  []words.Key
		given string
	}{
		{of("terminal.ask."), ""},
		{of("terminal.group."), ""},
		{of("terminal.man.exit_"), ""},
		{of("terminal.man.error_"), "minimum"},
		{of("terminal.progress."), "done total percent"},
		{of("terminal.word."), "code name email"},
		{of("terminal.failure.key_file_"), "file line"},
		{of("terminal.doctor.clock_"), "now newest command"},
		{of("terminal.audit.verify.missing"), "seq at"},
		{of("terminal.audit.verify.unreadable"), "seq at"},
		{of("terminal.audit.verify.older_copy"), "seq at"},
		{of("terminal.audit.verify.anchor"), "seq at"},
		{of("terminal.audit.verify.changed"), "seq at"},
		{of("terminal.approvals.approve.done"), "kind members by reason"},
		{of("terminal.approvals.decline.done"), "kind members by reason"},
		{of("terminal.members.suspend.done"), "name"},
		{of("terminal.members.reactivate.done"), "name"},
		{of("terminal.members.remove.done"), "name"},
		{of("terminal.members.reset_2fa.done"), "name"},
		{of("terminal.members.temporary_code.done"), "member code until"},
		{of("terminal.members.reset_password.done"), "member code until"},
		{of("terminal.members.reset_password.invited"), "member code until"},
	} {
		if len(c.keys) == 0 {
			t.Errorf("no key is given %q", c.given)
		}
		for _, key := range c.keys {
			for _, name := range words.English().Arguments(key) {
				if !slices.Contains(strings.Fields(c.given), name) {
					t.Errorf("%s puts in %s, and is given %q", key, name, c.given)
				}
			}
		}
	}
}
