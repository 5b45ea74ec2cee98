package app

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// private is a character of a plane that no font of any system has.
const private = "\U000f0001"

func TestUnprintable_InvitationsAreTold(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	_, err := i.imp.Unprintable(i.in.Token)
	i.refused(err, "enrolment_ended") // no invitation is shown
	i.pick("name,email,role\nChidi " + private + ",chidi@example.com,\n山田 محمد,zoe@example.com,\n")
	_, err = i.run(false)
	i.ok(err)
	got, err := i.imp.Unprintable(i.in.Token)
	i.ok(err)
	if want := []UnprintableView{{"Chidi " + private, "chidi@example.com", "U+F0001", ""}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	i.auth.Lock(i.in.Token)
	_, err = i.imp.Unprintable(i.in.Token)
	i.refused(err, "session_ended")
}

func TestUnprintable_ListsOnlyTheFirstCharacters(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for r := rune(0xf0000); r < 0xf0020; r++ {
		many.WriteRune(r)
	}
	got, err := unprintable([]named{{"x", "x@example.com", "ja"}, {"y", many.String(), ""}})
	if err != nil || len(got) != 1 || got[0].Name != "y" || strings.Count(got[0].Characters, "U+") != mostCharacters || !strings.HasSuffix(got[0].Characters, " …") {
		t.Errorf("%v: %+v", err, got)
	}
	if got, err := unprintable(nil); err != nil || got == nil || len(got) > 0 {
		t.Errorf("of no one: %v %v", got, err)
	}
}

func TestPreview_TellsWhoseSheetHasBoxes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	before, err := o.runs.Preview(o.in.Token, o.ids)
	o.ok(err)
	if before.Unprintable == nil || len(before.Unprintable) > 0 || len(before.Ready) != 2 {
		t.Errorf("%+v", before)
	}
	o.joinAs("Sam "+private, "sam@example.com")
	view, err := (&Members{o.s}).List(o.in.Token)
	o.ok(err)
	o.ids = append(o.ids, view.Members.ID[slices.Index(view.Members.Email, "sam@example.com")])
	after, err := o.runs.Preview(o.in.Token, o.ids)
	o.ok(err)
	if len(after.Unprintable) != 1 || after.Unprintable[0].Email != "sam@example.com" || after.Unprintable[0].Characters != "U+F0001" {
		t.Errorf("%+v", after.Unprintable)
	}
}
