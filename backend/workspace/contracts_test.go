package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestDocuments_NeedASignInAndAreEncryptedOnDisk(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	text := strings.Repeat("The rent is nine hundred a month. ", 5000)
	out := h.add(s, paper("Harbour lease, unit 4.txt", text), paper("empty", ""))
	if len(out.IDs) != 2 || out.LeftOutCount > 0 {
		t.Fatalf("%+v", out)
	}
	h.restart()
	again := (&user{h: h, email: email, pass: pass}).signIn()
	if got := h.contracts(again); got != "Harbour lease, unit 4.txt|empty" {
		t.Errorf("the list is %s", got)
	}
	if h.read(again, "Harbour lease, unit 4.txt") != text || h.read(again, "empty") != "" {
		t.Error("they read otherwise than they were added")
	}
	if d := h.find(again, "Harbour lease, unit 4.txt"); d.Type != "text/plain" || d.AddedBy != "Amara Okafor" || d.Size != int64(len(text)) {
		t.Errorf("%+v", d)
	}
	h.ok(filepath.WalkDir(filepath.Dir(h.path), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, trace := range []string{"Harbour", "nine hundred", "text/plain"} {
			if bytes.Contains(b, []byte(trace)) {
				t.Errorf("%s holds %q", e.Name(), trace)
			}
		}
		return err
	}))
	h.ok(again.End(t.Context()))
	_, err := again.Documents(t.Context())
	h.refused(err, service.CodeSessionEnded)
}

func TestVault_InvitationGivesTheKeyAndAResetKeepsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("a", "text"))
	given, err := owner.admin().AddMember(t.Context(), service.NewMember{Name: "Bela", Email: otherEmail, Role: store.RoleMember}, client.Proof{})
	h.ok(err)
	s, _, err := h.w.Redeem(t.Context(), otherEmail, secret.NewText(given.Code.Display()), secret.NewText("kettle drum marzipan 7"))
	h.ok(err)
	if h.read(s, "a") != "text" {
		t.Error("the member reads something else")
	}
	h.ok(s.ChangePassword(t.Context(), secret.NewText("kettle drum marzipan 7"), secret.NewText("walnut harbour spindle 3"), client.FactorInput{}))
	bela := &user{h: h, id: given.ProfileID, email: otherEmail, pass: "walnut harbour spindle 3"}
	if h.read(bela.signIn(), "a") != "text" {
		t.Error("not after a new password")
	}
	reset, err := owner.admin().ResetPassword(t.Context(), bela.id, "", owner.proof())
	h.ok(err)
	if h.read(bela.signIn(), "a") != "text" {
		t.Error("not with the old password while a reset waits")
	}
	s, _, err = h.w.Redeem(t.Context(), otherEmail, secret.NewText(reset.Code.Display()), secret.NewText("lantern orchid gravel 5"))
	h.ok(err)
	if h.read(s, "a") != "text" {
		t.Error("not after the reset")
	}
	h.ok(owner.admin().Remove(t.Context(), bela.id, owner.proof()))
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		if _, err := tx.VaultKey("profile/" + bela.id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the removed member's key is still there: %v", err)
		}
		return nil
	}))
	h.restart()
}

func TestVault_MemberWithoutAKeyWaitsForOneWithIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("a", "text"))
	member := h.one(person{role: store.RoleMember}) // of an older version: without a key pair
	s := member.signIn()
	_, err := s.Documents(t.Context())
	h.refused(err, service.CodeVaultWaiting)
	_, err = s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("b", "c")}), nil)
	h.refused(err, service.CodeVaultWaiting)
	owner.signIn()
	if h.read(s, "a") != "text" {
		t.Error("the session that waited reads something else")
	}
}

func TestAddDocuments_TellsWhatIsLeftOutAndAddsTheRest(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	changed := paper("changed", "now longer")
	changed.Size = 3
	other := paper("other", "x")
	other.Same = func() bool { return false }
	broken := paper("broken", "x")
	broken.Open = func() (io.ReadCloser, error) { return nil, os.ErrPermission }
	breaks := paper("breaks", "abcdef")
	breaks.Open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("abc"), &failing{})), nil
	}
	out := h.add(s, paper("first", "1"), changed, other, broken, breaks, paper("first", "1"), paper("second name", "1"),
		paper(strings.Repeat("ä", 300), "long"), paper("\u202etxt.exe\x00\n", "odd"), client.Source{Name: "link", LeaveOut: client.LeftLink}, paper("last", "2"))
	var said []string
	for _, l := range out.LeftOut {
		said = append(said, string(l.Reason))
	}
	if got := strings.Join(said, " "); got != "changed changed unreadable unreadable already_there name_long link" || out.LeftOutCount != 7 {
		t.Errorf("left out: %s (%d)", got, out.LeftOutCount)
	}
	if got := h.contracts(s); got != "first|last|second name|\ufffdtxt.exe\ufffd\ufffd" {
		t.Errorf("added: %q", got)
	}
	if n := len(h.papers()); n != 4 {
		t.Errorf("%d files: %v", n, h.papers())
	}
}

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

