package app

import (
	"context"
	"slices"
	"strings"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/docx"
	"countersign/backend/picture"
	"countersign/backend/service"
)

// Contracts is the home screen: what the second factor protects.
type Contracts struct{ s *shell }

// ContractsView is the list.
type ContractsView struct {
	State      string         `json:"state"` // open, or waiting: nobody has given this person the key yet
	Contracts  []ContractView `json:"contracts"`
	Bin        int            `json:"bin"`        // how many of them lie in the bin
	CanPurge   bool           `json:"canPurge"`   // an owner or an admin
	NotAdded   int            `json:"notAdded"`   // files that the last lock kept from being added; told once
	NativeDrop bool           `json:"nativeDrop"` // dropped files come by their paths, not through the page
}

// ContractView is one contract.
type ContractView struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Size       int64    `json:"size"` // bytes
	Type       string   `json:"type"` // MIME
	Kind       string   `json:"kind"` // pdf, image, text, other: what the preview can do with it
	AddedAt    string   `json:"addedAt"`
	AddedBy    string   `json:"addedBy"`
	ModifiedAt string   `json:"modifiedAt,omitempty"`
	Tags       []string `json:"tags"`
	RemovedAt  string   `json:"removedAt,omitempty"`
	RemovedBy  string   `json:"removedBy,omitempty"`
	GoneAt     string   `json:"goneAt,omitempty"` // when the bin lets go of it
	Missing    bool     `json:"missing,omitempty"`
}

// List reads all contracts, those in the bin too.
func (c *Contracts) List(session string) (ContractsView, error) {
	in, err := c.s.use(session)
	if err != nil {
		return ContractsView{}, err
	}
	ses, ctx := in.session, c.s.context()
	view := ContractsView{State: "open", Contracts: []ContractView{}, NotAdded: c.s.takeLost(ses.ProfileID())}
	_, notAdmin := ses.Admin(ctx)
	view.CanPurge = notAdmin == nil
	all, err := ses.Documents(ctx)
	if service.IsCode(err, service.CodeVaultWaiting) {
		view.State = "waiting"
		return view, nil
	}
	if err != nil {
		return ContractsView{}, in.after(err)
	}
	missing, err := ses.MissingFiles(ctx, all)
	if err != nil {
		return ContractsView{}, in.after(err)
	}
	for _, d := range all {
		v := contractView(d)
		v.Missing = missing[d.ID]
		if d.State == service.DocumentRemoved {
			view.Bin++
		}
		view.Contracts = append(view.Contracts, v)
	}
	return view, nil
}

func contractView(d contracts.Document) ContractView {
	v := ContractView{
		ID: d.ID, Name: d.Name, Size: d.Size, Type: d.Type, Kind: previewKind(d.Type), AddedAt: stamp(d.AddedAt), AddedBy: d.AddedBy,
		ModifiedAt: stamp(d.ModifiedAt), Tags: d.Tags,
	}
	if v.Tags == nil {
		v.Tags = []string{}
	}
	if d.State == service.DocumentRemoved {
		v.RemovedAt, v.RemovedBy, v.GoneAt = stamp(d.RemovedAt), d.RemovedBy, stamp(d.GoneAt())
	}
	return v
}

// previewKind says what the preview can do with a type. HTML and SVG are text: they
// are shown as they are written, and never drawn, since no header of theirs tells
// what that would take.
func previewKind(mime string) string {
	switch {
	case mime == "application/pdf":
		return "pdf"
	case mime == docx.Type:
		return "docx"
	case slices.Contains(picture.Types, mime):
		return "image"
	case strings.HasPrefix(mime, "text/"), mime == "application/json", mime == "application/xml", mime == "image/svg+xml", mime == "message/rfc822":
		return "text"
	}
	return "other"
}

// change runs a change of some contracts and tells the page to look again.
func (c *Contracts) change(session string, change func(context.Context, *client.Session) error) error {
	in, err := c.s.use(session)
	if err != nil {
		return err
	}
	if err := change(c.s.context(), in.session); err != nil {
		return in.after(err)
	}
	c.s.contractsChanged()
	return nil
}

func (s *shell) contractsChanged() { s.desktop.Emit("contracts-changed", nil) }

// Rename gives a contract another name.
func (c *Contracts) Rename(session, id, name string) error {
	return c.change(session, func(ctx context.Context, ses *client.Session) error { return ses.RenameDocument(ctx, id, name) })
}

// Tag puts tags on contracts and takes others off.
func (c *Contracts) Tag(session string, ids, add, remove []string) error {
	return c.change(session, func(ctx context.Context, ses *client.Session) error {
		return ses.TagDocuments(ctx, ids, add, remove)
	})
}

// Remove moves contracts to the bin.
func (c *Contracts) Remove(session string, ids []string) error {
	return c.change(session, func(ctx context.Context, ses *client.Session) error { return ses.RemoveDocuments(ctx, ids) })
}

// Restore puts contracts back from the bin.
func (c *Contracts) Restore(session string, ids []string) error {
	return c.change(session, func(ctx context.Context, ses *client.Session) error { return ses.RestoreDocuments(ctx, ids) })
}

// Purge deletes contracts that lie in the bin for good.
func (c *Contracts) Purge(session string, ids []string) error {
	return c.change(session, func(ctx context.Context, ses *client.Session) error {
		a, err := ses.Admin(ctx)
		if err != nil {
			return err
		}
		return a.PurgeDocuments(ctx, ids)
	})
}
