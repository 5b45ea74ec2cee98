package remote

import (
	"context"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// ask is call for a session, without a result.
func ask[In any](ctx context.Context, s *session, op api.Op[In, api.None], in In) error {
	_, err := call(ctx, s.k, s, op, in)
	return err
}

func (s *session) Overview(ctx context.Context) (service.Overview, error) {
	return call(ctx, s.k, s, api.Overview, api.None{})
}

func (s *session) OwnLog(ctx context.Context, before int64, limit int) (service.LogPage, error) {
	return call(ctx, s.k, s, api.OwnLog, api.OwnLogRequest{Before: before, Limit: limit})
}

func (s *session) Checkpoint(ctx context.Context, q service.CheckpointQuery) (service.Checkpoint, error) {
	return call(ctx, s.k, s, api.Checkpoint, q)
}

func (s *session) Checklist(ctx context.Context) (service.Checklist, error) {
	return call(ctx, s.k, s, api.Checklist, api.None{})
}

func (s *session) PutChecklistAway(ctx context.Context, away bool) error {
	return ask(ctx, s, api.PutChecklistAway, api.On{On: away})
}

func (s *session) PutNewsAway(ctx context.Context, number int64) error {
	return ask(ctx, s, api.PutNewsAway, api.PutNewsAwayRequest{Number: number})
}

func (s *session) Rename(ctx context.Context, name string) error {
	return ask(ctx, s, api.Rename, api.Name{Name: name})
}

func (s *session) SetLanguage(ctx context.Context, tag string) error {
	return ask(ctx, s, api.SetLanguage, api.Language{Language: tag})
}

func (s *session) CheckEmail(ctx context.Context, email string) error {
	return ask(ctx, s, api.CheckEmail, api.Email{Email: email})
}

func (s *session) ChangeEmail(ctx context.Context, email string, proof service.Proof) error {
	return ask(ctx, s, api.ChangeEmail, api.ChangeEmailRequest{Email: email, Proof: api.ProofOf(proof)})
}

func (s *session) ChangePassword(ctx context.Context, current service.Proof, next service.NewPassword) error {
	err := ask(ctx, s, api.ChangePassword, api.ChangePasswordRequest{Current: api.ProofOf(current), Next: api.NewPasswordOf(next)})
	if err == nil {
		s.has(service.OwnKeys{Lock: next.Lock, Recipient: next.KeyPair.Recipient, Wrapped: next.KeyPair.Wrapped})
	}
	return err
}

// OwnKeys are what the key pair of the profile is unwrapped with.
func (s *session) OwnKeys() service.OwnKeys {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.own
}

func (s *session) has(own service.OwnKeys) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.own = own
	}
}

func (s *session) Computers(ctx context.Context) (service.Computers, error) {
	return call(ctx, s.k, s, api.Computers, api.None{})
}

func (s *session) GiveComputerCode(ctx context.Context, code service.NewOneTime, proof service.Proof) (service.GivenOut, error) {
	return call(ctx, s.k, s, api.GiveComputerCode, api.GiveComputerCodeRequest{Code: api.NewOneTimeOf(code), Proof: api.ProofOf(proof)})
}

func (s *session) EndComputerCode(ctx context.Context) error {
	return ask(ctx, s, api.EndComputerCode, api.None{})
}

func (s *session) RenameComputer(ctx context.Context, id, name string) error {
	return ask(ctx, s, api.RenameComputer, api.RenameComputerRequest{ID: id, Name: name})
}

func (s *session) RemoveComputers(ctx context.Context, ids []string, current service.Proof, next service.NewPassword) error {
	err := ask(ctx, s, api.RemoveComputers, api.RemoveComputersRequest{IDs: ids, Current: api.ProofOf(current), Next: api.NewPasswordOf(next)})
	if err == nil {
		s.has(service.OwnKeys{Lock: next.Lock, Recipient: next.KeyPair.Recipient, Wrapped: next.KeyPair.Wrapped})
	}
	return err
}

