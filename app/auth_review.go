package app

import (
	"context"
	"errors"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/folder"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
)

// ReviewView is what an owner sees before they accept a database that does not fit its
// log.
type ReviewView struct {
	LastGood  string           `json:"lastGood,omitempty"`
	Changed   []ChangedView    `json:"changed"`
	People    []ReturningView  `json:"people"`
	Members   int              `json:"members"`
	OpenCodes int              `json:"openCodes"`
	CodesEnd  bool             `json:"codesEnd"`
	Contracts ReviewedDocument `json:"contracts"`
}

// ChangedView counts rows of one table, and of one person or contract, that differ.
type ChangedView struct {
	Kind  string `json:"kind"` // row-changed, row-added, row-removed
	Table string `json:"table"`
	Name  string `json:"name,omitempty"`
	Count int    `json:"count"`
}

// ReturningView is an owner or an admin who could sign in afterwards.
type ReturningView struct {
	Name      string `json:"name"`
	Email     string `json:"email"`
	Role      string `json:"role"`
	On        bool   `json:"on"`
	Suspended bool   `json:"suspended"`
}

// ReviewedDocument is how the contracts would be.
type ReviewedDocument struct {
	Closed  bool     `json:"closed"`
	There   int      `json:"there"`
	Missing []string `json:"missing"` // the first of them; empty where closed
	More    int      `json:"more"`    // missing ones that are not named
	Strange int      `json:"strange"`
}

// mostMissing is how many missing contracts are named.
const mostMissing = 20

// reviewing is a quarantined workspace that an owner looks at. It holds the data folder.
type reviewing struct {
	folder     opened // without a workspace
	acceptance *client.Acceptance
}

// Review takes an owner's password and second factor and says what accepting the
// database would mean. AcceptReviewed then accepts exactly that; EndReview, and
// whatever opens the folder, ends the review.
func (d *Auth) Review(email string, pw Envelope, factor Factor) (ReviewView, error) {
	in := d.s.current()
	typed, err := in.keys.open(holdsPassword, pw)
	if err != nil {
		return ReviewView{}, err
	}
	proof, err := in.factor(factor)
	if err != nil {
		return ReviewView{}, err
	}
	d.s.opening.Lock()
	defer d.s.opening.Unlock()
	if err := d.s.endReview(); err != nil {
		return ReviewView{}, err
	}
	r, err := d.s.review(d.s.context(), email, typed, proof)
	if err != nil {
		return ReviewView{}, err
	}
	d.s.reviewing = r
	return reviewView(r.acceptance.Review()), nil
}

// AcceptReviewed goes on with the database as it was reviewed. Sign in is next.
func (d *Auth) AcceptReviewed() (AuthState, error) {
	d.s.opening.Lock()
	err := d.s.acceptReviewed(d.s.context())
	d.s.opening.Unlock()
	if err != nil {
		return AuthState{}, err
	}
	return d.State()
}

// EndReview leaves the database as it is.
func (d *Auth) EndReview() error {
	d.s.opening.Lock()
	defer d.s.opening.Unlock()
	return d.s.endReview()
}

// review proves an owner. It is called with s.opening held.
func (s *shell) review(ctx context.Context, email string, pw secret.Text, factor client.FactorInput) (_ *reviewing, err error) {
	s.mu.Lock()
	open := s.opened != nil
	s.mu.Unlock()
	if open { // it fits by now
		return nil, service.Fault(service.CodeChallengeEnded, nil, nil)
	}
	r := &reviewing{}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.folder.close())
		}
	}()
	if r.folder.lock, err = folder.Hold(s.path()); err != nil {
		return nil, folderFault(err)
	}
	if r.folder.store, err = sqlite.Open(ctx, s.databasePath()); err != nil {
		return nil, service.Explain(err)
	}
	c, err := s.config(r.folder.store)
	if err != nil {
		return nil, err
	}
	if c.Files, err = documents.Open(s.documentsPath()); err != nil {
		return nil, service.Explain(err)
	}
	sealed, err := local.OpenQuarantined(ctx, c)
	if err == nil && sealed == nil {
		err = service.Fault(service.CodeChallengeEnded, nil, nil)
	}
	if err != nil {
		return nil, err
	}
	r.acceptance, err = sealed.Prove(ctx, email, pw, factor)
	return r, err
}

// acceptReviewed is called with s.opening held.
func (s *shell) acceptReviewed(ctx context.Context) error {
	if s.reviewing == nil {
		return service.Fault(service.CodeChallengeEnded, nil, nil)
	}
	if err := s.reviewing.acceptance.Accept(ctx); err != nil {
		return err
	}
	return s.endReview()
}

// endReview is called with s.opening held.
func (s *shell) endReview() error {
	if s.reviewing == nil {
		return nil
	}
	r := s.reviewing
	s.reviewing = nil
	return r.folder.close()
}

func reviewView(r client.Review) ReviewView {
	v := ReviewView{
		LastGood: stamp(r.LastGood), Changed: []ChangedView{}, People: []ReturningView{}, Members: r.Members, OpenCodes: r.OpenCodes, CodesEnd: r.CodesEnd,
		Contracts: ReviewedDocument{Closed: r.Contracts.Closed, There: r.Contracts.There, Missing: []string{}, More: len(r.Contracts.Missing), Strange: r.Contracts.Strange},
	}
	for _, c := range r.Changed {
		v.Changed = append(v.Changed, ChangedView{Kind: string(c.Kind), Table: c.Table, Name: c.Name, Count: c.Count})
	}
	for _, p := range r.People {
		v.People = append(v.People, ReturningView{Name: p.Name, Email: p.Email, Role: string(p.Role), On: p.On, Suspended: p.Suspended})
	}
	if !r.Contracts.Closed {
		v.Contracts.Missing = append(v.Contracts.Missing, r.Contracts.Missing[:min(len(r.Contracts.Missing), mostMissing)]...)
		v.Contracts.More -= len(v.Contracts.Missing)
	}
	return v
}
