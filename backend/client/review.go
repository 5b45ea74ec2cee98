package client

import (
	"context"
	"slices"

	"countersign/backend/contracts"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// Quarantine is a workspace whose database does not fit its log: see workspace.Quarantine.
type Quarantine struct {
	service.Quarantine
	w     *Workspace
	files store.Blobs
}

// OpenQuarantined puts the client's half in front of a workspace that is in quarantine. files are its contracts; nil where they
// are not dealt with.
func OpenQuarantined(ctx context.Context, q service.Quarantine, in service.Workspace, c Config, files store.Blobs) (*Quarantine, error) {
	w := newClient(in, c)
	if err := w.loadShare(ctx); err != nil {
		return nil, err
	}
	return &Quarantine{q, w, files}, nil
}

// Acceptance is an owner who was proven and may take a quarantined workspace as it is: see workspace.Acceptance.
type Acceptance struct {
	service.Acceptance
	review Review
}

// Review is what an owner sees before they accept a database that does not fit its
// log: what was changed, who can sign in afterwards, and which contracts are missing.
type Review struct {
	service.Review
	Contracts ReviewedContracts
}

// ReviewedContracts is how the contracts would be.
type ReviewedContracts struct {
	Closed  bool     // the owner cannot open the vault with this database
	There   int      // whose row and file are there
	Missing []string // names, or where Closed IDs: whose row or file is not
	Strange int      // files of which neither the database nor the table of contents speaks
}

// Review gives what was found.
func (a *Acceptance) Review() Review { return a.review }

// Prove takes an owner's password and second factor, and gives what the owner would accept, with its review: see
// workspace.ReviewAttempt.Prove. Errors: email_required, password_required, recovery_required, recovery_form, and those of Prove.
func (q *Quarantine) Prove(ctx context.Context, email string, pw secret.Text, in FactorInput) (*Acceptance, error) {
	attempt, err := q.BeginProve(ctx, email)
	if err == nil && pw.Empty() {
		err = service.Refuse(service.CodePasswordRequired).At("password")
	}
	if err != nil {
		return nil, err
	}
	terms := attempt.Terms()
	factor, err := in.sent(func() (service.CodeTerms, error) { return terms.Recovery, nil })
	if err != nil {
		return nil, err
	}
	defer factor.Proof.Wipe()
	share, err := q.w.shareOf(ctx, service.PasswordTerms{})
	if err != nil {
		return nil, err
	}
	t, err := q.w.deriveTyped(ctx, pw, terms.Salt, terms.Params, share)
	if err != nil {
		return nil, err
	}
	defer t.wipe()
	a, err := attempt.Prove(ctx, t.sign(service.SignInMessage(terms.WorkspaceID, terms.Nonce)), factor)
	if err != nil {
		return nil, err
	}
	keys, err := q.vaultKeys(ctx, a, t)
	if err != nil {
		return nil, err
	}
	defer keys.Wipe()
	var signature []byte
	if !keys.Empty() {
		signature = keys.Sign(service.ReviewMessage(terms.WorkspaceID, terms.Nonce))
	}
	if err := a.Look(ctx, signature); err != nil {
		return nil, err
	}
	review := Review{Review: a.Review(), Contracts: ReviewedContracts{Closed: keys.Empty()}}
	if q.files != nil {
		if err := review.seeContracts(q.files, keys); err != nil {
			return nil, err
		}
	}
	review.nameContracts(keys)
	return &Acceptance{a, review}, nil
}

// vaultKeys opens the vault's keys with the owner's key pair. They are empty where the key pair or they do not open, which leaves the
// contracts without names, and where they are not those that the keychain knows. Errors: folder.
func (q *Quarantine) vaultKeys(ctx context.Context, a service.Acceptance, t typed) (vault.Keys, error) {
	own, err := a.OwnKeys(ctx)
	if err != nil {
		return vault.Keys{}, err
	}
	pair, err := t.unwrap(own.OwnKeys)
	if err != nil {
		return vault.Keys{}, nil
	}
	keys, err := pair.own.Open(own.Keys.Ciphertext)
	if err != nil || !isVault(keys, own.Generation, own.PublicKey) {
		keys.Wipe()
		return vault.Keys{}, nil
	}
	return keys, nil
}

// isVault reports whether keys are the vault's own, as against some that another has encrypted to the owner.
func isVault(keys vault.Keys, generation int, public string) bool {
	return !keys.Empty() && generation > 0 && keys.Generation() == generation && publicKey(keys) == public
}

// seeContracts holds the database against the folder and its encrypted table of contents,
// which may be newer than an older copy of the database.
func (r *Review) seeContracts(in store.Blobs, keys vault.Keys) error {
	c := &r.Contracts
	files := map[string]bool{}
	if err := in.List(func(name string, _ bool, _ int64) error {
		files[name] = true
		return nil
	}); err != nil {
		return service.Explain(err)
	}
	listed := map[string]string{} // names, by ID
	if !c.Closed {
		docs, err := contracts.ReadIndex(in, keys.Newest())
		if err != nil && !service.IsCode(err, service.CodeKitNone) && !service.IsCode(err, service.CodeKitWrong) {
			return err // what does not open as a table of contents names nothing
		}
		for _, d := range docs {
			listed[d.ID] = d.Name
		}
	}
	for _, row := range r.Documents {
		file := store.BlobName(row.ID, row.Generation)
		there := files[file]
		delete(files, file)
		delete(listed, row.ID)
		if row.State == service.DocumentPurged {
			continue
		}
		name := row.ID
		d, err := contracts.Decrypt(row, keys)
		if err == nil {
			name = d.Name
		}
		if there && (err == nil || c.Closed) {
			c.There++
		} else {
			c.Missing = append(c.Missing, name)
		}
	}
	for id, name := range listed {
		c.Missing = append(c.Missing, name)
		for file := range files {
			if of, _, ok := store.ParseBlobName(file); ok && of == id {
				delete(files, file)
			}
		}
	}
	c.Strange = len(files)
	slices.Sort(c.Missing)
	return nil
}

// nameContracts puts names to the contracts whose rows were changed, as far as the database has them and they open.
func (r *Review) nameContracts(keys vault.Keys) {
	names := map[string]string{}
	for _, row := range r.Documents {
		d, _ := contracts.Decrypt(row, keys) // one that does not open has no name
		names[row.ID] = d.Name
	}
	for i, c := range r.Changed {
		if c.ID != "" {
			r.Changed[i].Name, r.Changed[i].ID = names[c.ID], ""
		}
	}
	r.Changed = service.Together(r.Changed)
}