func TestAddDocuments_StoppedKeepsOnlyWholeDocuments(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	ctx, stop := context.WithCancel(t.Context())
	three := func(yield func(client.Source) bool) {
		_ = yield(paper("1", "a")) && yield(paper("2", "b"))
		stop()
		yield(paper("3", "c"))
	}
	out, err := s.AddDocuments(ctx, three, nil)
	h.ok(err)
	if !out.Stopped || h.contracts(s) != "1|2" || len(h.papers()) != 2 {
		t.Errorf("%+v, %s", out, h.contracts(s))
	}
	ended := make(chan error, 1)
	locked := func(yield func(client.Source) bool) {
		_ = yield(paper("4", "d"))
		slow := paper("5", "ee")
		slow.Open = func() (io.ReadCloser, error) {
			go func() { ended <- s.End(context.WithoutCancel(t.Context())) }()
			return io.NopCloser(&untilOver{s: s}), nil
		}
		yield(slow)
	}
	_, err = s.AddDocuments(t.Context(), locked, nil)
	h.refused(err, service.CodeSessionEnded)
	h.ok(<-ended)
	again := (&user{h: h, email: email, pass: pass}).signIn()
	if got := h.contracts(again); got != "1|2" || len(h.papers()) != 2 {
		t.Errorf("after the lock there are %s in %v", got, h.papers())
	}
}

// untilOver reads slowly until the session has ended.
type untilOver struct{ s *client.Session }

func (u *untilOver) Read(b []byte) (int, error) {
	if u.s.Remaining() == 0 {
		return 0, io.EOF
	}
	return copy(b, "."), nil
}

func TestAddDocuments_FullDiskLeavesNoPartOfAFile(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.files.full = 2000
	out, err := s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("fits", "a"), paper("large", strings.Repeat("b", 5000)), paper("more", "c")}), nil)
	h.refused(err, service.CodeFolderFull)
	if len(out.IDs) != 1 || h.contracts(s) != "fits" || len(h.papers()) != 1 {
		t.Errorf("%+v: %s in %v", out, h.contracts(s), h.papers())
	}
	h.files.full = 0
	h.add(s, paper("large", strings.Repeat("b", 5000)))
	if h.contracts(s) != "fits|large" {
		t.Error(h.contracts(s))
	}
}

func TestRemoveDocuments_BinKeepsThemFor30Days(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("a", "1"), paper("b", "2"), paper("c", "3"))
	a, b := h.find(s, "a"), h.find(s, "b")
	h.ok(s.RemoveDocuments(t.Context(), []string{a.ID, b.ID}))
	h.refused(s.RemoveDocuments(t.Context(), []string{a.ID}), service.CodeDocumentGone)
	if h.contracts(s) != "c" || h.read(s, "a") != "1" || h.find(s, "a").RemovedBy != "Amara Okafor" {
		t.Error("the bin is not as it should be")
	}
	h.ok(s.RestoreDocuments(t.Context(), []string{a.ID}))
	if h.contracts(s) != "a|c" {
		t.Error("it was not put back")
	}
	h.refused(owner.admin().PurgeDocuments(t.Context(), []string{a.ID}), service.CodeDocumentGone)
	h.ok(owner.admin().PurgeDocuments(t.Context(), []string{b.ID}))
	if len(h.papers()) != 2 {
		t.Errorf("its file is still there: %v", h.papers())
	}
	h.ok(s.RemoveDocuments(t.Context(), []string{a.ID}))
	h.clock.step(29 * 24 * time.Hour)
	s = owner.signIn()
	h.ok(s.EmptyBin(t.Context()))
	if h.find(s, "a").State != store.DocumentRemoved {
		t.Error("the bin let go too early")
	}
	h.clock.step(25 * time.Hour)
	s = owner.signIn()
	h.ok(s.EmptyBin(t.Context()))
	if h.contracts(s) != "c" || len(h.papers()) != 1 {
		t.Errorf("the bin keeps %v", h.papers())
	}
	h.restart()
}

