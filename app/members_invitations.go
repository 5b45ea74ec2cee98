package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/memberimport"
	"countersign/backend/runexport"
	"countersign/backend/service"
	"countersign/backend/sheet"
	"countersign/backend/words"
)

// SaveInvitations asks for a place and writes the invitations that were given out there
// as PDF, one to a page, on a4 or letter. The file is for its owner alone, whole or absent.
// The event "invitations-progress" {done, total} tells how far it is.
func (i *Import) SaveInvitations(session, paper string) (Saved, error) {
	in, err := i.s.use(session)
	if err != nil {
		return Saved{}, err
	}
	given, err := in.shownCodes()
	if err != nil {
		return Saved{}, err
	}
	path, ok, err := i.place(words.DialogSaveInvitations, i.s.dated(words.DialogNameInvitations), ".pdf")
	if err != nil || !ok {
		return Saved{}, err
	}
	if err := in.live(); err != nil { // the dialog may have stood open for long
		return Saved{}, err
	}
	support, err := i.s.support()
	if err != nil {
		return Saved{}, err
	}
	name, progress := filepath.Base(path), in.progress("invitations-progress")
	err = writeWhole(path, func(w io.Writer) error {
		var over error
		err := sheet.InvitationPDF(w, func(yield func(sheet.Invitation) bool) {
			for n, g := range given {
				if over = in.live(); over != nil || !yield(runexport.Invitation(i.s.words(), g, support.Contact)) {
					return
				}
				progress(int64(n+1), int64(len(given)))
			}
		}, paperSize(paper))
		if over != nil { // locked meanwhile: none of it is left
			return over
		}
		return err
	})
	if err != nil {
		return Saved{}, asRefusal(name, err)
	}
	return Saved{Name: name}, nil
}

// PrintedInvitations are invitations as the page draws them for a printer.
type PrintedInvitations struct {
	Invitations []OneTimeView `json:"invitations"` // each code is empty: they are in Codes, in this order
	Codes       Envelope      `json:"codes"`       // a space between them
}

// PrintInvitations gives the page what it needs to draw the invitations that were given
// out. Members.Print then opens the print dialog. More than MaxPrint are better saved.
func (i *Import) PrintInvitations(session string, answer PublicKey) (PrintedInvitations, error) {
	in, err := i.s.use(session)
	if err != nil {
		return PrintedInvitations{}, err
	}
	given, err := in.shownCodes()
	if err != nil {
		return PrintedInvitations{}, err
	}
	to, err := answerTo(answer)
	if err != nil {
		return PrintedInvitations{}, err
	}
	if len(given) > MaxPrint {
		return PrintedInvitations{}, &shellError{
			code: codePrintLong, args: map[string]any{"max": MaxPrint},
		}
	}
	support, err := i.s.support()
	if err != nil {
		return PrintedInvitations{}, err
	}
	var out PrintedInvitations
	var codes []string
	for _, g := range given {
		out.Invitations = append(out.Invitations, oneTimeView(g, Envelope{}, support.Contact))
		codes = append(codes, g.Code.Display())
	}
	out.Codes, err = to.close(holdsCodes, spaced(codes))
	return out, err
}

// SaveOverview asks for a place and writes the table of members there as CSV, without
// secrets.
func (i *Import) SaveOverview(session string) (Saved, error) {
	in, err := i.s.use(session)
	if err != nil {
		return Saved{}, err
	}
	var people []memberimport.Person
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) (err error) {
		people, err = overview(ctx, a, i.s.now())
		return err
	})
	if err != nil {
		return Saved{}, err
	}
	path, ok, err := i.place(words.DialogSaveOverview, i.s.dated(words.DialogNameOverview), ".csv")
	if err != nil || !ok {
		return Saved{}, err
	}
	if err := in.live(); err != nil {
		return Saved{}, err
	}
	name := filepath.Base(path)
	err = writeWhole(path, func(w io.Writer) error {
		return memberimport.WriteOverview(w, i.s.words(), slices.Values(people), time.Local)
	})
	if err != nil {
		return Saved{}, saveFailed(name, err)
	}
	return Saved{Name: name}, nil
}