func (s *session) SaveComputer(ctx context.Context, c service.NewComputer) error {
	return ask(ctx, s, api.SaveComputer, c)
}

func (s *session) StepUp(ctx context.Context, acts service.Acts) (service.StepUpNeeds, error) {
	return call(ctx, s.k, s, api.StepUp, api.StepUpRequest{Acts: acts})
}

func (s *session) BeginProof(ctx context.Context) (t service.PasswordTerms, name, email string, err error) {
	p, err := call(ctx, s.k, s, api.BeginProof, api.None{})
	return p.Terms, p.Name, p.Email, err
}

func (s *session) ForOneAct(ctx context.Context) error {
	return ask(ctx, s, api.ForOneAct, api.None{})
}

func (s *session) BeginEnable(ctx context.Context, proof service.Proof) (service.Shown, error) {
	shown, err := call(ctx, s.k, s, api.BeginEnable, api.ByProof{Proof: api.ProofOf(proof)})
	return shown.Service(), err
}

func (s *session) BeginChangePhone(ctx context.Context, app int, proof service.Proof) (service.Shown, error) {
	shown, err := call(ctx, s.k, s, api.BeginChangePhone, api.ChangePhoneRequest{App: app, Proof: api.ProofOf(proof)})
	return shown.Service(), err
}

func (s *session) BeginAddApp(ctx context.Context, name string, proof service.Proof) (service.Shown, error) {
	shown, err := call(ctx, s.k, s, api.BeginAddApp, api.AddAppRequest{Name: name, Proof: api.ProofOf(proof)})
	return shown.Service(), err
}

func (s *session) RenameApp(ctx context.Context, app int, name string) error {
	return ask(ctx, s, api.RenameApp, api.RenameAppRequest{App: app, Name: name})
}

func (s *session) RemoveApp(ctx context.Context, app int, proof service.Proof) error {
	return ask(ctx, s, api.RemoveApp, api.RemoveAppRequest{App: app, Proof: api.ProofOf(proof)})
}

func (s *session) Confirm(ctx context.Context, input secret.Text, made service.NewSet) (*service.Issued, error) {
	return call(ctx, s.k, s, api.Confirm, api.ConfirmRequest{Code: api.Text{Text: input}, Made: api.NewSetOf(made)})
}

func (s *session) Continue(ctx context.Context) error {
	return ask(ctx, s, api.Continue, api.None{})
}

func (s *session) CancelEnrolment(ctx context.Context) error {
	return ask(ctx, s, api.CancelEnrolment, api.None{})
}

func (s *session) Disable(ctx context.Context, in service.FactorInput) error {
	return ask(ctx, s, api.Disable, api.ByFactor{Factor: api.FactorOf(in)})
}

func (s *session) BeginRecovery(ctx context.Context) (service.CodeTerms, error) {
	return call(ctx, s.k, s, api.BeginRecovery, api.None{})
}

func (s *session) BeginNewCodes(ctx context.Context, made service.NewSet, proof service.Proof) (*service.Issued, error) {
	return call(ctx, s.k, s, api.BeginNewCodes, api.BeginNewCodesRequest{Made: api.NewSetOf(made), Proof: api.ProofOf(proof)})
}

func (s *session) KeepNewCodes(ctx context.Context) error {
	return ask(ctx, s, api.KeepNewCodes, api.None{})
}

func (s *session) CancelNewCodes(ctx context.Context) error {
	return ask(ctx, s, api.CancelNewCodes, api.None{})
}

func (s *session) Acknowledge(ctx context.Context, word secret.Text) error {
	return ask(ctx, s, api.Acknowledge, api.Word{Word: api.Text{Text: word}})
}

func (s *session) CheckCodes(ctx context.Context, typed secret.Text) error {
	return ask(ctx, s, api.CheckCodes, api.Word{Word: api.Text{Text: typed}})
}

func (s *session) PostponeCheck(ctx context.Context) error {
	return ask(ctx, s, api.PostponeCheck, api.None{})
}

func (s *session) NotMe(ctx context.Context) error { return ask(ctx, s, api.NotMe, api.None{}) }

