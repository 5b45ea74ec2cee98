package app

import (
	"countersign/backend/client"
	"countersign/backend/rescue"
	"countersign/backend/service"
)

// KitOwner is who comes in with an Emergency Kit.
type KitOwner struct {
	Workspace string   `json:"workspace"` // the name of the new one, where the old one does not open
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	Password  Envelope `json:"password"` // a new password
	Kit       Envelope `json:"kit"`      // the key on the kit
}

// UseKit makes somebody an owner who has the Emergency Kit: of the workspace, or
// where that does not open any more of a new one with its contracts.
func (d *Auth) UseKit(in KitOwner) (SignInResult, error) {
	at := d.s.current()
	pw, err := at.keys.open(holdsNewPassword, in.Password)
	if err != nil {
		return SignInResult{}, err
	}
	kit, err := at.keys.open(holdsKit, in.Kit)
	if err != nil {
		return SignInResult{}, err
	}
	o, err := d.s.ready()
	if err == nil && o.created() {
		return at.afterPassword(o.workspace.UseKit(d.s.context(), client.NewOwner{Name: in.Name, Email: in.Email, Password: pw, Kit: kit}))
	}
	if err != nil && (!canRescue(err) || d.s.hasJoined()) {
		return SignInResult{}, err
	}
	if err := d.s.rescue(rescue.Owner{Workspace: in.Workspace, Name: in.Name, Email: in.Email, Password: pw, Kit: kit}); err != nil {
		return SignInResult{}, err
	}
	if o, err = d.s.ready(); err != nil {
		return SignInResult{}, err
	}
	return at.afterPassword(o.workspace.SignIn(d.s.context(), in.Email, pw))
}

// canRescue is whether a workspace that does not open is one whose keys or whose
// database are lost, so that only its contracts can be saved.
func canRescue(err error) bool {
	return service.IsCode(err, service.CodeKeychainItemMissing) || service.IsCode(err, service.CodeDatabaseDamaged) ||
		service.IsCode(err, service.CodeNotAuthentic)
}

// rescue makes a new workspace of the contracts, while nothing is open.
func (s *shell) rescue(o rescue.Owner) error {
	s.opening.Lock()
	defer s.opening.Unlock()
	if err := s.closeOpened(); err != nil {
		return err
	}
	if err := s.endReview(); err != nil {
		return err
	}
	secrets, err := s.openSecrets()
	if err != nil {
		return err
	}
	return folderFault(rescue.WithKit(s.context(), s.path(), secrets, o, s.settings))
}
