package servicetest

import (
	"errors"
	"io"
	"strings"

	"countersign/backend/service"
	"countersign/backend/store"
)

var bounds = []useCase{
	{"Session_EndedWritesNothingDown", endedNotes, nil},
	{"Session_EndedTouchesNoFile", endedFiles, nil},
	{"Bounds_OfDocuments", documentBounds, nil},
	{"Bounds_OfKeys", keyBounds, nil},
	{"Bounds_OfLists", listBounds, nil},
}

func endedNotes(f *fixture) {
	_, s := f.hand(service.RoleMember)
	row := f.put(s, 1)
	f.ok(s.End(f.ctx()))
	_, _, _, err := s.BeginProof(f.ctx())
	for what, err := range map[string]error{
		"NoteOpened": s.NoteOpened(f.ctx(), row.ID, false), "NoteChecked": s.NoteChecked(f.ctx(), 1, 0, 0), "BeginProof": err,
	} {
		if !service.IsCode(err, service.CodeSessionEnded) {
			f.Errorf("%s: %v", what, err)
		}
	}
}

func endedFiles(f *fixture) {
	_, s := f.hand(service.RoleMember)
	row := f.put(s, 1)
	files := s.Files()
	f.ok(s.End(f.ctx()))
	_, create := files.Create(f.ctx(), store.BlobName(f.newRow(1).ID, 1))
	_, open := files.Open(f.ctx(), store.BlobName(row.ID, 1))
	for what, err := range map[string]error{
		"Create": create, "Open": open, "Remove": files.Remove(f.ctx(), store.BlobName(row.ID, 1)), "WriteIndex": files.WriteIndex(f.ctx(), func(io.Writer) error { return nil }),
	} {
		if !service.IsCode(err, service.CodeSessionEnded) {
			f.Errorf("%s: %v", what, err)
		}
	}
	_, err := f.owner.signIn().Files().Open(f.ctx(), store.BlobName(row.ID, 1)) // it is there
	f.ok(err)
}

func documentBounds(f *fixture) {
	_, s := f.hand(service.RoleMember)
	for what, spoil := range map[string]func(*service.DocumentRow){
		"no ID":                  func(r *service.DocumentRow) { r.ID = "" },
		"an ID of another form":  func(r *service.DocumentRow) { r.ID = "../../x" },
		"an ID of any length":    func(r *service.DocumentRow) { r.ID = strings.Repeat("x", 1<<20) },
		"no ciphertext":          func(r *service.DocumentRow) { r.Ciphertext = nil },
		"a row of any length":    func(r *service.DocumentRow) { r.Ciphertext = random(20 << 20) },
		"a row without its file": func(*service.DocumentRow) {},
	} {
		row := f.newRow(1)
		spoil(&row)
		added, err := s.AddDocuments(f.ctx(), 1, []service.DocumentRow{row})
		if added || err == nil {
			f.Errorf("%s was taken", what)
		}
	}
	row := f.put(s, 1)
	for what, ciphertext := range map[string][]byte{"no ciphertext": nil, "a row of any length": random(20 << 20)} {
		next := row
		next.Ciphertext = ciphertext
		if s.ChangeDocuments(f.ctx(), service.DocumentsRename, 1, []service.ChangedDocument{{Was: row.Ciphertext, Row: next}}) == nil {
			f.Errorf("%s was taken", what)
		}
	}
	f.refused(s.NoteOpened(f.ctx(), "nothing", false), service.CodeDocumentGone)
	f.fails("a count below zero", s.NoteChecked(f.ctx(), -1, 0, 0))
	f.fails("a signer of any length", f.owner.admin().NoteExport(f.ctx(), service.ExportOpened, service.SeenExport{Signer: strings.Repeat("x", 1<<20)}))
}

func keyBounds(f *fixture) {
	h, s := f.hand(service.RoleOwner)
	a := h.admin(s)
	for what, spoil := range map[string]func(*service.WrappedKeyPair){
		"a recipient of any length": func(p *service.WrappedKeyPair) { p.Recipient = strings.Repeat("x", 1<<20) },
		"a recipient that is none":  func(p *service.WrappedKeyPair) { p.Recipient = "nonsense" },
		"keys of any length": func(p *service.WrappedKeyPair) {
			p.Keys = service.SealedKeys{Ciphertext: random(5 << 20), Generation: 1}
		},
		"keys of a generation to come":   func(p *service.WrappedKeyPair) { p.Keys = service.SealedKeys{Ciphertext: random(64), Generation: 77} },
		"keys of a generation below one": func(p *service.WrappedKeyPair) { p.Keys = service.SealedKeys{Ciphertext: random(64), Generation: -1} },
	} {
		next, _, _ := f.newPassword()
		spoil(&next.KeyPair)
		f.fails(what, s.ChangePassword(f.ctx(), h.proof(s), next))
		code := f.newOneTime()
		spoil(&code.KeyPair)
		f.fails(what, second(a.AddMember(f.ctx(), service.NewMember{Name: "A", Email: "a@example.com", Role: service.RoleMember}, code, service.Proof{})))
	}
}

func listBounds(f *fixture) {
	a := f.owner.admin()
	_, s := f.hand(service.RoleMember)
	_, read := s.ReadDocuments(f.ctx(), service.DocumentQuery{IDs: make([]string, service.MaxDocuments+1)})
	_, handed := a.HandOver(f.ctx(), 1, make([]int, service.MaxRun+1))
	_, voided := a.VoidSheets(f.ctx(), 1, make([]int, service.MaxRun+1))
	for what, err := range map[string]error{
		"documents that are named": read, "sheets that are handed over": handed, "sheets that are voided": voided,
		"documents that are changed": s.ChangeDocuments(f.ctx(), service.DocumentsRename, 1, make([]service.ChangedDocument, service.MaxDocuments+1)),
	} {
		f.fails(what, err)
		if refusal := (*service.Error)(nil); errors.As(err, &refusal) {
			f.Errorf("%s: %v", what, err)
		}
	}
	f.refused(second(a.CheckMembers(f.ctx(), make([]service.NewMember, service.MaxImport+1))), service.CodeImportLong)
	f.refused(second(a.PreviewRun(f.ctx(), manyIDs(service.MaxRun+1))), service.CodeRunLong)
	f.refused(second(a.Admin.AskApproval(f.ctx(), service.ApprovePrintRun, manyIDs(service.MaxRun+1), "r", service.Proof{})), service.CodeRunLong)
}