// SaveTemplate asks for a place and writes a list of members without members there, to fill in.
func (i *Import) SaveTemplate(session string) (Saved, error) {
	in, err := i.s.use(session)
	if err != nil {
		return Saved{}, err
	}
	if err := in.asAdmin(func(context.Context, *client.Admin) error { return nil }); err != nil {
		return Saved{}, err
	}
	path, ok, err := i.place(words.DialogSaveTemplate, i.s.say(words.DialogNameTemplate, nil), ".csv")
	if err != nil || !ok {
		return Saved{}, err
	}
	if err := in.live(); err != nil {
		return Saved{}, err
	}
	name := filepath.Base(path)
	if err := writeWhole(path, memberimport.WriteTemplate); err != nil {
		return Saved{}, saveFailed(name, err)
	}
	return Saved{Name: name}, nil
}

// place asks where to save something; not ok: the dialog was dismissed.
func (i *Import) place(title words.Key, name, ending string) (path string, ok bool, err error) {
	path, err = i.s.desktop.SaveAs(title, name+ending, kindsOf(ending))
	if err != nil {
		return "", false, saveFailed("", err)
	}
	if path == "" {
		return "", false, nil
	}
	return i.s.withEnding(path, ending)
}

// writeWhole writes a file for its owner alone, whole or absent.
func writeWhole(path string, fill func(io.Writer) error) error {
	f, err := folder.CreateWhole(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<16)
	if err := errors.Join(fill(out), out.Flush()); err != nil {
		return errors.Join(err, f.Drop())
	}
	return f.Keep()
}

func oneTimeView(g client.GivenOut, code Envelope, support string) OneTimeView {
	v := OneTimeView{
		Kind: string(g.Kind), Name: g.Name, Email: g.Email, Workspace: g.Workspace, Code: code, IssuedBy: g.IssuedBy,
		IssuedAt: stamp(g.IssuedAt), ExpiresAt: stamp(g.ExpiresAt), Support: support, Language: paperLanguage(g.Language),
	}
	if g.Kind != service.OneTimeHelp { // whose member is at the server already
		v.Server, v.ServerKey = g.At.Server, g.At.Key
	}
	return v
}

func paperSize(paper string) sheet.Paper {
	if paper == "letter" {
		return sheet.Letter
	}
	return sheet.A4
}

// overview is the table of members without secrets.
func overview(ctx context.Context, a *client.Admin, now time.Time) ([]memberimport.Person, error) {
	policy, err := a.Policy(ctx)
	if err != nil {
		return nil, err
	}
	all, err := a.Members(ctx)
	if err != nil {
		return nil, err
	}
	people := make([]memberimport.Person, len(all))
	for n, m := range all {
		people[n] = memberimport.Person{
			Name: m.Name, Email: m.Email, Role: string(m.Role), State: "active", TwoFactor: "off", Required: "no", CodesLeft: m.CodesLeft,
			Sheet: m.Sheet, IssuedAt: m.IssuedAt, HandedOver: m.HandedOverAt, Acknowledged: m.Acknowledged, LastSignIn: m.LastSignInAt, Language: m.Language,
		}
		if m.State != service.ProfileActive {
			people[n].State = string(m.State)
		}
		switch {
		case m.On:
			people[n].TwoFactor = "on"
		case policy.Overdue(m, now):
			people[n].TwoFactor = "overdue"
		}
		switch {
		case policy.Require2FA && now.Before(policy.RequireFrom):
			people[n].Required = fmt.Sprint("from ", policy.RequireFrom.Local().Format(time.DateOnly))
		case policy.Require2FA:
			people[n].Required = "yes"
		}
	}
	return people, nil
}