func (s *session) Showing(ctx context.Context) (service.Issued, error) {
	return call(ctx, s.k, s, api.Showing, api.None{})
}

func (s *session) ShowingKey(ctx context.Context) (secret.Text, error) {
	key, err := call(ctx, s.k, s, api.ShowingKey, api.None{})
	return key.Text, err
}

func (s *session) SaveKeyPair(ctx context.Context, pair service.WrappedKeyPair) error {
	err := ask(ctx, s, api.SaveKeyPair, api.KeyPair{Pair: pair})
	if err == nil {
		own := s.OwnKeys()
		own.Recipient, own.Wrapped = pair.Recipient, pair.Wrapped
		s.has(own)
	}
	return err
}

func (s *session) Vault(ctx context.Context) (service.Vault, error) {
	return call(ctx, s.k, s, api.Vault, api.None{})
}

func (s *session) WaitingKeys(ctx context.Context) (service.Vault, []service.KeyHolder, error) {
	w, err := call(ctx, s.k, s, api.WaitingKeys, api.None{})
	return w.Vault, w.Holders, err
}

func (s *session) GiveKeys(ctx context.Context, publicKey string, given []service.GivenKeys) (int, error) {
	return call(ctx, s.k, s, api.GiveKeys, api.GiveKeysRequest{PublicKey: publicKey, Given: given})
}

func (s *session) FoundVault(ctx context.Context, publicKey string, own service.WrappedKeyPair) error {
	return ask(ctx, s, api.FoundVault, api.FoundVaultRequest{PublicKey: publicKey, Own: own})
}

func (s *session) ReadDocuments(ctx context.Context, q service.DocumentQuery) (service.DocumentRows, error) {
	return call(ctx, s.k, s, api.ReadDocuments, q)
}

func (s *session) AddDocuments(ctx context.Context, generation int, rows []service.DocumentRow) (bool, error) {
	added, err := call(ctx, s.k, s, api.AddDocuments, api.AddDocumentsRequest{Generation: generation, Rows: rows})
	if service.IsCode(err, service.CodeAnswerLost) { // it was carried out, and so they are there
		return true, nil
	}
	return added, err
}

func (s *session) ChangeDocuments(ctx context.Context, act service.DocumentAct, generation int, all []service.ChangedDocument) error {
	return ask(ctx, s, api.ChangeDocuments, api.ChangeDocumentsRequest{Act: act, Generation: generation, All: all})
}

func (s *session) EmptyBin(ctx context.Context) (int, error) {
	return call(ctx, s.k, s, api.EmptyBin, api.None{})
}

func (s *session) NoteOpened(ctx context.Context, id string, copied bool) error {
	return ask(ctx, s, api.NoteOpened, api.NoteOpenedRequest{ID: id, Copied: copied})
}

func (s *session) NoteChecked(ctx context.Context, all, bad, unknown int) error {
	return ask(ctx, s, api.NoteChecked, api.NoteCheckedRequest{All: all, Bad: bad, Unknown: unknown})
}

func (s *session) Happened(ctx context.Context, after int64) (service.Happened, error) {
	return call(ctx, s.k, s, api.WhatHappened, api.After{After: after})
}

func (s *session) MissingFiles(ctx context.Context, ids []string) (map[string]bool, error) {
	return call(ctx, s.k, s, api.MissingFiles, api.IDs{IDs: ids})
}

func (s *session) UnknownFiles(ctx context.Context) ([]string, error) {
	return call(ctx, s.k, s, api.UnknownFiles, api.None{})
}

func (s *session) Admin(ctx context.Context) (service.Admin, error) { return s.admin(ctx, false) }

func (s *session) Watcher(ctx context.Context) (service.Admin, error) { return s.admin(ctx, true) }

func (s *session) admin(ctx context.Context, watch bool) (service.Admin, error) {
	if err := ask(ctx, s, api.Admin, api.AdminRequest{Watch: watch}); err != nil {
		return nil, err
	}
	return &admin{s, watch}, nil
}