func TestDocuments_NamesAndTagsChangeForAllOrNone(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"), paper("b", "2"))
	a, b := h.find(s, "a"), h.find(s, "b")
	h.refused(s.RenameDocument(t.Context(), a.ID, "  "), service.CodeDocumentNameRequired)
	h.refused(s.RenameDocument(t.Context(), a.ID, strings.Repeat("x", 256)), service.CodeDocumentNameLong)
	h.refused(s.RenameDocument(t.Context(), a.ID, "a\u202eb"), service.CodeDocumentNameForm)
	h.refused(s.RenameDocument(t.Context(), "none", "x"), service.CodeDocumentGone)
	h.ok(s.RenameDocument(t.Context(), a.ID, " Lease 🏠 "))
	h.refused(s.TagDocuments(t.Context(), []string{a.ID}, []string{strings.Repeat("x", 41)}, nil), service.CodeTagLong)
	h.refused(s.TagDocuments(t.Context(), []string{a.ID, "none"}, []string{"rent"}, nil), service.CodeDocumentGone)
	if len(h.find(s, "Lease 🏠").Tags) > 0 {
		t.Error("one was tagged although the other is gone")
	}
	h.ok(s.TagDocuments(t.Context(), []string{a.ID, b.ID}, []string{"Rent", "rent", " two  words ", ""}, nil))
	h.ok(s.TagDocuments(t.Context(), []string{b.ID}, nil, []string{"Rent"}))
	if got := h.find(s, "Lease 🏠").Tags; !slices.Equal(got, []string{"Rent", "two words"}) {
		t.Errorf("%q", got)
	}
	if got := h.find(s, "b").Tags; !slices.Equal(got, []string{"two words"}) {
		t.Errorf("%q", got)
	}
	var many []string
	for i := range 21 {
		many = append(many, strings.Repeat("t", i+1))
	}
	h.refused(s.TagDocuments(t.Context(), []string{a.ID}, many, nil), service.CodeTagsMany)
}

func TestCheckDocuments_NamesDamagedAndMissingFiles(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("good", "1"), paper("cut", strings.Repeat("2", 200_000)), paper("edited", strings.Repeat("3", 200_000)), paper("gone", "4"), paper("swapped", "5"))
	file := func(name string) string { return filepath.Join(h.documents(), h.find(s, name).ID+".1.age") }
	h.ok(os.Truncate(file("cut"), 100_000))
	b, err := os.ReadFile(file("edited"))
	h.ok(err)
	b[150_000] ^= 1
	h.ok(os.WriteFile(file("edited"), b, 0o600))
	h.ok(os.Remove(file("gone")))
	whole, err := os.ReadFile(file("good"))
	h.ok(err)
	h.ok(os.WriteFile(file("swapped"), whole, 0o600))
	h.ok(os.WriteFile(filepath.Join(h.documents(), "aaaaaaaaaaaaaaaaaaaaaaaaaa.1.age"), whole, 0o600))
	r, err := s.CheckDocuments(t.Context(), nil)
	h.ok(err)
	var bad []string
	for _, b := range r.Bad {
		bad = append(bad, b.Name+" "+string(b.Problem))
	}
	slices.Sort(bad)
	if got := strings.Join(bad, ", "); got != "cut document_damaged, edited document_damaged, gone document_missing, swapped document_damaged" || r.Good != 1 {
		t.Errorf("%d good; %s", r.Good, got)
	}
	if !slices.Equal(r.Unknown, []string{"aaaaaaaaaaaaaaaaaaaaaaaaaa.1.age"}) {
		t.Errorf("unknown: %v", r.Unknown)
	}
	if h.read(s, "good") != "1" {
		t.Error("the good one does not open")
	}
	_, err = s.OpenDocument(t.Context(), h.find(s, "gone").ID)
	h.refused(err, service.CodeDocumentMissing)
	h.refused(s.CopyDocument(t.Context(), h.find(s, "edited").ID, io.Discard, nil), service.CodeDocumentDamaged)
	missing, err := s.MissingFiles(t.Context(), []contracts.Document{h.find(s, "gone"), h.find(s, "good")})
	if h.ok(err); len(missing) != 1 {
		t.Errorf("missing: %v", missing)
	}
	h.restart() // removes none of what nobody speaks of
	if n := len(h.papers()); n != 5 {
		t.Errorf("%d files: %v", n, h.papers())
	}
}
