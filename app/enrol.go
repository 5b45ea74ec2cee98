package app

import (
	"countersign/backend/client"
	"countersign/backend/qr"
	"countersign/backend/service"
	"countersign/backend/totp"
)

// Enrolment is Enable 2FA, Change phone, the list of authenticator apps, and Get new recovery codes.
type Enrolment struct{ s *shell }

// BeginEnable begins Enable 2FA.
func (e *Enrolment) BeginEnable(session string, pw Envelope, answer PublicKey) (EnrolmentView, error) {
	return e.begin(e.s.find, session, answer, func(in *signIn) (service.Shown, error) {
		typed, err := in.keys.open(holdsPassword, pw)
		if err != nil {
			return service.Shown{}, err
		}
		return in.session.BeginEnable(e.s.context(), typed)
	})
}

// BeginChangePhone begins Change phone: the new one takes the place of an app.
func (e *Enrolment) BeginChangePhone(session string, app int, proof Proof, answer PublicKey) (EnrolmentView, error) {
	return e.beginProven(session, proof, answer, func(in *signIn, typed client.Proof) (service.Shown, error) {
		return in.session.BeginChangePhone(e.s.context(), app, typed)
	})
}

// BeginAddApp begins Add an app.
func (e *Enrolment) BeginAddApp(session, name string, proof Proof, answer PublicKey) (EnrolmentView, error) {
	return e.beginProven(session, proof, answer, func(in *signIn, typed client.Proof) (service.Shown, error) {
		return in.session.BeginAddApp(e.s.context(), name, typed)
	})
}

// RenameApp sets the name of one.
func (e *Enrolment) RenameApp(session string, app int, name string) (ProfileView, error) {
	return e.s.act(session, func(in *signIn) error { return in.session.RenameApp(e.s.context(), app, name) })
}

// RemoveApp removes one of several.
func (e *Enrolment) RemoveApp(session string, app int, proof Proof) (ProfileView, error) {
	return e.s.act(session, func(in *signIn) error {
		typed, err := in.proof(proof)
		if err != nil {
			return err
		}
		return in.session.RemoveApp(e.s.context(), app, typed)
	})
}

func (e *Enrolment) beginProven(session string, proof Proof, answer PublicKey, use func(*signIn, client.Proof) (service.Shown, error)) (EnrolmentView, error) {
	return e.begin(e.s.use, session, answer, func(in *signIn) (service.Shown, error) {
		typed, err := in.proof(proof)
		if err != nil {
			return service.Shown{}, err
		}
		return use(in, typed)
	})
}

// Begin begins with somebody who may do nothing else: 2FA is required of
// them, or an admin's help code stands in for their phone.
func (e *Enrolment) Begin(token string, answer PublicKey) (EnrolmentView, error) {
	return e.begin(e.s.findEnrolment, token, answer, func(in *signIn) (service.Shown, error) { return in.enrolling.Begin(e.s.context()) })
}

func (e *Enrolment) begin(find func(string) (*signIn, error), token string, answer PublicKey,
	use func(*signIn) (service.Shown, error)) (EnrolmentView, error) {
	in, err := find(token)
	if err != nil {
		return EnrolmentView{}, err
	}
	to, err := answerTo(answer)
	if err != nil {
		return EnrolmentView{}, err
	}
	shown, err := use(in)
	if err != nil {
		return EnrolmentView{}, in.after(err)
	}
	image, err := qr.Encode(shown.URI, qr.Screen)
	if err != nil {
		return EnrolmentView{}, err
	}
	path, err := to.close(holdsQR, []byte(image.Path))
	if err != nil {
		return EnrolmentView{}, err
	}
	groups, err := to.close(holdsKey, spaced(shown.Groups))
	return EnrolmentView{
		QR: QRView{Modules: image.Modules, Path: path}, KeyGroups: groups, Issuer: shown.Issuer, Account: shown.Account, Shortened: shown.Shortened,
		Digits: totp.Digits, Period: totp.Period,
	}, err
}

// Confirm takes the first code of the new phone.
func (e *Enrolment) Confirm(session string, code Envelope, answer PublicKey) (Confirmed, error) {
	in, err := e.s.named(session)
	if err != nil {
		return Confirmed{}, err
	}
	to, err := answerTo(answer)
	if err != nil {
		return Confirmed{}, err
	}
	typed, err := in.keys.open(holdsCode, code)
	if err != nil {
		return Confirmed{}, err
	}
	issued, err := in.who.Confirm(e.s.context(), typed)
	if err != nil {
		return Confirmed{}, in.after(err)
	}
	if issued != nil {
		v, err := sheetView(*issued, to)
		return Confirmed{Sheet: &v}, err
	}
	v, err := e.profile(in)
	return Confirmed{Profile: v}, err
}

// Continue turns 2FA on, or after a temporary code moves it to the new phone.
// There is no profile to show before the phone is enrolled: Auth.Enter follows.
func (e *Enrolment) Continue(session string) (Confirmed, error) {
	in, err := e.s.named(session)
	if err != nil {
		return Confirmed{}, err
	}
	if err := in.who.Continue(e.s.context()); err != nil {
		return Confirmed{}, in.after(err)
	}
	v, err := e.profile(in)
	return Confirmed{Profile: v}, err
}

// profile reads the profile of a session; an EnrolmentSession has none to show.
func (e *Enrolment) profile(in *signIn) (*ProfileView, error) {
	if in.session == nil {
		return nil, nil
	}
	o, err := in.session.Overview(e.s.context())
	v := e.s.profileView(o)
	return &v, in.after(err)
}

// Cancel ends Enable 2FA, Change phone or Add an app without a change.
func (e *Enrolment) Cancel(session string) error {
	in, err := e.s.named(session)
	if err != nil {
		return err
	}
	return in.after(in.who.CancelEnrolment(e.s.context()))
}

// BeginNewCodes issues ten new codes; the old ones still work.
func (e *Enrolment) BeginNewCodes(session string, proof Proof, answer PublicKey) (SheetView, error) {
	in, err := e.s.use(session)
	if err != nil {
		return SheetView{}, err
	}
	to, err := answerTo(answer)
	if err != nil {
		return SheetView{}, err
	}
	typed, err := in.proof(proof)
	if err != nil {
		return SheetView{}, err
	}
	issued, err := in.session.BeginNewCodes(e.s.context(), typed)
	if err != nil {
		return SheetView{}, in.after(err)
	}
	return sheetView(*issued, to)
}

// KeepNewCodes puts the new codes in force.
func (e *Enrolment) KeepNewCodes(session string) (ProfileView, error) {
	return e.s.act(session, func(in *signIn) error { return in.session.KeepNewCodes(e.s.context()) })
}

// CancelNewCodes drops the new codes.
func (e *Enrolment) CancelNewCodes(session string) error {
	in, err := e.s.use(session)
	if err != nil {
		return err
	}
	return in.after(in.session.CancelNewCodes(e.s.context()))
}
