package app

import (
	"countersign/backend/qr"
	"countersign/backend/secret"
	"countersign/backend/totp"
	"countersign/backend/workspace"
)

// Enrolment is Enable 2FA, Change phone and Get new recovery codes.
type Enrolment struct{ s *shell }

// BeginEnable begins Enable 2FA.
func (e *Enrolment) BeginEnable(session, pw string) (EnrolmentView, error) {
	return e.begin(session, func(ses *workspace.Session) (workspace.Shown, error) {
		return ses.BeginEnable(e.s.context(), secret.NewText(pw))
	})
}

// BeginChangePhone begins Change phone.
func (e *Enrolment) BeginChangePhone(session string, proof Proof) (EnrolmentView, error) {
	return e.begin(session, func(ses *workspace.Session) (workspace.Shown, error) {
		return ses.BeginChangePhone(e.s.context(), proof.input())
	})
}

func (e *Enrolment) begin(token string, use func(*workspace.Session) (workspace.Shown, error)) (EnrolmentView, error) {
	ses, err := e.s.use(token)
	if err != nil {
		return EnrolmentView{}, err
	}
	shown, err := use(ses)
	if err != nil {
		return EnrolmentView{}, e.s.after(ses, err)
	}
	image, err := qr.Encode(shown.URI)
	if err != nil {
		return EnrolmentView{}, err
	}
	return EnrolmentView{
		QR: QRView{Modules: image.Modules, Path: image.Path}, KeyGroups: shown.Groups, Issuer: shown.Issuer, Account: shown.Account,
		Digits: totp.Digits, Period: totp.Period,
	}, nil
}

// Confirm takes the first code of the new phone.
func (e *Enrolment) Confirm(session, code string) (Confirmed, error) {
	ses, err := e.s.use(session)
	if err != nil {
		return Confirmed{}, err
	}
	issued, err := ses.Confirm(e.s.context(), code)
	if err != nil {
		return Confirmed{}, e.s.after(ses, err)
	}
	if issued != nil {
		v := sheetView(*issued)
		return Confirmed{Sheet: &v}, nil
	}
	o, err := ses.Overview(e.s.context())
	v := profileView(o)
	return Confirmed{Profile: &v}, e.s.after(ses, err)
}

// Continue turns 2FA on.
func (e *Enrolment) Continue(session string) (ProfileView, error) {
	return e.s.act(session, func(ses *workspace.Session) error { return ses.Continue(e.s.context()) })
}

// Cancel ends Enable 2FA or Change phone without a change.
func (e *Enrolment) Cancel(session string) error {
	ses, err := e.s.use(session)
	if err != nil {
		return err
	}
	return e.s.after(ses, ses.CancelEnrolment(e.s.context()))
}

// BeginNewCodes issues ten new codes; the old ones still work.
func (e *Enrolment) BeginNewCodes(session string, proof Proof) (SheetView, error) {
	ses, err := e.s.use(session)
	if err != nil {
		return SheetView{}, err
	}
	issued, err := ses.BeginNewCodes(e.s.context(), proof.input())
	if err != nil {
		return SheetView{}, e.s.after(ses, err)
	}
	return sheetView(*issued), nil
}

// KeepNewCodes puts the new codes in force.
func (e *Enrolment) KeepNewCodes(session string) (ProfileView, error) {
	return e.s.act(session, func(ses *workspace.Session) error { return ses.KeepNewCodes(e.s.context()) })
}

// CancelNewCodes drops the new codes.
func (e *Enrolment) CancelNewCodes(session string) error {
	ses, err := e.s.use(session)
	if err != nil {
		return err
	}
	return e.s.after(ses, ses.CancelNewCodes(e.s.context()))
}
